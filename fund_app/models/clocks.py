"""Clocks: promises with a due time, paused as intervals, kept or broken for good."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.sealed import plain
from fund_app.models.types import Ref, UtcDateTime, new_ref

RUNNING = text("state IN ('running', 'paused')")


class Clock(Base):
    """One running or finished clock of a subject.

    While it runs it must know its exact moments. Once it has ended they are rounded to the
    day and the elapsed time to six hours, so that no row tells at what hour somebody asked
    for help (docs/decisions/0003).
    """

    __tablename__ = "clock"
    __table_args__ = (
        CheckConstraint(
            "state IN ('running', 'paused', 'kept', 'broken', 'cancelled')",
            name="state",
        ),
        CheckConstraint("(state = 'paused') = (paused_at IS NOT NULL)", name="paused"),
        Index(
            "uq_clock_running",
            "subject_id",
            "name",
            unique=True,
            sqlite_where=RUNNING,
            postgresql_where=RUNNING,
        ),
        Index("ix_clock_subject_id", "subject_id", "state"),
        Index("ix_clock_next_mark_at", "next_mark_at"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    subject_type: Mapped[str] = mapped_column(String(24), info=plain("kind of subject"))
    subject_id: Mapped[str] = mapped_column(Ref, info=plain("random"))
    name: Mapped[str] = mapped_column(String(24), info=plain("code"))
    state: Mapped[str] = mapped_column(String(12), default="running", info=plain("code"))
    step: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_mark: Mapped[int | None] = mapped_column(Integer)
    """Percent at which somebody is told next: 50, 80, 100, then nothing more."""
    next_mark_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    length: Mapped[int] = mapped_column(Integer)
    """How much it counts, in its definition's unit, as the rules said when it started."""
    elapsed_hours: Mapped[int | None] = mapped_column(Integer)

    pauses: Mapped[list[ClockPause]] = relationship(
        order_by="ClockPause.paused_at", cascade="all, delete-orphan"
    )


class ClockPause(Base):
    """One interval in which a clock stood still."""

    __tablename__ = "clock_pause"

    clock_id: Mapped[str] = mapped_column(
        ForeignKey("clock.id"), primary_key=True, info=plain("random")
    )
    paused_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    resumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
