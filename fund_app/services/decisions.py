"""Decisions: what a counted ballot means for its application."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.ballots import LIVE, Ballot
from fund_app.services.casework import Deed, by_system
from fund_app.services.notifications import notify_role
from workflows.engine import Refused
from workflows.roles import Role

PASSED = ("approve", "approve_partially")
BY_OUTCOME = {
    "approve": ("approve", "approve_no_money"),
    "approve_partially": ("approve_partially", "approve_no_money"),
    "reject": ("reject",),
    "no_quorum": ("no_quorum",),
}
RATIFIED = {
    "approve": ("ratify_and_settle", "ratify"),
    "approve_partially": ("ratify_and_settle", "ratify"),
    "reject": ("refuse_ratification",),
    "no_quorum": ("no_quorum",),
}


def hear(session: Session, ballot: Ballot) -> None:
    """Carry a ballot's outcome into its application, which the caller has locked before it.

    Approved and paid for: the award is encumbered. Approved without money: the case waits for
    it. Above what the panel may grant: it stays in review until the board has consented, and
    the board is told; `hear_again` takes it up then.
    """
    application = session.get_one(Application, ballot.application_id)
    outcome = ballot.result or "no_quorum"
    table = BY_OUTCOME if ballot.kind == "decision" else RATIFIED
    facts = {"ballot_outcome": outcome, "request_covered": _is_covered(application)}
    refusals: list[Refused] = []
    for action in table[outcome]:
        try:
            with session.begin_nested():
                by_system(session, application, Deed(action, facts, application.reason_code))
        except Refused as refused:
            # Another case may have taken the money after this one's guard had seen it.
            session.refresh(application)
            refusals.append(refused)
        else:
            return
    if any("above_cap" in refused.codes for refused in refusals):
        notify_role(session, Role.BOARD_MEMBER)
        return
    raise refusals[-1]


def hear_again(session: Session, application: Application) -> None:
    """Take up a decision that waited for the board's consent; nothing to hear changes nothing.

    While a ballot still runs there is nothing to hear: an earlier panel's word on the same case
    was about another round.
    """
    if session.scalar(
        select(Ballot.id).where(Ballot.application_id == application.id, LIVE).limit(1)
    ):
        return
    statement = select(Ballot).where(
        Ballot.application_id == application.id,
        Ballot.kind == "decision",
        Ballot.state == "decided",
        Ballot.result.in_(PASSED),
    )
    ballot = session.scalar(statement.order_by(Ballot.decided_on.desc()).limit(1))
    if application.state == "review" and ballot is not None:
        hear(session, ballot)


def _is_covered(application: Application) -> bool:
    """Whether what the fast track granted already covers the whole request."""
    return all(line.awarded == line.requested for line in application.award_lines)
