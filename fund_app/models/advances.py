"""Advances: cash a partner or agent holds for one payment, and how they accounted for it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.people import Person
from fund_app.models.sealed import plain
from fund_app.models.types import MinorUnits, Ref, new_ref

KINDS = ("handed_over", "returned", "written_off")
EVIDENCE = ("signed_receipt", "code_word", "voucher_stub", "agents_list", "bank_line")


class PayoutAdvance(Base):
    """What a partner took on for one payment; settled once its parts add up to it."""

    __tablename__ = "payout_advance"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        UniqueConstraint("disbursement_id"),
        Index("ix_payout_advance_partner_code", "partner_code"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    disbursement_id: Mapped[str] = mapped_column(
        ForeignKey("disbursement.id"), info=plain("random")
    )
    partner_code: Mapped[str] = mapped_column(String(32), info=plain("opaque code, never a name"))
    amount: Mapped[int] = mapped_column(MinorUnits)
    currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
    opened_on: Mapped[date] = mapped_column(Date)

    parts: Mapped[list[AdvancePart]] = relationship(order_by="AdvancePart.number")

    @property
    def open_amount(self) -> int:
        """What is not accounted for yet, in minor units."""
        return self.amount - sum(part.amount for part in self.parts)


class AdvancePart(Base):
    """One part accounted for: handed over on evidence, given back, or lost as two people said.

    Never changed or removed, and never more in all than the advance (migrations/sql/0010).
    """

    __tablename__ = "advance_part"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(one) for one in KINDS)})", name="kind"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint(
            "(kind = 'written_off') = (agreed_by_id IS NOT NULL)"
            " AND (kind = 'written_off') = (reason_code IS NOT NULL)",
            name="loss_is_agreed",
        ),
        CheckConstraint("agreed_by_id <> recorded_by_id", name="two_people"),
        CheckConstraint("(kind = 'written_off') = (evidence IS NULL)", name="evidence"),
        CheckConstraint(
            f"evidence IS NULL OR evidence IN ({', '.join(repr(one) for one in EVIDENCE)})",
            name="evidence_kind",
        ),
        UniqueConstraint("advance_id", "number"),
        Index("ix_advance_part_recorded_by_id", "recorded_by_id"),
        Index("ix_advance_part_agreed_by_id", "agreed_by_id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    advance_id: Mapped[str] = mapped_column(ForeignKey("payout_advance.id"), info=plain("random"))
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(12), info=plain("code"))
    amount: Mapped[int] = mapped_column(MinorUnits)
    evidence: Mapped[str | None] = mapped_column(String(16), info=plain("code of a list"))
    paper: Mapped[str | None] = mapped_column(
        String(24), info=plain("number of the paper in the fund's own folder")
    )
    reason_code: Mapped[str | None] = mapped_column(String(48), info=plain("code of a list"))
    recorded_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    agreed_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    recorded_on: Mapped[date] = mapped_column(Date)

    recorder: Mapped[Person] = relationship(foreign_keys=[recorded_by_id])
