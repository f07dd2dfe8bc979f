"""The first page: what the fund can and cannot do, whether it is open, how fast it answers."""

from __future__ import annotations

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.queries import programmes
from fund_app.views import labels
from fund_app.views.access import public
from fund_app.views.language import path_to


@public
def show() -> ResponseReturnValue:
    """Show the first page."""
    status = programmes.public_status(db.session(), now())
    return render_template(
        "public/home.html",
        programmes=status,
        emergency=status[0],
        programme_label=labels.programme,
        door_url=path_to("/door") if "door" in current_app.blueprints else None,
    )
