"""Reads about periods: which there are, and what stands in the way of closing one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from fund_app.extensions import db
from fund_app.models.bank import BankAccount, BankStatement
from fund_app.models.disbursements import Disbursement
from fund_app.models.ledger import JournalEntry, Period
from fund_app.models.people import Person, RoleGrant
from fund_app.queries.bank_reconciliation import reconciliation
from workflows.roles import Role

ON_ITS_WAY = ("exported", "unknown", "sent", "unconfirmed", "received")
"""States of a payment that was handed over and may not have been seen at the bank."""


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A period with who proposed to close it and who did; `entries` counts its postings.

    has_live_proposal: who proposed it is a treasurer still; otherwise it is proposed anew.
    """

    code: str
    starts: date
    ends: date
    entries: int
    proposed_at: datetime | None
    proposed_by: str | None
    proposer: str | None
    closed_at: datetime | None
    closer: str | None
    has_live_proposal: bool


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that stands in the way of closing: a code, how often, and the account's code.

    `amount` in minor units where the obstacle is one of money.
    """

    code: str
    count: int = 1
    account_id: str | None = None
    account: str | None = None
    amount: int | None = None
    currency: str | None = None
    day: date | None = None


def periods() -> tuple[PeriodRow, ...]:
    """Return every period, the newest first. One statement."""
    proposer, closer = aliased(Person), aliased(Person)
    entries = (
        select(func.count())
        .select_from(JournalEntry)
        .where(JournalEntry.period_code == Period.code)
        .correlate(Period)
        .scalar_subquery()
    )
    is_treasurer = (
        select(RoleGrant.person_id)
        .where(
            RoleGrant.person_id == Period.proposed_by,
            RoleGrant.role == Role.TREASURER.value,
            proposer.disabled_on.is_(None),
        )
        .correlate(Period, proposer)
        .exists()
    )
    query = (
        select(
            Period.code, Period.starts, Period.ends, entries, Period.proposed_at,
            Period.proposed_by, proposer.display_name, Period.closed_at, closer.display_name,
            is_treasurer,
        )
        .outerjoin(proposer, proposer.id == Period.proposed_by)
        .outerjoin(closer, closer.id == Period.closed_by)
        .order_by(Period.starts.desc())
    )  # fmt: skip
    return tuple(PeriodRow(*row) for row in db.session.execute(query))


def period(code: str) -> PeriodRow | None:
    """Return one period, or None. One statement."""
    return next((row for row in periods() if row.code == code), None)


def last_day() -> date | None:
    """Return the end of the last period there is, or None."""
    return db.session.scalar(select(func.max(Period.ends)))


def obstacles(row: PeriodRow, today: date) -> tuple[Obstacle, ...]:
    """Return all that stands in the way of closing a period; empty: it can be closed.

    not_over, earlier_open, payments_unseen (handed over by its end and not seen at the bank);
    for each bank account whose statements had begun by then: statements_missing (they end
    before the period), lines_unmatched, entries_unseen (in the books and on no statement),
    balances_apart (the books began with another balance than the statements).
    """
    found: list[Obstacle] = []
    if row.ends >= today:
        found.append(Obstacle("not_over", day=row.ends))
    earlier = db.session.scalar(
        select(func.count())
        .select_from(Period)
        .where(Period.ends < row.starts, Period.closed_at.is_(None))
    )
    if earlier:
        found.append(Obstacle("earlier_open", int(earlier)))
    unseen = db.session.scalar(
        select(func.count())
        .select_from(Disbursement)
        .where(
            Disbursement.sent_on <= row.ends,
            Disbursement.confirmed_on.is_(None),
            Disbursement.state.in_(ON_ITS_WAY),
        )
    )
    if unseen:
        found.append(Obstacle("payments_unseen", int(unseen)))
    for account in db.session.scalars(select(BankAccount).order_by(BankAccount.code)):
        found += _at_the_bank(row, account)
    return tuple(found)


def _at_the_bank(row: PeriodRow, account: BankAccount) -> list[Obstacle]:
    begins, ends = _covered(account)
    if begins is None or ends is None:
        return [] if row.ends < account.opened_on else [_of(account, "statements_missing")]
    if begins > row.ends:
        return []
    found = [] if ends >= row.ends else [_of(account, "statements_missing", day=ends)]
    state = reconciliation(account, row.ends)
    if state is None:
        return found
    if state.lines:
        total = sum(line.rest for line in state.lines)
        found.append(_of(account, "lines_unmatched", len(state.lines), total))
    if state.entries:
        total = sum(entry.rest for entry in state.entries)
        found.append(_of(account, "entries_unseen", len(state.entries), total))
    if state.begun:
        found.append(_of(account, "balances_apart", amount=state.begun))
    return found


def _covered(account: BankAccount) -> tuple[date | None, date | None]:
    query = select(func.min(BankStatement.opens_on), func.max(BankStatement.closes_on))
    begins, ends = db.session.execute(
        query.where(BankStatement.bank_account_id == account.id)
    ).one()
    return begins, ends


def _of(
    account: BankAccount, code: str, count: int = 1, amount: int | None = None,
    day: date | None = None,
) -> Obstacle:  # fmt: skip
    return Obstacle(code, count, account.id, account.code, amount, account.currency, day)
