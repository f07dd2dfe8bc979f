"""People who work for the fund, with their roles and since when somebody has none."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from fund_app.extensions import db
from fund_app.models.people import Person
from fund_app.queries import people
from fund_app.views import labels
from fund_app.views.access import allow
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


def _roles(person: Person) -> str:
    return ", ".join(sorted(labels.role(grant.role) for grant in person.grants))
