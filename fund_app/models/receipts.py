"""Requests for a tax receipt: the one place a donor's name may stand, sealed for the treasury."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from fund_app.extensions import Base
from fund_app.models.sealed import Compartment, Sealed, plain
from fund_app.models.types import Ref, new_ref


class ReceiptRequest(Base):
    """A donor wants a receipt for one year's gifts, and says for whom it is to be made out.

    Each request has a key of its own under its id, wrapped for the treasury alone: not even the
    donor's codename opens it, so that who finds the codename does not find the name. A change is
    a new request in the old one's place. What the receipt itself needs is the year and the
    country, whose rules it follows; `issued_day` is set when it has been issued.
    """

    __tablename__ = "receipt_request"
    __table_args__ = (
        CheckConstraint("length(country) = 2", name="country"),
        CheckConstraint("year BETWEEN 2010 AND 9999", name="year"),
        CheckConstraint("donor_id IS NOT NULL OR issued_day IS NOT NULL", name="open_has_donor"),
        Index("uq_receipt_request_donor_year", "donor_id", "year", unique=True),
        Index("ix_receipt_request_asked_day", "asked_day", "id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    donor_id: Mapped[str | None] = mapped_column(ForeignKey("donor.id"), info=plain("random"))
    """Empty once the donor has ended their record; an issued receipt outlives it."""
    year: Mapped[int] = mapped_column(Integer)
    country: Mapped[str] = mapped_column(String(2), info=plain("whose receipt form; ISO 3166"))
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    address_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    asked_day: Mapped[date] = mapped_column(Date)
    issued_day: Mapped[date | None] = mapped_column(Date)

    name = Sealed(column="name_sealed", compartment=Compartment.PAYOUT, case="id")
    address = Sealed(column="address_sealed", compartment=Compartment.PAYOUT, case="id")
