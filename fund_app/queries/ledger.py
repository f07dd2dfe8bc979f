"""Reads of the ledger: where each fund stands, the trial balance, the journal.

Amounts are integers of minor units; in postings and balances debit is positive, credit
negative. Nobody's name is in the ledger, so nothing here needs a key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, select

from fund_app.extensions import db
from fund_app.models import ledger_accounts as codes
from fund_app.models.ledger import (
    Account,
    AccountBalance,
    Fund,
    FundPosition,
    GrantCommitment,
    JournalEntry,
    Posting,
    Tranche,
)
from fund_app.queries.pages import SIZE, Page


@dataclass(frozen=True, slots=True)
class FundRow:
    """A fund; its public name is in the catalogues, by code."""

    code: str
    restricted: bool
    programme: str | None
    open_for_donations: bool
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One line of the chart of accounts."""

    code: str
    account_type: str


@dataclass(frozen=True, slots=True)
class Position:
    """Where a fund stands in one currency, in minor units.

    `spendable` is cash minus what is owed, `committed` what is promised and not yet owed,
    `in_transit` what is owed and not yet paid by the bank, `advanced` what partners hold,
    `paid` what has left for people, `received` what was given minus what was given back.
    """

    fund_code: str
    currency: str
    spendable: int = 0
    committed: int = 0
    in_transit: int = 0
    advanced: int = 0
    paid: int = 0
    received: int = 0

    @property
    def available(self) -> int:
        """What can still be promised; below zero after a loss."""
        return self.spendable - self.committed


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One line of the trial balance."""

    account_code: str
    account_type: str
    fund_code: str
    currency: str
    balance: int


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of an entry."""

    account_code: str
    fund_code: str
    amount: int
    currency: str
    foreign_amount: int | None = None
    foreign_currency: str | None = None
    rate_text: str | None = None


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One journal entry with its lines; source and actor are opaque references."""

    id: int
    book_date: date
    event_time: datetime
    kind: str
    idem_key: str
    source_type: str
    source_id: str
    actor: str
    reason_code: str | None
    reverses_id: int | None
    content_hash: str
    lines: tuple[LineRow, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for in the journal; what is left out does not narrow it. Days inclusive."""

    kind: str | None = None
    since: date | None = None
    until: date | None = None
    fund_code: str | None = None
    account_code: str | None = None
    source_type: str | None = None
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class TrancheRow:
    """One tranche of a commitment, in minor units."""

    id: str
    number: int
    amount: int
    cancelled: int
    condition_code: str | None
    due: date | None
    state: str


@dataclass(frozen=True, slots=True)
class CommitmentRow:
    """A commitment with its tranches in order."""

    id: str
    fund_code: str
    currency: str
    amount: int
    source_type: str
    source_id: str
    tranches: tuple[TrancheRow, ...]


AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]

LONGEST_CURSOR = 19
"""Digits of the largest entry number either engine can hold."""

_ENTRY = (
    JournalEntry.id,
    JournalEntry.book_date,
    JournalEntry.event_time,
    JournalEntry.kind,
    JournalEntry.idem_key,
    JournalEntry.source_type,
    JournalEntry.source_id,
    JournalEntry.actor,
    JournalEntry.reason_code,
    JournalEntry.reverses_id,
    JournalEntry.content_hash,
)
_LINE = (
    Posting.account_code,
    Posting.fund_code,
    Posting.amount,
    Posting.currency,
    Posting.foreign_amount,
    Posting.foreign_currency,
    Posting.rate_text,
)
_TRANCHE = (
    Tranche.id,
    Tranche.number,
    Tranche.amount,
    Tranche.cancelled,
    Tranche.condition_code,
    Tranche.due,
    Tranche.state,
)


def funds() -> tuple[FundRow, ...]:
    """Return all funds by code. One statement."""
    query = select(
        Fund.code, Fund.restricted, Fund.programme, Fund.open_for_donations, Fund.closed_on
    )
    return tuple(FundRow(*row) for row in db.session.execute(query.order_by(Fund.code)))


def accounts() -> tuple[AccountRow, ...]:
    """Return the chart of accounts by code. One statement."""
    query = select(Account.code, Account.type).order_by(Account.code)
    return tuple(AccountRow(*row) for row in db.session.execute(query))


def first_day() -> date | None:
    """Return the day of the earliest entry, None in an empty ledger. One statement."""
    found: date | None = db.session.scalar(select(func.min(JournalEntry.book_date)))
    return found


def position(fund_code: str, currency: str) -> Position:
    """Return where a fund stands; all zero for one that never moved. Two statements."""
    found = _positions(FundPosition.fund_code == fund_code, FundPosition.currency == currency)
    return found[0] if found else Position(fund_code, currency)


def positions() -> tuple[Position, ...]:
    """Return where every fund stands in every currency it ever held. Two statements."""
    return _positions()


def trial_balance() -> tuple[BalanceRow, ...]:
    """Return every account of every fund that ever moved, zero balances too. One statement."""
    query = (
        select(
            AccountBalance.account_code,
            Account.type,
            AccountBalance.fund_code,
            AccountBalance.currency,
            AccountBalance.balance,
        )
        .join(Account, Account.code == AccountBalance.account_code)
        .order_by(AccountBalance.account_code, AccountBalance.fund_code, AccountBalance.currency)
    )
    return tuple(BalanceRow(*row) for row in db.session.execute(query))


def entries(search: Search | None = None, cursor: str | None = None) -> Page[EntryRow]:
    """Return a page of the journal, last recorded first. Two statements.

    A cursor that is none means the first page, never an error.
    """
    query = _narrowed(select(*_ENTRY), search or Search())
    if cursor and cursor.isascii() and cursor.isdigit() and len(cursor) < LONGEST_CURSOR:
        query = query.where(JournalEntry.id < int(cursor))
    found = db.session.execute(query.order_by(JournalEntry.id.desc()).limit(SIZE + 1)).all()
    kept = found[:SIZE]
    return Page(_with_lines(kept), str(kept[-1].id) if len(found) > SIZE else None)


def entry(entry_id: int) -> EntryRow | None:
    """Return one entry with its lines, or None. Two statements."""
    found = db.session.execute(select(*_ENTRY).where(JournalEntry.id == entry_id)).all()
    return _with_lines(found)[0] if found else None


def commitments_of(source_type: str, source_id: str) -> tuple[CommitmentRow, ...]:
    """Return what was promised for one decision, with its tranches. Two statements."""
    grants = db.session.execute(
        select(
            GrantCommitment.id,
            GrantCommitment.fund_code,
            GrantCommitment.currency,
            GrantCommitment.amount,
            GrantCommitment.source_type,
            GrantCommitment.source_id,
        )
        .where(GrantCommitment.source_type == source_type, GrantCommitment.source_id == source_id)
        .order_by(GrantCommitment.approve_entry_id)
    ).all()
    parts = db.session.execute(
        select(Tranche.commitment_id, *_TRANCHE)
        .where(Tranche.commitment_id.in_([grant.id for grant in grants]))
        .order_by(Tranche.commitment_id, Tranche.number)
    )
    by_grant = {
        grant_id: tuple(TrancheRow(*part[1:]) for part in group)
        for grant_id, group in groupby(parts, itemgetter(0))
    }
    return tuple(CommitmentRow(*grant, by_grant.get(grant.id, ())) for grant in grants)


def journal(since: date | None = None, until: date | None = None) -> Iterator[EntryRow]:
    """Yield every entry in order of booking, with its lines; a page in memory at most."""
    query = (
        _narrowed(select(*_ENTRY, *_LINE), Search(since=since, until=until))
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .order_by(JournalEntry.book_date, JournalEntry.id, Posting.line)
        .execution_options(yield_per=1000)
    )
    width = len(_ENTRY)
    for _, group in groupby(db.session.execute(query), itemgetter(0)):
        rows: list[tuple[Any, ...]] = [tuple(row) for row in group]
        values = (*rows[0][:width], tuple(LineRow(*row[width:]) for row in rows))
        yield EntryRow(*values)


def _positions(*conditions: ColumnElement[bool]) -> tuple[Position, ...]:
    query = select(FundPosition).where(*conditions)
    rows = db.session.scalars(
        query.order_by(FundPosition.fund_code, FundPosition.currency).execution_options(
            populate_existing=True
        )
    ).all()
    amounts = _amounts_by_fund([row.fund_code for row in rows])
    return tuple(
        Position(
            fund_code=row.fund_code,
            currency=row.currency,
            spendable=row.spendable,
            committed=row.committed,
            **amounts.get((row.fund_code, row.currency), {}),
        )
        for row in rows
    )


def _amounts_by_fund(fund_codes: Sequence[str]) -> dict[tuple[str, str], dict[str, int]]:
    at = AccountBalance.account_code
    given = (codes.DONATIONS, codes.REFUNDS, codes.CHARGEBACKS)
    query = (
        select(
            AccountBalance.fund_code,
            AccountBalance.currency,
            -_balance_of(at == codes.GRANTS_PAYABLE),
            _balance_of(at.startswith(f"{codes.ADVANCES}:", autoescape=True)),
            _balance_of(at.in_((codes.GRANTS, codes.GRANTS_PAYABLE))),
            -_balance_of(at.in_(given)),
        )
        .where(AccountBalance.fund_code.in_(fund_codes))
        .group_by(AccountBalance.fund_code, AccountBalance.currency)
    )
    names = ("in_transit", "advanced", "paid", "received")
    return {
        (fund, currency): dict(zip(names, map(int, amounts), strict=True))
        for fund, currency, *amounts in db.session.execute(query)
    }


def _balance_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, AccountBalance.balance), else_=0))


def _narrowed(query: AnySelect, search: Search) -> AnySelect:
    for column, value in (
        (JournalEntry.kind, search.kind),
        (JournalEntry.source_type, search.source_type),
        (JournalEntry.source_id, search.source_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if search.since is not None:
        query = query.where(JournalEntry.book_date >= search.since)
    if search.until is not None:
        query = query.where(JournalEntry.book_date <= search.until)
    return _narrowed_to_lines(query, search)


def _narrowed_to_lines(query: AnySelect, search: Search) -> AnySelect:
    if search.fund_code is None and search.account_code is None:
        return query
    lines = select(Posting.line).where(Posting.entry_id == JournalEntry.id)
    if search.fund_code is not None:
        lines = lines.where(Posting.fund_code == search.fund_code)
    if search.account_code is not None:
        lines = lines.where(Posting.account_code == search.account_code)
    return query.where(lines.exists())


def _with_lines(found: Sequence[AnyRow]) -> tuple[EntryRow, ...]:
    postings = db.session.execute(
        select(Posting.entry_id, *_LINE)
        .where(Posting.entry_id.in_([row.id for row in found]))
        .order_by(Posting.entry_id, Posting.line)
    )
    lines = {
        entry_id: tuple(LineRow(*row[1:]) for row in group)
        for entry_id, group in groupby(postings, itemgetter(0))
    }
    whole: list[tuple[Any, ...]] = [(*row, lines.get(row.id, ())) for row in found]
    return tuple(EntryRow(*values) for values in whole)
