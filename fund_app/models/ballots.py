"""Ballots: seats drawn by lot, votes hidden until the count, reasons sealed for the reviewers."""

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
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.applications import Application
from fund_app.models.events import Stateful
from fund_app.models.people import Person
from fund_app.models.sealed import Compartment, Sealed, plain, sealed_by
from fund_app.models.types import Ref, new_ref

LIVE = text("state NOT IN ('decided', 'void')")


class Ballot(Stateful, Base):
    """One vote of one panel on one application."""

    __tablename__ = "ballot"
    __table_args__ = (
        CheckConstraint("kind IN ('decision', 'ratification')", name="kind"),
        CheckConstraint(
            "result IS NULL OR result IN ('approve', 'approve_partially', 'reject')",
            name="result",
        ),
        CheckConstraint("state <> 'decided' OR result IS NOT NULL", name="decided_with_result"),
        CheckConstraint("quorum BETWEEN 1 AND panel_size", name="quorum"),
        Index(
            "uq_ballot_live",
            "application_id",
            "kind",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("ix_ballot_application_id", "application_id"),
    )

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), info=plain("random"))
    kind: Mapped[str] = mapped_column(String(16), info=plain("code"))
    quorum: Mapped[int] = mapped_column(Integer)
    panel_size: Mapped[int] = mapped_column(Integer)
    result: Mapped[str | None] = mapped_column(String(20), info=plain("code"))
    opened_on: Mapped[date | None] = mapped_column(Date)
    decided_on: Mapped[date | None] = mapped_column(Date)
    closing_reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Why the chair, or two board members in writing, decided what the panel could not."""

    application: Mapped[Application] = relationship()
    seats: Mapped[list[Seat]] = relationship(
        back_populates="ballot", order_by="Seat.position", cascade="all, delete-orphan"
    )
    closing_reason = Sealed(
        column="closing_reason_sealed", compartment=Compartment.REVIEW, case="application_id"
    )


class Seat(Base):
    """A reviewer drawn for a ballot, and whether the way to the content is open."""

    __tablename__ = "seat"
    __table_args__ = (
        UniqueConstraint("ballot_id", "reviewer_id"),
        UniqueConstraint("ballot_id", "position"),
        CheckConstraint("status IN ('drawn', 'free', 'recused')", name="status"),
        Index("ix_seat_reviewer_id", "reviewer_id", "status"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    ballot_id: Mapped[str] = mapped_column(ForeignKey("ballot.id"), info=plain("random"))
    reviewer_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    position: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(8), default="drawn", info=plain("code"))
    is_substitute: Mapped[bool] = mapped_column(Boolean, default=False)

    ballot: Mapped[Ballot] = relationship(back_populates="seats")
    reviewer: Mapped[Person] = relationship()
    vote: Mapped[Vote | None] = relationship(back_populates="seat", cascade="all, delete-orphan")


class Vote(Base):
    """One vote: what was chosen lies in the ballot box, the reason in the review compartment.

    The box is opened by the count alone (services/vault.py), so nobody, not even a coordinator
    with every key of the case, can look before the ballot closes.
    """

    __tablename__ = "vote"
    __table_args__ = (Index("ix_vote_application_id", "application_id"),)

    seat_id: Mapped[str] = mapped_column(
        ForeignKey("seat.id"), primary_key=True, info=plain("random")
    )
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), info=plain("random"))
    is_void: Mapped[bool] = mapped_column(Boolean, default=False)
    choice_boxed: Mapped[bytes] = mapped_column(
        LargeBinary, info=sealed_by("the ballot box, until the count")
    )
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)

    seat: Mapped[Seat] = relationship(back_populates="vote")
    reason = Sealed(column="reason_sealed", compartment=Compartment.REVIEW, case="application_id")
