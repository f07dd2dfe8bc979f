"""Jobs: how many wait, what could not be done, and trying that again."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fund_app.extensions import db
from fund_app.models.jobs import LONGEST_KEY, JobState
from fund_app.services import jobs as outbox
from fund_app.services.unit import unit_of_work
from fund_app.views import acts
from fund_app.views.access import allow, not_found
from workflows.roles import Role

STATES = {
    JobState.READY: _l("waiting"),
    JobState.RUNNING: _l("running"),
    JobState.DONE: _l("done"),
    JobState.DEAD: _l("could not be done"),
}


@allow(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    """Show the counts, the dead letters and what comes next."""
    session = db.session()
    counts = outbox.counts(session)
    return render_template(
        "admin/jobs.html",
        counts=[(STATES[state], counts[state]) for state in JobState],
        dead=outbox.inspect(session, states=[JobState.DEAD]),
        following=outbox.inspect(session, states=[JobState.READY, JobState.RUNNING], limit=20),
        states=STATES,
    )


@allow(Role.ADMINISTRATOR)
def requeue() -> ResponseReturnValue:
    """Give a dead letter a fresh start; recorded in the house's chain."""
    key = request.form.get("key", "")[:LONGEST_KEY]
    with unit_of_work() as session:
        is_requeued = outbox.requeue(session, key, actor=acts.me())
    if not is_requeued:
        not_found()
    flash(_("It will be tried again."), "success")
    return redirect(url_for("admin.jobs"), 303)
