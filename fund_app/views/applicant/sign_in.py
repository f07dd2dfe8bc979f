"""Coming back with a codename. A typo, an unknown codename and none at all read the same."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.codename import CodenameForm
from fund_app.services import codenames
from fund_app.views import resume, session, throttle
from fund_app.views.access import public
from fund_app.views.applicant import common

WHAT = "codename"


@public
def show() -> ResponseReturnValue:
    """Ask for the codename, or go on for somebody who is in already."""
    if common.somebody() is not None:
        return redirect(common.home())
    return _page(CodenameForm())


@public
def enter() -> ResponseReturnValue:
    """Let somebody in who knows a codename."""
    form = CodenameForm(request.form)
    with throttle.by_secret(WHAT) as attempt:
        entrant = codenames.applicants().sign_in(form.codename.data)
    if entrant is None:
        return _page(form, _("We do not know this codename. Please check each word.")), 422
    attempt.give_back()
    session.sign_in_applicant(entrant.holder_id, entrant.private_key)
    return resume.after_sign_in() or redirect(common.home(), 303)


def carrying(sealed: str) -> str:
    """Return the sign-in page around a form that waits (see views/resume.py)."""
    return _page(CodenameForm(data={"resume": sealed}))


def _page(form: CodenameForm, refusal: str | None = None) -> str:
    refusals = () if refusal is None else (refusal,)
    return render_template("applicant/case/sign_in.html", form=form, refusals=refusals)
