"""Writing the file for the panel beside what the person told."""

from __future__ import annotations

import json
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.decisions import MOST_LINES, SPARE_LINES, RedactionForm, lines_sent, redaction_form
from forms.pages import amount_as_typed
from fund_app.extensions import db
from fund_app.models.applications import Application, ReviewFile
from fund_app.models.sealed import Compartment
from fund_app.models.types import new_ref
from fund_app.queries import answers, casework
from fund_app.services import applications
from fund_app.services.applications import FileLine
from fund_app.views import labels
from fund_app.views.access import allow
from fund_app.views.applicant.common import wish
from fund_app.views.casework import REFUSING, Trouble, has_opened, me, trouble
from fund_app.views.coordinator import frame, told
from workflows.roles import Role


@allow(Role.COORDINATOR)
def show(case_id: str) -> ResponseReturnValue:
    """Show the form: what was written before, or the person's own cost lines to begin with."""
    case = frame.case_of(case_id)
    values = _start(case) if has_opened(case.id, Compartment.NARRATIVE) else {}
    hidden = {"request_id": new_ref(), "step_seen": str(case.step)}
    count = min(int(values.pop("count", 0)) + SPARE_LINES, MOST_LINES)
    return _page(case, _made(case, count)(data={**values, **hidden}))


@allow(Role.COORDINATOR)
def write(case_id: str) -> ResponseReturnValue:
    """Seal the file for the panel."""
    case = frame.case_of(case_id)
    form = _made(case, lines_sent(list(request.form)))(request.form)
    if not form.validate():
        return _page(case, form), 422
    lines = [FileLine(*given) for given in form.given()]
    try:
        applications.write_redaction(me(), case_id, form.narrative.data, lines, wish())
    except REFUSING as error:
        said = trouble(error)
        db.session.rollback()
        case = frame.case_of(case_id)
        form.step_seen.data = str(case.step)
        return _page(case, form, said), 409
    flash(
        _("The file for the panel is sealed. You can change it until the panel has it."), "success"
    )
    return redirect(frame.address("case", case_id))


def _made(case: Application, count: int) -> type[RedactionForm]:
    return redaction_form(list(labels.CATEGORIES.items()), count, case.currency)


def _start(case: Application) -> dict[str, Any]:
    """Return what the form begins with; words of the person are never copied into it."""
    session, ring = db.session(), me().ring
    file = casework.review_file(session, case.id)
    if file is not None and ring.opens(case.id, Compartment.REVIEW):
        return _written(file, case)
    costs = answers.cost_lines(answers.opened(session, ring, case.id, compartment="narrative"))
    values: dict[str, Any] = {"count": len(costs)}
    for number, cost in enumerate(costs[:MOST_LINES]):
        values[f"category_{number}"] = cost.category
        if cost.currency == case.currency:
            values[f"amount_{number}"] = amount_as_typed(str(cost.amount), cost.currency)
    return values


def _written(file: ReviewFile, case: Application) -> dict[str, Any]:
    ring = me().ring
    lines = json.loads(file.lines.open(ring))
    values: dict[str, Any] = {"count": len(lines), "narrative": file.narrative.open(ring)}
    for number, line in enumerate(lines):
        values[f"category_{number}"] = line["category"]
        values[f"what_{number}"] = line["what"]
        values[f"amount_{number}"] = amount_as_typed(str(line["amount"]), case.currency)
    return values


def _page(case: Application, form: RedactionForm, said: Trouble | None = None) -> str:
    known: dict[tuple[str, int], str] = {}
    if has_opened(case.id, Compartment.NARRATIVE):
        known = answers.opened(db.session(), me().ring, case.id, compartment="narrative")
    return frame.page(
        "redaction",
        case,
        "act",
        form=form,
        trouble=said or Trouble(()),
        sections=told.sections(known),
    )
