"""Brakes in force, and lifting one from somebody else."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.brakes import lift_form
from fund_app.extensions import db
from fund_app.models.brakes import Brake
from fund_app.models.types import new_ref
from fund_app.queries import brakes as reads
from fund_app.services import brakes
from fund_app.views import acts, custody_labels
from fund_app.views.access import allow, not_found
from fund_app.views.casework import REFUSING, Trouble, trouble
from workflows.brakes import LIFTERS, LIMITS, LiftReason, Measured


@allow(*LIFTERS)
def index() -> ResponseReturnValue:
    """Show who is stopped, and who was let go on, by whom and why."""
    session = db.session()
    return render_template(
        "staff/brakes.html",
        rows=reads.in_force(session),
        lifted=reads.lifted(session),
        limit=LIMITS[Measured.CASES],
        me=acts.me().ref,
        words_of=custody_labels,
    )


@allow(*LIFTERS)
def show(brake_id: str) -> ResponseReturnValue:
    """Show one brake with the form that lifts it."""
    return _page(_brake(brake_id), _form()(data={"request_id": new_ref()}))


@allow(*LIFTERS)
def lift(brake_id: str) -> ResponseReturnValue:
    """Let somebody else go on."""
    brake, form = _brake(brake_id), _form()(request.form)
    if not form.validate():
        return _page(brake, form), 422
    try:
        brakes.lift(acts.me(), brake_id, LiftReason(form.reason.data))
    except REFUSING as error:
        said = trouble(error)
        db.session.rollback()
        return _page(_brake(brake_id), form, said), 409
    flash(_("Lifted. The person can go on."), "success")
    return redirect(url_for("staff.brakes"), 303)


def _brake(brake_id: str) -> Brake:
    return reads.brake(db.session(), brake_id) or not_found()


def _form() -> Any:
    return lift_form([(str(code), words) for code, words in custody_labels.LIFT_REASONS.items()])


def _page(brake: Brake, form: Any, said: Trouble | None = None) -> str:
    return render_template(
        "staff/brake.html",
        brake=brake,
        form=form,
        is_mine=brake.person_id == acts.me().ref,
        trouble=said or Trouble(()),
        words_of=custody_labels,
    )
