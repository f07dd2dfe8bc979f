"""Unlocks: who asked to see who a person is, who agreed, until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
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
from workflows.unlocks import LONGEST_HOURS, Purpose

ASKED, OPEN = "asked", "open"
ENDINGS = ("refused", "withdrawn", "lapsed", "ended", "over")
LIVE = text("state IN ('asked', 'open')")


def _one_of(column: str, codes: object) -> str:
    listed = ", ".join(f"'{code}'" for code in codes)  # type: ignore[attr-defined]
    return f"{column} IN ({listed})"


class Unlock(Base):
    """One question for the names of one case, and what became of it.

    What only two may do the table itself refuses to let one do: three different people, of
    whom one at most is the security lead, and that one in an emergency only.
    """

    __tablename__ = "unlock"
    __table_args__ = (
        CheckConstraint(_one_of("purpose", Purpose), name="purpose"),
        CheckConstraint(_one_of("state", (ASKED, OPEN, *ENDINGS)), name="state"),
        CheckConstraint("asked_as IN ('coordinator', 'custodian')", name="asked_as"),
        CheckConstraint(f"hours BETWEEN 1 AND {LONGEST_HOURS}", name="hours"),
        CheckConstraint(
            "first_id <> asker_id AND second_id <> asker_id AND first_id <> second_id",
            name="different_people",
        ),
        CheckConstraint("second_id IS NULL OR first_id IS NOT NULL", name="first_before_second"),
        CheckConstraint(
            "(first_id IS NULL) = (first_role IS NULL)"
            " AND (second_id IS NULL) = (second_role IS NULL)",
            name="signed_in_a_role",
        ),
        CheckConstraint(
            "(first_role IS NULL OR first_role = 'custodian'"
            " OR first_role = 'security_lead' AND is_urgent)"
            " AND (second_role IS NULL OR second_role = 'custodian'"
            " OR second_role = 'security_lead' AND is_urgent AND first_role = 'custodian')",
            name="roles",
        ),
        CheckConstraint("(opened_at IS NULL) = (ends_at IS NULL)", name="opened_until"),
        CheckConstraint(
            "opened_at IS NULL OR second_id IS NOT NULL"
            " OR (asked_as = 'custodian' AND first_id IS NOT NULL)",
            name="opened_by_two",
        ),
        CheckConstraint(
            "(state <> 'open' OR (opened_at IS NOT NULL AND closed_at IS NULL))"
            " AND (state <> 'asked' OR (opened_at IS NULL AND closed_at IS NULL))"
            " AND (state IN ('asked', 'open') OR closed_at IS NOT NULL)",
            name="moments",
        ),
        CheckConstraint("asked_as <> 'custodian' OR words_sealed IS NOT NULL", name="words"),
        Index(
            "uq_unlock_live",
            "application_id",
            "asker_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("ix_unlock_state", "state", "asked_at"),
        Index("ix_unlock_asker_id", "asker_id"),
        Index("ix_unlock_first_id", "first_id"),
        Index("ix_unlock_second_id", "second_id"),
        Index("ix_unlock_closed_by_id", "closed_by_id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), info=plain("random"))
    asker_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    asked_as: Mapped[str] = mapped_column(String(16), info=plain("role asked in"))
    purpose: Mapped[str] = mapped_column(String(24), info=plain("code of a short list"))
    hours: Mapped[int] = mapped_column(Integer)
    is_urgent: Mapped[bool] = mapped_column(Boolean)
    """Whether the case was in the band of danger to life when somebody asked."""
    state: Mapped[str] = mapped_column(String(12), default=ASKED, info=plain("code"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    first_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    first_role: Mapped[str | None] = mapped_column(String(16), info=plain("role signed in"))
    second_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    second_role: Mapped[str | None] = mapped_column(String(16), info=plain("role signed in"))
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    deposit_id: Mapped[str | None] = mapped_column(Ref, info=plain("random"))
    deposit_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    words = Sealed(column="words_sealed", compartment=Compartment.MESSAGES, case="id")
    """Why, in a sentence: a delivery with a key of its own, for those who have to agree."""
    deposit = Sealed(column="deposit_sealed", compartment=Compartment.MESSAGES, case="deposit_id")
    """The key as a custodian left it for the asker, in a box that only the security lead opens:
    neither can use it without the other."""

    application: Mapped[Application] = relationship()
    asker: Mapped[Person] = relationship(foreign_keys=[asker_id])
    first: Mapped[Person | None] = relationship(foreign_keys=[first_id])
    second: Mapped[Person | None] = relationship(foreign_keys=[second_id])
