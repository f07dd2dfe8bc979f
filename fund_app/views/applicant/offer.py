"""An offer: its lines and its letter, and the person's yes or no."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.needs import CATEGORIES
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.types import new_ref
from fund_app.queries import applicant
from fund_app.services import offers
from fund_app.views.access import allow, not_found
from fund_app.views.applicant import common, payee
from fund_app.views.applicant.apply import answer_texts
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
    """Ask where and how the money should come, then accept the offer.

    Which ways are offered depends on the country and the person; they are shown anew for what
    was chosen (`look`), and a way that is forbidden there is not taken.
    """
    case = _offered() if request.method == "GET" else common.my_case()
    form, refused = payee.asked(case, payee.told_with_the_application(case))
    if payee.is_sent() and form.validate():
        offers.accept(common.me(), answer_texts(form), common.wish())
        flash(_("Thank you. We prepare the payment now."), "success")
        return redirect(url_for("applicant.case"))
    return render_template(
        "applicant/case/payout.html", form=form, look=payee.LOOK, refused=refused
    ), (422 if form.errors else 200)


@allow(Role.APPLICANT)
def decline() -> ResponseReturnValue:
    """Decline the offer."""
    offers.decline(common.me(), common.wish())
    flash(_("You have declined the offer. You can ask for help again at any time."), "info")
    return redirect(url_for("applicant.case"))


def _offered() -> Application:
    case = common.my_case()
    if not applicant.case_view(db.session(), case).can_decide:
        not_found()
    return case
