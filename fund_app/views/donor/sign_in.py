"""Coming back with a donor's codename. A typo, an unknown codename and none read the same."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.donations import CodenameForm
from fund_app.services import codenames
from fund_app.views import resume, session, throttle
from fund_app.views.access import public
from fund_app.views.donor import common


@public
def show() -> ResponseReturnValue:
    """Ask for the codename, or go on for somebody who is in already."""
    if common.somebody() is not None:
        return redirect(url_for("donor.statements"))
    return _page(CodenameForm())


@public
def enter() -> ResponseReturnValue:
    """Let somebody in who knows a donor's codename."""
    form = CodenameForm()
    if not form.validate_on_submit():
        return _page(form), 422
    with throttle.by_secret("codename") as attempt:
        entrant = codenames.donors().sign_in(form.codename.data)
    if entrant is None:
        form.codename.data = ""
        return _page(form, _("We do not know this codename. Please check each word.")), 422
    attempt.give_back()
    session.sign_in_donor(entrant.holder_id, entrant.private_key)
    return resume.after_sign_in() or redirect(url_for("donor.statements"), 303)


def carrying(sealed: str) -> str:
    """Return the sign-in page around a form that waits (see resume.py)."""
    return _page(CodenameForm(formdata=None, resume=sealed))


def _page(form: CodenameForm, refusal: str | None = None) -> str:
    refusals = () if refusal is None else (refusal,)
    return render_template("donor/sign_in.html", form=form, refusals=refusals)
