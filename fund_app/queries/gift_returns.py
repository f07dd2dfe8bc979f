"""Reads about gifts on their way back: what is left of one, and what two people agreed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from fund_app.models import ledger_accounts as codes
from fund_app.models.donations import Donation
from fund_app.models.gift_returns import GiftReturn
from fund_app.models.ledger import JournalEntry, Posting
from fund_app.models.people import Person

GONE = (codes.REFUNDS, codes.CHARGEBACKS)
"""Accounts that say how much of a gift went back or was taken back."""


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """One amount that goes or went back, with who asked and who answered (staff, by name)."""

    id: str
    kind: str
    amount: int
    currency: str
    reason_code: str
    state: str
    asked_by: str
    asker: str
    asked_on: date
    answerer: str | None
    answered_on: date | None
    done_on: date | None


def is_gone() -> ColumnElement[bool]:
    """Whether a posting of a gift's entry takes something of it away: a mistake's reversal too."""
    by_mistake = and_(
        Posting.account_code == codes.DONATIONS, JournalEntry.reverses_id.is_not(None)
    )
    return or_(Posting.account_code.in_(GONE), by_mistake)


def left_of(session: Session, donation_id: str) -> int:
    """Return what is left of a gift, in minor units. One statement.

    Its amount less all that went back, was taken back or had been recorded by mistake, by the
    ledger.
    """
    gone = (
        select(func.coalesce(func.sum(Posting.amount), 0))
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(
            JournalEntry.source_type == "donation",
            JournalEntry.source_id == Donation.id,
            is_gone(),
        )
        .scalar_subquery()
    )
    found = session.scalar(select(Donation.amount - gone).where(Donation.id == donation_id))
    return int(found or 0)


def of_gift(session: Session, donation_id: str) -> tuple[ReturnRow, ...]:
    """Return every return of a gift, the newest first. One statement."""
    asker, answerer = aliased(Person), aliased(Person)
    query = (
        select(
            GiftReturn.id, GiftReturn.kind, GiftReturn.amount, GiftReturn.currency,
            GiftReturn.reason_code, GiftReturn.state, GiftReturn.asked_by,
            asker.display_name, GiftReturn.asked_on, answerer.display_name,
            GiftReturn.answered_on, GiftReturn.done_on,
        )
        .join(asker, asker.id == GiftReturn.asked_by)
        .outerjoin(answerer, answerer.id == GiftReturn.answered_by)
        .where(GiftReturn.donation_id == donation_id)
        .order_by(GiftReturn.asked_on.desc(), GiftReturn.id)
    )  # fmt: skip
    rows: Sequence[Any] = session.execute(query).all()
    return tuple(ReturnRow(*row) for row in rows)


def gift_of(session: Session, return_id: str) -> str | None:
    """Return the gift a return belongs to, or None. One statement."""
    return session.scalar(select(GiftReturn.donation_id).where(GiftReturn.id == return_id))
