"""Quarters of the calendar: the finest time anything is published in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

_TEXT = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """One quarter of a year; `number` is 1 to 4. Written "2026-Q1"."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the quarter a day lies in."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "2026-Q1"; ValueError for anything else."""
        found = _TEXT.fullmatch(text)
        if found is None or int(found[1]) == 0:
            raise ValueError(f"not a quarter: {text[:16]!r}")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def first_day(self) -> date:
        """The day it begins on."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last_day(self) -> date:
        """The day it ends on."""
        return self.next.first_day - timedelta(days=1)

    @property
    def next(self) -> Quarter:
        """The quarter after it."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def previous(self) -> Quarter:
        """The quarter before it."""
        return Quarter.of(self.first_day - timedelta(days=1))


def quarters(since: Quarter, until: Quarter) -> Iterator[Quarter]:
    """Yield every quarter from one to another, both included; none where they are crossed."""
    each = since
    while each <= until:
        yield each
        each = each.next
