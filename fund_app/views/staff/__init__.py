"""Pages of all staff: beginning, signing in, where to go from there, keys shared again."""

from __future__ import annotations

from flask import Blueprint, Flask

from fund_app.views.staff import begin, home, keys, sign_in

bp = Blueprint("staff", __name__, url_prefix="/staff")

bp.add_url_rule("/", "sign_in", sign_in.show)
bp.add_url_rule("/", "enter", sign_in.enter, methods=["POST"])
bp.add_url_rule("/begin", "begin", begin.show)
bp.add_url_rule("/begin", "begun", begin.accept, methods=["POST"])
bp.add_url_rule("/keys", "keys", keys.index)
bp.add_url_rule("/keys/<person_id>", "keys_of", keys.show)
bp.add_url_rule("/keys/<person_id>/propose", "propose_sharing", keys.propose, methods=["POST"])
bp.add_url_rule("/keys/<person_id>/confirm", "confirm_sharing", keys.confirm, methods=["POST"])
bp.add_url_rule("/keys/<person_id>/take-back", "stop_sharing", keys.take_back, methods=["POST"])
bp.add_url_rule("/home", "home", home.show)


keys.register_refusals(bp)


def register_door(app: Flask) -> None:
    """Let a form that arrived without a session wait at the staff's door."""
    app.extensions["fund.doors"]["staff"] = sign_in.carrying
