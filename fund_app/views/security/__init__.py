"""Pages of the security lead: the route table; the modules beside this one hold the views."""

from __future__ import annotations

from flask import Blueprint

from fund_app.views import acts
from fund_app.views.security import referees, suspensions

POST = ("POST",)
ONE = "/suspensions/<application_id>"

bp = Blueprint("security", __name__, url_prefix="/security")

bp.add_url_rule("/suspensions", "suspensions", suspensions.index)
bp.add_url_rule(ONE, "suspension", suspensions.show)
bp.add_url_rule(f"{ONE}/resume", "resume", suspensions.resume, methods=POST)
bp.add_url_rule(
    f"{ONE}/close-suspended", "close_suspended", suspensions.close_suspended, methods=POST
)
bp.add_url_rule("/referees", "referees", referees.index)
bp.add_url_rule("/referees/<one>/seen", "note_seen", referees.note_seen, methods=POST)

acts.register_refusals(bp)
