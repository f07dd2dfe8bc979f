"""What the money of one fund did, for who gave it for that purpose: from the ledger, in sums.

Every line is a sum of postings of whole quarters; no line is about one person, one case or one
payment. Opening and closing are what the fund owned minus what it owed, so that opening plus
everything that came in minus everything that went out is the closing, to the cent, by the
ledger's own double entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select

from fund_app.extensions import db
from fund_app.models import ledger_accounts as codes
from fund_app.models.donations import Donation
from fund_app.models.ledger import Account, AccountType, JournalEntry, Posting
from fund_app.queries.ledger_gifts import OWNED, SPENT
from fund_app.queries.told_quarters import Stretch

MOVING = (AccountType.INCOME, AccountType.EXPENSE, AccountType.EQUITY)
OUT_OF_MEMO = codes.COMMIT_OPEN
OTHER = "other"
"""How gifts came that no donation of ours stands for."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One fund in one currency; minor units. `moved` by account, + for what raises the fund.

    All of SPENT is one line, that of grants. `gifts` splits what Donations moved by
    the way the gifts came. `committed` is what is promised and not yet owed at the end.
    """

    currency: str
    opening: int
    closing: int
    committed: int
    moved: Mapping[str, int]
    gifts: Mapping[str, int]


def figures(fund_code: str, stretch: Stretch) -> tuple[Figures, ...]:
    """Return a fund's figures of a stretch of quarters, by currency. Three statements."""
    held = _held(fund_code, stretch)
    moved = _moved(fund_code, stretch)
    gifts = _gifts(fund_code, stretch)
    return tuple(
        Figures(
            currency,
            opening,
            closing,
            committed,
            {account: amount for (code, account), amount in moved.items() if code == currency},
            {way: amount for (code, way), amount in gifts.items() if code == currency},
        )
        for currency, (opening, closing, committed) in sorted(held.items())
    )


def _held(fund_code: str, stretch: Stretch) -> dict[str, tuple[int, int, int]]:
    owned = Account.type.in_(OWNED)
    query = (
        select(
            Posting.currency,
            _sum_of(and_(owned, stretch.earlier)),
            _sum_of(owned),
            -_sum_of(Account.code == OUT_OF_MEMO),
        )
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .join(Account, Account.code == Posting.account_code)
        .where(Posting.fund_code == fund_code, stretch.until.holds)
        .group_by(Posting.currency)
    )
    return {
        currency: (int(opening), int(closing), int(committed))
        for currency, opening, closing, committed in db.session.execute(query)
    }


def _moved(fund_code: str, stretch: Stretch) -> dict[tuple[str, str], int]:
    line = case((Posting.account_code.in_(SPENT), codes.GRANTS), else_=Posting.account_code)
    query = (
        select(Posting.currency, line, -func.sum(Posting.amount))
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .join(Account, Account.code == Posting.account_code)
        .where(
            Posting.fund_code == fund_code,
            stretch.within,
            Account.type.in_(MOVING),
        )
        .group_by(Posting.currency, line)
    )
    return {(currency, account): amount for currency, account, amount in _rows(query) if amount}


def _gifts(fund_code: str, stretch: Stretch) -> dict[tuple[str, str], int]:
    query = (
        select(
            Posting.currency,
            Donation.method,
            -func.sum(Posting.amount),
        )
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .outerjoin(
            Donation,
            and_(JournalEntry.source_type == "donation", Donation.id == JournalEntry.source_id),
        )
        .where(
            Posting.fund_code == fund_code,
            Posting.account_code == codes.DONATIONS,
            stretch.within,
        )
        .group_by(Posting.currency, Donation.method)
    )
    return {(currency, way or OTHER): amount for currency, way, amount in _rows(query)}


def _rows(query: Select[*tuple[Any, ...]]) -> Iterator[tuple[str, Any, int]]:
    return ((row[0], row[1], int(row[2])) for row in db.session.execute(query))


def _sum_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, Posting.amount), else_=0)), 0)
