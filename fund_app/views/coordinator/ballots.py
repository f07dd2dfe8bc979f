"""The panel of a case as its lead sees it: how far it is, never how somebody voted."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot
from fund_app.models.sealed import Compartment
from fund_app.queries import casework
from fund_app.services import ballots, board_votes
from fund_app.services.vault import SignedIn
from fund_app.views import casework as shared
from fund_app.views import errors
from fund_app.views.access import allow, not_found
from fund_app.views.applicant.common import wish
from fund_app.views.coordinator import frame
from workflows.roles import Role


@dataclass(frozen=True, slots=True)
class Panel:
    """A vote as counts; `spoken` only once it is decided and the file has been opened."""

    ballot: Ballot
    left: shared.TimeLeft | None
    seated: int
    declared: int
    stepped_back: int
    voted: int
    spoken: tuple[shared.Spoken, ...]
    can_hand_over: bool


def panel_of(case: Application, person: SignedIn) -> Panel | None:
    """Return the latest vote on a case, or None before there is one."""
    ballot = casework.latest_ballot(db.session(), case.id)
    if ballot is None:
        return None
    seats = ballot.seats
    is_open = shared.has_opened(case.id, Compartment.NARRATIVE)
    return Panel(
        ballot,
        _left(ballot),
        seated=sum(seat.status != "recused" for seat in seats),
        declared=sum(seat.status == "free" for seat in seats),
        stepped_back=sum(seat.status == "recused" for seat in seats),
        voted=sum(_counts(seat.vote) for seat in seats),
        spoken=shared.spoken(ballot, person) if is_open else (),
        can_hand_over=ballot.state == board_votes.WAITING
        and not ballots.eligible(db.session(), case),
    )


@allow(Role.COORDINATOR)
def substitutes(case_id: str) -> ResponseReturnValue:
    """Draw substitutes for a vote that was short of its quorum."""
    case = frame.case_of(case_id)
    ballot = casework.latest_ballot(db.session(), case.id) or not_found()
    try:
        ballots.substitutes(shared.me(), ballot.id, wish())
    except shared.REFUSING as error:
        return errors.refusal(" ".join(shared.trouble(error).sentences))
    flash(_("Substitutes are drawn. They get the extra hours."), "success")
    return redirect(frame.address("case", case_id))


@allow(Role.COORDINATOR)
def hand_over(case_id: str) -> ResponseReturnValue:
    """Open the file for the board, where nobody is left to draw."""
    case = frame.case_of(case_id)
    ballot = casework.latest_ballot(db.session(), case.id) or not_found()
    try:
        board_votes.hand_over(shared.me(), ballot.id, wish())
    except shared.REFUSING as error:
        return errors.refusal(" ".join(shared.trouble(error).sentences))
    flash(_("The board can open the file now. Two members decide in writing."), "success")
    return redirect(frame.address("case", case_id))


def _counts(vote: object) -> bool:
    return vote is not None and not getattr(vote, "is_void", False)


def _left(ballot: Ballot) -> shared.TimeLeft | None:
    clocks = casework.live_clocks(db.session(), [ballot.id]).get(ballot.id, [])
    if not clocks:
        return None
    first = clocks[0]
    return shared.time_left(first.name, first.state, first.due_at, now())
