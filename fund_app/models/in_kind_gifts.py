"""Gifts in kind: what was given instead of money; recorded, never posted."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from fund_app.extensions import Base
from fund_app.models.sealed import plain
from fund_app.models.types import MinorUnits, Ref, new_ref

CATEGORIES = (
    "equipment", "software", "translation", "legal_work", "housing", "transport", "medicine",
    "premises", "other_service", "other_goods",
)  # fmt: skip


class InKindGift(Base):
    """Something of use: what kind, how much of it, what it might have cost; nobody's name."""

    __tablename__ = "in_kind_gift"
    __table_args__ = (
        CheckConstraint(
            "category IN (" + ", ".join(f"'{code}'" for code in CATEGORIES) + ")", name="category"
        ),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("value IS NULL OR value > 0", name="value"),
        CheckConstraint("length(currency) = 3", name="currency"),
        CheckConstraint("struck_on IS NULL OR struck_by IS NOT NULL", name="struck_by_somebody"),
        Index("ix_in_kind_gift_received_day", "received_day", "id"),
        Index("ix_in_kind_gift_fund_code", "fund_code"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    category: Mapped[str] = mapped_column(String(16), info=plain("code of a list"))
    quantity: Mapped[int] = mapped_column(Integer)
    """Pieces, hours or nights, as the category counts."""
    value: Mapped[int | None] = mapped_column(MinorUnits)
    """What it would have cost, by finance's estimate; said apart from money, never added to it."""
    currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
    fund_code: Mapped[str] = mapped_column(
        ForeignKey("fund.code"), info=plain("fund whose work it serves")
    )
    received_day: Mapped[date] = mapped_column(Date)
    recorded_by: Mapped[str] = mapped_column(Ref, info=plain("opaque reference"))
    request_id: Mapped[str | None] = mapped_column(
        String(64), unique=True, info=plain("random, per form")
    )
    struck_on: Mapped[date | None] = mapped_column(Date)
    struck_by: Mapped[str | None] = mapped_column(Ref, info=plain("opaque reference"))
