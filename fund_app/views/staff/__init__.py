"""Pages every member of staff has: signing in, and where to go from there."""

from __future__ import annotations

from flask import Blueprint, Flask

from fund_app.views.staff import home, safety, sign_in

bp = Blueprint("staff", __name__, url_prefix="/staff")

bp.add_url_rule("/", "sign_in", sign_in.show)
bp.add_url_rule("/", "enter", sign_in.enter, methods=["POST"])
bp.add_url_rule("/home", "home", home.show)
bp.add_url_rule("/safety", "safety", safety.show)


def register_door(app: Flask) -> None:
    """Let a form that arrived without a session wait at the staff's door."""
    app.extensions["fund.doors"]["staff"] = sign_in.carrying
