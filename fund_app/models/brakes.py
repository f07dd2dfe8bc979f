"""Brakes: who may open nothing more until somebody else has looked into it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.people import Person
from fund_app.models.sealed import plain
from fund_app.models.types import Ref, UtcDateTime, new_ref
from workflows.brakes import LiftReason, Pulled

IN_FORCE = text("lifted_at IS NULL")


class Brake(Base):
    """One time somebody was stopped; at most one is in force for a person."""

    __tablename__ = "brake"
    __table_args__ = (
        CheckConstraint(
            "pulled IN ({})".format(", ".join(f"'{each}'" for each in Pulled)), name="pulled"
        ),
        CheckConstraint(
            "lift_reason IN ({})".format(", ".join(f"'{each}'" for each in LiftReason)),
            name="lift_reason",
        ),
        CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by_id IS NULL)"
            " AND (lifted_at IS NULL) = (lift_reason IS NULL)",
            name="lifted",
        ),
        CheckConstraint("lifted_by_id <> person_id", name="lifted_by_another"),
        Index(
            "uq_brake_in_force",
            "person_id",
            unique=True,
            sqlite_where=IN_FORCE,
            postgresql_where=IN_FORCE,
        ),
        Index("ix_brake_pulled_at", "pulled_at"),
        Index("ix_brake_lifted_by_id", "lifted_by_id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    pulled: Mapped[str] = mapped_column(String(8), info=plain("code: what was counted"))
    count: Mapped[int] = mapped_column(Integer)
    pulled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    lift_reason: Mapped[str | None] = mapped_column(String(24), info=plain("code of a list"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    lifted_by: Mapped[Person | None] = relationship(foreign_keys=[lifted_by_id])
