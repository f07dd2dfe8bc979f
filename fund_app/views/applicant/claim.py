"""Taking over what was written down on the telephone: five words against seven of one's own."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from forms.claims import ClaimForm, claim_form
from fund_app.services import claims
from fund_app.views import session, throttle
from fund_app.views.access import public
from fund_app.views.applicant import common
from fund_app.views.applicant.apply import word_lists

WHAT = "claim"


@public
def show() -> ResponseReturnValue:
    """Ask for the five words, or go on for somebody who is in already."""
    if common.somebody() is not None:
        return redirect(common.home())
    language = str(get_locale() or "en")
    start = language if language in word_lists() else "en"
    return _page(_made()(data={"word_list": start}))


@public
def take() -> ResponseReturnValue:
    """Give whoever knows a code their codename, to be shown once."""
    throttle.take(WHAT, throttle.SIGN_IN)
    form = _made()(request.form)
    fresh = claims.take(form["code"].data, form["word_list"].data or "en")
    if fresh is None:
        refusal = _("We do not know these words, or they are older than three days.")
        return _page(form, refusal), 422
    throttle.give_back(WHAT, throttle.SIGN_IN)
    shown = {"words": list(fresh.words), "digits": fresh.grouped_digits}
    session.sign_in_applicant(fresh.holder_id, fresh.private_key, data={common.SHOWN_ONCE: shown})
    return redirect(common.home(), 303)


def _made() -> type[ClaimForm]:
    return claim_form(list(word_lists().items()))


def _page(form: ClaimForm, refusal: str | None = None) -> str:
    refusals = () if refusal is None else (refusal,)
    return render_template("applicant/case/claim.html", form=form, refusals=refusals)
