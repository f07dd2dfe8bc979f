"""Pages every member of staff has: beginning, signing in, their own access, keys shared again."""

from __future__ import annotations

from flask import Blueprint, Flask

from fund_app.views import acts
from fund_app.views.staff import (
    begin,
    brakes,
    confirmation,
    enrolment,
    factors,
    home,
    keys,
    own_access,
    passphrase,
    safety,
    sign_in,
)

POST = ("POST",)
ACCESS = "/access"

bp = Blueprint("staff", __name__, url_prefix="/staff")

bp.add_url_rule("/", "sign_in", sign_in.show)
bp.add_url_rule("/", "enter", sign_in.enter, methods=POST)
bp.add_url_rule("/begin", "begin", begin.show)
bp.add_url_rule("/begin", "begun", begin.accept, methods=POST)
bp.add_url_rule("/keys", "keys", keys.index)
bp.add_url_rule("/keys/<person_id>", "keys_of", keys.show)
bp.add_url_rule("/keys/<person_id>/propose", "propose_sharing", keys.propose, methods=POST)
bp.add_url_rule("/keys/<person_id>/confirm", "confirm_sharing", keys.confirm, methods=POST)
bp.add_url_rule("/keys/<person_id>/take-back", "stop_sharing", keys.take_back, methods=POST)
bp.add_url_rule("/home", "home", home.show)
bp.add_url_rule("/safety", "safety", safety.show)
bp.add_url_rule("/enrol", "enrol", enrolment.show)
bp.add_url_rule("/enrol", "begin_enrolment", enrolment.begin, methods=POST)
bp.add_url_rule("/enrol/passkey", "first_passkey", enrolment.first_passkey)
bp.add_url_rule("/enrol/passkey", "keep_first_passkey", enrolment.keep_passkey, methods=POST)
bp.add_url_rule("/enrol/app", "first_app", enrolment.first_app)
bp.add_url_rule("/enrol/app", "keep_first_app", enrolment.keep_app, methods=POST)
bp.add_url_rule("/confirm", "confirm", confirmation.show)
bp.add_url_rule("/confirm", "go_on", confirmation.go_on, methods=POST)
bp.add_url_rule(ACCESS, "access", own_access.show)
bp.add_url_rule(f"{ACCESS}/passkeys/add", "new_passkey", factors.new_passkey)
bp.add_url_rule(f"{ACCESS}/passkeys/add", "add_passkey", factors.add_passkey, methods=POST)
bp.add_url_rule(f"{ACCESS}/apps/add", "new_app", factors.new_app)
bp.add_url_rule(f"{ACCESS}/apps/add", "add_app", factors.add_app, methods=POST)
bp.add_url_rule(
    f"{ACCESS}/factors/<factor_id>/remove", "remove_factor", factors.remove, methods=POST
)
bp.add_url_rule(f"{ACCESS}/passphrase", "passphrase", passphrase.show)
bp.add_url_rule(f"{ACCESS}/passphrase", "change_passphrase", passphrase.change, methods=POST)
bp.add_url_rule(f"{ACCESS}/sessions/end-others", "end_others", own_access.end_others, methods=POST)
bp.add_url_rule(
    f"{ACCESS}/sessions/<name>/end", "end_session", own_access.end_session, methods=POST
)
bp.add_url_rule("/brakes", "brakes", brakes.index)
bp.add_url_rule("/brakes/<brake_id>", "brake", brakes.show)
bp.add_url_rule("/brakes/<brake_id>/lift", "lift", brakes.lift, methods=POST)

acts.register_refusals(bp)
keys.register_refusals(bp)


def register_door(app: Flask) -> None:
    """Let a form that arrived without a session wait at the staff's door."""
    app.extensions["fund.doors"]["staff"] = sign_in.carrying
