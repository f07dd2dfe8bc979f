"""Where staff begin: the pages of their roles."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from fund_app.extensions import db
from fund_app.queries import suspensions
from fund_app.views import labels, navigation, session
from fund_app.views.access import allow
from workflows.roles import Role


@allow(*navigation.STAFF)
def show() -> ResponseReturnValue:
    """Show the person's pages with what each is for, and the one thing that cannot wait."""
    person = session.current()
    held = person.roles if person else frozenset()
    return render_template(
        "staff/home.html",
        items=navigation.items()[1:],
        roles=sorted(labels.role(role) for role in held),
        is_alarmed=Role.SECURITY_LEAD in held and suspensions.somebody_fell_silent(db.session()),
    )
