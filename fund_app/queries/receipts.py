"""Reads about tax receipts asked for; none of them shows a name, which only a key opens."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Integer, Select, cast, exists, or_, select, union_all
from sqlalchemy.orm import Session

from fund_app.extensions import db
from fund_app.models.bank import BankStatement
from fund_app.models.events import VIEWS, Event
from fund_app.models.gift_aid import GiftAidDeclaration
from fund_app.models.receipts import Receipt, ReceiptRequest
from fund_app.queries import receipt_gifts
from fund_app.queries.pages import Page, after, amount_of, page

SORTS = {"day": ReceiptRequest.asked_day, "year": ReceiptRequest.year}
YEAR_DIGITS = 4


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request as the list shows it: for which year and country, since when, issued or not."""

    id: str
    year: int
    country: str
    asked_day: date
    issued_day: date | None
    has_receipt: bool = False
    has_valid_receipt: bool = False

    @property
    def is_open(self) -> bool:
        """Whether a receipt is still to be made: none was, or the one made is void."""
        return self.issued_day is None or (self.has_receipt and not self.has_valid_receipt)


@dataclass(frozen=True, slots=True)
class LookRow:
    """Somebody of the treasury opened a request: in which role, on which day."""

    request_id: str
    role: str
    day: date


def listing(search: str = "", sort: str = "-day", cursor: str | None = None) -> Page[RequestRow]:
    """Return a page of requests for the treasury. One statement.

    search: a year or a country's code of two letters. sort: a key of SORTS, "-key" for
    descending; anything else sorts by day, the newest first.
    """
    descending = sort.startswith("-")
    key = sort.lstrip("-") if sort.lstrip("-") in SORTS else "day"
    wanted = search.strip().upper()
    query: Select[*tuple[Any, ...]] = select(*_COLUMNS)
    if wanted:
        is_year = wanted.isascii() and wanted.isdigit() and len(wanted) == YEAR_DIGITS
        year = cast(int(wanted) if is_year else 0, Integer)
        query = query.where(or_(ReceiptRequest.country == wanted, ReceiptRequest.year == year))
    read = date.fromisoformat if key == "day" else amount_of
    query = after(query, SORTS[key], ReceiptRequest.id, cursor, read, descending=descending)
    rows: Sequence[RequestRow] = [RequestRow(*row) for row in db.session.execute(query)]
    return page(rows, lambda row: (_mark(row, key), row.id))


def sealed_for_the_treasury(
    session: Session, among: Collection[str] | None = None
) -> Sequence[str]:
    """Return the ids of whatever of donors has keys of the treasury, or of those among some.

    That is requests for receipts, receipts, Gift Aid declarations and statements of the bank, in
    order of id. One statement.
    """
    tables = (ReceiptRequest, Receipt, GiftAidDeclaration, BankStatement)
    found = union_all(*(select(table.id) for table in tables)).subquery()
    query = select(found.c.id).order_by(found.c.id)
    if among is not None:
        query = query.where(found.c.id.in_(among))
    return session.scalars(query).all()


def one(request_id: str) -> RequestRow | None:
    """Return one request, or None. One statement."""
    query = select(*_COLUMNS).where(ReceiptRequest.id == request_id)
    found = db.session.execute(query).one_or_none()
    return RequestRow(*found) if found else None


def has_more(request_id: str) -> bool:
    """Whether gifts of a request's year are covered by no valid receipt. Two statements."""
    known = select(ReceiptRequest.donor_id, ReceiptRequest.year)
    row = db.session.execute(known.where(ReceiptRequest.id == request_id)).one_or_none()
    if row is None or row.donor_id is None:
        return False
    return bool(receipt_gifts.to_certify(db.session(), row.donor_id, row.year))


def of_donor(donor_id: str) -> tuple[RequestRow, ...]:
    """Return a donor's own requests, the newest year first. One statement."""
    query = select(*_COLUMNS).where(ReceiptRequest.donor_id == donor_id)
    rows = db.session.execute(query.order_by(ReceiptRequest.year.desc()))
    return tuple(RequestRow(*row) for row in rows)


def looks(request_ids: Sequence[str]) -> tuple[LookRow, ...]:
    """Return who has opened these requests, as roles and days, the newest first. One statement."""
    query = select(Event.subject_id, Event.actor_role, Event.day).where(
        Event.chain == VIEWS, Event.subject_id.in_(request_ids)
    )
    rows = db.session.execute(query.order_by(Event.day.desc(), Event.step.desc()))
    return tuple(LookRow(*row) for row in rows)


_COLUMNS = (
    ReceiptRequest.id,
    ReceiptRequest.year,
    ReceiptRequest.country,
    ReceiptRequest.asked_day,
    ReceiptRequest.issued_day,
    exists().where(Receipt.request_id == ReceiptRequest.id),
    exists().where(
        Receipt.request_id == ReceiptRequest.id,
        Receipt.voided_day.is_(None),
        Receipt.sha256.is_not(None),
    ),
)


def _mark(row: RequestRow, key: str) -> str:
    return row.asked_day.isoformat() if key == "day" else str(row.year)
