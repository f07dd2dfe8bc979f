"""The ledger's bank balance beside the bank's own, to the cent, with all that lies between.

ledger - bank = what the books began with more than the statements
              + entries no line stands for - lines no entry stands for
              + entries whose line comes later - lines whose entry comes later
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from fund_app.extensions import db
from fund_app.models.bank import BankAccount, BankLine, BankMatch, BankStatement
from fund_app.models.ledger import JournalEntry, Posting
from fund_app.models.opening_balances import OpeningBalance
from fund_app.queries.bank import LineRow, lines_up_to
from fund_app.queries.bank_candidates import UnseenEntry, unseen_entries


@dataclass(frozen=True, slots=True)
class Apart:
    """A match whose line and entry lie on different sides of the day."""

    line_id: str
    entry_id: int
    line_day: date
    entry_day: date
    amount: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Both balances at the end of a day and everything that explains their difference.

    `opened`: the opening balance of the first statement. `begun`: by how much the books, before
    it, differ from that.
    `lines` are on the statement and not in the books, `entries` the other way round. `apart`
    are matched over the edge of the day: signed as they count towards the difference.
    """

    day: date
    since: date
    currency: str
    bank: int
    ledger: int
    opened: int
    begun: int
    lines: tuple[LineRow, ...]
    entries: tuple[UnseenEntry, ...]
    apart: tuple[Apart, ...]

    @property
    def difference(self) -> int:
        """What the ledger has more than the bank."""
        return self.ledger - self.bank

    @property
    def explained(self) -> int:
        """What the list adds up to: always the difference, or the database has been altered."""
        return (
            self.begun
            - sum(line.rest for line in self.lines)
            + sum(entry.rest for entry in self.entries)
            + sum(match.amount for match in self.apart)
        )


def reconciliation(account: BankAccount, day: date | None = None) -> Reconciliation | None:
    """Return how an account stands at the end of a day (left out: of its last statement).

    What was taken over for the day the statements begin counts as before them. None before any
    statement. Eight statements.
    """
    first = first_statement(account)
    if first is None:
        return None
    last = db.session.scalar(
        select(func.max(BankStatement.closes_on)).where(BankStatement.bank_account_id == account.id)
    )
    until = day or last or first.closes_on
    came = _sum(
        BankLine.amount, BankLine.bank_account_id == account.id, BankLine.booked_on <= until
    )
    opening = _opening(account, first.opens_on)
    before = _in_ledger(
        account, or_(JournalEntry.book_date < first.opens_on, JournalEntry.id == opening)
    )
    return Reconciliation(
        day=until,
        since=first.opens_on,
        currency=account.currency,
        bank=first.opening + came,
        ledger=_in_ledger(account, JournalEntry.book_date <= until),
        opened=first.opening,
        begun=before - first.opening,
        lines=lines_up_to(account.id, until),
        entries=tuple(
            each
            for each in unseen_entries(account, first.opens_on, until)
            if each.entry_id != opening
        ),
        apart=_apart(account, first.opens_on, until),
    )


def first_statement(account: BankAccount) -> BankStatement | None:
    """Return the statement an account begins with, or None. One statement."""
    return db.session.scalars(
        select(BankStatement)
        .where(BankStatement.bank_account_id == account.id)
        .order_by(BankStatement.opens_on, BankStatement.imported_at, BankStatement.part)
        .limit(1)
    ).one_or_none()


def _opening(account: BankAccount, day: date) -> int | None:
    """Return the entry that took the account's balance over at the beginning of a day."""
    return db.session.scalar(
        select(OpeningBalance.entry_id).where(
            OpeningBalance.bank_account_id == account.id,
            OpeningBalance.day == day,
            OpeningBalance.entry_id.is_not(None),
            OpeningBalance.ended_at.is_(None),
        )
    )


def _in_ledger(account: BankAccount, condition: ColumnElement[bool]) -> int:
    query = (
        select(func.coalesce(func.sum(Posting.amount), 0))
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(
            Posting.account_code == account.account_code,
            Posting.currency == account.currency,
            condition,
        )
    )
    return int(db.session.scalar(query) or 0)


def _sum(column: Any, *conditions: ColumnElement[bool]) -> int:
    return int(
        db.session.scalar(select(func.coalesce(func.sum(column), 0)).where(*conditions)) or 0
    )


def _apart(account: BankAccount, since: date, until: date) -> tuple[Apart, ...]:
    in_days = JournalEntry.book_date.between(since, until)
    on_statement = BankLine.booked_on <= until
    query = (
        select(
            BankMatch.line_id, BankMatch.entry_id, BankLine.booked_on, JournalEntry.book_date,
            BankMatch.amount,
        )
        .join(BankLine, BankLine.id == BankMatch.line_id)
        .join(JournalEntry, JournalEntry.id == BankMatch.entry_id)
        .where(
            BankLine.bank_account_id == account.id,
            BankMatch.undone_at.is_(None),
            (on_statement & ~in_days) | (~on_statement & in_days),
        )
        .order_by(BankLine.booked_on, BankMatch.id)
    )  # fmt: skip
    return tuple(
        Apart(line, entry, line_day, entry_day, amount if line_day > until else -amount)
        for line, entry, line_day, entry_day, amount in db.session.execute(query)
    )
