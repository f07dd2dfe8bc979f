"""People who work for the fund, with their roles and since when somebody has none."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from fund_app.extensions import db
from fund_app.models.people import Person
from fund_app.queries import people
from fund_app.services import enrolments
from fund_app.views import acts, labels
from fund_app.views.access import allow, confirmed, not_found
from workflows.roles import Role


@allow(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    """List everybody, those with access first."""
    found = people.everybody(db.session())
    return render_template(
        "admin/people.html",
        rows=[(person, _roles(person)) for person in found],
        languages=labels.LANGUAGES,
    )


@allow(Role.ADMINISTRATOR)
@confirmed
def enrol(person_id: str) -> ResponseReturnValue:
    """Show a new code for somebody's first passkey, this once; it opens nothing by itself."""
    person = people.by_id(person_id)
    if person is None or person.disabled_on is not None:
        not_found()
    code = enrolments.offer(acts.me(), person.id)
    return render_template(
        "admin/enrolment_code.html",
        person=person,
        code=code,
        hours=int(enrolments.LASTS.total_seconds()) // 3600,
    )


def _roles(person: Person) -> str:
    return ", ".join(sorted(labels.role(grant.role) for grant in person.grants))
