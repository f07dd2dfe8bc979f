"""Programmes' budgets: what the board planned per period and cost category, and what uses it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from fund_app.extensions import Base
from fund_app.models.sealed import plain
from fund_app.models.types import MinorUnits, Ref, new_ref
from workflows.money import LARGEST

REST = "rest"
"""The line for every category that has none of its own."""
_ChargeId = BigInteger().with_variant(Integer, "sqlite")


class BudgetLine(Base):
    """One line of one version of a budget, as it was signed; never changed."""

    __tablename__ = "budget_line"
    __table_args__ = (CheckConstraint(f"amount BETWEEN 0 AND {LARGEST}", name="amount"),)

    resolution_id: Mapped[str] = mapped_column(
        ForeignKey("fund_resolution.id"), primary_key=True, info=plain("random")
    )
    category: Mapped[str] = mapped_column(
        String(32), primary_key=True, info=plain("code of the cost list")
    )
    amount: Mapped[int] = mapped_column(MinorUnits)


class Budget(Base):
    """What one line of a programme's budget holds and how much awards have used of it.

    The row every award of its kind queues up at. `planned` is the amount of the last version
    two people signed, `used` follows the charges; nothing else moves either.
    """

    __tablename__ = "budget"
    __table_args__ = (
        UniqueConstraint("programme", "currency", "starts", "category"),
        CheckConstraint(f"planned BETWEEN 0 AND {LARGEST}", name="planned"),
        CheckConstraint("used >= 0", name="used"),
        CheckConstraint("starts <= ends", name="order"),
        Index("ix_budget_resolution_id", "resolution_id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    programme: Mapped[str] = mapped_column(String(32), info=plain("code of a programme"))
    currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
    starts: Mapped[date] = mapped_column(Date)
    ends: Mapped[date] = mapped_column(Date)
    category: Mapped[str] = mapped_column(String(32), info=plain("code of the cost list"))
    planned: Mapped[int] = mapped_column(MinorUnits)
    used: Mapped[int] = mapped_column(MinorUnits, default=0)
    last_charge: Mapped[int] = mapped_column(_ChargeId, default=0)
    resolution_id: Mapped[str] = mapped_column(
        ForeignKey("fund_resolution.id"), info=plain("random")
    )

    @property
    def left(self) -> int:
        """What awards may still use, in minor units; below zero after a smaller version."""
        return self.planned - self.used


class BudgetCharge(Base):
    """What one award takes from a line, or gives back: the entries a line's figure is made of."""

    __tablename__ = "budget_charge"
    __table_args__ = (
        CheckConstraint(f"amount <> 0 AND amount BETWEEN -{LARGEST} AND {LARGEST}", name="amount"),
        Index("ix_budget_charge_budget_id", "budget_id", "id"),
        Index("ix_budget_charge_entry_id", "entry_id"),
        Index("ix_budget_charge_commitment_id", "commitment_id"),
        Index("ix_budget_charge_resolution_id", "resolution_id"),
    )

    id: Mapped[int] = mapped_column(_ChargeId, primary_key=True)
    budget_id: Mapped[str] = mapped_column(ForeignKey("budget.id"), info=plain("random"))
    entry_id: Mapped[int] = mapped_column(_ChargeId, ForeignKey("journal_entry.id"))
    commitment_id: Mapped[str] = mapped_column(
        ForeignKey("grant_commitment.id"), info=plain("random")
    )
    amount: Mapped[int] = mapped_column(MinorUnits)
    resolution_id: Mapped[str | None] = mapped_column(
        ForeignKey("fund_resolution.id"), info=plain("random")
    )
    """The resolution that lets this award go beyond the line."""
