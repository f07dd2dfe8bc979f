"""Where the bank's side of a fact is booked: on which of the fund's accounts, or out of suspense.

Facts are written against Bank, the first account of each currency. Seen on another account, they
are booked there. Where a fact explains an amount that was kept in suspense, the account moved
when that was booked; so the same entry takes the movement back and clears the suspense instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from fund_app.models import ledger_accounts as chart
from fund_app.services.ledger import Line

KEPT = (chart.SUSPENSE_PAID, chart.SUSPENSE_RECEIVED)


@dataclass(frozen=True, slots=True)
class Through:
    """The ledger account of a bank account and, where suspense is cleared, its account and fund."""

    account_code: str = chart.BANK
    suspense: str = ""
    fund_code: str = chart.GENERAL

    @property
    def account(self) -> Through:
        """The bank account alone."""
        return Through(self.account_code)

    def lines(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Yield an entry's lines as they are booked this way."""
        moved = (
            replace(line, account_code=self.account_code)
            if line.account_code == chart.BANK
            else line
            for line in lines
        )
        if self.suspense:
            yield from self._cleared(tuple(moved))
        else:
            yield from moved

    def _cleared(self, lines: tuple[Line, ...]) -> Iterator[Line]:
        """Yield the lines with what moved the account taken out of suspense, each account once."""
        sums: dict[tuple[str, str, str], int] = {}
        for line in lines:
            if line.foreign_amount is not None:
                yield line
            else:
                key = (line.account_code, line.fund_code, line.currency)
                sums[key] = sums.get(key, 0) + line.amount
        for line in lines:
            if line.account_code == self.account_code:
                for account, amount in ((self.account_code, -line.amount),
                                        (self.suspense, line.amount)):  # fmt: skip
                    key = (account, self.fund_code, line.currency)
                    sums[key] = sums.get(key, 0) + amount
        for (account, fund, currency), amount in sums.items():
            if amount:
                yield Line(account, fund, amount, currency)


AT_BANK = Through()
"""The first account of a currency: what is recorded by hand is booked there."""
