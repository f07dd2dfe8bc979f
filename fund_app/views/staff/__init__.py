"""Pages every member of staff has: signing in, and where to go from there."""

from __future__ import annotations

from flask import Blueprint, Flask

from fund_app.views import acts
from fund_app.views.staff import brakes, home, sign_in

bp = Blueprint("staff", __name__, url_prefix="/staff")

bp.add_url_rule("/", "sign_in", sign_in.show)
bp.add_url_rule("/", "enter", sign_in.enter, methods=["POST"])
bp.add_url_rule("/home", "home", home.show)
bp.add_url_rule("/brakes", "brakes", brakes.index)
bp.add_url_rule("/brakes/<brake_id>", "brake", brakes.show)
bp.add_url_rule("/brakes/<brake_id>/lift", "lift", brakes.lift, methods=["POST"])

acts.register_refusals(bp)


def register_door(app: Flask) -> None:
    """Let a form that arrived without a session wait at the staff's door."""
    app.extensions["fund.doors"]["staff"] = sign_in.carrying
