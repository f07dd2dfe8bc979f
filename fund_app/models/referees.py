"""Requests to referees: asked once, answered once, and the answer sealed for those who asked."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.applications import Application
from fund_app.models.people import Person
from fund_app.models.sealed import Compartment, Sealed, plain
from fund_app.models.types import Ref, UtcDateTime, new_ref

OPEN = text("status = 'asked'")
LONGEST_HOURS = 14 * 24
MOST_TRIES = 5
PARTS = ("answered_on", "counts", "scope", "answer_sealed", "answered_by")
"""What is written together, when a referee answers."""


class RefereeRequest(Base):
    """One request to one referee. Who the referee is stands in the case's sealed answers.

    The answer lies under a key of its own (`scope`, services/vault.py, seal_for), wrapped for
    the coordinators alone: the person who named the referee does not read it.
    """

    __tablename__ = "referee_request"
    __table_args__ = (
        CheckConstraint(
            "status IN ('asked', 'answered', 'withdrawn', 'expired', 'burnt')", name="status"
        ),
        CheckConstraint("way IN ('given', 'found')", name="way"),
        CheckConstraint("may_tell IN ('existence', 'full')", name="may_tell"),
        CheckConstraint("item IS NOT NULL OR way = 'found'", name="own_find"),
        CheckConstraint(f"hours BETWEEN 1 AND {LONGEST_HOURS}", name="hours"),
        CheckConstraint(f"tries BETWEEN 0 AND {MOST_TRIES}", name="tries"),
        CheckConstraint("(status = 'asked') = (code_mac IS NOT NULL)", name="code"),
        CheckConstraint("code_mac IS NOT NULL OR quiet_mac IS NULL", name="quiet"),
        *(
            CheckConstraint(f"(status = 'answered') = ({part} IS NOT NULL)", name=part)
            for part in PARTS
        ),
        CheckConstraint("(seen_on IS NULL) = (seen_by_id IS NULL)", name="seen"),
        Index(
            "uq_referee_request_open",
            "application_id",
            "item",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index("ix_referee_request_application_id", "application_id"),
        Index("ix_referee_request_asked_by_id", "asked_by_id"),
        Index("ix_referee_request_seen_by_id", "seen_by_id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), info=plain("random"))
    item: Mapped[int | None] = mapped_column(Integer)
    """Which of the referees the person named; empty for somebody the fund found itself."""
    asked_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    asked_on: Mapped[date] = mapped_column(Date)
    hours: Mapped[int] = mapped_column(Integer)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    way: Mapped[str] = mapped_column(String(8), info=plain("code: way given, or found by us"))
    may_tell: Mapped[str] = mapped_column(String(12), info=plain("code"))
    status: Mapped[str] = mapped_column(String(12), default="asked", info=plain("code"))
    lookup_mac: Mapped[str] = mapped_column(
        String(64), unique=True, info=plain("keyed digest of a random number")
    )
    code_mac: Mapped[str | None] = mapped_column(
        String(64), info=plain("keyed digest of a hardened word, gone once used")
    )
    quiet_mac: Mapped[str | None] = mapped_column(
        String(64), info=plain("keyed digest of a hardened word, gone once used")
    )
    tries: Mapped[int] = mapped_column(Integer, default=0)
    answered_on: Mapped[date | None] = mapped_column(Date)
    answered_by: Mapped[str | None] = mapped_column(
        String(32), info=plain("random id of the page that was sent")
    )
    counts: Mapped[bool | None] = mapped_column(Boolean)
    """Whether it was written freely; why not stands in the sealed answer."""
    scope: Mapped[str | None] = mapped_column(Ref, unique=True, info=plain("random"))
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    seen_on: Mapped[date | None] = mapped_column(Date)
    seen_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))

    answer = Sealed(column="answer_sealed", compartment=Compartment.NARRATIVE, case="scope")
    application: Mapped[Application] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id])
