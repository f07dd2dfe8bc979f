"""Taking down a call: one page in the order it is spoken, then words that are shown once."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from forms import emergency
from forms.calls import CALL_PAGE, CODE, CODENAME, CallForm, call_form
from fund_app.extensions import db
from fund_app.models.types import new_ref
from fund_app.services import calls
from fund_app.services.calls import (
    BY_PHONE,
    BY_PROXY,
    Call,
    HandOver,
    Interrupted,
    TakenDown,
)
from fund_app.views.access import allow
from fund_app.views.applicant import common
from fund_app.views.applicant.apply import answer_texts, word_lists
from fund_app.views.casework import me
from fund_app.views.coordinator import frame
from workflows.countries import group_of
from workflows.roles import Role


@allow(Role.COORDINATOR)
def show() -> ResponseReturnValue:
    """Show the call script."""
    language = str(get_locale() or "en")
    start = {
        "request_id": new_ref(),
        "language": language,
        "hand_over": CODENAME,
        "word_list": language if language in word_lists() else "en",
    }
    return _page(_made()(data=start))


@allow(Role.COORDINATOR)
def take_down() -> ResponseReturnValue:
    """Make a sealed case of the call and show the words for the person, this once.

    The answer is the page itself and no redirect: what it shows is kept nowhere.
    """
    form = _made()(request.form)
    if not form.validate():
        return _page(form), 422
    try:
        words = calls.take_down(me(), _call(form), common.wish())
    except TakenDown as known:
        flash(
            _("This call is written down already. Its words were shown once and are gone."),
            "warning",
        )
        return redirect(frame.address("case", known.application_id))
    except Interrupted:
        db.session.rollback()
        form["request_id"].data = new_ref()
        return _page(form, _interrupted()), 409
    return _words(words, by_code=form["hand_over"].data == CODE)


@allow(Role.COORDINATOR)
def confirm(case_id: str) -> ResponseReturnValue:
    """Say that the caller has repeated the words."""
    case = frame.case_of(case_id)
    calls.confirm(me(), case.id)
    flash(_("Noted. The words are with the person alone now."), "success")
    return redirect(frame.address("case", case_id))


def _call(form: CallForm) -> Call:
    given = answer_texts(form)
    told = {each.question: each.text for each in given}
    return Call(
        given=given,
        came_by=BY_PROXY if form.is_for_somebody_else() else BY_PHONE,
        language=told["language"],
        region=group_of(told.get("country_now", "")),
        form_version=emergency.FORM_VERSION,
        word_list=form["word_list"].data or "en",
        by_code=form["hand_over"].data == CODE,
    )


def _made() -> type[CallForm]:
    return call_form(common.lists(), list(word_lists().items()))


def _page(form: CallForm, refusal: str | None = None) -> str:
    refusals = () if refusal is None else (refusal,)
    return render_template(
        "coordinator/calls/new.html", form=form, page=CALL_PAGE, refusals=refusals
    )


def _interrupted() -> str:
    return _(
        "Sending this was begun once and not finished, or it is going on just now. Please look"
        " among the cases first; if this call is not there, send it once more."
    )


def _words(words: HandOver, *, by_code: bool) -> str:
    return render_template(
        "coordinator/calls/words.html",
        words=words,
        by_code=by_code,
        done_url=url_for("coordinator.confirm_words", case_id=words.application_id),
        request_id=new_ref(),
    )
