"""Sharing keys again: a colleague gets the keys of their role, two others agree to it.

Whoever was taken on after a submission, or has lost their passphrase, holds no key of it. One
colleague proposes; another one, who holds the keys, confirms and does the wrapping. What the
second one cannot open stays on the list for somebody who can.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.models.people import Person
from fund_app.models.sharing import KeyShare
from fund_app.models.types import new_ref
from fund_app.services import audit, holdings, vault
from fund_app.services.holdings import Lack
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.roles import Actor, Role

SHARERS = frozenset({Role.COORDINATOR, Role.CUSTODIAN, Role.FINANCE_OFFICER, Role.TREASURER})
"""Whose roles come with keys of every case, so that they can tell who lacks them."""

AT_ONCE = 2_000
"""Compartments shared by one press; a fund with more presses again."""


class ShareRefused(Exception):
    """Keys cannot be shared; `code` says why, for the page to explain."""

    def __init__(self, code: str) -> None:
        """Carry a code only."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Shared:
    """How many compartments one press has shared, and how many are still lacking."""

    count: int
    left: int


def by_person(lacks: Iterable[Lack]) -> Mapping[str, list[Lack]]:
    """Return what is lacking, by who lacks it."""
    found: dict[str, list[Lack]] = defaultdict(list)
    for lack in lacks:
        found[lack.person_id].append(lack)
    return found


def propose(actor: Actor, person_id: str) -> None:
    """Propose to share with a colleague; raises LookupError, ShareRefused.

    Codes: not_a_sharer, about_yourself, no_access, nothing_lacking, under_way.
    """
    with unit_of_work() as session:
        _require_other(actor, person_id)
        person = session.get(Person, person_id, with_for_update=True)
        if person is None:
            raise LookupError(person_id)
        if person.disabled_on is not None:
            raise ShareRefused("no_access")
        if _open_share(session, person_id) is not None:
            raise ShareRefused("under_way")
        if not any(lack.person_id == person_id for lack in holdings.lacking(session)):
            raise ShareRefused("nothing_lacking")
        session.add(
            KeyShare(
                id=new_ref(),
                state="proposed",
                person_id=person_id,
                proposed_by_id=actor.ref,
                proposed_on=now().date(),
            )
        )
        session.flush()
        _note(session, actor, "sharing_proposed", person_id)


def confirm(actor: SignedIn, person_id: str) -> Shared:
    """Share what the actor can open and the colleague ought to; returns what came of it.

    The keys are written first: killed on the way, some are shared and the proposal stands.
    While something is left that the actor could share, the proposal stays open as well. Raises
    ShareRefused: not_a_sharer, about_yourself, not_proposed, same_person, no_access,
    proposer_gone, nothing_to_share.
    """
    with unit_of_work() as session:
        _require_other(actor, person_id)
        share = _open_share(session, person_id)
        if share is None:
            raise ShareRefused("not_proposed")
        if share.proposed_by_id == actor.ref:
            raise ShareRefused("same_person")
        if share.person.disabled_on is not None:
            raise ShareRefused("no_access")
        if share.proposed_by.roles.isdisjoint(SHARERS):
            raise ShareRefused("proposer_gone")
        lacks = [lack for lack in holdings.lacking(session) if lack.person_id == person_id]
        mine = [lack.part for lack in lacks if actor.ref in lack.sharers]
        if not mine:
            raise ShareRefused("nothing_to_share")
        count = vault.grant_parts(actor.ring, mine[:AT_ONCE], person_id)
        share.shared += count
        if len(mine) <= AT_ONCE:
            share.state, share.decided_by_id = "confirmed", actor.ref
            share.decided_on = now().date()
        session.flush()
        _note(session, actor, "keys_shared", person_id)
        return Shared(count, len(lacks) - count)


def take_back(actor: Actor, person_id: str) -> None:
    """Withdraw a proposal to share; raises ShareRefused (not_a_sharer, not_proposed)."""
    with unit_of_work() as session:
        if not actor.has_any(SHARERS):
            raise ShareRefused("not_a_sharer")
        share = _open_share(session, person_id)
        if share is None:
            raise ShareRefused("not_proposed")
        share.state, share.decided_by_id = "withdrawn", actor.ref
        share.decided_on = now().date()
        session.flush()
        _note(session, actor, "sharing_withdrawn", person_id)


def proposed(session: Session) -> Mapping[str, KeyShare]:
    """Return the proposals that wait for a second colleague, by whom they are for."""
    statement = select(KeyShare).where(KeyShare.state == "proposed")
    return {share.person_id: share for share in session.scalars(statement)}


def _require_other(actor: Actor, person_id: str) -> None:
    if not actor.has_any(SHARERS):
        raise ShareRefused("not_a_sharer")
    if actor.ref == person_id:
        raise ShareRefused("about_yourself")


def _open_share(session: Session, person_id: str) -> KeyShare | None:
    statement = (
        select(KeyShare)
        .where(KeyShare.person_id == person_id, KeyShare.state == "proposed")
        .with_for_update(of=KeyShare)
    )
    return session.scalar(statement)


def _note(session: Session, actor: Actor, action: str, person_id: str) -> None:
    role = min(actor.roles & SHARERS)
    audit.record(session, HOUSE, HOUSE_ID, action, actor=actor, role=role, reason_code=person_id)
