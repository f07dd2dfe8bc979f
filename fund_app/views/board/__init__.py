"""Pages of the board: what waits for its word, and the whole in numbers, never a person."""

from __future__ import annotations

from flask import Blueprint

from fund_app.views import acts
from fund_app.views.board import ballots, decisions, statistics

POST = ("POST",)
BALLOT = "/ballots/<ballot_id>"

bp = Blueprint("board", __name__, url_prefix="/board")

bp.add_url_rule("", "decisions", decisions.index)
bp.add_url_rule("/cases/<application_id>/consent", "consent", decisions.consent, methods=POST)
bp.add_url_rule("/cases/<application_id>/appeal", "appeal", decisions.appeal, methods=POST)
bp.add_url_rule(
    "/cases/<application_id>/close-suspended/sign-first", "close_suspended",
    decisions.close_suspended, methods=POST,
)  # fmt: skip
bp.add_url_rule(BALLOT, "ballot", ballots.show)
bp.add_url_rule(f"{BALLOT}/file", "look", ballots.look, methods=POST)
bp.add_url_rule(f"{BALLOT}/sign-first", "sign_first", ballots.sign_first, methods=POST)
bp.add_url_rule(f"{BALLOT}/decide", "written_board", ballots.written_board, methods=POST)
bp.add_url_rule("/statistics", "statistics", statistics.index)

acts.register_refusals(bp)
