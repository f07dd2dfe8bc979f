"""Withdrawing: one page that says what it means, one button, no reason asked."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fund_app.extensions import db
from fund_app.models.types import new_ref
from fund_app.queries import applicant
from fund_app.services import offers
from fund_app.views.access import allow, not_found
from fund_app.views.applicant import common
from workflows.roles import Role


@allow(Role.APPLICANT)
def withdraw() -> ResponseReturnValue:
    """Ask once more, then end the case."""
    if request.method == "POST":
        offers.withdraw(common.me(), common.wish())
        flash(_("You have withdrawn. Nobody will ask you why."), "info")
        return redirect(url_for("applicant.case"))
    case = common.my_case()
    if not applicant.case_view(db.session(), case).can_withdraw:
        not_found()
    return render_template("applicant/case/withdraw.html", case=case, request_id=new_ref())
