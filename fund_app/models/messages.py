"""Messages between an applicant and the people who carry the case, sealed both ways."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from fund_app.extensions import Base
from fund_app.models.sealed import Compartment, Sealed, plain
from fund_app.models.types import Ref, new_ref


class Message(Base):
    """One message; applicants see the sender as a role, never as a name."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("sender IN ('applicant', 'coordinator')", name="sender"),
        CheckConstraint("kind IN ('question', 'answer', 'note')", name="kind"),
        CheckConstraint("seen_on IS NULL OR seen_on >= sent_on", name="seen_after_sent"),
        Index("ix_message_application_id", "application_id"),
        Index("ix_message_answers_id", "answers_id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), info=plain("random"))
    sender: Mapped[str] = mapped_column(String(12), info=plain("role"))
    kind: Mapped[str] = mapped_column(String(12), info=plain("code"))
    answers_id: Mapped[str | None] = mapped_column(ForeignKey("message.id"), info=plain("random"))
    sent_on: Mapped[date] = mapped_column(Date)
    seen_on: Mapped[date | None] = mapped_column(Date)
    """The day the other side said that it has read it; never finer than a day."""
    position: Mapped[int] = mapped_column()
    body_sealed: Mapped[bytes] = mapped_column(LargeBinary)

    body = Sealed(column="body_sealed", compartment=Compartment.MESSAGES, case="application_id")
