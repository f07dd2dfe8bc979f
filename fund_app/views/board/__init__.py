"""Pages of the board: what waits for its word, and the whole in numbers, never a person."""

from __future__ import annotations

from flask import Blueprint

from fund_app.views import acts
from fund_app.views.board import ballots, decisions, figures, grants, statistics

POST = ("POST",)
BALLOT = "/ballots/<ballot_id>"
FIGURE = "/figures/<publication_id>"
GRANT = "/grants/<grant_record_id>"

bp = Blueprint("board", __name__, url_prefix="/board")

bp.add_url_rule("", "decisions", decisions.index)
bp.add_url_rule("/cases/<application_id>/consent", "consent", decisions.consent, methods=POST)
bp.add_url_rule("/cases/<application_id>/appeal", "appeal", decisions.appeal, methods=POST)
bp.add_url_rule(
    "/cases/<application_id>/close-suspended/sign-first", "close_suspended",
    decisions.close_suspended, methods=POST,
)  # fmt: skip
bp.add_url_rule(
    "/cases/<application_id>/directive-close/sign-first", "directive_close",
    decisions.directive_close, methods=POST,
)  # fmt: skip
bp.add_url_rule(BALLOT, "ballot", ballots.show)
bp.add_url_rule(f"{BALLOT}/file", "look", ballots.look, methods=POST)
bp.add_url_rule(f"{BALLOT}/sign-first", "sign_first", ballots.sign_first, methods=POST)
bp.add_url_rule(f"{BALLOT}/decide", "written_board", ballots.written_board, methods=POST)
bp.add_url_rule("/statistics", "statistics", statistics.index)
bp.add_url_rule("/figures", "figures", figures.index)
bp.add_url_rule("/figures", "propose_figure", figures.propose, methods=POST)
bp.add_url_rule(FIGURE, "figure", figures.show)
bp.add_url_rule(f"{FIGURE}/confirm", "confirm_figure", figures.confirm, methods=POST)
bp.add_url_rule(f"{FIGURE}/take-back", "take_back_figure", figures.take_back, methods=POST)
bp.add_url_rule("/grants", "grants", grants.index)
bp.add_url_rule("/grants", "propose_grant", grants.propose, methods=POST)
bp.add_url_rule(f"{GRANT}/confirm", "confirm_grant", grants.confirm, methods=POST)
bp.add_url_rule(f"{GRANT}/decline", "decline_grant", grants.decline, methods=POST)
bp.add_url_rule(f"{GRANT}/withdraw", "withdraw_grant", grants.withdraw, methods=POST)

acts.register_refusals(bp)
figures.register_refusals(bp)
