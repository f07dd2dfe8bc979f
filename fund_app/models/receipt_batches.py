"""A year's receipts made in one go, request by request, by people whose keys open the names."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from fund_app.extensions import Base
from fund_app.models.sealed import plain
from fund_app.models.types import Ref, new_ref

UNFINISHED = "finished_on IS NULL"


class ReceiptBatch(Base):
    """All requests of one year that were open when it began; one unfinished batch a year."""

    __tablename__ = "receipt_batch"
    __table_args__ = (
        CheckConstraint("year BETWEEN 2010 AND 9999", name="year"),
        Index(
            "uq_receipt_batch_unfinished",
            "year",
            unique=True,
            sqlite_where=text(UNFINISHED),
            postgresql_where=text(UNFINISHED),
        ),
        Index("ix_receipt_batch_begun_on", "begun_on", "id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    year: Mapped[int] = mapped_column(Integer)
    begun_by: Mapped[str] = mapped_column(Ref, info=plain("opaque reference"))
    begun_on: Mapped[date] = mapped_column(Date)
    finished_on: Mapped[date | None] = mapped_column(Date)


class ReceiptBatchItem(Base):
    """One request of a batch: waiting without an outcome, else how it went."""

    __tablename__ = "receipt_batch_item"
    __table_args__ = (
        CheckConstraint(
            "outcome IN ('issued', 'gone', 'no_gifts', 'no_key', 'issuer_missing',"
            " 'notice_too_old', 'currency')",
            name="outcome",
        ),
    )

    batch_id: Mapped[str] = mapped_column(
        ForeignKey("receipt_batch.id"), primary_key=True, info=plain("random")
    )
    request_id: Mapped[str] = mapped_column(Ref, primary_key=True, info=plain("random"))
    """Without a foreign key: a donor may take the request back while the batch waits."""
    outcome: Mapped[str | None] = mapped_column(String(16), info=plain("code of a list"))
