"""How safe it is to write to us: what we protect, what we cannot, what a person can do."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from fund_app.views.access import public


@public
def show() -> ResponseReturnValue:
    """Show the page; it sets no cookie and asks for nothing."""
    return render_template("public/safety.html")
