"""Questions for the names of a case: what waits, one question, agreeing, refusing, ending."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.fields import tidy
from forms.unlocks import custodian_form
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.types import new_ref
from fund_app.models.unlocks import Unlock
from fund_app.queries import casework as cases
from fund_app.queries import unlocks as reads
from fund_app.services import unlocks
from fund_app.services.unlocks import Names, Question
from fund_app.views import acts, custody_labels, labels, marks
from fund_app.views.access import allow, confirmed, not_found
from fund_app.views.casework import REFUSING, Trouble, trouble
from fund_app.views.coordinator import told
from workflows.roles import Role
from workflows.unlocks import DEFAULT_HOURS, Purpose

SIGNERS = (Role.CUSTODIAN, Role.SECURITY_LEAD)
LONGEST_SEARCH = 64
LONGEST_CURSOR = 200


@allow(*SIGNERS)
def index() -> ResponseReturnValue:
    """Show what waits for a word, what is open, and one's own questions."""
    session, person = db.session(), acts.me()
    is_custodian = Role.CUSTODIAN in person.roles
    return render_template(
        "custodian/index.html",
        waiting=reads.waiting(session, urgent_only=not is_custodian),
        running=reads.open_now(session),
        may_ask=is_custodian,
        me=person.ref,
        **_words(),
    )


@allow(*SIGNERS)
def over() -> ResponseReturnValue:
    """List what is over, the latest first."""
    search = tidy(request.args.get("q", ""))[:LONGEST_SEARCH]
    cursor = request.args.get("after", "")[:LONGEST_CURSOR] or None
    found = reads.over(db.session(), search, cursor)
    return render_template(
        "custodian/over.html",
        page=found,
        search=search,
        first_url=url_for("custodian.over", q=search or None) if cursor else None,
        following_url=found.following
        and url_for("custodian.over", q=search or None, after=found.following),
        **_words(),
    )


@allow(Role.CUSTODIAN)
def new() -> ResponseReturnValue:
    """Show the form with which a custodian asks another one."""
    return _form_page(_form()(data={"request_id": new_ref(), "hours": str(DEFAULT_HOURS)}))


@allow(Role.CUSTODIAN)
def ask() -> ResponseReturnValue:
    """Ask another custodian."""
    form: Any = _form()(request.form)
    if not form.validate():
        return _form_page(form), 422
    case_id = cases.by_designation(db.session(), form.designation.data)
    if case_id is None:
        return _form_page(form, Trouble((_("There is no case of this name."),))), 409
    question = Question(Purpose(form.purpose.data), int(form.hours.data), form.words.data)
    try:
        unlock_id = unlocks.ask(acts.me(), case_id, question, acts.wish(form))
    except REFUSING as error:
        return _form_page(form, trouble(error)), 409
    flash(_("Asked. Another custodian decides."), "success")
    return redirect(url_for("custodian.unlock", unlock_id=unlock_id), 303)


@allow(*SIGNERS)
def show(unlock_id: str) -> ResponseReturnValue:
    """Show one question without a word of the case: who asks, why, who has agreed."""
    return page(_unlock(unlock_id))


@allow(*SIGNERS)
@confirmed
def agree(unlock_id: str) -> ResponseReturnValue:
    """Agree; with the agreement that makes it enough the time begins."""
    _unlock(unlock_id)
    opened = unlocks.agree(acts.me(), unlock_id)
    said = _("Agreed. The names are open now.") if opened else _("Agreed. One more has to.")
    flash(said, "success")
    return redirect(url_for("custodian.unlocks"), 303)


@allow(*SIGNERS)
def refuse(unlock_id: str) -> ResponseReturnValue:
    """Say no."""
    _unlock(unlock_id)
    unlocks.refuse(acts.me(), unlock_id)
    flash(_("Refused. The names stay sealed."), "success")
    return redirect(url_for("custodian.unlocks"), 303)


@allow(*SIGNERS)
def end(unlock_id: str) -> ResponseReturnValue:
    """End it early."""
    _unlock(unlock_id)
    unlocks.end(acts.me(), unlock_id)
    flash(_("Ended. The names are sealed again."), "success")
    back = "security.watch" if request.form.get("back") == "watch" else "custodian.unlocks"
    if back == "security.watch" and Role.SECURITY_LEAD not in acts.me().roles:
        back = "custodian.unlocks"
    return redirect(url_for(back), 303)


@allow(Role.CUSTODIAN)
@confirmed
def names(unlock_id: str) -> ResponseReturnValue:
    """Show who the person is to the custodian who asked; the look is written down first."""
    _unlock(unlock_id)
    found = unlocks.names(acts.me(), unlock_id)
    marks.remember(found.mark)
    return page(_unlock(unlock_id), found)


def page(unlock: Unlock, found: Names | None = None) -> str:
    """Render one question; `found` are the names, right after the look was written down."""
    person = acts.me()
    against = unlocks.may_sign(person, unlock)
    return render_template(
        "custodian/show.html",
        unlock=unlock,
        words=unlocks.words(person, unlock),
        against="" if against is None else labels.refusal(against),
        may_sign=against is None,
        is_open=unlocks.is_open(unlock, now()),
        is_mine=unlock.asker_id == person.ref,
        names=None if found is None else told.lines(found.answers),
        left=acts.time_left(unlock.ends_at),
        request_id=new_ref(),
        **_words(),
    )


def _unlock(unlock_id: str) -> Unlock:
    """Return a question this person has to do with; the security lead with urgent and open ones."""
    found = reads.unlock(db.session(), unlock_id) or not_found()
    is_theirs = Role.CUSTODIAN in acts.me().roles or found.is_urgent or found.opened_at is not None
    return found if is_theirs else not_found()


def _form() -> Any:
    return custodian_form(custody_labels.purposes_listed(), custody_labels.hours_listed())


def _form_page(form: Any, said: Trouble | None = None) -> str:
    return render_template("custodian/new.html", form=form, trouble=said or Trouble(()))


def _words() -> dict[str, Any]:
    return {
        "labels": labels,
        "words_of": custody_labels,
        "missing": custody_labels.missing,
        "time_left": acts.time_left,
    }
