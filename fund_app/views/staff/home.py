"""Where staff begin: what waits for their word, and the pages of their roles."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fund_app.extensions import db
from fund_app.queries import brakes, suspensions, unlocks
from fund_app.services.vault import SignedIn
from fund_app.views import labels, navigation, session
from fund_app.views.access import allow
from workflows.brakes import LIFTERS
from workflows.roles import Role


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits: what, where, how many."""

    label: str
    url: str
    count: int


@allow(*navigation.STAFF)
def show() -> ResponseReturnValue:
    """Show the person's pages with what each is for, and the one thing that cannot wait."""
    person = session.current()
    held = person.roles if person else frozenset()
    return render_template(
        "staff/home.html",
        items=navigation.items()[1:],
        roles=sorted(labels.role(role) for role in held),
        tasks=[] if person is None else _tasks(person),
        is_alarmed=Role.SECURITY_LEAD in held and suspensions.somebody_fell_silent(db.session()),
    )


def _tasks(person: SignedIn) -> list[Task]:
    """Return what waits for this person: questions for names, brakes of others."""
    session, found = db.session(), []
    signs = person.has_any(frozenset({Role.CUSTODIAN, Role.SECURITY_LEAD}))
    if signs:
        urgent_only = Role.CUSTODIAN not in person.roles
        count = unlocks.count_waiting(session, person.ref, urgent_only=urgent_only)
        label = _("Somebody asks for names and waits for your word")
        found.append(Task(label, url_for("custodian.unlocks"), count))
    if person.has_any(frozenset(LIFTERS)):
        count = brakes.count_of_others(session, person.ref)
        found.append(Task(_("A colleague was stopped"), url_for("staff.brakes"), count))
    return [task for task in found if task.count]
