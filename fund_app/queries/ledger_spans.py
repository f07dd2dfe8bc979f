"""The books in a range of days: what stood before it, what stood at its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select

from fund_app.extensions import db
from fund_app.models.ledger import Account, JournalEntry, Period, Posting

AGES_AGO, NEVER = date.min, date.max


@dataclass(frozen=True, slots=True)
class Span:
    """A range of booking days, both included; without an end it is open on that side."""

    since: date | None = None
    until: date | None = None

    @property
    def label(self) -> str:
        """The days as they stand in the names of files; empty for the whole journal."""
        if self.since is None and self.until is None:
            return ""
        ends = (self.since and self.since.isoformat(), self.until and self.until.isoformat())
        return "-".join(("", ends[0] or "beginning", ends[1] or "end"))


WHOLE = Span()


@dataclass(frozen=True, slots=True)
class SpanRow:
    """One account of one fund over a span, in minor units; debit is positive.

    opening + debit - credit = closing.
    """

    account_code: str
    account_type: str
    fund_code: str
    currency: str
    opening: int
    debit: int
    credit: int
    closing: int


def periods() -> tuple[str, ...]:
    """Return the codes of the periods there are, the latest first. One statement."""
    return tuple(db.session.scalars(select(Period.code).order_by(Period.starts.desc())))


def period(code: str) -> Span | None:
    """Return the days of a period, or None where there is none of this code. One statement."""
    row = db.session.execute(select(Period.starts, Period.ends).where(Period.code == code)).first()
    return Span(row.starts, row.ends) if row else None


def balances(span: Span = WHOLE) -> tuple[SpanRow, ...]:
    """Return every account that moved in a span or had a balance before it. One statement.

    Added up from the postings, not from the running balances, so that it is a check on them.
    """
    since, until = span.since or AGES_AGO, span.until or NEVER
    before = JournalEntry.book_date < since
    amount = Posting.amount
    sums = (
        func.sum(case((before, amount), else_=0)),
        func.sum(case(((~before) & (amount > 0), amount), else_=0)),
        func.sum(case(((~before) & (amount < 0), -amount), else_=0)),
    )
    query = (
        select(Posting.account_code, Account.type, Posting.fund_code, Posting.currency, *sums)
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .join(Account, Account.code == Posting.account_code)
        .where(JournalEntry.book_date <= until)
        .group_by(Posting.account_code, Account.type, Posting.fund_code, Posting.currency)
        .order_by(Posting.account_code, Posting.fund_code, Posting.currency)
    )
    return tuple(
        SpanRow(account, kind, fund, currency, int(opening), int(debit), int(credit),
                int(opening) + int(debit) - int(credit))
        for account, kind, fund, currency, opening, debit, credit in db.session.execute(query)
        if opening or debit or credit
    )  # fmt: skip
