"""Contact attempts: each time somebody tried to reach an applicant, and how it went."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from fund_app.extensions import Base
from fund_app.models.sealed import Compartment, Sealed, plain
from fund_app.models.types import Ref, new_ref

CONTACTS = "contact"
"""Chain of what is done to reach a person: attempts, messages, a changed plan, a hand-over."""


class ContactAttempt(Base):
    """One attempt; channel, means, note and any reason against the plan are sealed together."""

    __tablename__ = "contact_attempt"
    __table_args__ = (
        UniqueConstraint("application_id", "position"),
        CheckConstraint("result IN ('reached', 'not_reached', 'wrong_person')", name="result"),
        Index("ix_contact_attempt_by_id", "by_id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), info=plain("random"))
    by_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    made_on: Mapped[date] = mapped_column(Date)
    position: Mapped[int] = mapped_column(Integer)
    result: Mapped[str] = mapped_column(String(16), info=plain("code"))
    is_against_plan: Mapped[bool] = mapped_column(Boolean, default=False)
    account_sealed: Mapped[bytes] = mapped_column(LargeBinary)

    account = Sealed(
        column="account_sealed", compartment=Compartment.NARRATIVE, case="application_id"
    )
