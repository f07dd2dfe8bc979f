"""Using the recovery key: a colleague is given the keys of some cases back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fund_app.queries import people
from fund_app.services import holdings, recovery, vault
from fund_app.services.unit import unit_of_work


def combine(
    shares: Sequence[str], cases: Collection[str], handle: str, operators: Sequence[str]
) -> int:
    """Open the recovery key with three shares and share what a colleague ought to hold.

    cases: ids of applications; deliveries that belong to them come along. handle: who gets the
    keys; nobody gets more than their role and assignment ask for. operators: the sign-in names
    of two different people who stand by. Returns how many compartments were shared. Raises
    SharesRefused, OperatorsRefused (services/recovery.py), LookupError for an unknown handle.
    """
    with unit_of_work() as session:
        first, second = recovery.two_people(operators)
        receiver = people.by_handle(handle)
        if receiver is None:
            raise LookupError(handle)
        ring = recovery.ring_of(shares)
        parts = [
            lack.part for lack in holdings.lacking(session, cases) if lack.person_id == receiver.id
        ]
        shared = vault.grant_parts(ring, parts, receiver.id)
        recovery.note(session, "recovery_used", first, second.ref)
        for case_id in sorted(cases):
            recovery.note(session, "recovery_opened_case", first, case_id)
        return shared
