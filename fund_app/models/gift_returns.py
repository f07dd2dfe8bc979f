"""Gifts on their way back: what two people agreed on, and how far it has come."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.donations import Donation
from fund_app.models.people import Person
from fund_app.models.sealed import plain
from fund_app.models.types import MinorUnits, Ref, UtcDateTime, new_ref

OPEN = "state IN ('asked', 'agreed')"
HAS_LINE = "bank_line IS NOT NULL"
HAS_REFUND = "provider_id IS NOT NULL"


class GiftReturn(Base):
    """An amount of one gift that goes back; its id is the key the provider is asked under.

    `refund` of an accepted gift: finance asks, a member of the board agrees. `refuse` of a held
    gift: the board decides. The database holds that two people are two, that one return of a
    gift is under way at a time, and that no gift goes back more than it was (migrations/sql).
    """

    __tablename__ = "gift_return"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("length(currency) = 3", name="currency"),
        CheckConstraint("kind IN ('refund', 'refuse')", name="kind"),
        CheckConstraint(
            "state IN ('asked', 'agreed', 'withdrawn', 'declined', 'done', 'failed')",
            name="state",
        ),
        CheckConstraint(
            "kind = 'refuse' OR state IN ('asked', 'withdrawn')"
            " OR (answered_by IS NOT NULL AND answered_by <> asked_by)",
            name="two_people",
        ),
        CheckConstraint("state <> 'done' OR done_on IS NOT NULL", name="done_has_day"),
        Index(
            "uq_gift_return_open",
            "donation_id",
            unique=True,
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
        Index(
            "uq_gift_return_bank_line",
            "bank_line",
            unique=True,
            sqlite_where=text(HAS_LINE),
            postgresql_where=text(HAS_LINE),
        ),
        Index(
            "uq_gift_return_provider_id",
            "provider_id",
            unique=True,
            sqlite_where=text(HAS_REFUND),
            postgresql_where=text(HAS_REFUND),
        ),
        Index("ix_gift_return_donation_id", "donation_id"),
        Index("ix_gift_return_asked_by", "asked_by"),
        Index("ix_gift_return_answered_by", "answered_by"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    donation_id: Mapped[str] = mapped_column(ForeignKey("donation.id"), info=plain("random"))
    kind: Mapped[str] = mapped_column(String(8), info=plain("code"))
    amount: Mapped[int] = mapped_column(MinorUnits)
    currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
    reason_code: Mapped[str] = mapped_column(String(48), info=plain("code of a list"))
    state: Mapped[str] = mapped_column(String(12), info=plain("code"))
    asked_by: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    asked_on: Mapped[date] = mapped_column(Date)
    answered_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    answered_on: Mapped[date | None] = mapped_column(Date)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the provider was first asked; a refund older than this is not ours."""
    provider_id: Mapped[str | None] = mapped_column(String(80), info=plain("provider's id"))
    bank_line: Mapped[str | None] = mapped_column(
        String(64), info=plain("our bank's number of the line")
    )
    done_on: Mapped[date | None] = mapped_column(Date)

    donation: Mapped[Donation] = relationship()
    asker: Mapped[Person] = relationship(foreign_keys=[asked_by])
    answerer: Mapped[Person | None] = relationship(foreign_keys=[answered_by])
