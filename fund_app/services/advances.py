"""Advances: a partner or agent accounts for the money of one payment, part by part.

handed over on evidence | given back | lost, as finance and the board say together. A payment by
such a way is reconciled once its parts add up to what was advanced (MONEY.md 3.5).
"""

from __future__ import annotations

from dataclasses import dataclass

from fund_app.models.advances import EVIDENCE
from fund_app.services import disbursement_facts
from fund_app.services.disbursements import fire, locked
from fund_app.services.transition import Request
from fund_app.services.unit import unit_of_work
from workflows.roles import Actor

KINDS = ("handed_over", "returned")
REASONS = ("stolen", "no_evidence", "partner_unreachable", "seized")
"""Codes of why an advance will not come back."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part as it is accounted for.

    kind: of KINDS; amount: positive minor units; evidence: of EVIDENCE; paper: the number of
    the paper in the fund's own folder, never a name.
    """

    kind: str
    amount: int
    evidence: str
    paper: str = ""

    def __post_init__(self) -> None:
        if type(self.amount) is not int:
            raise TypeError("an amount must be an int of minor units")
        if self.kind not in KINDS or self.evidence not in EVIDENCE or self.amount <= 0:
            raise ValueError("a known kind, listed evidence and a positive amount")


def account_for(actor: Actor, disbursement_id: str, part: Part, request: Request) -> None:
    """Record what a partner handed over (Grants +) or gave back (Bank +), Advances - (step 12).

    Raises Unknown, Conflict, Refused: wrong_role, wrong_state (the bank has not shown the
    payment yet), more_than_open.
    """
    with unit_of_work() as session:
        payment, application = locked(session, disbursement_id, request)
        advance = disbursement_facts.advance_of(session, payment.id)
        is_open = advance is not None and part.amount <= advance.open_amount
        given = {"advance_holds": is_open}
        fire(session, payment, application, "account_for", actor, request, given, part)


def write_off(actor: Actor, disbursement_id: str, reason_code: str, request: Request) -> None:
    """Write off all that is still open, as the board beside finance (step 13), for one of REASONS.

    The fund that bears losses makes the other one whole. Finance signs first
    (disbursements.sign_first, action write_off_advance). Raises Refused:
    second_person_missing, open_above_limit, nothing_open, reason_missing.
    """
    kept = reason_code if reason_code in REASONS else None
    given = {"reason_given": kept is not None}
    with unit_of_work() as session:
        payment, application = locked(session, disbursement_id, request)
        fire(
            session,
            payment,
            application,
            "write_off_advance",
            actor,
            request,
            given,
            kept,
            reason_code=kept,
        )
