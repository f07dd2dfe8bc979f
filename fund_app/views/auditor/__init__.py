"""Pages of those who look over the whole: the ledger and the trail, never a sealed word."""

from __future__ import annotations

from flask import Blueprint

from fund_app.views.auditor import audit, erasures, ledger

bp = Blueprint("auditor", __name__)

bp.add_url_rule("/ledger", "ledger", ledger.index)
bp.add_url_rule("/ledger/entries", "entries", ledger.entries)
bp.add_url_rule("/ledger/entries/<int:entry_id>", "entry", ledger.entry)
bp.add_url_rule("/ledger/balances", "balances", ledger.balances)
bp.add_url_rule("/ledger/check", "check", ledger.check)
bp.add_url_rule("/ledger/export", "export", ledger.export, methods=["POST"])
bp.add_url_rule("/audit", "audit", audit.index)
bp.add_url_rule("/audit/verify", "verify", audit.verify)
bp.add_url_rule("/audit/erasures", "erasures", erasures.index)
bp.add_url_rule("/audit/house", "house", audit.house)
bp.add_url_rule("/audit/cases/<application_id>", "case", audit.case)
