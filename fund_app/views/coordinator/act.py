"""Doing something with a case: one act per page, and what was typed stays when it is refused."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from forms.casework import QuestionsForm
from forms.messages import ActForm
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.types import new_ref
from fund_app.services import countersignatures
from fund_app.views import labels
from fund_app.views.access import allow, not_found
from fund_app.views.applicant.common import wish
from fund_app.views.casework import REFUSING, Trouble, me, trouble
from fund_app.views.coordinator import frame
from fund_app.views.coordinator.acts import BY_ACTION, FIRST_BY_ACTION, Act
from workflows.roles import Role

KINDS = {"Radio": "radios", "TextArea": "textarea", "Boolean": "checkbox"}


@allow(Role.COORDINATOR)
def show(case_id: str, action: str) -> ResponseReturnValue:
    """Show the page of one act."""
    case = frame.case_of(case_id)
    act = _act(case, action)
    return _page(case, act, act.form(case)(data=_start(case)))


@allow(Role.COORDINATOR)
def do(case_id: str, action: str) -> ResponseReturnValue:
    """Do it, or say in sentences why not."""
    case = frame.case_of(case_id)
    act = _act(case, action)
    form = act.form(case)(request.form)
    if not form.validate():
        return _page(case, act, form), 422
    try:
        act.run(me(), case_id, form, wish())
    except REFUSING as error:
        told = trouble(error)
        db.session.rollback()
        case = frame.case_of(case_id)
        form.step_seen.data = str(case.step)
        return _page(case, act, form, told), 409
    flash(str(act.done), "success")
    return redirect(frame.address("case", case_id))


def _act(case: Application, action: str) -> Act:
    """Return the act; where two people are needed, the first signature until there is one."""
    first = FIRST_BY_ACTION.get(action)
    if first is not None and not _another_signed(case, action):
        return first
    return BY_ACTION.get(action) or not_found()


def _another_signed(case: Application, action: str) -> bool:
    return any(
        row.action == action and row.person_id != me().ref
        for row in countersignatures.waiting(db.session(), case)
    )


def _start(case: Application) -> dict[str, Any]:
    """Return what a form starts with; names a form does not have are left out by it."""
    return {
        "request_id": new_ref(),
        "step_seen": str(case.step),
        "band": case.band,
        "lead": case.lead_id,
        "kind": request.args.get("kind"),
    }


def _page(case: Application, act: Act, form: ActForm, told: Trouble | None = None) -> str:
    fields = [
        (KINDS.get(field.type.removesuffix("Field"), "question"), field)
        for field in form
        if field.type != "HiddenField"
    ]
    return frame.page(
        "act",
        case,
        "act",
        act=act,
        label=labels.ACTIONS[act.action],
        form=form,
        fields=fields,
        trouble=told or Trouble(()),
        rows=3 if isinstance(form, QuestionsForm) else 6,
    )
