"""What the lines of a financial report are called, in the reader's language."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fund_app.models import ledger_accounts as codes

LINES = {
    "gifts_card": _l("Gifts by card"),
    "gifts_bank_transfer": _l("Gifts by bank transfer"),
    "gifts_other": _l("Other gifts"),
    codes.DONATIONS: _l("Gifts"),
    codes.REFUNDS: _l("Given back"),
    codes.CHARGEBACKS: _l("Taken back by the bank"),
    codes.GRANTS: _l("Spent on the purpose, with differences of exchange and losses"),
    codes.PROCESSING_FEES: _l("Fees of card payments"),
    codes.DISPUTE_FEES: _l("Fees of disputes"),
    codes.BANK_FEES: _l("Fees of the bank"),
    codes.OPENING_BALANCES: _l("Taken over when the books were opened"),
    codes.FUND_TRANSFERS: _l("Transfers between funds"),
    codes.EXCHANGES: _l("Exchanged with another currency"),
}


def line(code: str) -> str:
    """Return what a line is called; an account without a name goes by its code."""
    return str(LINES.get(code, code))
