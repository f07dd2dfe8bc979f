"""An offer: its lines and its letter, and the person's yes or no."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms import emergency
from forms.needs import CATEGORIES
from forms.pages import PageForm, page_form
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.types import new_ref
from fund_app.queries import applicant
from fund_app.services import disbursements, offers
from fund_app.views.access import allow, not_found
from fund_app.views.applicant import common
from fund_app.views.applicant.apply import answer_texts
from fund_app.views.applicant.labels import CHANNELS
from workflows.roles import Role


@allow(Role.APPLICANT)
def show() -> ResponseReturnValue:
    """Show what is offered, line by line."""
    case = _offered()
    return render_template(
        "applicant/case/offer.html",
        case=case,
        lines=applicant.award(db.session(), case.id),
        categories={choice.code: choice.label for choice in CATEGORIES},
        letters=applicant.case_view(db.session(), case).letters,
        request_id=new_ref(),
    )


@allow(Role.APPLICANT)
def accept() -> ResponseReturnValue:
    """Ask how the money should come, then accept the offer."""
    case = _offered() if request.method == "GET" else common.my_case()
    form = _form(case)
    if request.method == "POST" and form.validate():
        offers.accept(common.me(), answer_texts(form), common.wish())
        flash(_("Thank you. We prepare the payment now."), "success")
        return redirect(url_for("applicant.case"))
    return render_template("applicant/case/payout.html", form=form, case=case), (
        422 if form.errors else 200
    )


@allow(Role.APPLICANT)
def decline() -> ResponseReturnValue:
    """Decline the offer."""
    offers.decline(common.me(), common.wish())
    flash(_("You have declined the offer. You can ask for help again at any time."), "info")
    return redirect(url_for("applicant.case"))


def _form(case: Application) -> PageForm:
    codes = disbursements.allowed_channels(case.id)
    offered = {"channels": [(code, str(CHANNELS[code])) for code in codes]}
    made = page_form(emergency.PAYOUT_PAGE, offered)
    hidden = {"request_id": new_ref(), "step_seen": str(case.step)}
    return made(request.form or None, data=hidden)


def _offered() -> Application:
    case = common.my_case()
    if not applicant.case_view(db.session(), case).can_decide:
        not_found()
    return case
