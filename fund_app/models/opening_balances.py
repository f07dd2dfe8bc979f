"""Opening balances: what lay in a bank account when its books began, by fund, signed by two.

One stands for each account. It is in the ledger once a second person has agreed; it ends where
it was withdrawn before that, or its entry was corrected after it (migrations/sql/0020).
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from fund_app.extensions import Base
from fund_app.models.sealed import plain
from fund_app.models.types import MinorUnits, Ref, UtcDateTime, new_ref
from workflows.money import LARGEST

_EntryId = BigInteger().with_variant(Integer, "sqlite")
STANDS = text("ended_at IS NULL")


class OpeningBalance(Base):
    """What is proposed or agreed to have lain in one account at the beginning of a day."""

    __tablename__ = "opening_balance"
    __table_args__ = (
        CheckConstraint(
            "(agreed_at IS NULL) = (agreed_by IS NULL) AND (agreed_at IS NULL) = (entry_id IS NULL)"
            " AND (agreed_by IS NULL OR agreed_by <> proposed_by)",
            name="by_two",
        ),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_somebody"),
        Index(
            "uq_opening_balance_stands",
            "bank_account_id",
            unique=True,
            sqlite_where=STANDS,
            postgresql_where=STANDS,
        ),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    bank_account_id: Mapped[str] = mapped_column(
        ForeignKey("bank_account.id"), info=plain("random")
    )
    day: Mapped[date] = mapped_column(Date)
    """Its amounts lay there before anything was booked on this day."""
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[str] = mapped_column(Ref, info=plain("opaque reference"))
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agreed_by: Mapped[str | None] = mapped_column(Ref, info=plain("opaque reference"))
    entry_id: Mapped[int | None] = mapped_column(
        _EntryId, ForeignKey("journal_entry.id"), unique=True
    )
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(Ref, info=plain("opaque reference"))


class OpeningShare(Base):
    """What of an opening balance is one fund's; below zero where the fund owed the others."""

    __tablename__ = "opening_share"
    __table_args__ = (
        CheckConstraint(f"amount <> 0 AND amount BETWEEN -{LARGEST} AND {LARGEST}", name="amount"),
        Index("ix_opening_share_fund_code", "fund_code"),
    )

    opening_balance_id: Mapped[str] = mapped_column(
        ForeignKey("opening_balance.id"), primary_key=True, info=plain("random")
    )
    fund_code: Mapped[str] = mapped_column(
        ForeignKey("fund.code"), primary_key=True, info=plain("code of a fund")
    )
    amount: Mapped[int] = mapped_column(MinorUnits)
