"""The watch: names that are open, brakes in force, invented cases, and what a mark leads to."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from forms.canaries import canary_form
from forms.countries import country_choices
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.types import new_ref
from fund_app.queries import brakes, canaries, people, unlocks
from fund_app.services import brakes as brake_service
from fund_app.services import canaries as service
from fund_app.services.canaries import Invented
from fund_app.services.intake import NobodyThere
from fund_app.services.looks import MARK_LENGTH
from fund_app.views import acts, custody_labels, history_labels, labels
from fund_app.views.access import allow
from fund_app.views.casework import Trouble
from workflows.countries import group_of
from workflows.roles import Role


@allow(Role.SECURITY_LEAD)
def show() -> ResponseReturnValue:
    """Show everything there is to watch, each with the act that ends it."""
    session = db.session()
    mark = "".join(request.args.get("mark", "").split())[:MARK_LENGTH]
    return render_template(
        "security/watch.html",
        waiting=unlocks.waiting(session, urgent_only=True),
        running=unlocks.open_now(session),
        brakes=brakes.in_force(session),
        canaries=canaries.all_of(session),
        touches=canaries.touches(session),
        ended=people.ended_lately(session, now()),
        mark=mark,
        marked=brakes.of_mark(session, mark) if len(mark) == MARK_LENGTH else [],
        request_id=new_ref(),
        me=acts.me().ref,
        labels=labels,
        looks=history_labels.LOOKS,
        words_of=custody_labels,
        time_left=acts.time_left,
    )


@allow(Role.SECURITY_LEAD)
def pull(person_id: str) -> ResponseReturnValue:
    """Stop somebody by hand, for instance who opened an invented case."""
    brake_service.pull(acts.me(), person_id)
    flash(_("Stopped. Nothing more opens for this person until the brake is lifted."), "success")
    return redirect(url_for("security.watch"), 303)


@allow(Role.SECURITY_LEAD)
def new_canary() -> ResponseReturnValue:
    """Show the form of an invented case."""
    return _form_page(_form()(data={"request_id": new_ref(), "language": "ru"}))


@allow(Role.SECURITY_LEAD)
def set_canary() -> ResponseReturnValue:
    """Set an invented case among the ended ones."""
    form: Any = _form()(request.form)
    if not form.validate():
        return _form_page(form), 422
    told = Invented(
        form.language.data,
        form.country.data,
        group_of(form.country.data),
        form.handle.data,
        form.story.data,
        form.need.data,
    )
    try:
        service.set_out(acts.me(), told, acts.wish(form))
    except NobodyThere:
        said = Trouble((_("Nobody could open it: there is no coordinator yet."),))
        return _form_page(form, said), 409
    flash(_("Set out. Whoever opens it is heard here."), "success")
    return redirect(url_for("security.watch"), 303)


@allow(Role.SECURITY_LEAD)
def retire_canary(canary_id: str) -> ResponseReturnValue:
    """Take an invented case out of use."""
    service.retire(acts.me(), canary_id)
    flash(_("Out of use. Its keys are gone."), "success")
    return redirect(url_for("security.watch"), 303)


def _form() -> Any:
    languages = [(code, words) for code, words in labels.LANGUAGES.items()]
    return canary_form(languages, country_choices(str(get_locale() or "en")))


def _form_page(form: Any, said: Trouble | None = None) -> str:
    return render_template("security/canary.html", form=form, trouble=said or Trouble(()))
