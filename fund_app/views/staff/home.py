"""Where staff begin: the pages of their roles."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from fund_app.views import labels, navigation, session
from fund_app.views.access import allow


@allow(*navigation.STAFF)
def show() -> ResponseReturnValue:
    """Show the person's pages with what each is for."""
    person = session.current()
    roles = sorted(labels.role(role) for role in person.roles) if person else []
    return render_template("staff/home.html", items=navigation.items()[1:], roles=roles)
