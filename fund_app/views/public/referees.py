"""A referee's two pages: the words that open them, and the short form. Neither names anybody.

Every link shows the same first page, be it new, used, over or made up; and words that open
nothing are answered by the same sentence, whatever the reason.
"""

from __future__ import annotations

import re

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.referees import CodeForm, RefereeForm
from fund_app.models.types import new_ref
from fund_app.services import referees
from fund_app.views import throttle
from fund_app.views.access import public
from fund_app.views.applicant.common import wish

WHAT = "referee"
ANSWERS = "answers"
"""The field that tells the second page from the first."""
LONGEST_LOOKUP = 64


@public
def show(lookup: str = "") -> ResponseReturnValue:
    """Ask for the words; nothing is looked up before they are there."""
    return _door(CodeForm(), is_spoken=not lookup)


@public
def send(lookup: str = "") -> ResponseReturnValue:
    """Open the form to the right words, or take what was written in it."""
    throttle.take(WHAT, throttle.SIGN_IN)
    words = CodeForm(request.form)
    key = _key(lookup or words.number.data)
    if ANSWERS not in request.form:
        if not referees.opens(key, words.code.data):
            return _shut(words, is_spoken=not lookup)
        throttle.give_back(WHAT, throttle.SIGN_IN)
        start = {"request_id": new_ref(), "number": words.number.data, "code": words.code.data}
        return _form(RefereeForm(data=start))
    return _take(key, words, is_spoken=not lookup)


@public
def done() -> ResponseReturnValue:
    """Thank, and say what happens to the answer."""
    return render_template("public/referee/done.html")


def _take(key: str, words: CodeForm, *, is_spoken: bool) -> ResponseReturnValue:
    form = RefereeForm(request.form)
    if not form.validate():
        if not referees.opens(key, words.code.data):
            return _shut(words, is_spoken=is_spoken)
        return _form(form), 422
    try:
        is_taken = referees.answer(key, words.code.data, form.given(), wish())
    except referees.NobodyReads:
        sentence = _(
            "Nobody can open an answer at this moment, so yours was not taken. Your words still "
            "open this page: please send it again later, or tell the person who asked you."
        )
        return _form(form, (sentence,)), 503
    if not is_taken:
        return _shut(words, is_spoken=is_spoken)
    throttle.give_back(WHAT, throttle.SIGN_IN)
    return redirect(url_for("public.referee_done"), 303)


def _key(text: str) -> str:
    """Return a link's half as it is, a spoken number by its digits."""
    digits = re.sub(r"\D", "", text)
    return digits if re.fullmatch(r"[\d\s.-]+", text) else text[:LONGEST_LOOKUP]


def _shut(words: CodeForm, *, is_spoken: bool) -> ResponseReturnValue:
    sentence = _(
        "These words open nothing here. They work once and for a limited time. Please check each "
        "one, or ask the person who gave them to you."
    )
    words.code.data = words.number.data = ""
    return _door(words, (sentence,), is_spoken=is_spoken), 422


def _door(words: CodeForm, refusals: tuple[str, ...] = (), *, is_spoken: bool) -> str:
    return render_template(
        "public/referee/door.html", form=words, refusals=refusals, is_spoken=is_spoken
    )


def _form(form: RefereeForm, refusals: tuple[str, ...] = ()) -> str:
    return render_template("public/referee/form.html", form=form, refusals=refusals)
