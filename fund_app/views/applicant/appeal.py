"""Appealing: one page, a few words if the person wants to, and people who have not decided."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.messages import AppealForm
from fund_app.extensions import db
from fund_app.models.types import new_ref
from fund_app.services import offers
from fund_app.services.transition import Conflict
from fund_app.views.access import allow, not_found
from fund_app.views.applicant import common
from fund_app.views.labels import refusal
from workflows.engine import Refused
from workflows.roles import Role


@allow(Role.APPLICANT)
def show() -> ResponseReturnValue:
    """Ask once more, with room for a few words; or say why there is no appeal."""
    case = common.my_case()
    if not offers.may_ask_for_appeal(db.session(), case):
        not_found()
    return _page(AppealForm(data={"request_id": new_ref(), "step_seen": str(case.step)}))


@allow(Role.APPLICANT)
def send() -> ResponseReturnValue:
    """Appeal; where it is refused, what was typed stays on the page."""
    form = AppealForm(request.form)
    if not form.validate():
        return _page(form), 422
    try:
        offers.appeal(common.me(), form.text.data, common.wish())
    except (Refused, Conflict) as error:
        db.session.rollback()
        form.step_seen.data = str(common.my_case().step)
        return _page(form, common.sentence(error)), 409
    flash(_("We have received it. People who had no part in the decision look at it again."),
          "success")  # fmt: skip
    return redirect(url_for("applicant.case"))


def _page(form: AppealForm, trouble: str = "") -> str:
    outlook = offers.appeal_outlook(db.session(), common.my_case(), common.me())
    return render_template(
        "applicant/case/appeal.html",
        form=form,
        against=refusal(outlook.refusal) if outlook.refusal else "",
        trouble=trouble,
    )
