"""Keyset pages: lists that cost the same on the first page and on the thousandth."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, tuple_

from workflows.money import LARGEST

Row = TypeVar("Row")
SIZE = 50
Sorts = Mapping[str, tuple[Any, Callable[[str], Any]]]
"""By key the column a list is sorted by, and what reads a cursor's text as its value."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list and the cursor of the next one, if there is more."""

    rows: Sequence[Row]
    following: str | None


def encode_cursor(sort_value: str, row_id: str) -> str:
    """Return an opaque cursor for the last row of a page."""
    return base64.urlsafe_b64encode(f"{sort_value}|{row_id}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None) -> tuple[str, str] | None:
    """Read a cursor; anything that is not one means the first page, never an error."""
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        sort_value, _, row_id = base64.urlsafe_b64decode(padded).decode().rpartition("|")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    known = sort_value and row_id and "\0" not in sort_value + row_id
    return (sort_value, row_id) if known else None


def amount_of(text: str) -> int:
    """Read the amount of a cursor; ValueError for one that no column holds."""
    amount = int(text)
    if abs(amount) > LARGEST:
        raise ValueError
    return amount


def after(
    statement: Select[Any],
    column: Any,
    id_column: Any,
    cursor: str | None,
    read: Callable[[str], Any],
    *,
    descending: bool = False,
) -> Select[Any]:
    """Restrict a statement to the rows after the cursor, order it and limit it to a page + 1.

    `read` turns the cursor's text into the column's type; a text it refuses with ValueError
    means the first page.
    """
    position = decode_cursor(cursor)
    pair = tuple_(column, id_column)
    if position is not None:
        try:
            value = read(position[0])
        except ValueError:
            value = None
        if value is not None:
            mark: ColumnElement[Any] = tuple_(value, position[1])
            statement = statement.where(pair < mark if descending else pair > mark)
    order = (column.desc(), id_column.desc()) if descending else (column, id_column)
    return statement.order_by(*order).limit(SIZE + 1)


def ordered(
    statement: Select[Any],
    sorts: Sorts,
    sort: str,
    id_column: Any,
    cursor: str | None,
) -> tuple[Select[Any], Callable[[Any], str]]:
    """Return a statement of one page in the order asked for, and how a row's cursor is marked.

    `sort`: a key of `sorts`, "-key" for descending; anything else is the first key, the greatest
    first.
    """
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    if key not in sorts:
        key, descending = next(iter(sorts)), True
    column, read = sorts[key]
    wanted = after(statement, column, id_column, cursor, read, descending=descending)
    return wanted, lambda row: str(getattr(row, column.key))


def page(rows: Sequence[Row], cursor_of: Callable[[Row], tuple[str, str]]) -> Page[Row]:
    """Cut the one row too many off and turn it into the cursor of the next page."""
    if len(rows) <= SIZE:
        return Page(rows, None)
    kept = rows[:SIZE]
    return Page(kept, encode_cursor(*cursor_of(kept[-1])))
