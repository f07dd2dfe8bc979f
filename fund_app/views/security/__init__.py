"""Pages of the security lead: the route table; the modules beside this one hold the views."""

from __future__ import annotations

from flask import Blueprint

from fund_app.views import acts
from fund_app.views.security import erasures, referees, suspensions, watch

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
bp.add_url_rule("/referees/<referee_id>/seen", "note_seen", referees.note_seen, methods=POST)

bp.add_url_rule("/watch", "watch", watch.show)
bp.add_url_rule("/people/<person_id>/stop", "pull", watch.pull, methods=POST)
bp.add_url_rule("/canaries/new", "new_canary", watch.new_canary)
bp.add_url_rule("/canaries/new", "set_canary", watch.set_canary, methods=POST)
bp.add_url_rule("/canaries/<canary_id>/retire", "retire_canary", watch.retire_canary, methods=POST)

CASE = "/erasures/<application_id>"
bp.add_url_rule("/erasures", "erasures", erasures.index)
bp.add_url_rule(CASE, "erasure", erasures.show)
bp.add_url_rule(f"{CASE}/propose", "propose_erasure", erasures.propose, methods=POST)
bp.add_url_rule(f"{CASE}/confirm", "confirm_erasure", erasures.confirm, methods=POST)
bp.add_url_rule(f"{CASE}/take-back", "take_back_erasure", erasures.take_back, methods=POST)
bp.add_url_rule(f"{CASE}/keep", "keep_longer", erasures.keep, methods=POST)
bp.add_url_rule(f"{CASE}/let-go", "let_go", erasures.let_go, methods=POST)

acts.register_refusals(bp)
