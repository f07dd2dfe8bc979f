"""What the fund keeps of the payment provider: messages received, objects, account lines.

A message's body may hold a cardholder's name and address, so it is never stored: the worker
reads the object again anyway. Kept are the ids, the kind, the time and a digest of the bytes.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from fund_app.extensions import Base
from fund_app.models.sealed import plain
from fund_app.models.types import MinorUnits, UtcDateTime

EVENT_STATES = ("received", "done", "ignored", "parked")


class StripeEvent(Base):
    """One message of the provider, at most once; the inbox."""

    __tablename__ = "stripe_event"
    __table_args__ = (
        CheckConstraint("state IN ('received', 'done', 'ignored', 'parked')", name="state"),
        CheckConstraint("(state = 'parked') = (reason_code IS NOT NULL)", name="parked_says_why"),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index("ix_stripe_event_state", "state", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True, info=plain("provider's id"))
    type: Mapped[str] = mapped_column(String(64), info=plain("kind of message"))
    object_id: Mapped[str] = mapped_column(String(80), info=plain("provider's id"))
    object_type: Mapped[str] = mapped_column(String(32), info=plain("kind of object"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    body_digest: Mapped[str] = mapped_column(String(64), info=plain("SHA-256 of the bytes"))
    state: Mapped[str] = mapped_column(String(12), default="received", info=plain("code"))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    reason_code: Mapped[str | None] = mapped_column(String(32), info=plain("code"))


class PspObject(Base):
    """An object of the provider that belongs to one of our donations.

    Its id stands plain: it leads to a card only for who can read the fund's account at the
    provider, and for them our reference there does already (docs/decisions/0035).
    """

    __tablename__ = "psp_object"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('checkout.session', 'payment_intent', 'charge', 'dispute')", name="kind"
        ),
        Index("ix_psp_object_donation_id", "donation_id"),
    )

    id: Mapped[str] = mapped_column(String(80), primary_key=True, info=plain("provider's id"))
    kind: Mapped[str] = mapped_column(String(24), info=plain("kind of object"))
    donation_id: Mapped[str] = mapped_column(ForeignKey("donation.id"), info=plain("random"))
    status: Mapped[str | None] = mapped_column(String(32), info=plain("provider's code"))


class PspBalanceTxn(Base):
    """One line of the provider's account: what really moved, and the entry that says so."""

    __tablename__ = "psp_balance_txn"
    __table_args__ = (
        CheckConstraint("amount - fee = net", name="net"),
        CheckConstraint("length(currency) = 3", name="currency"),
        Index("ix_psp_balance_txn_donation_id", "donation_id"),
        Index("ix_psp_balance_txn_payout_id", "payout_id"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True, info=plain("provider's id"))
    type: Mapped[str] = mapped_column(String(48), info=plain("provider's code"))
    category: Mapped[str] = mapped_column(String(48), info=plain("provider's code"))
    amount: Mapped[int] = mapped_column(MinorUnits)
    fee: Mapped[int] = mapped_column(MinorUnits)
    net: Mapped[int] = mapped_column(MinorUnits)
    currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
    source: Mapped[str | None] = mapped_column(String(80), info=plain("provider's id"))
    payout_id: Mapped[str | None] = mapped_column(String(64), info=plain("provider's id"))
    booked_on: Mapped[date] = mapped_column(Date)
    available_on: Mapped[date] = mapped_column(Date)
    donation_id: Mapped[str | None] = mapped_column(ForeignKey("donation.id"), info=plain("random"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("journal_entry.id"), unique=True)
    """The journal entry that books it; empty while a person has to look at it."""


class PspWatermark(Base):
    """Up to when the poller has seen everything."""

    __tablename__ = "psp_watermark"

    name: Mapped[str] = mapped_column(String(32), primary_key=True, info=plain("code"))
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
