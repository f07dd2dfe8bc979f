"""Reads about receipts that were issued, and about batches of them; none of them shows a name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from fund_app.extensions import db
from fund_app.models.donations import Donation
from fund_app.models.receipt_batches import ReceiptBatch, ReceiptBatchItem
from fund_app.models.receipts import Receipt, ReceiptLine
from fund_app.queries.pages import Page, after, amount_of, page
from fund_app.queries.receipt_gifts import CERTIFIABLE, differs_from_ledger, left_in_ledger

SORTS = {"day": Receipt.issued_day, "total": Receipt.total}
NUMBER = re.compile(r"(?:([A-Z]{2,8})-)?(\d{4})(?:-(\d{1,7}))?", re.IGNORECASE)
SERIES = re.compile(r"[A-Z]{2,8}", re.IGNORECASE)
LATEST_BATCHES = 20


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A receipt by its number: minor units, days, codes; `differs`: the ledger says less now."""

    id: str
    request_id: str | None
    series: str
    year: int
    number: int
    gifts_year: int
    kind: str
    total: int
    currency: str
    line_count: int
    issued_day: date
    voided_day: date | None
    void_reason: str | None
    void_year: int | None
    void_number: int | None
    replaces_id: str | None
    replaced_by_id: str | None
    is_printed: bool
    is_kept: bool
    copy_until: date | None
    sha256: str | None
    differs: bool

    @property
    def label(self) -> str:
        """The number as it is printed."""
        return f"{self.series}-{self.year}-{self.number:05d}"

    @property
    def void_label(self) -> str | None:
        """The number of its being made void, or None."""
        if self.void_number is None:
            return None
        return f"{self.series}-{self.void_year}-V{self.void_number:05d}"


@dataclass(frozen=True, slots=True)
class LineRow:
    """One gift on a receipt."""

    donation_id: str
    reference: str
    day: date
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A gift on a receipt: what was certified, and what could be certified of it now."""

    reference: str
    day: date
    certified: int
    now: int
    currency: str


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch and how far it is: outcomes by code, None for those that wait."""

    id: str
    year: int
    begun_on: date
    finished_on: date | None
    outcomes: Mapping[str | None, int]

    @property
    def total(self) -> int:
        """How many requests it began with."""
        return sum(self.outcomes.values())

    @property
    def done(self) -> int:
        """How many have an outcome."""
        return self.total - self.outcomes.get(None, 0)

    @property
    def issued(self) -> int:
        """How many receipts were issued."""
        return self.outcomes.get("issued", 0)


def listing(search: str = "", sort: str = "-day", cursor: str | None = None) -> Page[ReceiptRow]:
    """Return a page of issued receipts. One statement.

    search: a number (ZB-2026-00001), a year or a series. sort: a key of SORTS, "-key" for
    descending; anything else sorts by day, the newest first.
    """
    descending = sort.startswith("-")
    key = sort.lstrip("-") if sort.lstrip("-") in SORTS else "day"
    query = _narrowed(_receipts(), search.strip())
    read = date.fromisoformat if key == "day" else amount_of
    query = after(query, SORTS[key], Receipt.id, cursor, read, descending=descending)
    rows: Sequence[ReceiptRow] = [ReceiptRow(*row) for row in db.session.execute(query)]
    return page(
        rows, lambda row: (row.issued_day.isoformat() if key == "day" else str(row.total), row.id)
    )


def one(receipt_id: str) -> ReceiptRow | None:
    """Return one receipt, or None. One statement."""
    found = db.session.execute(_receipts().where(Receipt.id == receipt_id)).one_or_none()
    return ReceiptRow(*found) if found else None


def of_request(request_id: str) -> tuple[ReceiptRow, ...]:
    """Return the receipts of a request, the newest first. One statement."""
    return _all(_receipts().where(Receipt.request_id == request_id))


def of_donor(donor_id: str) -> tuple[ReceiptRow, ...]:
    """Return a donor's own receipts, the newest first. One statement."""
    return _all(_receipts().where(Receipt.donor_id == donor_id))


def lines(receipt_id: str) -> tuple[LineRow, ...]:
    """Return the gifts on a receipt in their order. One statement."""
    query = (
        select(
            ReceiptLine.donation_id,
            Donation.reference,
            ReceiptLine.day,
            ReceiptLine.amount,
            ReceiptLine.currency,
        )
        .join(Donation, Donation.id == ReceiptLine.donation_id)
        .where(ReceiptLine.receipt_id == receipt_id)
        .order_by(ReceiptLine.line)
    )
    return tuple(LineRow(*row) for row in db.session.execute(query))


def differences(receipt_id: str) -> tuple[DifferenceRow, ...]:
    """Return what a receipt certifies beside what the ledger holds now, by line. One statement."""
    left = left_in_ledger(Donation.id.expression, Donation.currency.expression)
    query = (
        select(
            Donation.reference,
            ReceiptLine.day,
            ReceiptLine.amount,
            case((Donation.state.in_(CERTIFIABLE), left), else_=0),
            ReceiptLine.currency,
        )
        .join(Donation, Donation.id == ReceiptLine.donation_id)
        .where(ReceiptLine.receipt_id == receipt_id)
        .order_by(ReceiptLine.line)
    )
    return tuple(DifferenceRow(*row) for row in db.session.execute(query))


def differing() -> int:
    """Count valid receipts of which the ledger says less now. One statement."""
    query = select(func.count(Receipt.id)).where(
        Receipt.voided_day.is_(None), differs_from_ledger(Receipt.id.expression)
    )
    return db.session.scalar(query) or 0


def batch(batch_id: str) -> BatchRow | None:
    """Return one batch, or None. Two statements."""
    found = _batches(ReceiptBatch.id == batch_id)
    return found[0] if found else None


def batches() -> tuple[BatchRow, ...]:
    """Return the latest batches, the newest first. Two statements."""
    return _batches(ReceiptBatch.year > 0)


def _batches(condition: Any) -> tuple[BatchRow, ...]:
    newest = select(ReceiptBatch).where(condition)
    rows = db.session.scalars(
        newest.order_by(ReceiptBatch.begun_on.desc(), ReceiptBatch.id).limit(LATEST_BATCHES)
    ).all()
    counted = (
        select(ReceiptBatchItem.batch_id, ReceiptBatchItem.outcome, func.count())
        .where(ReceiptBatchItem.batch_id.in_([row.id for row in rows]))
        .group_by(ReceiptBatchItem.batch_id, ReceiptBatchItem.outcome)
    )
    outcomes: dict[str, dict[str | None, int]] = {}
    for batch_id, outcome, count in db.session.execute(counted):
        outcomes.setdefault(batch_id, {})[outcome] = count
    return tuple(
        BatchRow(row.id, row.year, row.begun_on, row.finished_on, outcomes.get(row.id, {}))
        for row in rows
    )


def _all(query: Select[*tuple[Any, ...]]) -> tuple[ReceiptRow, ...]:
    newest = query.order_by(Receipt.year.desc(), Receipt.number.desc(), Receipt.id)
    return tuple(ReceiptRow(*row) for row in db.session.execute(newest))


def _narrowed(query: Select[*tuple[Any, ...]], search: str) -> Select[*tuple[Any, ...]]:
    if not search:
        return query
    if SERIES.fullmatch(search):
        return query.where(Receipt.series == search.upper())
    found = NUMBER.fullmatch(search)
    if found is None:
        return query.where(Receipt.number < 0)
    series, year, number = found.groups()
    return query.where(
        and_(
            or_(Receipt.year == int(year), Receipt.gifts_year == int(year)),
            *((Receipt.series == series.upper(),) if series else ()),
            *((Receipt.number == int(number),) if number else ()),
        )
    )


def _receipts() -> Select[*tuple[Any, ...]]:
    later = aliased(Receipt)
    replaced_by = (
        select(later.id).where(later.replaces_id == Receipt.id).correlate(Receipt).scalar_subquery()
    )
    return select(
        Receipt.id,
        Receipt.request_id,
        Receipt.series,
        Receipt.year,
        Receipt.number,
        Receipt.gifts_year,
        Receipt.kind,
        Receipt.total,
        Receipt.currency,
        Receipt.line_count,
        Receipt.issued_day,
        Receipt.voided_day,
        Receipt.void_reason,
        Receipt.void_year,
        Receipt.void_number,
        Receipt.replaces_id,
        replaced_by,
        Receipt.sha256.is_not(None),
        Receipt.snapshot_sealed.is_not(None),
        Receipt.copy_until,
        Receipt.sha256,
        and_(Receipt.voided_day.is_(None), differs_from_ledger(Receipt.id.expression)),
    )
