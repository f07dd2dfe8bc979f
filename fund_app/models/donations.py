"""Donors and donations: an amount, a day, a fund, and nobody's name."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.events import Stateful
from fund_app.models.sealed import plain
from fund_app.models.types import MinorUnits, Ref, new_ref

REFERENCE_LENGTH = 12


class Method(StrEnum):
    """How a gift reaches the fund; stable codes."""

    CARD = "card"
    BANK_TRANSFER = "bank_transfer"


class Donor(Base):
    """Somebody who gives, known by a codename only; the fund keeps no name and no address."""

    __tablename__ = "donor"

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    holder_id: Mapped[str] = mapped_column(
        Ref, unique=True, info=plain("the codename's key holder, random")
    )
    language: Mapped[str] = mapped_column(String(2), default="en", info=plain("of statements"))
    created_day: Mapped[date] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    """Set on whom a gift stands for after its donor ended their record: nobody (donors.py)."""


class Donation(Stateful, Base):
    """One gift. Its money is in the ledger; here is what was meant and how far it has come."""

    __tablename__ = "donation"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("length(currency) = 3", name="currency"),
        CheckConstraint("method IN ('card', 'bank_transfer')", name="method"),
        CheckConstraint("method = 'bank_transfer' OR donor_id IS NOT NULL", name="card_has_donor"),
        CheckConstraint(
            "state NOT IN ('cleared', 'accepted', 'receipted') OR received_day IS NOT NULL",
            name="received_has_day",
        ),
        Index("ix_donation_donor_id", "donor_id", "received_day"),
        Index("ix_donation_state", "state", "created_day"),
        Index("ix_donation_fund_code", "fund_code"),
        Index(
            "uq_donation_bank_line",
            "bank_line",
            unique=True,
            sqlite_where=text("bank_line IS NOT NULL"),
            postgresql_where=text("bank_line IS NOT NULL"),
        ),
    )

    donor_id: Mapped[str | None] = mapped_column(ForeignKey("donor.id"), info=plain("random"))
    """Empty for a bank transfer nobody has claimed: the bucket of unmatched gifts."""
    fund_code: Mapped[str] = mapped_column(
        ForeignKey("fund.code"), info=plain("fund the gift is for")
    )
    amount: Mapped[int] = mapped_column(MinorUnits)
    currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
    method: Mapped[str] = mapped_column(String(16), info=plain("code"))
    reference: Mapped[str] = mapped_column(
        String(REFERENCE_LENGTH), unique=True, info=plain("random, for the transfer's purpose line")
    )
    bank_line: Mapped[str | None] = mapped_column(
        String(64), info=plain("our bank's number of the line, so that none is booked twice")
    )
    request_id: Mapped[str | None] = mapped_column(
        String(64), unique=True, info=plain("random, per form")
    )
    created_day: Mapped[date] = mapped_column(Date)
    received_day: Mapped[date | None] = mapped_column(Date)
    thanked_day: Mapped[date | None] = mapped_column(Date)

    donor: Mapped[Donor | None] = relationship()
    parts: Mapped[list[DonationPart]] = relationship(order_by="DonationPart.fund_code")
    """Only of a gift for several funds; any other one is for `fund_code` alone."""


class DonationPart(Base):
    """What of a gift is for one of several funds, as it was begun; what arrives is split alike."""

    __tablename__ = "donation_part"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_donation_part_fund_code", "fund_code"),
    )

    donation_id: Mapped[str] = mapped_column(
        ForeignKey("donation.id"), primary_key=True, info=plain("random")
    )
    fund_code: Mapped[str] = mapped_column(
        ForeignKey("fund.code"), primary_key=True, info=plain("fund this part is for")
    )
    amount: Mapped[int] = mapped_column(MinorUnits)
