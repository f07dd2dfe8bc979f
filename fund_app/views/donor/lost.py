"""A lost codename: why there is no way back, and what there is instead."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from fund_app.views.access import public


@public
def show() -> ResponseReturnValue:
    """Explain it."""
    return render_template("donor/lost.html")
