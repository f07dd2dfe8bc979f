"""Reads about the bank: accounts, statements, lines with what is still open of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, select

from fund_app.extensions import db
from fund_app.models.bank import BankAccount, BankClearing, BankLine, BankMatch, BankStatement
from fund_app.models.ledger import JournalEntry
from fund_app.models.ledger_accounts import BANK
from fund_app.queries.pages import Page, after, amount_of, page
from workflows.bank import MatchKind
from workflows.bank_matching import OpenLine

UNMATCHED, KEPT, MATCHED = "unmatched", "kept", "matched"
SORTS = {"day": BankLine.booked_on, "amount": BankLine.amount}


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A bank account with what waits on it; `closing` and `closes_on` of its last statement.

    kept: how much stands in suspense, in and out added up without their signs; kept_lines: on
    how many lines.
    """

    id: str
    code: str
    currency: str
    iban_tail: str
    has_mapping: bool
    closing: int | None
    closes_on: date | None
    open_lines: int
    kept_lines: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement that was taken in."""

    id: str
    form: str
    number: str
    opens_on: date
    closes_on: date
    opening: int
    closing: int
    line_count: int
    known_count: int
    imported_at: datetime


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line: what came (+) or went (-), and the rest nobody has explained yet.

    kept: what of it is in the books and in suspense. charge: what the bank took within it.
    """

    id: str
    account_id: str
    currency: str
    booked_on: date
    amount: int
    rest: int
    hint: str
    own_refs: tuple[str, ...]
    has_text: bool
    kept: int = 0
    charge: int = 0

    @property
    def as_open(self) -> OpenLine:
        """The line as suggestions are made for it."""
        return OpenLine(
            self.id, self.rest, self.booked_on, self.own_refs, self.hint,
            self.charge if self.rest == self.amount else 0,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClearingRow:
    """A part of an amount in suspense and what it is; a loss without an entry waits for two."""

    id: str
    match_id: str
    kind: str
    amount: int
    entry_id: int | None
    made_at: datetime
    made_by: str
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class MatchRow:
    """A part of a line and what it is; an undone one has `undone_at`."""

    id: str
    line_id: str
    kind: str
    subject_id: str
    amount: int
    entry_id: int
    entry_day: date
    made_at: datetime
    undone_at: datetime | None

    @property
    def is_kept(self) -> bool:
        """Whether it keeps its part in suspense."""
        return self.kind == MatchKind.SUSPENSE and self.undone_at is None


def matched_by_line() -> Subquery:
    """Return the sum of what stands matched, by line: joined wherever a rest is asked for."""
    return (
        select(BankMatch.line_id, func.sum(BankMatch.amount).label("matched"))
        .where(BankMatch.undone_at.is_(None))
        .group_by(BankMatch.line_id)
        .subquery()
    )


def kept_by_line() -> Subquery:
    """Return what stands in suspense, by line: kept there and not cleared since."""
    cleared = (
        select(BankClearing.match_id, func.sum(BankClearing.amount).label("cleared"))
        .where(BankClearing.undone_at.is_(None), BankClearing.entry_id.is_not(None))
        .group_by(BankClearing.match_id)
        .subquery()
    )
    kept = func.sum(BankMatch.amount - func.coalesce(cleared.c.cleared, 0))
    return (
        select(BankMatch.line_id, kept.label("kept"))
        .outerjoin(cleared, cleared.c.match_id == BankMatch.id)
        .where(BankMatch.kind == MatchKind.SUSPENSE.value, BankMatch.undone_at.is_(None))
        .group_by(BankMatch.line_id)
        .subquery()
    )


def accounts() -> tuple[AccountRow, ...]:
    """Return the fund's bank accounts by code, with what waits on each. Four statements."""
    rows = db.session.scalars(select(BankAccount).order_by(BankAccount.code)).all()
    waiting, in_suspense = _open_counts(), _kept_sums()
    last = {
        each.bank_account_id: each
        for each in db.session.scalars(
            select(BankStatement).order_by(BankStatement.closes_on, BankStatement.imported_at)
        )
    }
    return tuple(
        AccountRow(
            row.id,
            row.code,
            row.currency,
            row.iban_tail,
            row.csv_mapping is not None,
            last[row.id].closing if row.id in last else None,
            last[row.id].closes_on if row.id in last else None,
            waiting.get(row.id, 0),
            *in_suspense.get(row.id, (0, 0)),
        )
        for row in rows
    )


def accounts_in(currency: str) -> tuple[BankAccount, ...]:
    """Return the accounts in a currency, the one that is booked on without a word first."""
    rows = db.session.scalars(
        select(BankAccount).where(BankAccount.currency == currency).order_by(BankAccount.code)
    )
    return tuple(sorted(rows, key=lambda row: row.account_code != BANK))


def account(account_id: str) -> BankAccount | None:
    """Return one account, or None. One statement."""
    return db.session.get(BankAccount, account_id)


def statements(account_id: str, cursor: str | None = None) -> Page[StatementRow]:
    """Return a page of an account's statements, the newest first. One statement."""
    query: Select[*tuple[Any, ...]] = select(BankStatement).where(
        BankStatement.bank_account_id == account_id
    )
    query = after(
        query, BankStatement.closes_on, BankStatement.id, cursor, date.fromisoformat,
        descending=True,
    )  # fmt: skip
    rows = [_statement(each) for each in db.session.scalars(query)]
    return page(rows, lambda row: (row.closes_on.isoformat(), row.id))


def lines(
    account_id: str, view: str = UNMATCHED, sort: str = "day", cursor: str | None = None,
    search: str = "",
) -> Page[LineRow]:  # fmt: skip
    """Return a page of an account's lines. One statement.

    view: UNMATCHED, KEPT (in suspense), MATCHED, or anything else for all. sort: a key of
    SORTS, "-key" for descending; anything else: the oldest first. search: a reference of ours.
    """
    key = sort.lstrip("-") if sort.lstrip("-") in SORTS else "day"
    query, rest, kept = _lines()
    query = query.where(BankLine.bank_account_id == account_id)
    if view == UNMATCHED:
        query = query.where(rest != 0)
    elif view == KEPT:
        query = query.where(kept != 0)
    elif view == MATCHED:
        query = query.where(rest == 0)
    if search.strip():
        query = query.where(BankLine.own_refs.contains(search.strip().upper(), autoescape=True))
    read = date.fromisoformat if key == "day" else amount_of
    query = after(query, SORTS[key], BankLine.id, cursor, read, descending=sort.startswith("-"))
    rows = [_line(*row) for row in db.session.execute(query)]
    return page(
        rows, lambda row: (row.booked_on.isoformat() if key == "day" else str(row.amount), row.id)
    )


def open_lines(account_id: str) -> tuple[LineRow, ...]:
    """Return every line of an account with a rest, in the order the bank booked them."""
    query, rest, _kept = _lines()
    query = query.where(BankLine.bank_account_id == account_id, rest != 0)
    query = query.order_by(BankLine.booked_on, BankLine.statement_id, BankLine.number)
    return tuple(_line(*row) for row in db.session.execute(query))


def lines_up_to(account_id: str, until: date) -> tuple[LineRow, ...]:
    """Return the lines with a rest that were booked by a day. One statement."""
    query, rest, _kept = _lines()
    query = query.where(
        BankLine.bank_account_id == account_id, rest != 0, BankLine.booked_on <= until
    )
    query = query.order_by(BankLine.booked_on, BankLine.id)
    return tuple(_line(*row) for row in db.session.execute(query))


def line(line_id: str) -> LineRow | None:
    """Return one line, or None. One statement."""
    query, _rest, _kept = _lines()
    found = db.session.execute(query.where(BankLine.id == line_id)).one_or_none()
    return _line(*found) if found else None


def matches(line_ids: Sequence[str]) -> tuple[MatchRow, ...]:
    """Return what these lines were matched with, undone ones included. One statement."""
    query = (
        select(BankMatch, JournalEntry.book_date)
        .join(JournalEntry, JournalEntry.id == BankMatch.entry_id)
        .where(BankMatch.line_id.in_(line_ids))
        .order_by(BankMatch.made_at, BankMatch.id)
    )
    return tuple(
        MatchRow(
            row.id, row.line_id, row.kind, row.subject_id, row.amount, row.entry_id, day,
            row.made_at, row.undone_at,
        )
        for row, day in db.session.execute(query)
    )  # fmt: skip


def clearings(match_ids: Sequence[str]) -> tuple[ClearingRow, ...]:
    """Return what these amounts in suspense turned out to be, undone ones included."""
    query = (
        select(BankClearing)
        .where(BankClearing.match_id.in_(match_ids))
        .order_by(BankClearing.made_at, BankClearing.entry_id, BankClearing.id)
    )
    return tuple(
        ClearingRow(
            row.id, row.match_id, row.kind, row.amount, row.entry_id, row.made_at, row.made_by,
            row.undone_at,
        )
        for row in db.session.scalars(query)
    )  # fmt: skip


def _lines() -> tuple[Select[*tuple[Any, ...]], ColumnElement[Any], ColumnElement[Any]]:
    matched, suspense = matched_by_line(), kept_by_line()
    rest = BankLine.amount - func.coalesce(matched.c.matched, 0)
    kept = func.coalesce(suspense.c.kept, 0)
    query = (
        select(BankLine, BankAccount.currency, rest, kept)
        .join(BankAccount, BankAccount.id == BankLine.bank_account_id)
        .outerjoin(matched, matched.c.line_id == BankLine.id)
        .outerjoin(suspense, suspense.c.line_id == BankLine.id)
    )
    return query, rest, kept


def _line(row: BankLine, currency: str, rest: int, kept: int) -> LineRow:
    return LineRow(
        row.id, row.bank_account_id, currency, row.booked_on, row.amount, int(rest), row.hint,
        tuple(row.own_refs.split()), row.text_sealed is not None, int(kept), row.charge,
    )  # fmt: skip


def _statement(row: BankStatement) -> StatementRow:
    return StatementRow(
        row.id, row.form, row.number, row.opens_on, row.closes_on, row.opening, row.closing,
        row.line_count, row.known_count, row.imported_at,
    )  # fmt: skip


def _open_counts() -> dict[str, int]:
    matched = matched_by_line()
    rest = BankLine.amount - func.coalesce(matched.c.matched, 0)
    query = (
        select(BankLine.bank_account_id, func.count())
        .outerjoin(matched, matched.c.line_id == BankLine.id)
        .where(rest != 0)
        .group_by(BankLine.bank_account_id)
    )
    return {account_id: int(count) for account_id, count in db.session.execute(query)}


def _kept_sums() -> dict[str, tuple[int, int]]:
    suspense = kept_by_line()
    query = (
        select(BankLine.bank_account_id, func.count(), func.sum(func.abs(suspense.c.kept)))
        .join(suspense, suspense.c.line_id == BankLine.id)
        .where(suspense.c.kept != 0)
        .group_by(BankLine.bank_account_id)
    )
    return {
        account_id: (int(count), int(kept)) for account_id, count, kept in db.session.execute(query)
    }
