"""Pages of finance: the route table; each module beside this one holds one noun's views."""

from __future__ import annotations

from flask import Blueprint

from fund_app.views.treasury import gifts

bp = Blueprint("treasury", __name__, url_prefix="/treasury")

bp.add_url_rule("/gifts", "gifts", gifts.index)
bp.add_url_rule("/gifts/record", "new_gift", gifts.new)
bp.add_url_rule("/gifts/record", "record_gift", gifts.record, methods=["POST"])
bp.add_url_rule("/gifts/messages/<event_id>", "take_up", gifts.take_up, methods=["POST"])
