"""Pages of finance: the route table; each module beside this one holds one noun's views."""

from __future__ import annotations

from flask import Blueprint

from fund_app.views import acts
from fund_app.views.treasury import (
    budgets,
    disbursements,
    funds,
    gift_returns,
    gifts,
    outcomes,
    receipts,
    releases,
    resolutions,
    waiting,
)

POST = ("POST",)
ONE = "/disbursements/<disbursement_id>"
GIFT = "/gifts/<donation_id>"
RESOLUTION = "/resolutions/<resolution_id>"
RETURN = "/gifts/returns/<return_id>"

bp = Blueprint("treasury", __name__, url_prefix="/treasury")

bp.add_url_rule("/gifts", "gifts", gifts.index)
bp.add_url_rule("/gifts/record", "new_gift", gifts.new)
bp.add_url_rule("/gifts/record", "record_gift", gifts.record, methods=["POST"])
bp.add_url_rule("/gifts/messages/<event_id>", "take_up", gifts.take_up, methods=["POST"])
bp.add_url_rule(GIFT, "gift", gifts.show)
bp.add_url_rule(f"{GIFT}/accept", "accept_gift", gifts.accept, methods=POST)
bp.add_url_rule(f"{GIFT}/refuse", "refuse_gift", gifts.refuse, methods=POST)
bp.add_url_rule(f"{GIFT}/returns", "ask_return", gift_returns.ask, methods=POST)
bp.add_url_rule(f"{RETURN}/agree", "agree_return", gift_returns.agree, methods=POST)
bp.add_url_rule(f"{RETURN}/decline", "decline_return", gift_returns.decline, methods=POST)
bp.add_url_rule(f"{RETURN}/withdraw", "withdraw_return", gift_returns.withdraw, methods=POST)
bp.add_url_rule(f"{RETURN}/record", "record_return", gift_returns.record, methods=POST)

bp.add_url_rule("/receipts", "receipts", receipts.index)
bp.add_url_rule("/receipts/<request_id>", "receipt", receipts.show)
bp.add_url_rule("/receipts/<request_id>", "open_receipt", receipts.look, methods=POST)

bp.add_url_rule("/disbursements", "disbursements", disbursements.index)
bp.add_url_rule(ONE, "disbursement", disbursements.show)
bp.add_url_rule(f"{ONE}/payee", "payee", disbursements.payee, methods=POST)
bp.add_url_rule(f"{ONE}/conditions-met", "conditions_met", releases.take_up, methods=POST)
bp.add_url_rule(f"{ONE}/safety-check", "safety_check", releases.safety_check, methods=POST)
bp.add_url_rule(f"{ONE}/safety-block", "safety_block", releases.safety_block, methods=POST)
bp.add_url_rule(f"{ONE}/sign-first/<action>", "sign_first", releases.sign_first, methods=POST)
bp.add_url_rule(f"{ONE}/release-hold", "release_hold", releases.release_hold, methods=POST)
bp.add_url_rule(f"{ONE}/authorise-first", "authorise_first", releases.authorise_first, methods=POST)
bp.add_url_rule(
    f"{ONE}/authorise-second", "authorise_second", releases.authorise_second, methods=POST
)
bp.add_url_rule(
    f"{ONE}/refuse-authorisation", "refuse_authorisation", releases.refuse_authorisation,
    methods=POST,
)  # fmt: skip
bp.add_url_rule(f"{ONE}/send", "send", outcomes.send, methods=POST)
bp.add_url_rule(f"{ONE}/bank-ok", "bank_ok", outcomes.bank_ok, methods=POST)
bp.add_url_rule(f"{ONE}/fail", "fail", outcomes.fail, methods=POST)
bp.add_url_rule(f"{ONE}/bounce", "bounce", outcomes.bounce, methods=POST)
bp.add_url_rule(f"{ONE}/retry", "retry", outcomes.retry, methods=POST)
bp.add_url_rule(f"{ONE}/reconcile", "reconcile", outcomes.reconcile, methods=POST)
bp.add_url_rule(f"{ONE}/late-ok", "late_ok", outcomes.late_ok, methods=POST)
bp.add_url_rule("/waiting", "waiting", waiting.index)
bp.add_url_rule("/waiting/<application_id>/money-found", "money_found", waiting.money_found,
                methods=POST)  # fmt: skip

bp.add_url_rule("/funds", "funds", funds.index)
bp.add_url_rule("/funds/<fund_code>", "fund", funds.show)
bp.add_url_rule("/funds/<fund_code>/<figure_name>", "fund_figure", funds.figure)
bp.add_url_rule("/budgets", "budgets", budgets.index)
bp.add_url_rule("/budgets/lines/<budget_id>", "budget_line", budgets.line)
bp.add_url_rule("/budgets/<programme>/<currency>/<starts>", "budget", budgets.show)
bp.add_url_rule("/resolutions", "resolutions", resolutions.index)
bp.add_url_rule("/resolutions/new/<kind>", "new_resolution", resolutions.new)
bp.add_url_rule("/resolutions/new/<kind>", "propose_resolution", resolutions.propose, methods=POST)
bp.add_url_rule(RESOLUTION, "resolution", resolutions.show)
bp.add_url_rule(f"{RESOLUTION}/confirm", "confirm_resolution", resolutions.confirm, methods=POST)
bp.add_url_rule(f"{RESOLUTION}/withdraw", "withdraw_resolution", resolutions.withdraw,
                methods=POST)  # fmt: skip

acts.register_refusals(bp)
