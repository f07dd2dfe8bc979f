"""Pages of reviewers and chairs: the route table; no page here names anybody."""

from __future__ import annotations

from flask import Blueprint

from fund_app.views import acts
from fund_app.views.reviewer import ballot, person_events, seats, vote

BALLOT = "/ballots/<ballot_id>"
BOTH = ("GET", "POST")

bp = Blueprint("reviewer", __name__, url_prefix="/reviewer")

bp.add_url_rule("/ballots", "seats", seats.index)
bp.add_url_rule(BALLOT, "ballot", ballot.show)
bp.add_url_rule(f"{BALLOT}/look", "look", ballot.look, methods=["POST"])
bp.add_url_rule(f"{BALLOT}/declare_free", "declare_free", ballot.declare_free, methods=["POST"])
bp.add_url_rule(
    f"{BALLOT}/declare_conflict", "declare_conflict", ballot.declare_conflict, methods=["POST"]
)
bp.add_url_rule(f"{BALLOT}/cast", "cast", vote.cast, methods=BOTH)
bp.add_url_rule(f"{BALLOT}/chair_decides", "chair_decides", vote.chair_decides, methods=BOTH)
bp.add_url_rule(
    "/cases/<application_id>/directive-continue/sign-first", "directive_continue",
    person_events.directive_continue, methods=["POST"],
)  # fmt: skip

acts.register_refusals(bp)
