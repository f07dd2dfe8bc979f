"""What of a donor's gifts a receipt can certify, and where a receipt no longer says the truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from fund_app.models import ledger_accounts as codes
from fund_app.models.donations import Donation
from fund_app.models.ledger import JournalEntry, Posting
from fund_app.models.receipts import ReceiptLine

GIVEN = (codes.DONATIONS, codes.REFUNDS, codes.CHARGEBACKS, codes.DISPUTES)
"""Accounts whose sum is what is left of a gift: neither refunded nor charged back nor disputed."""
CERTIFIABLE = ("accepted", "receipted")


@dataclass(frozen=True, slots=True)
class GiftToCertify:
    """A gift that no valid receipt covers: its day and what the ledger holds of it."""

    donation_id: str
    day: date
    amount: int
    currency: str


def left_in_ledger(
    donation_id: ColumnElement[str], currency: ColumnElement[str]
) -> ColumnElement[int]:
    """Return a subquery: what the ledger holds of a gift, in minor units."""
    return (
        select(func.coalesce(-func.sum(Posting.amount), 0))
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(
            JournalEntry.source_type == "donation",
            JournalEntry.source_id == donation_id,
            Posting.currency == currency,
            Posting.account_code.in_(GIVEN),
        )
        .scalar_subquery()
    )


def to_certify(session: Session, donor_id: str, year: int) -> tuple[GiftToCertify, ...]:
    """Return a donor's gifts of a year without a valid receipt, by day. One statement.

    Left out are gifts that were not accepted, are disputed or have gone back; of a gift that
    went back in part, what is left counts.
    """
    left = left_in_ledger(Donation.id.expression, Donation.currency.expression)
    has_line = exists().where(ReceiptLine.donation_id == Donation.id, ~ReceiptLine.is_void)
    query = (
        select(Donation.id, Donation.received_day, left, Donation.currency)
        .where(
            Donation.donor_id == donor_id,
            Donation.state.in_(CERTIFIABLE),
            Donation.received_day.between(date(year, 1, 1), date(year, 12, 31)),
            ~has_line,
            left > 0,
        )
        .order_by(Donation.received_day, Donation.id)
    )
    return tuple(
        GiftToCertify(gift_id, day, int(amount), currency)
        for gift_id, day, amount, currency in session.execute(query)
        if day is not None
    )


def differs_from_ledger(receipt_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Return a condition: a gift of this valid receipt has gone back or is disputed since."""
    left = left_in_ledger(ReceiptLine.donation_id.expression, ReceiptLine.currency.expression)
    return exists().where(
        and_(
            ReceiptLine.receipt_id == receipt_id,
            ~ReceiptLine.is_void,
            ReceiptLine.amount != left,
        )
    )
