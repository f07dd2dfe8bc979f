"""Corrections: an entry recorded by hand by mistake, reversed once a second person agrees."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from fund_app.extensions import Base
from fund_app.models.sealed import plain
from fund_app.models.types import Ref, UtcDateTime, new_ref

_EntryId = BigInteger().with_variant(Integer, "sqlite")
STANDS = text("withdrawn_at IS NULL")


class Slip(StrEnum):
    """What was wrong with an entry; its reversal carries the code."""

    WRONG_AMOUNT = "wrong_amount"
    WRONG_FUND = "wrong_fund"
    WRONG_DAY = "wrong_day"
    WRONG_ACCOUNT = "wrong_account"
    RECORDED_TWICE = "recorded_twice"
    NEVER_HAPPENED = "never_happened"


class Correction(Base):
    """A proposal to reverse one entry; with `reversal_id` once it was agreed to."""

    __tablename__ = "correction"
    __table_args__ = (
        CheckConstraint(
            f"reason_code IN ({', '.join(sorted(repr(str(each)) for each in Slip))})",
            name="reason",
        ),
        CheckConstraint(
            "(agreed_at IS NULL) = (agreed_by IS NULL)"
            " AND (agreed_at IS NULL) = (reversal_id IS NULL)"
            " AND (agreed_by IS NULL OR agreed_by <> proposed_by)",
            name="by_two",
        ),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)"
            " AND (withdrawn_at IS NULL OR agreed_at IS NULL)",
            name="withdrawn_by_somebody",
        ),
        Index(
            "uq_correction_stands", "entry_id", unique=True, sqlite_where=STANDS,
            postgresql_where=STANDS,
        ),
        Index("ix_correction_proposed_at", "proposed_at", "id"),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    entry_id: Mapped[int] = mapped_column(_EntryId, ForeignKey("journal_entry.id"))
    reason_code: Mapped[str] = mapped_column(String(16), info=plain("code of a list"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[str] = mapped_column(Ref, info=plain("opaque reference"))
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agreed_by: Mapped[str | None] = mapped_column(Ref, info=plain("opaque reference"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[str | None] = mapped_column(Ref, info=plain("opaque reference"))
    reversal_id: Mapped[int | None] = mapped_column(
        _EntryId, ForeignKey("journal_entry.id"), unique=True
    )
