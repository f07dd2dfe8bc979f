"""Readings of the provider's account beside our ledger: the two sums, and every line that differs.

A reading is what was seen at one moment; it is kept as it was.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.sealed import plain
from fund_app.models.types import MinorUnits, Ref, UtcDateTime, new_ref


class StripeReading(Base):
    """One look at the provider's whole account: its balance, its lines, and what our books say."""

    __tablename__ = "stripe_reading"
    __table_args__ = (
        CheckConstraint("length(currency) = 3", name="currency"),
        CheckConstraint("lines >= 0", name="lines"),
        Index("ix_stripe_reading_read_at", "read_at"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
    theirs: Mapped[int] = mapped_column(MinorUnits)
    """The balance the provider states."""
    theirs_by_line: Mapped[int] = mapped_column(MinorUnits)
    """What its account lines add up to."""
    ours: Mapped[int] = mapped_column(MinorUnits)
    """What the ledger's account with the provider held, read afterwards."""
    lines: Mapped[int]

    gaps: Mapped[list[StripeGap]] = relationship(order_by="StripeGap.txn_id")


class StripeGap(Base):
    """One line that one side has and the other has not, or has with another amount."""

    __tablename__ = "stripe_gap"
    __table_args__ = (
        CheckConstraint("kind IN ('not_booked', 'not_theirs', 'differs')", name="kind"),
    )

    reading_id: Mapped[str] = mapped_column(
        ForeignKey("stripe_reading.id"), primary_key=True, info=plain("random")
    )
    txn_id: Mapped[str] = mapped_column(String(64), primary_key=True, info=plain("provider's id"))
    kind: Mapped[str] = mapped_column(String(12), info=plain("code"))
    theirs: Mapped[int | None] = mapped_column(MinorUnits)
    ours: Mapped[int | None] = mapped_column(MinorUnits)
