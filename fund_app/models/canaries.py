"""Canaries: invented cases that no honest work opens."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.applications import Application
from fund_app.models.people import Person
from fund_app.models.sealed import plain
from fund_app.models.types import Ref, new_ref


class Canary(Base):
    """Marks a case as invented. A table of its own: no page that shows a case reads it."""

    __tablename__ = "canary"
    __table_args__ = (
        CheckConstraint("(retired_on IS NULL) = (retired_by_id IS NULL)", name="retired"),
        Index("ix_canary_set_by_id", "set_by_id"),
        Index("ix_canary_retired_by_id", "retired_by_id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    application_id: Mapped[str] = mapped_column(
        ForeignKey("application.id"), unique=True, info=plain("random")
    )
    set_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    set_on: Mapped[date] = mapped_column(Date)
    retired_on: Mapped[date | None] = mapped_column(Date)
    retired_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))

    application: Mapped[Application] = relationship()
    set_by: Mapped[Person] = relationship(foreign_keys=[set_by_id])
