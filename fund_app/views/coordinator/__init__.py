"""Pages of coordinators: the route table; each module beside this one holds one page's views."""

from __future__ import annotations

from flask import Blueprint, Response

from fund_app.services.transition import Unknown
from fund_app.views import errors
from fund_app.views.coordinator import (
    act,
    ballots,
    calls,
    case,
    contact,
    names,
    queue,
    redaction,
    referees,
)

CASE = "/applications/<case_id>"

bp = Blueprint("coordinator", __name__, url_prefix="/coordinator")

bp.add_url_rule("/applications", "queue", queue.index)
bp.add_url_rule("/calls/new", "call", calls.show)
bp.add_url_rule("/calls/new", "take_down", calls.take_down, methods=["POST"])
bp.add_url_rule(f"{CASE}/words", "confirm_words", calls.confirm, methods=["POST"])
bp.add_url_rule(CASE, "case", case.show)
bp.add_url_rule(f"{CASE}/contact", "contact", contact.show)
bp.add_url_rule(f"{CASE}/contact", "record_contact", contact.record, methods=["POST"])
bp.add_url_rule(f"{CASE}/contact/clock", "set_zone", contact.set_zone, methods=["POST"])
bp.add_url_rule(f"{CASE}/wish", "open_wish", case.open_wish, methods=["POST"])
bp.add_url_rule(f"{CASE}/messages/write", "write", case.write, methods=["POST"])
bp.add_url_rule(f"{CASE}/messages/read", "mark_read", case.mark_read, methods=["POST"])
bp.add_url_rule(f"{CASE}/told", "file", case.file)
bp.add_url_rule(f"{CASE}/look", "look", case.look, methods=["POST"])
bp.add_url_rule(f"{CASE}/names/ask", "ask_names", names.ask, methods=["POST"])
bp.add_url_rule(f"{CASE}/names/<unlock_id>/show", "names", names.show, methods=["POST"])
bp.add_url_rule(f"{CASE}/names/<unlock_id>/end", "end_names", names.end, methods=["POST"])
bp.add_url_rule(f"{CASE}/messages", "messages", case.talk)
bp.add_url_rule(f"{CASE}/files/<document_id>", "download", case.download, methods=["POST"])
bp.add_url_rule(f"{CASE}/originals/<document_id>", "original", case.original, methods=["POST"])
bp.add_url_rule(f"{CASE}/referees", "referees", referees.show)
bp.add_url_rule(f"{CASE}/referees/ask", "ask_referee", referees.ask, methods=["GET", "POST"])
bp.add_url_rule(
    f"{CASE}/referees/<referee_id>/withdraw", "take_back", referees.withdraw, methods=["POST"]
)
bp.add_url_rule(f"{CASE}/referees/<referee_id>/look", "hear", referees.look, methods=["POST"])
bp.add_url_rule(f"{CASE}/checks", "checks", case.checks)
bp.add_url_rule(f"{CASE}/history", "history", case.history)
bp.add_url_rule(f"{CASE}/write_redaction", "redaction", redaction.show)
bp.add_url_rule(f"{CASE}/write_redaction", "write_redaction", redaction.write, methods=["POST"])
bp.add_url_rule(f"{CASE}/substitutes", "substitutes", ballots.substitutes, methods=["POST"])
bp.add_url_rule(f"{CASE}/hand_over", "hand_over", ballots.hand_over, methods=["POST"])
bp.add_url_rule(f"{CASE}/<action>", "act", act.show)
bp.add_url_rule(f"{CASE}/<action>", "do", act.do, methods=["POST"])


@bp.errorhandler(Unknown)
def _on_unknown(_unknown: Unknown) -> Response:
    return errors.page(404)
