"""One vote as a member of its panel meets it: first the conflict, then the file, then the vote."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot, Seat
from fund_app.models.sealed import Compartment
from fund_app.models.types import new_ref
from fund_app.queries import applicant, applications, casework, coverage
from fund_app.queries.coverage import Coverage
from fund_app.services import ballots, looks, rules
from fund_app.services.votes import read
from fund_app.views import casework as shared
from fund_app.views import errors, labels
from fund_app.views.access import allow, not_found
from fund_app.views.applicant.common import wish
from fund_app.views.casework import me
from fund_app.views.reviewer.seats import PANEL
from fund_app.views.treasury import fund_labels
from workflows.roles import Role

LIVE_FOR_PANEL = ("prepared", "open")


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands to a vote: a seat, the chair, or both."""

    ballot: Ballot
    case: Application
    seat: Seat | None
    is_chair: bool

    @property
    def is_drawn(self) -> bool:
        """Whether nothing of the content may be shown before a declaration."""
        return self.seat is not None and self.seat.status == "drawn" and not self.is_chair

    @property
    def may_read(self) -> bool:
        """Whether the file is theirs to read now."""
        free = self.seat is not None and self.seat.status == "free"
        return self.is_chair or (free and self.ballot.state in LIVE_FOR_PANEL)

    @property
    def may_vote(self) -> bool:
        """Whether a vote of theirs would be taken now."""
        return self.may_read and self.ballot.state == "open"


@dataclass(frozen=True, slots=True)
class File:
    """What the panel reads, opened."""

    narrative: str
    lines: tuple[dict[str, Any], ...]

    @property
    def amounts(self) -> tuple[int, ...]:
        """The amounts asked for, line by line, in minor units."""
        return tuple(line["amount"] for line in self.lines)


def place_of(ballot_id: str) -> Place:
    """Return where the person stands to a vote; 404 where nowhere, or not any more."""
    ballot = casework.ballot(db.session(), ballot_id) or not_found()
    person = me()
    seat = ballots.seat_of(ballot, person.ref)
    gone = ballot.application_id in casework.recused_from(db.session(), person.ref)
    is_chair = Role.CHAIR in person.roles and ballot.state == "chair_vote"
    if gone or ballot.state == "void" or (seat is None and not is_chair):
        not_found()
    return Place(ballot, ballot.application, seat, is_chair)


def file_of(place: Place) -> File | None:
    """Return the file, where it may be read and its opening has been written down."""
    if not place.may_read or not shared.has_opened(place.case.id, Compartment.REVIEW):
        return None
    found = casework.review_file(db.session(), place.case.id)
    if found is None:
        return None
    lines = json.loads(found.lines.open(me().ring))
    return File(found.narrative.open(me().ring), tuple(lines))


@allow(*PANEL)
def show(ballot_id: str) -> ResponseReturnValue:
    """Show what the present moment of the vote asks of the person."""
    return page(place_of(ballot_id))


@allow(*PANEL)
def look(ballot_id: str) -> ResponseReturnValue:
    """Open the file: written down first, then shown."""
    place = place_of(ballot_id)
    if not place.may_read:
        return errors.refusal(labels.refusal("conflict_not_declared"))
    _look(place.case.id)
    return redirect(url_for("reviewer.ballot", ballot_id=ballot_id))


@allow(*PANEL)
def declare_free(ballot_id: str) -> ResponseReturnValue:
    """Record that the person knows of no conflict, and open the file for them."""
    case_id = place_of(ballot_id).case.id
    try:
        ballots.declare_free(me(), ballot_id, wish())
    except shared.REFUSING as error:
        return _refused(error)
    if not shared.has_opened(case_id, Compartment.REVIEW):
        _look(case_id)
    return redirect(url_for("reviewer.ballot", ballot_id=ballot_id))


@allow(*PANEL)
def declare_conflict(ballot_id: str) -> ResponseReturnValue:
    """End the person's part in this very request."""
    place_of(ballot_id)
    try:
        ballots.declare_conflict(me(), ballot_id, wish())
    except shared.REFUSING as error:
        return _refused(error)
    flash(_("Thank you. You have no part in this case any more. Others go on."), "success")
    return redirect(url_for("reviewer.seats"))


def page(place: Place, status: int = 200, **context: Any) -> ResponseReturnValue:
    """Render the page of a vote for somebody's place in it."""
    session, ballot = db.session(), place.ballot
    numbers = rules.of(session, place.case)
    clocks = casework.live_clocks(session, [ballot.id]).get(ballot.id, [])
    left = [shared.time_left(row.name, row.state, row.due_at, now()) for row in clocks]
    decided = ballot.state == "decided"
    file = file_of(place)
    covered = _covered(place, file)
    return render_template(
        "reviewer/ballots/ballot.html",
        place=place,
        ballot=ballot,
        case=place.case,
        file=file,
        covered=covered,
        short_lines=[fund_labels.line(code) for code in covered.lines] if covered else (),
        left=left[0] if left else None,
        held=applications.active_holds(session, [place.case.id]).get(place.case.id, ()),
        checks=place.case.checks if place.may_read else [],
        award=applicant.award(session, place.case.id) if decided else (),
        own=_own(place),
        spoken=shared.spoken(ballot, me()) if place.is_chair else (),
        numbers=numbers,
        version=(place.case.rules_code or "").removeprefix("v"),
        categories=(place.case.line_categories or "").split(","),
        labels=labels,
        request_id=request.form.get("request_id") or new_ref(),
        **context,
    ), status


def _look(case_id: str) -> None:
    mark = looks.look(me(), case_id, Compartment.REVIEW)
    shared.remember_opened(case_id, Compartment.REVIEW, mark)


def _covered(place: Place, file: File | None) -> Coverage | None:
    """Return whether the budget and the fund would hold what is asked; None with a sealed file."""
    if file is None:
        return None
    asked = coverage.by_category(file.lines)
    return coverage.coverage(db.session(), place.case, asked, now().date())


def _own(place: Place) -> str | None:
    """Return what the person voted, as a code; others' votes are never read here."""
    seat = place.seat
    if seat is None or seat.vote is None or seat.vote.is_void:
        return None
    return str(read(place.ballot, seat).vote.choice)


def _refused(error: Exception) -> ResponseReturnValue:
    return errors.refusal(" ".join(shared.trouble(error).sentences))
