"""Disbursements: one attempt to bring money to one person, and who released it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.applications import Application
from fund_app.models.events import Stateful
from fund_app.models.sealed import plain
from fund_app.models.types import MinorUnits, Ref, new_ref
from workflows.countries import OTHER

OVER = "'reissued', 'cancelled', 'written_off', 'reconciled', 'frozen_incident'"
LIVE = text(f"state NOT IN ({OVER})")


class Disbursement(Stateful, Base):
    """Money on its way: amount, channel and a neutral reference; never a name or an account."""

    __tablename__ = "disbursement"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("attempt >= 1", name="attempt"),
        CheckConstraint("(attempt = 1) = (parent_id IS NULL)", name="reissue"),
        UniqueConstraint("reference"),
        Index(
            "uq_disbursement_live",
            "application_id",
            "tranche_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("ix_disbursement_application_id", "application_id"),
        Index("ix_disbursement_tranche_id", "tranche_id"),
        Index("ix_disbursement_parent_id", "parent_id"),
        Index("ix_disbursement_due", "state", "due_at"),
    )

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), info=plain("random"))
    tranche_id: Mapped[str] = mapped_column(ForeignKey("tranche.id"), info=plain("random"))
    parent_id: Mapped[str | None] = mapped_column(
        ForeignKey("disbursement.id"), info=plain("random")
    )
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    amount: Mapped[int] = mapped_column(MinorUnits)
    currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
    fund_code: Mapped[str] = mapped_column(String(16), info=plain("code"))
    channel: Mapped[str] = mapped_column(String(24), info=plain("code of the way it travels"))
    receipt_region: Mapped[str] = mapped_column(
        String(24), default=OTHER, info=plain("coarse group of countries")
    )
    payee_hash: Mapped[str] = mapped_column(
        String(64), info=plain("keyed digest of the sealed payee, to notice a change")
    )
    reference: Mapped[str] = mapped_column(String(24), info=plain("neutral, random"))
    signatures_round: Mapped[int] = mapped_column(Integer, default=0)
    """Raised when the signatures given so far are void; part of what a signature is bound to."""
    sent_on: Mapped[date | None] = mapped_column(Date)
    confirmed_on: Mapped[date | None] = mapped_column(Date)

    application: Mapped[Application] = relationship()
    approvals: Mapped[list[Approval]] = relationship(order_by="Approval.kind")
    terms: Mapped[ExchangeTerms | None] = relationship()


class Approval(Base):
    """One person's act of release, bound to exactly what was released; never changed."""

    __tablename__ = "approval"
    __table_args__ = (
        UniqueConstraint("disbursement_id", "kind", "subject_hash"),
        UniqueConstraint("disbursement_id", "person_id", "subject_hash"),
        CheckConstraint("kind IN ('safety_check', 'first', 'second')", name="kind"),
        Index("ix_approval_person_id", "person_id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    disbursement_id: Mapped[str] = mapped_column(
        ForeignKey("disbursement.id"), info=plain("random")
    )
    kind: Mapped[str] = mapped_column(String(16), info=plain("code"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    role: Mapped[str] = mapped_column(String(24), info=plain("code"))
    subject_hash: Mapped[str] = mapped_column(
        String(64), info=plain("digest of amount, currency, channel, payee and tranche")
    )
    given_on: Mapped[date] = mapped_column(Date)


class ExchangeTerms(Base):
    """What a payment is worth in another currency, at which rate; part of what is signed.

    The rate is text with its source and day, never a float. `agreed_paid` is the amount another
    person agreed to where the bank's amount lies too far from what was promised.
    """

    __tablename__ = "exchange_terms"
    __table_args__ = (
        CheckConstraint("foreign_amount > 0", name="foreign_amount"),
        CheckConstraint("length(foreign_currency) = 3", name="foreign_currency"),
        CheckConstraint("(agreed_paid IS NULL) = (agreed_by_id IS NULL)", name="agreed"),
        CheckConstraint("agreed_paid IS NULL OR agreed_paid > 0", name="agreed_paid"),
        Index("ix_exchange_terms_agreed_by_id", "agreed_by_id"),
    )

    disbursement_id: Mapped[str] = mapped_column(
        ForeignKey("disbursement.id"), primary_key=True, info=plain("random")
    )
    foreign_amount: Mapped[int] = mapped_column(MinorUnits)
    foreign_currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
    rate_text: Mapped[str] = mapped_column(String(16), info=plain("exchange rate, as text"))
    rate_source: Mapped[str] = mapped_column(String(16), info=plain("code of a list"))
    rate_on: Mapped[date] = mapped_column(Date)
    agreed_paid: Mapped[int | None] = mapped_column(MinorUnits)
    agreed_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))
