"""Pages of those who keep the names of cases: the route table."""

from __future__ import annotations

from flask import Blueprint

from fund_app.views import acts
from fund_app.views.custodian import unlocks

POST = ("POST",)
ONE = "/requests/<unlock_id>"

bp = Blueprint("custodian", __name__, url_prefix="/custody")

bp.add_url_rule("/requests", "unlocks", unlocks.index)
bp.add_url_rule("/requests/new", "new", unlocks.new)
bp.add_url_rule("/requests/new", "ask", unlocks.ask, methods=POST)
bp.add_url_rule("/requests/over", "over", unlocks.over)
bp.add_url_rule(ONE, "unlock", unlocks.show)
bp.add_url_rule(f"{ONE}/agree", "agree", unlocks.agree, methods=POST)
bp.add_url_rule(f"{ONE}/refuse", "refuse", unlocks.refuse, methods=POST)
bp.add_url_rule(f"{ONE}/end", "end", unlocks.end, methods=POST)
bp.add_url_rule(f"{ONE}/names", "names", unlocks.names, methods=POST)

acts.register_refusals(bp)
