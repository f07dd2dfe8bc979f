"""On which bank account lies what is recorded by hand: asked where there are several."""

from __future__ import annotations

from typing import Any

from fund_app.queries import bank
from fund_app.services.ledger_banks import AT_BANK, Through


def offer(form: Any, currency: str) -> None:
    """Hand a form the accounts in a currency; without a second one there is nothing to choose."""
    rows = bank.accounts_in(currency)
    form.account.choices = [(row.id, f"{row.code} {row.currency}") for row in rows]
    if len(rows) <= 1:
        del form.account


def through(form: Any) -> Through:
    """Return where it is booked; only after the form has been validated."""
    chosen = bank.account(form.account.data) if form.account is not None else None
    return AT_BANK if chosen is None else Through(chosen.account_code)
