"""Reads about monthly gifts: a donor's own with their months, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from fund_app.extensions import db
from fund_app.models.donations import Donor
from fund_app.models.events import Event
from fund_app.models.monthly_gifts import MonthlyGift, MonthlyInvoice


@dataclass(frozen=True, slots=True)
class MonthlyRow:
    """A monthly gift as its donor sees it: minor units a month, days, codes."""

    id: str
    fund_code: str
    amount: int
    currency: str
    state: str
    step: int
    created_day: date
    next_on: date | None
    months_paid: int
    """How many months have been paid so far."""


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


def _monthly() -> Select[*tuple[Any, ...]]:
    paid = (
        select(func.count())
        .select_from(MonthlyInvoice)
        .where(MonthlyInvoice.monthly_gift_id == MonthlyGift.id, MonthlyInvoice.status == "paid")
        .correlate(MonthlyGift)
        .scalar_subquery()
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
        paid,
    )
