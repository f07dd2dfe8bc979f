"""Countersignatures: one person proposes what only two may do, another carries it out."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.people import Person
from fund_app.models.sealed import plain
from fund_app.models.types import Ref, new_ref

OPEN = text("NOT is_used")


class Countersignature(Base):
    """The first of two signatures under one action on one subject, good for its present step.

    Whatever happens to the subject in between, the proposal was made about something else and
    no longer counts: it names the step it was made at.
    """

    __tablename__ = "countersignature"
    __table_args__ = (
        Index(
            "uq_countersignature_open",
            "subject_id",
            "action",
            "person_id",
            "step",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index("ix_countersignature_person_id", "person_id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    subject_id: Mapped[str] = mapped_column(Ref, info=plain("random"))
    action: Mapped[str] = mapped_column(String(48), info=plain("code"))
    step: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    reason_code: Mapped[str | None] = mapped_column(String(48), info=plain("code of a list"))
    given_on: Mapped[date] = mapped_column(Date)
    is_used: Mapped[bool] = mapped_column(Boolean, default=False)

    person: Mapped[Person] = relationship()
