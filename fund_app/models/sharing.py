"""Sharing keys again with a colleague who ought to hold them: two others agree to it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.people import Person
from fund_app.models.sealed import plain
from fund_app.models.types import Ref, new_ref

OPEN = text("state = 'proposed'")


class KeyShare(Base):
    """That a colleague is to be given the keys of their role: who proposed it, who did it."""

    __tablename__ = "key_share"
    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'confirmed', 'withdrawn')", name="state"),
        CheckConstraint(
            "(state = 'proposed') = (decided_by_id IS NULL)", name="decided_by_somebody"
        ),
        CheckConstraint(
            "state <> 'confirmed' OR decided_by_id <> proposed_by_id", name="two_people"
        ),
        CheckConstraint("person_id <> proposed_by_id", name="not_for_oneself"),
        CheckConstraint(
            "state <> 'confirmed' OR person_id <> decided_by_id", name="not_signed_by_oneself"
        ),
        Index(
            "uq_key_share_open",
            "person_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index("ix_key_share_proposed_by_id", "proposed_by_id"),
        Index("ix_key_share_decided_by_id", "decided_by_id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    state: Mapped[str] = mapped_column(String(12), default="proposed", info=plain("code"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    proposed_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    proposed_on: Mapped[date] = mapped_column(Date)
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    decided_on: Mapped[date | None] = mapped_column(Date)
    shared: Mapped[int] = mapped_column(Integer, default=0)
    """How many compartments were shared; counts only, which ones the keystore knows."""

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    proposed_by: Mapped[Person] = relationship(foreign_keys=[proposed_by_id])
