"""The fast track for officers of treasury and board: they sign first, a coordinator gives it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.disbursements import minor_units
from forms.fast_track import propose_form
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.types import new_ref
from fund_app.queries import fast_tracks
from fund_app.queries.fast_tracks import ProposalRow
from fund_app.services import casework, fast_track, rules
from fund_app.views import acts, labels
from fund_app.views.access import allow, not_found
from fund_app.views.casework import REFUSING, Trouble, trouble
from workflows.roles import Role

OFFICERS = (Role.TREASURER, Role.BOARD_MEMBER)
BELOW_ANY_CAP = {"amount": 0}
"""The amount is asked for by the form, so that it cannot stand in the way of showing it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A case in danger of life as an officer sees it: nothing of what was told."""

    case: Application
    cap: int
    proposals: tuple[ProposalRow, ...]
    sentences: tuple[str, ...]


@allow(*OFFICERS)
def index() -> ResponseReturnValue:
    """List the cases in danger of life that wait for two officers."""
    return render_template(
        "treasury/fast_tracks/index.html",
        lines=_lines(fast_tracks.cases(db.session())),
        labels=labels,
        time_left=acts.time_left,
    )


@allow(*OFFICERS)
def show(application_id: str) -> ResponseReturnValue:
    """Show one case with the form of the first signature."""
    case = _case(application_id)
    start = {"request_id": new_ref(), "step_seen": str(case.step)}
    return _page(case, propose_form(case.currency)(data=start))


@allow(*OFFICERS)
def propose(application_id: str) -> ResponseReturnValue:
    """Sign first for an amount; what was typed stays when it is refused."""
    case = _case(application_id)
    form: Any = propose_form(case.currency)(request.form)
    if not form.validate():
        return _page(case, form), 422
    amount = minor_units(form.amount.data, case.currency)
    try:
        fast_track.propose(acts.me(), application_id, amount, acts.wish(form))
    except REFUSING as error:
        told = trouble(error)
        db.session.rollback()
        case = _case(application_id)
        form.step_seen.data = str(case.step)
        return _page(case, form, told), 409
    flash(_("Signed. A coordinator gives this very amount, and names who is paid."), "success")
    return redirect(url_for("treasury.fast_tracks"), 303)


def _case(application_id: str) -> Application:
    return fast_tracks.case(db.session(), application_id) or not_found()


def _page(case: Application, form: Any, told: Trouble | None = None) -> str:
    (line,) = _lines([case])
    return render_template(
        "treasury/fast_tracks/show.html",
        line=line,
        form=form,
        trouble=told or Trouble(()),
        labels=labels,
        left=acts.time_left(case.due_at),
    )


def _lines(cases: list[Application]) -> list[Line]:
    session = db.session()
    signed = fast_tracks.proposals(session, [case.id for case in cases])
    found = []
    for case in cases:
        options = casework.offered_to(session, case, acts.me(), BELOW_ANY_CAP)
        own = next(each for each in options if each.action == fast_tracks.PROPOSE)
        sentences = tuple(labels.refusal(code) for code in own.refusals)
        theirs = tuple(row for row in signed if row.application_id == case.id)
        found.append(Line(case, rules.of(session, case).fast_track_cap, theirs, sentences))
    return found
