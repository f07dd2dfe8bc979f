"""Payout batches: payments in one file for the bank, frozen, released by another person."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.people import Person
from fund_app.models.sealed import Compartment, Sealed, plain
from fund_app.models.types import MinorUnits, Ref, UtcDateTime, new_ref

STATES = ("open", "prepared", "released", "handed_over", "answered", "refused")
"""`open` while its lines are written, in one transaction with what follows."""

ANSWERS = ("accepted", "rejected", "taken_back")
LIVE = "answer IS NULL OR answer <> 'taken_back'"


class PayoutBatch(Base):
    """One file: how many payments, their sum, the digest of its bytes, and who let it go.

    The bytes are `head`, the lines' sealed parts in order, `tail`. What stands in head and tail
    is the fund's own account, sums and a random number; whoever is paid stands in the lines,
    each sealed under the payout key of its case, so that erasing one case takes it out of every
    file. The database holds that sums and lines agree, that what was frozen stays, that two
    people are two (migrations/sql/0010), and that it leaves with all of its payments or not at
    all (migrations/sql/0021).
    """

    __tablename__ = "payout_batch"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(one) for one in STATES)})", name="state"),
        CheckConstraint("currency = 'EUR'", name="currency"),
        CheckConstraint("count > 0", name="count"),
        CheckConstraint("control_sum > 0", name="control_sum"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("released_by_id <> created_by_id", name="two_people"),
        CheckConstraint(
            "(released_by_id IS NOT NULL) = (state IN ('released', 'handed_over', 'answered'))"
            " OR state = 'refused'",
            name="released_by_somebody",
        ),
        CheckConstraint(
            "(handed_over_at IS NOT NULL) = (state IN ('handed_over', 'answered'))",
            name="handed_over",
        ),
        UniqueConstraint("number"),
        Index("ix_payout_batch_created_at", "created_at", "id"),
        Index("ix_payout_batch_created_by_id", "created_by_id"),
        Index("ix_payout_batch_released_by_id", "released_by_id"),
        Index("ix_payout_batch_state", "state"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    number: Mapped[str] = mapped_column(String(35), info=plain("neutral, random"))
    state: Mapped[str] = mapped_column(String(12), info=plain("code"))
    currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
    count: Mapped[int] = mapped_column(Integer)
    control_sum: Mapped[int] = mapped_column(MinorUnits)
    pay_on: Mapped[date] = mapped_column(Date)
    sha256: Mapped[str] = mapped_column(String(64), info=plain("digest of the file's bytes"))
    head: Mapped[str] = mapped_column(String, info=plain("the fund's own account, sums, number"))
    tail: Mapped[str] = mapped_column(String, info=plain("closing tags"))
    created_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    released_by_id: Mapped[str | None] = mapped_column(
        ForeignKey("person.id"), info=plain("random")
    )
    released_on: Mapped[date | None] = mapped_column(Date)
    handed_over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the file left this house for the first time; from then on money may be on its way."""

    creator: Mapped[Person] = relationship(foreign_keys=[created_by_id])
    releaser: Mapped[Person | None] = relationship(foreign_keys=[released_by_id])
    lines: Mapped[list[PayoutLine]] = relationship(
        order_by="PayoutLine.number", back_populates="batch"
    )


class PayoutLine(Base):
    """One payment in a file; its part of the bytes is sealed with the payee of its case."""

    __tablename__ = "payout_line"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint(
            f"answer IS NULL OR answer IN ({', '.join(repr(one) for one in ANSWERS)})",
            name="answer",
        ),
        CheckConstraint("reason IS NULL OR answer = 'rejected'", name="reason"),
        UniqueConstraint("batch_id", "number"),
        Index(
            "uq_payout_line_live",
            "disbursement_id",
            unique=True,
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
        Index(
            "uq_payout_line_end_to_end_id",
            "end_to_end_id",
            unique=True,
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
        Index("ix_payout_line_disbursement_id", "disbursement_id"),
        Index("ix_payout_line_application_id", "application_id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    batch_id: Mapped[str] = mapped_column(ForeignKey("payout_batch.id"), info=plain("random"))
    number: Mapped[int] = mapped_column(Integer)
    disbursement_id: Mapped[str] = mapped_column(
        ForeignKey("disbursement.id"), info=plain("random")
    )
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), info=plain("random"))
    amount: Mapped[int] = mapped_column(MinorUnits)
    end_to_end_id: Mapped[str] = mapped_column(String(35), info=plain("neutral, random"))
    payment_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[str | None] = mapped_column(String(12), info=plain("code"))
    reason: Mapped[str | None] = mapped_column(String(4), info=plain("ISO 20022 reason code"))

    payment = Sealed(column="payment_sealed", compartment=Compartment.PAYOUT, case="application_id")
    batch: Mapped[PayoutBatch] = relationship(back_populates="lines")
