"""What the fund is built against, in plain words for those who work with it."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from fund_app.views import navigation
from fund_app.views.access import allow


@allow(*navigation.STAFF)
def show() -> ResponseReturnValue:
    """Show the page."""
    return render_template("staff/safety.html")
