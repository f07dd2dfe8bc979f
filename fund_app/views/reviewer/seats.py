"""Where reviewers begin: their seats by due time, with what is expected now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot
from fund_app.models.types import new_ref
from fund_app.queries import applications, casework
from fund_app.queries.casework import ClockRow
from fund_app.services.vault import SignedIn
from fund_app.views import labels
from fund_app.views.access import allow
from fund_app.views.casework import TimeLeft, me, time_left
from fund_app.views.reviewer import person_events
from workflows.roles import Role

PANEL = (Role.REVIEWER, Role.CHAIR)


@dataclass(frozen=True, slots=True)
class Line:
    """One vote on the start page: its case by its invented name, and what is expected."""

    ballot: Ballot
    case: Application
    expected: str
    tone: str
    left: TimeLeft | None


@allow(*PANEL)
def index() -> ResponseReturnValue:
    """Show what is expected of the person, the nearest due first, and what was decided."""
    session, person = db.session(), me()
    held = applications.seats_of(session, person.ref)
    tied = casework.tied_ballots(session) if Role.CHAIR in person.roles else []
    clocks = casework.live_clocks(session, [b.id for _s, b, _a in held] + [b.id for b, _a in tied])
    voted = casework.voted_seats(session, person.ref)
    lines = [
        _line(ballot, case, _expected(ballot, seat.status, seat.id in voted), clocks)
        for seat, ballot, case in held
        if ballot.state != "chair_vote" or Role.CHAIR not in person.roles
    ]
    lines += [_line(ballot, case, DECIDE, clocks) for ballot, case in _mine(session, person, tied)]
    return render_template(
        "reviewer/ballots/seats.html",
        lines=sorted(lines, key=lambda line: (line.tone != "warn", line.ballot.due_at or now())),
        wished=person_events.waiting_for(session, person),
        fresh=new_ref,
        decided=casework.decided_for(session, person.ref),
        labels=labels,
    )


DECLARE, VOTE, VOTED, READ, WAIT, DECIDE = "declare", "vote", "voted", "read", "wait", "decide"
TONES = {DECLARE: "warn", VOTE: "warn", DECIDE: "warn", VOTED: "good"}


def words(expected: str) -> str:
    """Return what is expected, in words."""
    return {
        DECLARE: _("Say whether you have a conflict"),
        VOTE: _("Cast your vote"),
        VOTED: _("You have voted; you can change it until the vote closes"),
        READ: _("You can read; the vote opens when enough have declared"),
        WAIT: _("Nothing now; the vote is closed and not decided yet"),
        DECIDE: _("The votes are equal; the chair decides"),
    }[expected]


def _expected(ballot: Ballot, status: str, has_voted: bool) -> str:
    if ballot.state not in {"prepared", "open"}:
        return WAIT
    if status == "drawn":
        return DECLARE
    if ballot.state == "prepared":
        return READ
    return VOTED if has_voted else VOTE


def _mine(
    session: Session, person: SignedIn, tied: Iterable[tuple[Ballot, Application]]
) -> list[tuple[Ballot, Application]]:
    gone = casework.recused_from(session, person.ref)
    return [(ballot, case) for ballot, case in tied if case.id not in gone]


def _line(
    ballot: Ballot, case: Application, expected: str, clocks: dict[str, list[ClockRow]]
) -> Line:
    running = clocks.get(ballot.id, [])
    left = None
    if running:
        first = running[0]
        left = time_left(first.name, first.state, first.due_at, now())
    return Line(ballot, case, words(expected), TONES.get(expected, "neutral"), left)
