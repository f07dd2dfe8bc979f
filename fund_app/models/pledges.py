"""Pledges: money promised in instalments; nobody's name, and no posting."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.donations import REFERENCE_LENGTH, Donation
from fund_app.models.events import Stateful
from fund_app.models.sealed import plain
from fund_app.models.types import MinorUnits, Ref


class Pledge(Stateful, Base):
    """A promise, known by the reference its transfers carry; who promised is in the contract."""

    __tablename__ = "pledge"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("length(currency) = 3", name="currency"),
        CheckConstraint("plan >= 1", name="plan"),
        Index("ix_pledge_state", "state", "created_day"),
        Index("ix_pledge_fund_code", "fund_code"),
    )

    reference: Mapped[str] = mapped_column(
        String(REFERENCE_LENGTH), unique=True, info=plain("random, for the transfer's purpose line")
    )
    fund_code: Mapped[str] = mapped_column(
        ForeignKey("fund.code"), info=plain("fund the pledge is for")
    )
    amount: Mapped[int] = mapped_column(MinorUnits)
    currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
    source: Mapped[str] = mapped_column(String(24), info=plain("code of a list"))
    plan: Mapped[int] = mapped_column(Integer, default=1)
    """Which version of the instalments holds; rescheduling makes a new one and keeps the old."""
    recorded_by: Mapped[str] = mapped_column(Ref, info=plain("opaque reference"))
    created_day: Mapped[date] = mapped_column(Date)

    instalments: Mapped[list[PledgeInstalment]] = relationship(
        order_by="PledgeInstalment.plan, PledgeInstalment.number"
    )
    payments: Mapped[list[PledgePayment]] = relationship()

    @property
    def schedule(self) -> tuple[PledgeInstalment, ...]:
        """The instalments that hold now, in order."""
        return tuple(each for each in self.instalments if each.plan == self.plan)


class PledgeInstalment(Base):
    """One part of a pledge with the day it is due; written once, never changed."""

    __tablename__ = "pledge_instalment"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("number >= 1", name="number"),
    )

    pledge_id: Mapped[str] = mapped_column(
        ForeignKey("pledge.id"), primary_key=True, info=plain("random")
    )
    plan: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    amount: Mapped[int] = mapped_column(MinorUnits)
    due_on: Mapped[date] = mapped_column(Date)


class PledgePayment(Base):
    """A gift that counts towards a pledge; each counts once."""

    __tablename__ = "pledge_payment"
    __table_args__ = (Index("ix_pledge_payment_pledge_id", "pledge_id"),)

    donation_id: Mapped[str] = mapped_column(
        ForeignKey("donation.id"), primary_key=True, info=plain("random")
    )
    pledge_id: Mapped[str] = mapped_column(ForeignKey("pledge.id"), info=plain("random"))

    donation: Mapped[Donation] = relationship()
