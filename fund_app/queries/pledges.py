"""Reads about pledges: the list, one with its instalments, and what is expected when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select

from fund_app.extensions import db
from fund_app.models import ledger_accounts as codes
from fund_app.models.donations import Donation
from fund_app.models.ledger import JournalEntry, Posting
from fund_app.models.pledges import Pledge, PledgeInstalment, PledgePayment
from fund_app.queries.pages import Page, after, page

SORTS = {"day": Pledge.created_day, "amount": Pledge.amount}
EXPECTED = ("scheduled", "part_paid")
"""States whose open instalments count as expected; an overdue one no longer does."""
ARRIVED = ("accepted", "receipted")


@dataclass(frozen=True, slots=True)
class PledgeRow:
    """A pledge as finance and the board see it: minor units, days, codes."""

    id: str
    reference: str
    fund_code: str
    amount: int
    currency: str
    source: str
    state: str
    step: int
    plan: int
    created_day: date
    recorded_by: str
    paid: int
    """What has arrived for it and stayed, by the ledger."""

    @property
    def left(self) -> int:
        """What is still to come."""
        return max(0, self.amount - self.paid)


@dataclass(frozen=True, slots=True)
class InstalmentRow:
    """One instalment of the plan in force, and how much of it what has arrived covers."""

    number: int
    amount: int
    due_on: date
    covered: int


@dataclass(frozen=True, slots=True)
class CountedRow:
    """A gift that counts towards a pledge."""

    donation_id: str
    reference: str
    amount: int
    currency: str
    state: str
    day: date | None


@dataclass(frozen=True, slots=True)
class ExpectedRow:
    """What running pledges promise for one month (its first day), in minor units."""

    month: date
    amount: int


def pledges(search: str = "", sort: str = "-day", cursor: str | None = None) -> Page[PledgeRow]:
    """Return a page of pledges, searched by reference or fund's code. One statement.

    sort: a key of SORTS, "-key" for descending; anything else is the newest first.
    """
    descending = sort.startswith("-")
    key = sort.lstrip("-") if sort.lstrip("-") in SORTS else "day"
    query = _pledges()
    wanted = "".join(each for each in search.upper() if each.isalnum())
    if wanted:
        query = query.where(or_(Pledge.reference.contains(wanted), Pledge.fund_code == wanted))
    read: Any = date.fromisoformat if key == "day" else int
    query = after(query, SORTS[key], Pledge.id, cursor, read, descending=descending)
    rows: Sequence[PledgeRow] = [PledgeRow(*row) for row in db.session.execute(query)]
    return page(rows, lambda row: (_mark(row, key), row.id))


def pledge(pledge_id: str) -> PledgeRow | None:
    """Return one pledge, or None. One statement."""
    found = db.session.execute(_pledges().where(Pledge.id == pledge_id)).one_or_none()
    return PledgeRow(*found) if found else None


def instalments(row: PledgeRow) -> tuple[InstalmentRow, ...]:
    """Return the instalments in force with what covers them, in order. One statement."""
    query = select(PledgeInstalment.number, PledgeInstalment.amount, PledgeInstalment.due_on).where(
        PledgeInstalment.pledge_id == row.id, PledgeInstalment.plan == row.plan
    )
    left, found = row.paid, []
    for number, amount, due_on in db.session.execute(query.order_by(PledgeInstalment.number)):
        covered = min(left, amount)
        left -= covered
        found.append(InstalmentRow(number, amount, due_on, covered))
    return tuple(found)


def counted(pledge_id: str) -> tuple[CountedRow, ...]:
    """Return the gifts that count towards a pledge, the oldest first. One statement."""
    query = (
        select(
            Donation.id, Donation.reference, Donation.amount, Donation.currency, Donation.state,
            Donation.received_day,
        )
        .join(PledgePayment, PledgePayment.donation_id == Donation.id)
        .where(PledgePayment.pledge_id == pledge_id)
        .order_by(Donation.received_day, Donation.id)
    )  # fmt: skip
    return tuple(CountedRow(*row) for row in db.session.execute(query))


def expected() -> tuple[ExpectedRow, ...]:
    """Return what running pledges still promise, by month. Two statements.

    Overdue pledges, and those nobody has agreed to, promise nothing here.
    """
    rows = [PledgeRow(*row) for row in db.session.execute(_pledges())]
    running = {row.id: row for row in rows if row.state in EXPECTED}
    query = select(PledgeInstalment).where(PledgeInstalment.pledge_id.in_(list(running)))
    left = {row.id: row.paid for row in running.values()}
    months: dict[date, int] = {}
    order = (PledgeInstalment.pledge_id, PledgeInstalment.number)
    for each in db.session.scalars(query.order_by(*order)):
        if each.plan != running[each.pledge_id].plan:
            continue
        covered = min(left[each.pledge_id], each.amount)
        left[each.pledge_id] -= covered
        month = each.due_on.replace(day=1)
        months[month] = months.get(month, 0) + each.amount - covered
    return tuple(ExpectedRow(month, months[month]) for month in sorted(months) if months[month])


def _pledges() -> Select[*tuple[Any, ...]]:
    paid = (
        select(func.coalesce(-func.sum(Posting.amount), 0))
        .select_from(PledgePayment)
        .join(Donation, Donation.id == PledgePayment.donation_id)
        .join(JournalEntry, JournalEntry.source_id == Donation.id)
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .where(
            PledgePayment.pledge_id == Pledge.id,
            Donation.state.in_(ARRIVED),
            JournalEntry.source_type == "donation",
            Posting.account_code.in_((codes.DONATIONS, codes.REFUNDS, codes.CHARGEBACKS)),
        )
        .correlate(Pledge)
        .scalar_subquery()
    )
    return select(
        Pledge.id, Pledge.reference, Pledge.fund_code, Pledge.amount, Pledge.currency,
        Pledge.source, Pledge.state, Pledge.step, Pledge.plan, Pledge.created_day,
        Pledge.recorded_by, paid,
    )  # fmt: skip


def _mark(row: PledgeRow, key: str) -> str:
    return row.created_day.isoformat() if key == "day" else str(row.amount)
