"""Erasures: which case was destroyed, at whose wish, by which two people; never what it said.

The rows stay for good. They are what a proof is made of, and the list by which a restored
backup is emptied again.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.applications import Application
from fund_app.models.sealed import plain
from fund_app.models.types import Ref, new_ref

CHAIN = "erasure"
"""Chain of events of what was destroyed of a case, or kept longer than its time."""

ACTIVE = text("lifted_on IS NULL")


class Erasure(Base):
    """One case that is destroyed, or of which one person has said that it should be."""

    __tablename__ = "erasure"
    __table_args__ = (
        CheckConstraint("origin IN ('person', 'staff', 'retention', 'operator')", name="origin"),
        CheckConstraint("state IN ('proposed', 'begun', 'done')", name="state"),
        CheckConstraint("state <> 'proposed' OR origin = 'staff'", name="proposed_by_staff"),
        CheckConstraint(
            "state = 'proposed' OR origin <> 'staff'"
            " OR (confirmed_by IS NOT NULL AND confirmed_by <> requested_by)",
            name="two_people",
        ),
        CheckConstraint("(state = 'proposed') = (begun_on IS NULL)", name="begun"),
        CheckConstraint("(state = 'done') = (done_on IS NOT NULL)", name="done"),
        Index("ix_erasure_requested", "requested_on", "id"),
        Index("ix_erasure_done", "done_on", "id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    """The number of the proof."""
    application_id: Mapped[str] = mapped_column(
        ForeignKey("application.id"), unique=True, info=plain("random")
    )
    origin: Mapped[str] = mapped_column(String(12), info=plain("code"))
    state: Mapped[str] = mapped_column(String(8), info=plain("code"))
    reason_code: Mapped[str | None] = mapped_column(String(24), info=plain("code of a list"))
    requested_by: Mapped[str] = mapped_column(String(32), info=plain("opaque reference"))
    confirmed_by: Mapped[str | None] = mapped_column(String(32), info=plain("opaque reference"))
    requested_on: Mapped[date] = mapped_column(Date)
    begun_on: Mapped[date | None] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)
    keys: Mapped[int] = mapped_column(Integer, default=0)
    texts: Mapped[int] = mapped_column(Integer, default=0)
    files: Mapped[int] = mapped_column(Integer, default=0)

    application: Mapped[Application] = relationship()


class RetentionHold(Base):
    """A reason to keep a case longer than its time, until a day; at most one at a time."""

    __tablename__ = "retention_hold"
    __table_args__ = (
        CheckConstraint("reason_code IN ('court', 'audit', 'fraud', 'danger')", name="reason"),
        CheckConstraint("until > placed_on", name="until"),
        Index(
            "uq_retention_hold_active",
            "application_id",
            unique=True,
            sqlite_where=ACTIVE,
            postgresql_where=ACTIVE,
        ),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), info=plain("random"))
    reason_code: Mapped[str] = mapped_column(String(12), info=plain("code of a list"))
    placed_by: Mapped[str] = mapped_column(String(32), info=plain("opaque reference"))
    placed_on: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    lifted_on: Mapped[date | None] = mapped_column(Date)


class Orphan(Base):
    """Something in the keystore or the upload store nobody refers to, and since when.

    What a crash left between two stores is swept a day after it was first seen, so that
    nothing that is just being written is ever taken for lost.
    """

    __tablename__ = "orphan"
    __table_args__ = (CheckConstraint("kind IN ('keys', 'holder', 'file')", name="kind"),)

    kind: Mapped[str] = mapped_column(String(8), primary_key=True, info=plain("code"))
    ref: Mapped[str] = mapped_column(Ref, primary_key=True, info=plain("random"))
    seen_on: Mapped[date] = mapped_column(Date)
