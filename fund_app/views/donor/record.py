"""Ending a donor's record: what goes, what stays, and the button."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from forms.receipts import EndForm
from fund_app.services import donors, receipts
from fund_app.views import session
from fund_app.views.access import allow
from fund_app.views.donor import common
from workflows.roles import Role


@allow(Role.DONOR)
def show() -> ResponseReturnValue:
    """Say what ending means."""
    return _page(EndForm())


@allow(Role.DONOR)
def end() -> ResponseReturnValue:
    """End the record and the session, and say so."""
    form = EndForm()
    if not form.validate_on_submit():
        return _page(form), 422
    donors.end(common.me())
    session.sign_out()
    return render_template("donor/ended.html")


def _page(form: EndForm) -> str:
    return render_template("donor/end.html", form=form, keep_years=receipts.KEEP_YEARS)
