"""Voting: on a page of its own, filled with what was voted before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.ballots import VoteForm, vote_form
from forms.pages import amount_as_typed
from fund_app.extensions import db
from fund_app.models.sealed import CannotOpen
from fund_app.models.types import new_ref
from fund_app.services import ballots, rules, votes
from fund_app.services.transition import Request
from fund_app.services.vault import SignedIn
from fund_app.services.votes import Cast
from fund_app.views import casework as shared
from fund_app.views import errors, labels
from fund_app.views.access import allow
from fund_app.views.applicant.common import wish
from fund_app.views.casework import me
from fund_app.views.reviewer.ballot import File, Place, file_of, page, place_of
from fund_app.views.reviewer.seats import PANEL
from workflows.counting import Choice
from workflows.roles import Role

UNDECLARED = "conflict_not_declared"

Deed = Callable[[SignedIn, str, Cast, Request], None]


@allow(*PANEL)
def cast(ballot_id: str) -> ResponseReturnValue:
    """Show the form of a vote, or cast it."""
    return _vote(place_of(ballot_id), ballots.cast, _("Your vote is in the box."))


@allow(Role.CHAIR)
def chair_decides(ballot_id: str) -> ResponseReturnValue:
    """Show the chair the form that breaks a tie, or break it."""
    return _vote(place_of(ballot_id), ballots.chair_decides, _("You have decided."))


def _vote(place: Place, deed: Deed, done: str) -> ResponseReturnValue:
    file = file_of(place)
    if request.method == "POST":
        return _sent(place, file, deed, done)
    if file is None:
        return redirect(url_for("reviewer.ballot", ballot_id=place.ballot.id))
    return page(place, form=_made(place, file)(data=_start(place)))


def _sent(place: Place, file: File | None, deed: Deed, done: str) -> ResponseReturnValue:
    if file is None:
        return errors.refusal(labels.refusal(UNDECLARED if place.is_drawn else "wrong_state"))
    form = _made(place, file)(request.form)
    if not form.validate():
        return page(place, 422, form=form)
    try:
        deed(me(), place.ballot.id, _given(form), wish())
    except shared.REFUSING as error:
        db.session.rollback()
        return page(place_of(place.ballot.id), 409, form=form, trouble=shared.trouble(error))
    flash(done, "success")
    if place.seat is None:
        return redirect(url_for("reviewer.seats"))
    return redirect(url_for("reviewer.ballot", ballot_id=place.ballot.id))


def _made(place: Place, file: File) -> type[VoteForm]:
    """Build the form; a chair has to decide and cannot abstain."""
    codes = rules.of(db.session(), place.case).refusal_codes
    choices = [
        pair for pair in labels.CHOICES.items() if not (place.is_chair and pair[0] == "abstain")
    ]
    reasons = [(code, labels.REASONS[code]) for code in codes]
    return vote_form(choices, reasons, file.amounts, place.case.currency)


def _given(form: VoteForm) -> Cast:
    return Cast(Choice(form["choice"].data), form.lines(), form.refusal_code(), form["reason"].data)


def _start(place: Place) -> dict[str, Any]:
    """Return what the form starts with: the person's own vote, if there is one."""
    hidden = {"request_id": new_ref()}
    seat = place.seat
    if place.is_chair or seat is None or seat.vote is None or seat.vote.is_void:
        return hidden
    boxed = votes.read(place.ballot, seat)
    amounts = {
        f"amount_{number}": amount_as_typed(str(amount), place.case.currency)
        for number, amount in enumerate(boxed.vote.lines)
    }
    try:
        reason = seat.vote.reason.open(me().ring)
    except CannotOpen:
        reason = ""
    return {
        **hidden,
        **amounts,
        "choice": str(boxed.vote.choice),
        "reason_code": boxed.reason_code,
        "reason": reason,
    }
