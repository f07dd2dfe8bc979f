"""Tax receipts: asked for with a name, issued with a number, made void with another one."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    JSON,
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
from sqlalchemy.orm import Mapped, mapped_column

from fund_app.extensions import Base
from fund_app.models.sealed import Compartment, Sealed, plain
from fund_app.models.types import MinorUnits, Ref, new_ref

LIVE_LINE = "NOT is_void"


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


class ReceiptIssuer(Base):
    """Who issues receipts under one country's rules, as the tax office knows it.

    Rows are versions: a change is a new row, and a receipt names the row it was issued under.
    The first version's row is the lock under which numbers are given (services/receipts.py).
    """

    __tablename__ = "receipt_issuer"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    code: Mapped[str] = mapped_column(String(8), info=plain("code of a country pack"))
    version: Mapped[int] = mapped_column(Integer)
    facts: Mapped[dict[str, str]] = mapped_column(
        JSON, info=plain("the fund's own name, address and numbers, which every receipt prints")
    )
    set_by: Mapped[str] = mapped_column(Ref, info=plain("opaque reference"))
    set_on: Mapped[date] = mapped_column(Date)


class Receipt(Base):
    """One receipt: immutable but for being printed once, made void once, and forgotten at last.

    Its lines are written before it, and the database lets it in only if they add up to `total`
    and its number follows the last one of its series and year (migrations/sql/0014). The words
    it is printed from and the PDF lie sealed under a key of its own: wrapped for the treasury,
    and for the donor's codename until `copy_until`. Both are emptied when the law's years are
    over; numbers and amounts stay.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("issuer_code", "series", "year", "number"),
        UniqueConstraint("issuer_code", "series", "void_year", "void_number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("total > 0", name="total"),
        CheckConstraint("length(currency) = 3", name="currency"),
        CheckConstraint("kind IN ('single', 'collective')", name="kind"),
        CheckConstraint("(kind = 'single') = (line_count = 1)", name="kind_by_lines"),
        CheckConstraint("gifts_year < year", name="year_is_over"),
        CheckConstraint(
            "(voided_day IS NULL) = (void_number IS NULL)"
            " AND (voided_day IS NULL) = (void_year IS NULL)"
            " AND (voided_day IS NULL) = (void_reason IS NULL)"
            " AND (voided_day IS NULL) = (voided_by IS NULL)",
            name="void_is_whole",
        ),
        CheckConstraint("pdf_sealed IS NULL OR sha256 IS NOT NULL", name="printed_has_hash"),
        Index("ix_receipt_request_id", "request_id"),
        Index("ix_receipt_donor_id", "donor_id", "issued_day"),
        Index("ix_receipt_issuer_id", "issuer_id"),
        Index("ix_receipt_issued_day", "issued_day", "id"),
        Index("ix_receipt_copy_until", "copy_until"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    request_id: Mapped[str | None] = mapped_column(
        ForeignKey("receipt_request.id"), info=plain("random")
    )
    donor_id: Mapped[str | None] = mapped_column(ForeignKey("donor.id"), info=plain("random"))
    issuer_id: Mapped[str] = mapped_column(ForeignKey("receipt_issuer.id"), info=plain("random"))
    issuer_code: Mapped[str] = mapped_column(String(8), info=plain("code of a country pack"))
    series: Mapped[str] = mapped_column(String(8), info=plain("code of a series of numbers"))
    year: Mapped[int] = mapped_column(Integer)
    """Of the number: the year it was issued in."""
    number: Mapped[int] = mapped_column(Integer)
    pack_version: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(10), info=plain("code"))
    gifts_year: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
    total: Mapped[int] = mapped_column(MinorUnits)
    line_count: Mapped[int] = mapped_column(Integer)
    issued_day: Mapped[date] = mapped_column(Date)
    issued_by: Mapped[str] = mapped_column(Ref, info=plain("opaque reference"))
    replaces_id: Mapped[str | None] = mapped_column(
        ForeignKey("receipt.id"), unique=True, info=plain("random")
    )
    snapshot_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    pdf_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sha256: Mapped[str | None] = mapped_column(
        String(64), info=plain("hash of the PDF, which bears a random value: no name to guess")
    )
    copy_until: Mapped[date | None] = mapped_column(Date)
    """Last day on which the donor's codename opens their copy; empty: it does not."""
    voided_day: Mapped[date | None] = mapped_column(Date)
    void_reason: Mapped[str | None] = mapped_column(String(16), info=plain("code of a list"))
    voided_by: Mapped[str | None] = mapped_column(Ref, info=plain("opaque reference"))
    void_year: Mapped[int | None] = mapped_column(Integer)
    void_number: Mapped[int | None] = mapped_column(Integer)

    snapshot = Sealed(column="snapshot_sealed", compartment=Compartment.PAYOUT, case="id")
    pdf = Sealed(column="pdf_sealed", compartment=Compartment.PAYOUT, case="id")


class ReceiptLine(Base):
    """One gift on a receipt; no gift is on two receipts that are valid."""

    __tablename__ = "receipt_line"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("length(currency) = 3", name="currency"),
        Index(
            "uq_receipt_line_live",
            "donation_id",
            unique=True,
            sqlite_where=text(LIVE_LINE),
            postgresql_where=text(LIVE_LINE),
        ),
        Index("ix_receipt_line_donation_id", "donation_id"),
    )

    receipt_id: Mapped[str] = mapped_column(
        ForeignKey("receipt.id", deferrable=True, initially="DEFERRED"),
        primary_key=True,
        info=plain("random"),
    )
    line: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    donation_id: Mapped[str] = mapped_column(ForeignKey("donation.id"), info=plain("random"))
    day: Mapped[date] = mapped_column(Date)
    amount: Mapped[int] = mapped_column(MinorUnits)
    currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
    is_void: Mapped[bool] = mapped_column(Boolean, default=False)
    """Follows its receipt, by the database's own hand."""
