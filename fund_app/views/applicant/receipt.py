"""The money has come: said with a word that only the person knows; and how it went."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.messages import ANSWERS, ReceiptForm, ReportForm
from fund_app.extensions import db
from fund_app.models.types import new_ref
from fund_app.queries import applicant
from fund_app.services import offers
from fund_app.views.access import allow, not_found
from fund_app.views.applicant import common
from workflows.roles import Role


@allow(Role.APPLICANT)
def confirm() -> ResponseReturnValue:
    """Take the word for one payment after the other."""
    case = common.my_case()
    waiting = applicant.case_view(db.session(), case).awaiting_receipt
    if not waiting and request.method == "GET":
        not_found()
    form = ReceiptForm(request.form or None, data={"request_id": new_ref()})
    if request.method == "POST" and form.validate():
        if waiting:
            offers.confirm_receipt(common.me(), waiting[0], form.word.data, common.wish())
        flash(_("Thank you for telling us. We are glad it reached you."), "success")
        return redirect(url_for("applicant.case"))
    return render_template("applicant/case/receipt.html", form=form), 422 if form.errors else 200


@allow(Role.APPLICANT)
def report() -> ResponseReturnValue:
    """Take a light report."""
    case = common.my_case()
    if request.method == "GET" and not applicant.case_view(db.session(), case).can_report:
        not_found()
    hidden = {"request_id": new_ref(), "step_seen": str(case.step)}
    form = ReportForm(request.form or None, data=hidden)
    if request.method == "POST" and form.validate():
        offers.report(common.me(), _told(form), common.wish())
        flash(_("Thank you. That is all we need."), "success")
        return redirect(url_for("applicant.case"))
    return render_template("applicant/case/report.html", form=form), 422 if form.errors else 200


def _told(form: ReportForm) -> str:
    """Return the report as one text: each question with its answer."""
    chosen = {choice.value: choice.label for choice in ANSWERS}
    answers = (
        (form.spent, form.spent.data),
        (form.safer, chosen.get(form.safer.data, "")),
        (form.working, chosen.get(form.working.data, "")),
        (form.wrong, form.wrong.data),
    )
    return "\n\n".join(f"{field.label.text}\n{said}" for field, said in answers if said)
