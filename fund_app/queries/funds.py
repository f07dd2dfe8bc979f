"""Reads about funds: every figure of a fund with the entries it is made of, and its resolutions.

A figure is a set of accounts, a sign and a span of days; what a page shows and what it lists
beneath are the same sum over the same postings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true

from fund_app.extensions import db
from fund_app.models import ledger_accounts as codes
from fund_app.models.funds import FundFloor
from fund_app.models.ledger import (
    Account,
    AccountBalance,
    AccountType,
    Fund,
    FundPosition,
    JournalEntry,
    Posting,
)
from fund_app.queries.ledger import LONGEST_CURSOR, AnySelect
from fund_app.queries.pages import SIZE, Page


class Figure(StrEnum):
    """What is shown of a fund; opening to costs move within the days, the rest stands at their end.

    `opening`: spendable before the days, and balances taken over within them. `income`: gifts
    less what went back. `transfers`: from other funds and
    other currencies less to them. `paid`: what has left for
    people. `costs`: fees, rates, losses. `encumbered`: promised, not yet owed. `in_transit`:
    owed, not yet paid by the bank. `advances`: cash partners hold. `held_up`: disputed or
    unexplained. `spendable`: cash less what is owed. `available`: spendable less encumbered.
    """

    OPENING = "opening"
    INCOME = "income"
    TRANSFERS = "transfers"
    PAID = "paid"
    COSTS = "costs"
    ENCUMBERED = "encumbered"
    IN_TRANSIT = "in_transit"
    ADVANCES = "advances"
    HELD_UP = "held_up"
    SPENDABLE = "spendable"
    AVAILABLE = "available"


@dataclass(frozen=True, slots=True)
class Days:
    """A span of days, both ends included; an end left out does not limit."""

    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class FigureRow:
    """All figures of a fund in one currency, in minor units, over a span of days."""

    fund_code: str
    currency: str
    figures: dict[Figure, int]

    def __getitem__(self, figure: Figure) -> int:
        return self.figures[figure]


@dataclass(frozen=True, slots=True)
class ShareRow:
    """What one entry adds to a figure, in minor units."""

    entry_id: int
    book_date: date
    kind: str
    reason_code: str | None
    amount: int


@dataclass(frozen=True, slots=True)
class FundDetail:
    """A fund's own facts."""

    code: str
    restricted: bool
    programme: str | None
    fee_fund_code: str | None
    deficit_fund_code: str | None
    open_for_donations: bool
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class ShortfallRow:
    """A fund that facts took below zero: by how much, and which fund covers it."""

    fund_code: str
    currency: str
    missing: int
    cover_code: str | None


MOVED = (Figure.OPENING, Figure.INCOME, Figure.TRANSFERS, Figure.PAID, Figure.COSTS)
"""Figures of what moved within the days; the others say how things stood at their end."""


def _made_of(code: Any) -> dict[Figure, tuple[int, ColumnElement[bool]]]:
    """Return each figure's sign and accounts, over a column of account codes joined to Account."""
    payable = code == codes.GRANTS_PAYABLE
    advance = code.startswith(f"{codes.ADVANCES}:", autoescape=True)
    expense = Account.type == AccountType.EXPENSE.value
    asset = Account.type == AccountType.ASSET.value
    spendable, promised = Account.spendable.is_(True), Account.commit_leg.is_(True)
    return {
        Figure.OPENING: (-1, code == codes.OPENING_BALANCES),
        Figure.INCOME: (-1, Account.type == AccountType.INCOME.value),
        Figure.TRANSFERS: (-1, code.in_((codes.FUND_TRANSFERS, codes.EXCHANGES))),
        Figure.PAID: (1, or_(code == codes.GRANTS, payable)),
        Figure.COSTS: (1, and_(expense, code != codes.GRANTS)),
        Figure.ENCUMBERED: (-1, promised),
        Figure.IN_TRANSIT: (-1, payable),
        Figure.ADVANCES: (1, advance),
        Figure.HELD_UP: (1, and_(asset, Account.spendable.is_(False), ~advance)),
        Figure.SPENDABLE: (1, spendable),
        Figure.AVAILABLE: (1, or_(spendable, promised)),
    }


def figures(days: Days, fund_code: str | None = None) -> tuple[FigureRow, ...]:
    """Return the figures of every fund and currency that ever moved. At most three statements.

    Worked out from the kept balances less what came after, so that the present is never added
    up from its beginning.
    """
    kept = _kept(fund_code)
    end = _less(kept, _after(days.until, fund_code))
    start: Sums = {}
    if days.since is not None and days.since > date.min:
        start = _less(kept, _after(days.since - timedelta(days=1), fund_code))
    rows = {(fund, currency) for fund, currency, _ in kept}
    return tuple(
        FigureRow(fund, currency, _figures(fund, currency, start, end))
        for fund, currency in sorted(rows)
    )


def shares(
    fund_code: str, currency: str, figure: Figure, days: Days, cursor: str | None = None
) -> Page[ShareRow]:
    """Return a page of the entries a figure is made of, last recorded first. One statement.

    Together they add up to the figure to the cent. A cursor that is none means the first page.
    """
    amount = func.sum(_weight(figure, days))
    query = (
        select(
            JournalEntry.id, JournalEntry.book_date, JournalEntry.kind,
            JournalEntry.reason_code, amount,
        )
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .join(Account, Account.code == Posting.account_code)
        .where(Posting.fund_code == fund_code, Posting.currency == currency)
        .group_by(JournalEntry.id)
        .having(amount != 0)
        .order_by(JournalEntry.id.desc())
    )  # fmt: skip
    if cursor and cursor.isascii() and cursor.isdigit() and len(cursor) < LONGEST_CURSOR:
        query = query.where(JournalEntry.id < int(cursor))
    found = db.session.execute(query.limit(SIZE + 1)).all()
    kept = tuple(ShareRow(*row[:4], int(row[4])) for row in found[:SIZE])
    return Page(kept, str(kept[-1].entry_id) if len(found) > SIZE else None)


def by_year(fund_code: str) -> tuple[tuple[int, FigureRow], ...]:
    """Return a fund's figures year by year, the latest first. A few statements per year."""
    span: Any = db.session.execute(
        select(func.min(JournalEntry.book_date), func.max(JournalEntry.book_date))
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .where(Posting.fund_code == fund_code)
    ).one()
    first, last = span
    if first is None:
        return ()
    return tuple(
        (year, row)
        for year in range(last.year, first.year - 1, -1)
        for row in figures(Days(date(year, 1, 1), date(year, 12, 31)), fund_code)
    )


def detail(fund_code: str) -> FundDetail | None:
    """Return a fund's own facts, or None. One statement."""
    query = select(
        Fund.code, Fund.restricted, Fund.programme, Fund.fee_fund_code,
        Fund.deficit_fund_code, Fund.open_for_donations, Fund.closed_on,
    )  # fmt: skip
    found = db.session.execute(query.where(Fund.code == fund_code)).one_or_none()
    return FundDetail(*found) if found is not None else None


def floors(fund_code: str | None = None) -> dict[tuple[str, str], int]:
    """Return the floors in force by fund and currency, in minor units. One statement."""
    query = select(FundFloor.fund_code, FundFloor.currency, FundFloor.amount)
    if fund_code is not None:
        query = query.where(FundFloor.fund_code == fund_code)
    return {
        (row.fund_code, row.currency): row.amount
        for row in db.session.execute(query.where(FundFloor.amount > 0))
    }


def free(fund_code: str, currency: str) -> int:
    """Return what decisions may still use of a fund: available above its floor. One statement."""
    query = (
        select(FundPosition.spendable - FundPosition.committed - func.coalesce(FundFloor.amount, 0))
        .outerjoin(
            FundFloor,
            and_(
                FundFloor.fund_code == FundPosition.fund_code,
                FundFloor.currency == FundPosition.currency,
            ),
        )
        .where(FundPosition.fund_code == fund_code, FundPosition.currency == currency)
    )
    return int(db.session.scalar(query) or 0)


def shortfalls() -> tuple[ShortfallRow, ...]:
    """Return the funds that are below zero now, and who covers them. One statement."""
    available = FundPosition.spendable - FundPosition.committed
    query = (
        select(FundPosition.fund_code, FundPosition.currency, -available, Fund.deficit_fund_code)
        .join(Fund, Fund.code == FundPosition.fund_code)
        .where(available < 0)
        .order_by(FundPosition.fund_code, FundPosition.currency)
    )
    return tuple(ShortfallRow(*row) for row in db.session.execute(query))


Sums = dict[tuple[str, str, Figure], int]
"""Minor units by fund, currency and figure."""


def _figures(fund: str, currency: str, start: Sums, end: Sums) -> dict[Figure, int]:
    def at(sums: Sums, figure: Figure) -> int:
        return sums.get((fund, currency, figure), 0)

    found = {
        figure: at(end, figure) - (at(start, figure) if figure in MOVED else 0) for figure in Figure
    }
    found[Figure.OPENING] += at(start, Figure.SPENDABLE)
    return found


def _kept(fund_code: str | None) -> Sums:
    """Return every figure over all days, from the balances the seals keep."""
    query = (
        select(
            AccountBalance.fund_code,
            AccountBalance.currency,
            *_sums(AccountBalance.account_code, AccountBalance.balance),
        )
        .join(Account, Account.code == AccountBalance.account_code)
        .group_by(AccountBalance.fund_code, AccountBalance.currency)
    )
    if fund_code is not None:
        query = query.where(AccountBalance.fund_code == fund_code)
    return _read(query)


def _after(day: date | None, fund_code: str | None) -> Sums:
    """Return what was booked after a day; nothing where there is no such day."""
    if day is None:
        return {}
    query = (
        select(Posting.fund_code, Posting.currency, *_sums(Posting.account_code, Posting.amount))
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .join(Account, Account.code == Posting.account_code)
        .where(JournalEntry.book_date > day)
        .group_by(Posting.fund_code, Posting.currency)
    )
    if fund_code is not None:
        query = query.where(Posting.fund_code == fund_code)
    return _read(query)


def _sums(code: Any, amount: Any) -> list[ColumnElement[int]]:
    return [
        func.sum(case((accounts, sign * amount), else_=0))
        for sign, accounts in _made_of(code).values()
    ]


def _read(query: AnySelect) -> Sums:
    return {
        (fund, currency, figure): int(amount)
        for fund, currency, *amounts in db.session.execute(query)
        for figure, amount in zip(Figure, amounts, strict=True)
    }


def _less(whole: Sums, part: Sums) -> Sums:
    return {key: amount - part.get(key, 0) for key, amount in whole.items()}


def _weight(figure: Figure, days: Days) -> ColumnElement[int]:
    """Return what a posting adds to a figure over the days: its signed amount or zero."""
    day = JournalEntry.book_date
    made_of = _made_of(Posting.account_code)
    sign, accounts = made_of[figure]
    until = true() if days.until is None else day <= days.until
    since = true() if days.since is None or figure not in MOVED else day >= days.since
    cases: list[Any] = [(and_(accounts, until, since), sign * Posting.amount)]
    if figure is Figure.OPENING and days.since is not None:
        _, spendable = made_of[Figure.SPENDABLE]
        cases.append((and_(spendable, day < days.since), Posting.amount))
    return case(*cases, else_=0)
