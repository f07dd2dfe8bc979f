"""Monthly gifts: agreed once on the payment page, then one donation for each month that is paid."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.donations import Donation, Donor
from fund_app.models.events import Stateful
from fund_app.models.sealed import plain
from fund_app.models.types import MinorUnits


class MonthlyGift(Stateful, Base):
    """What somebody agreed to give each month; its money is in the donations of its months."""

    __tablename__ = "monthly_gift"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("length(currency) = 3", name="currency"),
        CheckConstraint(
            "state NOT IN ('active', 'overdue', 'paused', 'stopping') OR subscription IS NOT NULL",
            name="agreed_has_subscription",
        ),
        CheckConstraint("state <> 'refused' OR subscription IS NULL", name="refused_forgotten"),
        Index("ix_monthly_gift_donor_id", "donor_id"),
        Index("ix_monthly_gift_fund_code", "fund_code"),
        Index("ix_monthly_gift_state", "state", "created_day"),
    )

    donor_id: Mapped[str] = mapped_column(ForeignKey("donor.id"), info=plain("random"))
    fund_code: Mapped[str] = mapped_column(
        ForeignKey("fund.code"), info=plain("fund the gift is for")
    )
    amount: Mapped[int] = mapped_column(MinorUnits)
    currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
    session: Mapped[str | None] = mapped_column(
        String(80), unique=True, info=plain("provider's id of the payment page")
    )
    subscription: Mapped[str | None] = mapped_column(
        String(80), unique=True, info=plain("provider's id")
    )
    request_id: Mapped[str | None] = mapped_column(
        String(64), unique=True, info=plain("random, per form")
    )
    created_day: Mapped[date] = mapped_column(Date)
    next_on: Mapped[date | None] = mapped_column(Date)
    """When the provider collects next, or tries again, as it last said."""

    donor: Mapped[Donor] = relationship()
    parts: Mapped[list[MonthlyGiftPart]] = relationship(order_by="MonthlyGiftPart.fund_code")
    """Only of a gift for several funds; any other one is for `fund_code` alone."""


class MonthlyGiftPart(Base):
    """What of each month is for one of several funds; every month's donation is split alike."""

    __tablename__ = "monthly_gift_part"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_monthly_gift_part_fund_code", "fund_code"),
    )

    monthly_gift_id: Mapped[str] = mapped_column(
        ForeignKey("monthly_gift.id"), primary_key=True, info=plain("random")
    )
    fund_code: Mapped[str] = mapped_column(
        ForeignKey("fund.code"), primary_key=True, info=plain("fund this part is for")
    )
    amount: Mapped[int] = mapped_column(MinorUnits)


class MonthlyInvoice(Base):
    """One month as the provider asked for it: how often it tried, and the donation it became."""

    __tablename__ = "monthly_invoice"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index("ix_monthly_invoice_monthly_gift_id", "monthly_gift_id", "asked_day"),
    )

    id: Mapped[str] = mapped_column(String(80), primary_key=True, info=plain("provider's id"))
    monthly_gift_id: Mapped[str] = mapped_column(
        ForeignKey("monthly_gift.id"), info=plain("random")
    )
    donation_id: Mapped[str | None] = mapped_column(
        ForeignKey("donation.id"), unique=True, info=plain("random")
    )
    """The last donation of this month; one whose debit failed gives way to the next try's."""
    amount: Mapped[int] = mapped_column(MinorUnits)
    status: Mapped[str] = mapped_column(String(16), info=plain("provider's code"))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    asked_day: Mapped[date] = mapped_column(Date)
    next_try_on: Mapped[date | None] = mapped_column(Date)

    donation: Mapped[Donation | None] = relationship()
