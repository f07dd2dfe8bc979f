"""Pages of donors: the route table; each module beside this one holds one page's views."""

from __future__ import annotations

from flask import Blueprint, Flask

from fund_app.views.donor import (
    gift_aid,
    give,
    lost,
    monthly,
    payment,
    receipts,
    record,
    sign_in,
    statements,
)

MONTHLY = "/monthly/<monthly_gift_id>"

bp = Blueprint("donor", __name__, url_prefix="/donate")

bp.add_url_rule("", "give", give.show)
bp.add_url_rule("", "begin", give.begin, methods=["POST"])
bp.add_url_rule("/codename", "codename", give.codename)
bp.add_url_rule("/codename", "kept", give.kept, methods=["POST"])
bp.add_url_rule("/payment", "payment", payment.show)
bp.add_url_rule("/payment", "pay", payment.go_on, methods=["POST"])
bp.add_url_rule("/monthly", "monthly_gift", monthly.show)
bp.add_url_rule("/monthly", "agree", monthly.go_on, methods=["POST"])
bp.add_url_rule(f"{MONTHLY}/pause", "pause_monthly_gift", monthly.pause, methods=["POST"])
bp.add_url_rule(f"{MONTHLY}/resume", "resume_monthly_gift", monthly.resume, methods=["POST"])
bp.add_url_rule(f"{MONTHLY}/stop", "stop_monthly_gift", monthly.stop, methods=["POST"])
bp.add_url_rule("/done", "done", payment.done)
bp.add_url_rule("/cancelled", "cancelled", payment.cancelled)
bp.add_url_rule("/sign-in", "sign_in", sign_in.show)
bp.add_url_rule("/sign-in", "enter", sign_in.enter, methods=["POST"])
bp.add_url_rule("/statements", "statements", statements.show)
bp.add_url_rule("/statements/file", "statement_file", statements.download)
bp.add_url_rule("/receipt", "receipt", receipts.show)
bp.add_url_rule("/receipt", "ask_receipt", receipts.ask, methods=["POST"])
bp.add_url_rule(
    "/receipt/<request_id>/withdraw", "withdraw_receipt", receipts.withdraw, methods=["POST"]
)
bp.add_url_rule("/receipt/<receipt_id>/file", "receipt_file", receipts.own)
bp.add_url_rule("/receipt/<receipt_id>/close", "close_receipt", receipts.put_away, methods=["POST"])
bp.add_url_rule("/gift-aid", "gift_aid", gift_aid.show)
bp.add_url_rule("/gift-aid", "declare_gift_aid", gift_aid.declare, methods=["POST"])
bp.add_url_rule("/gift-aid/cancel", "cancel_gift_aid", gift_aid.cancel, methods=["POST"])
bp.add_url_rule("/lost", "lost", lost.show)
bp.add_url_rule("/end", "end", record.show)
bp.add_url_rule("/end", "ended", record.end, methods=["POST"])


def register_door(app: Flask) -> None:
    """Let a form that arrived without a session wait at the donors' door."""
    app.extensions["fund.doors"]["donor"] = sign_in.carrying
