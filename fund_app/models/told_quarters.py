"""How far the books go that a quarter is told from: entries recorded later belong to a later one.

What was told up to the end of a quarter stays what it was, whatever is booked into it afterwards;
two tellings subtracted would otherwise show that one late entry (docs/decisions/0036).
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from fund_app.extensions import Base
from fund_app.models.sealed import plain

_EntryId = BigInteger().with_variant(Integer, "sqlite")


class ToldQuarter(Base):
    """A quarter that may be told of, and the last entry that was there when it was frozen.

    In order, one after the other, and never changed or removed (migrations/sql/0019).
    """

    __tablename__ = "told_quarter"
    __table_args__ = (Index("ix_told_quarter_last_entry_id", "last_entry_id"),)

    quarter: Mapped[str] = mapped_column(
        String(7), primary_key=True, info=plain("a quarter, such as 2026-Q1")
    )
    last_entry_id: Mapped[int] = mapped_column(_EntryId, ForeignKey("journal_entry.id"))
    frozen_on: Mapped[date] = mapped_column(Date)
