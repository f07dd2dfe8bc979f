"""Reads about gifts in kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select

from fund_app.extensions import db
from fund_app.models.in_kind_gifts import InKindGift
from fund_app.queries.pages import Page, after, page


@dataclass(frozen=True, slots=True)
class InKindRow:
    """A gift in kind: what, how many, an estimate in minor units where there is one."""

    id: str
    category: str
    quantity: int
    value: int | None
    currency: str
    fund_code: str
    received_day: date
    struck_on: date | None


def in_kind_gifts(
    search: str = "", sort: str = "-day", cursor: str | None = None
) -> Page[InKindRow]:
    """Return a page of gifts in kind by day, searched by kind or fund's code. One statement."""
    query = _in_kind()
    wanted = search.strip()
    if wanted:
        query = query.where(
            or_(InKindGift.category == wanted.lower(), InKindGift.fund_code == wanted.upper())
        )
    query = after(
        query, InKindGift.received_day, InKindGift.id, cursor, date.fromisoformat,
        descending=sort != "day",
    )  # fmt: skip
    rows: Sequence[InKindRow] = [InKindRow(*row) for row in db.session.execute(query)]
    return page(rows, lambda row: (row.received_day.isoformat(), row.id))


def _in_kind() -> Select[*tuple[Any, ...]]:
    return select(
        InKindGift.id, InKindGift.category, InKindGift.quantity, InKindGift.value,
        InKindGift.currency, InKindGift.fund_code, InKindGift.received_day, InKindGift.struck_on,
    )  # fmt: skip
