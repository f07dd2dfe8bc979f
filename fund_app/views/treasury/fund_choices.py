"""Which fund: a list to choose from, on every form of the treasury that asks."""

from __future__ import annotations

from fund_app.queries import donation_labels, ledger


def fund_choices() -> list[tuple[str, str]]:
    """Return code and name of every fund, the unrestricted ones first.

    Who leaves the list as it stands restricts no money.
    """
    rows = sorted(ledger.funds(), key=lambda row: (row.restricted, row.code))
    return [(row.code, donation_labels.fund(row.code)) for row in rows]
