"""Reads about monthly gifts: a donor's own, the list of finance, one with its months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from fund_app.extensions import db
from fund_app.models.donations import Donation, Donor
from fund_app.models.events import Event
from fund_app.models.monthly_gifts import MonthlyGift, MonthlyGiftPart, MonthlyInvoice
from fund_app.queries.pages import Page, after, amount_of, page

SORTS = {"day": MonthlyGift.created_day, "amount": MonthlyGift.amount}
COLLECTED = ("active", "overdue")
"""States in which the coming months are counted on."""
ENDED = ("ended", "refused", "lapsed")
NUMBER_LENGTH = 8


@dataclass(frozen=True, slots=True)
class MonthlyRow:
    """A monthly gift as its donor and finance see it: minor units a month, days, codes."""

    id: str
    fund_code: str
    amount: int
    currency: str
    state: str
    step: int
    created_day: date
    next_on: date | None
    is_shared: bool
    """Whether it is for several funds."""
    months_paid: int
    """How many months have been paid so far."""

    @property
    def number(self) -> str:
        """What staff call it by: the beginning of its random id."""
        return self.id[:NUMBER_LENGTH].upper()


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month as the provider asked for it, and the donation it became, if it did."""

    asked_day: date
    amount: int
    currency: str
    status: str
    attempts: int
    next_try_on: date | None
    donation_id: str | None
    reference: str | None
    state: str | None


@dataclass(frozen=True, slots=True)
class RunningRow:
    """What running monthly gifts come to in one currency: how many, minor units a month."""

    currency: str
    count: int
    amount: int


def is_given_to(session: Session, fund_code: str) -> bool:
    """Whether a monthly gift that has not ended is for a fund, wholly or in part."""
    of_fund = select(MonthlyGiftPart.monthly_gift_id).where(MonthlyGiftPart.fund_code == fund_code)
    query = select(MonthlyGift.id).where(
        MonthlyGift.state.not_in(ENDED),
        or_(MonthlyGift.fund_code == fund_code, MonthlyGift.id.in_(of_fund)),
    )
    return session.scalar(query.limit(1)) is not None


def monthly_gifts(
    search: str = "", sort: str = "-day", cursor: str | None = None
) -> Page[MonthlyRow]:
    """Return a page of all monthly gifts for finance. One statement.

    search: the beginning of a number, or a fund's code. sort: a key of SORTS, "-key" for
    descending; anything else sorts by day, the newest first.
    """
    descending = sort.startswith("-")
    key = sort.lstrip("-") if sort.lstrip("-") in SORTS else "day"
    query = _monthly()
    wanted = "".join(each for each in search.upper() if each.isascii() and each.isalnum())
    if wanted:
        of_fund = select(MonthlyGiftPart.monthly_gift_id).where(MonthlyGiftPart.fund_code == wanted)
        query = query.where(
            or_(
                MonthlyGift.id.startswith(wanted.lower()),
                MonthlyGift.fund_code == wanted,
                MonthlyGift.id.in_(of_fund),
            )
        )
    read: Any = date.fromisoformat if key == "day" else amount_of
    query = after(query, SORTS[key], MonthlyGift.id, cursor, read, descending=descending)
    rows: Sequence[MonthlyRow] = [MonthlyRow(*row) for row in db.session.execute(query)]
    return page(rows, lambda row: (_mark(row, key), row.id))


def monthly_gift(monthly_id: str) -> MonthlyRow | None:
    """Return one monthly gift for finance and the board, or None. One statement."""
    found = db.session.execute(_monthly().where(MonthlyGift.id == monthly_id)).one_or_none()
    return MonthlyRow(*found) if found else None


def months(monthly_id: str) -> tuple[MonthRow, ...]:
    """Return the months of a monthly gift, the newest first. One statement."""
    query = (
        select(
            MonthlyInvoice.asked_day,
            MonthlyInvoice.amount,
            MonthlyGift.currency,
            MonthlyInvoice.status,
            MonthlyInvoice.attempts,
            MonthlyInvoice.next_try_on,
            Donation.id,
            Donation.reference,
            Donation.state,
        )
        .join(MonthlyGift, MonthlyGift.id == MonthlyInvoice.monthly_gift_id)
        .outerjoin(Donation, Donation.id == MonthlyInvoice.donation_id)
        .where(MonthlyInvoice.monthly_gift_id == monthly_id)
        .order_by(MonthlyInvoice.asked_day.desc(), MonthlyInvoice.id.desc())
    )
    return tuple(MonthRow(*row) for row in db.session.execute(query))


def shares(monthly_id: str) -> dict[str, int]:
    """Return what of each month is for each fund; empty for a gift for one fund."""
    query = select(MonthlyGiftPart.fund_code, MonthlyGiftPart.amount)
    rows = db.session.execute(
        query.where(MonthlyGiftPart.monthly_gift_id == monthly_id).order_by(
            MonthlyGiftPart.fund_code
        )
    )
    return {fund: int(amount) for fund, amount in rows}


def running() -> tuple[RunningRow, ...]:
    """Return what the running monthly gifts come to each month, by currency. One statement."""
    query = (
        select(MonthlyGift.currency, func.count(), func.sum(MonthlyGift.amount))
        .where(MonthlyGift.state.in_(COLLECTED))
        .group_by(MonthlyGift.currency)
        .order_by(MonthlyGift.currency)
    )
    return tuple(
        RunningRow(currency, count, int(amount))
        for currency, count, amount in db.session.execute(query)
    )


def own_monthly_gift(holder_id: str, monthly_id: str) -> MonthlyRow | None:
    """Return one monthly gift if it is this donor's, else None. One statement."""
    query = _monthly().join(Donor, Donor.id == MonthlyGift.donor_id)
    query = query.where(MonthlyGift.id == monthly_id, Donor.holder_id == holder_id)
    found = db.session.execute(query).one_or_none()
    return MonthlyRow(*found) if found else None


def own_monthly_gifts(donor_id: str) -> tuple[MonthlyRow, ...]:
    """Return all monthly gifts of a donor, the newest first. One statement."""
    query = _monthly().where(MonthlyGift.donor_id == donor_id)
    rows = db.session.execute(query.order_by(MonthlyGift.created_day.desc(), MonthlyGift.id))
    return tuple(MonthlyRow(*row) for row in rows)


def was_refused_for_its_card(monthly_id: str) -> bool:
    """Whether a monthly gift was refused for the card's country. One statement."""
    query = select(Event.id).where(
        Event.chain == "monthly_gift", Event.subject_id == monthly_id, Event.action == "refuse"
    )
    return db.session.scalar(query) is not None


def ended_because(monthly_id: str) -> str | None:
    """Return why finance ended a monthly gift for its donor, as a code; None where they did not."""
    query = select(Event.reason_code).where(
        Event.chain == "monthly_gift",
        Event.subject_id == monthly_id,
        Event.action == "stop_for_donor",
    )
    return db.session.scalar(query)


def _monthly() -> Select[*tuple[Any, ...]]:
    paid = (
        select(func.count())
        .select_from(MonthlyInvoice)
        .where(MonthlyInvoice.monthly_gift_id == MonthlyGift.id, MonthlyInvoice.status == "paid")
        .correlate(MonthlyGift)
        .scalar_subquery()
    )
    shared = select(MonthlyGiftPart.fund_code).where(
        MonthlyGiftPart.monthly_gift_id == MonthlyGift.id
    )
    return select(
        MonthlyGift.id,
        MonthlyGift.fund_code,
        MonthlyGift.amount,
        MonthlyGift.currency,
        MonthlyGift.state,
        MonthlyGift.step,
        MonthlyGift.created_day,
        MonthlyGift.next_on,
        shared.correlate(MonthlyGift).exists(),
        paid,
    )


def _mark(row: MonthlyRow, key: str) -> str:
    return row.created_day.isoformat() if key == "day" else str(row.amount)
