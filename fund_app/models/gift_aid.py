"""Gift Aid declarations: a taxpayer's word to a charity, kept with the form it was given on."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from fund_app.extensions import Base
from fund_app.models.sealed import Compartment, Sealed, plain
from fund_app.models.types import Ref, new_ref

IN_FORCE = "cancelled_day IS NULL AND donor_id IS NOT NULL"


class GiftAidDeclaration(Base):
    """A donor declares that they pay enough tax for the charity to reclaim it on their gifts.

    `form_version` is the version of the words they saw. It holds from `since` (the day it was
    given, or four years earlier where past gifts are included) until the day it is cancelled.
    Name and home address have a key of their own, wrapped for the treasury alone; they are kept
    while the declaration holds and the law's years after the last claim.
    """

    __tablename__ = "gift_aid_declaration"
    __table_args__ = (
        CheckConstraint("since <= declared_day", name="since"),
        CheckConstraint("cancelled_day IS NULL OR cancelled_day >= declared_day", name="cancelled"),
        CheckConstraint("donor_id IS NOT NULL OR cancelled_day IS NOT NULL", name="has_donor"),
        Index(
            "uq_gift_aid_declaration_in_force",
            "donor_id",
            unique=True,
            sqlite_where=text(IN_FORCE),
            postgresql_where=text(IN_FORCE),
        ),
        Index("ix_gift_aid_declaration_donor_id", "donor_id", "declared_day"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    donor_id: Mapped[str | None] = mapped_column(ForeignKey("donor.id"), info=plain("random"))
    form_version: Mapped[int] = mapped_column(Integer)
    with_past: Mapped[bool] = mapped_column(Boolean)
    since: Mapped[date] = mapped_column(Date)
    declared_day: Mapped[date] = mapped_column(Date)
    cancelled_day: Mapped[date | None] = mapped_column(Date)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    name = Sealed(column="name_sealed", compartment=Compartment.PAYOUT, case="id")
    address = Sealed(column="address_sealed", compartment=Compartment.PAYOUT, case="id")
