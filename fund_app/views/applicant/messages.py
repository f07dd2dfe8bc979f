"""Messages: questions in one bundle, answers one by one, notes at any time."""

from __future__ import annotations

from collections.abc import Collection

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.fields import tidy
from forms.messages import LONGEST_MESSAGE, NoteForm
from fund_app.extensions import db
from fund_app.models.types import new_ref
from fund_app.queries import applicant, messages
from fund_app.services import intake
from fund_app.services import messages as service
from fund_app.services.cases import Closed
from fund_app.services.transition import Conflict
from fund_app.views.access import allow
from fund_app.views.applicant import common
from workflows.engine import Refused
from workflows.roles import Role

CANNOT = "cannot_"
ANSWER = "answer_"
NOTE = "text"


@allow(Role.APPLICANT)
def show() -> ResponseReturnValue:
    """Show the conversation with the open questions first."""
    return _page(NoteForm(request_id=new_ref()))


@allow(Role.APPLICANT)
def write() -> ResponseReturnValue:
    """Send a note."""
    form = NoteForm(request.form)
    if not form.validate():
        return _page(form, status=422)
    try:
        service.write(common.me(), form.text.data, common.wish())
    except common.REFUSING as error:
        return _refused(form, error)
    flash(_("Your message has arrived."), "success")
    return redirect(url_for("applicant.messages"))


@allow(Role.APPLICANT)
def read() -> ResponseReturnValue:
    """Say that everything so far has been read; kept as a day."""
    service.read_by_applicant(common.me())
    return redirect(url_for("applicant.messages"))


@allow(Role.APPLICANT)
def answer() -> ResponseReturnValue:
    """Send answers; those left empty stay open."""
    given = _given()
    if any(len(text) > LONGEST_MESSAGE for text in given.values()):
        too_long = _("One answer is longer than we can take. Please shorten it or split it.")
        return _page(NoteForm(request_id=new_ref()), status=422, problem=too_long)
    try:
        left = intake.answer(common.me(), given, common.wish())
    except common.REFUSING as error:
        return _refused(NoteForm(request_id=new_ref()), error)
    if left:
        flash(_("Kept. %(count)s still open; whenever you can.", count=left), "info")
        return redirect(url_for("applicant.messages"))
    flash(_("Thank you. Everything we asked is answered."), "success")
    return redirect(url_for("applicant.case"))


def _given() -> dict[str, str]:
    """Return the answers sent, by question; "I cannot say" only where nothing was written."""
    found = {
        name.removeprefix(CANNOT): service.CANNOT_SAY
        for name in request.form
        if name.startswith(CANNOT)
    }
    for name, text in request.form.items():
        if name.startswith(ANSWER) and tidy(text):
            found[name.removeprefix(ANSWER)] = tidy(text)
    return found


def _refused(form: NoteForm, error: Refused | Conflict | Closed) -> ResponseReturnValue:
    """Say why not; what was typed stays, in its form or, where that is gone, as text."""
    db.session.rollback()
    return _page(form, status=409, problem=common.sentence(error))


def _unsent(open_forms: Collection[str]) -> list[str]:
    """Return what was typed into forms that are not on the page any more."""
    return [
        tidy(text)
        for name, text in request.form.items()
        if (name == NOTE or name.startswith(ANSWER)) and name not in open_forms and tidy(text)
    ]


def _page(form: NoteForm, *, status: int = 200, problem: str = "") -> ResponseReturnValue:
    case = common.my_case()
    open_ids = {row.id for row in messages.open_questions(db.session(), case.id)}
    thread = messages.thread(db.session(), common.me().ring, case.id)
    view = applicant.case_view(db.session(), case)
    questions = [row for row in thread if row.id in open_ids] if view.must_answer else []
    open_forms = {*(ANSWER + row.id for row in questions), *(() if view.is_over else (NOTE,))}
    return render_template(
        "applicant/case/messages.html",
        form=form,
        thread=thread,
        unread=messages.unread(db.session(), case.id, service.COORDINATOR),
        questions=questions,
        unsent=_unsent(open_forms),
        typed=request.form,
        problem=problem,
        cannot_say=service.CANNOT_SAY,
        case=case,
        view=view,
        request_id=new_ref(),
    ), status
