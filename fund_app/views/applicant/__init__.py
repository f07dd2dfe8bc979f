"""Pages of applicants: the route table; each module beside this one holds one page's views."""

from __future__ import annotations

from flask import Blueprint, Flask

from fund_app.views.applicant import (
    appeal,
    apply,
    case,
    claim,
    codename,
    common,
    erasure,
    files,
    letters,
    messages,
    offer,
    payee,
    plan,
    receipt,
    sign_in,
    silence,
    withdrawal,
)

BOTH = ("GET", "POST")

bp = Blueprint("applicant", __name__)

bp.add_url_rule("/apply/emergency", "landing", apply.landing)
bp.add_url_rule("/apply/emergency/fit", "fit", apply.fit_check, methods=BOTH)
bp.add_url_rule("/apply/emergency/list", "tasks", apply.tasks)
bp.add_url_rule("/apply/emergency/check", "check", apply.check, methods=BOTH)
bp.add_url_rule("/apply/emergency/keep", "keep", codename.keep, methods=BOTH)
bp.add_url_rule("/apply/emergency/words", "codename", codename.show)
bp.add_url_rule("/apply/emergency/kept", "kept", codename.kept, methods=["POST"])
bp.add_url_rule("/apply/emergency/<slug>", "ask", apply.ask, methods=BOTH)
bp.add_url_rule("/return", "sign_in", sign_in.show)
bp.add_url_rule("/return", "enter", sign_in.enter, methods=["POST"])
bp.add_url_rule("/return/claim", "claim", claim.show)
bp.add_url_rule("/return/claim", "take_claim", claim.take, methods=["POST"])
bp.add_url_rule("/return/plan", "plan", plan.plan, methods=BOTH)
bp.add_url_rule("/return/wish", "wish", plan.wish, methods=BOTH)
bp.add_url_rule("/return/word", "silence", silence.silence_word, methods=BOTH)
bp.add_url_rule("/return/messages/read", "read", messages.read, methods=["POST"])
bp.add_url_rule("/return/case", "case", case.show)
bp.add_url_rule("/return/looks", "looks", case.looks)
bp.add_url_rule("/return/messages", "messages", messages.show)
bp.add_url_rule("/return/messages/write", "write", messages.write, methods=["POST"])
bp.add_url_rule("/return/messages/answer", "answer", messages.answer, methods=["POST"])
bp.add_url_rule("/return/files", "files", files.show)
bp.add_url_rule("/return/files/add", "add_file", files.add, methods=["POST"])
bp.add_url_rule("/return/files/<document_id>", "download", files.download)
bp.add_url_rule("/return/letters/<document_id>", "letter", letters.read, methods=["POST"])
bp.add_url_rule("/return/offer", "offer", offer.show)
bp.add_url_rule("/return/offer/accept", "accept", offer.accept, methods=BOTH)
bp.add_url_rule("/return/offer/decline", "decline", offer.decline, methods=["POST"])
bp.add_url_rule("/return/payee", "payee", payee.change, methods=BOTH)
bp.add_url_rule("/return/receipt", "receipt", receipt.confirm, methods=BOTH)
bp.add_url_rule("/return/report", "report", receipt.report, methods=BOTH)
bp.add_url_rule("/return/appeal", "appeal", appeal.show)
bp.add_url_rule("/return/appeal", "send_appeal", appeal.send, methods=["POST"])
bp.add_url_rule("/return/erase", "erase", erasure.explain)
bp.add_url_rule("/return/erase/sure", "erase_sure", erasure.ask)
bp.add_url_rule("/return/erase/sure", "erase_now", erasure.erase, methods=["POST"])
bp.add_url_rule("/return/withdraw", "withdraw", withdrawal.withdraw, methods=BOTH)

common.register_refusals(bp)


def register_door(app: Flask) -> None:
    """Let a form that arrived without a session wait at the applicants' door."""
    app.extensions["fund.doors"]["applicant"] = sign_in.carrying
