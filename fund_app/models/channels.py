"""Channels: changes of the payment-safety matrix, and ways that are stopped after a freeze."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.people import Person
from fund_app.models.sealed import plain
from fund_app.models.types import Ref, new_ref

PROPOSED = text("state = 'proposed'")
STOPPED = text("state = 'stopped'")


class ChannelChange(Base):
    """A new word in one cell of the matrix, with its two signatures and, confirmed, its version.

    What was confirmed or withdrawn stays as it is (migrations/sql/0011).
    """

    __tablename__ = "channel_change"
    __table_args__ = (
        CheckConstraint("verdict IN ('allowed', 'discouraged', 'forbidden')", name="verdict"),
        CheckConstraint("state IN ('proposed', 'confirmed', 'withdrawn')", name="state"),
        CheckConstraint("(verdict = 'allowed') = (reason_code IS NULL)", name="says_why"),
        CheckConstraint("(state = 'confirmed') = (version IS NOT NULL)", name="has_its_version"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint(
            "(state = 'proposed') = (decided_by_id IS NULL)", name="decided_by_somebody"
        ),
        CheckConstraint(
            "state <> 'confirmed' OR decided_by_id <> proposed_by_id", name="two_people"
        ),
        Index("ix_channel_change_proposed_by_id", "proposed_by_id"),
        Index("ix_channel_change_decided_by_id", "decided_by_id"),
        Index("uq_channel_change_version", "version", unique=True),
        Index(
            "uq_channel_change_open",
            "place",
            "channel",
            "person_status",
            unique=True,
            sqlite_where=PROPOSED,
            postgresql_where=PROPOSED,
        ),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    place: Mapped[str] = mapped_column(
        String(24), info=plain("a rule about a place, about nobody's case")
    )
    channel: Mapped[str] = mapped_column(String(24), info=plain("code"))
    person_status: Mapped[str] = mapped_column(
        String(16), info=plain("code of a rule, about nobody's case")
    )
    verdict: Mapped[str] = mapped_column(String(12), info=plain("code"))
    reason_code: Mapped[str | None] = mapped_column(String(24), info=plain("code"))
    resolution: Mapped[str] = mapped_column(String(64), default="", info=plain("public record"))
    version: Mapped[int | None] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12), default="proposed", info=plain("code"))
    proposed_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    proposed_on: Mapped[date] = mapped_column(Date)
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    decided_on: Mapped[date | None] = mapped_column(Date)

    proposed_by: Mapped[Person] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])


class ChannelStop(Base):
    """A way that is stopped in a group of countries, until two people lift the stop."""

    __tablename__ = "channel_stop"
    __table_args__ = (
        CheckConstraint("state IN ('stopped', 'lifted')", name="state"),
        CheckConstraint(
            "state <> 'lifted' OR (lifted_by_id IS NOT NULL AND lifted_on IS NOT NULL"
            " AND proposed_by_id IS NOT NULL AND proposed_by_id <> lifted_by_id)",
            name="two_people",
        ),
        Index("ix_channel_stop_stopped_by_id", "stopped_by_id"),
        Index("ix_channel_stop_proposed_by_id", "proposed_by_id"),
        Index("ix_channel_stop_lifted_by_id", "lifted_by_id"),
        Index(
            "uq_channel_stop_open",
            "region",
            "channel",
            unique=True,
            sqlite_where=STOPPED,
            postgresql_where=STOPPED,
        ),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    region: Mapped[str] = mapped_column(String(24), info=plain("coarse group of countries"))
    channel: Mapped[str] = mapped_column(String(24), info=plain("code"))
    state: Mapped[str] = mapped_column(String(8), default="stopped", info=plain("code"))
    held: Mapped[int] = mapped_column(Integer, default=0)
    """How many payments were put on hold when the way was stopped."""
    stopped_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    stopped_on: Mapped[date] = mapped_column(Date)
    proposed_by_id: Mapped[str | None] = mapped_column(
        ForeignKey("person.id"), info=plain("random")
    )
    proposed_on: Mapped[date | None] = mapped_column(Date)
    lifted_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    lifted_on: Mapped[date | None] = mapped_column(Date)

    stopped_by: Mapped[Person] = relationship(foreign_keys=[stopped_by_id])
    proposed_by: Mapped[Person | None] = relationship(foreign_keys=[proposed_by_id])
    lifted_by: Mapped[Person | None] = relationship(foreign_keys=[lifted_by_id])
