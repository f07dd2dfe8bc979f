"""Reads of the quarters that are frozen, and which entries are told of up to the end of one.

An entry belongs to the first frozen quarter that ends on or after its day and was frozen after it
was recorded; one that none holds yet is told of by nobody.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, false, not_, select

from fund_app.extensions import db
from fund_app.models.ledger import JournalEntry
from fund_app.models.publications import GrantRecord
from fund_app.models.told_quarters import ToldQuarter
from fund_app.queries.publications import ONCE_TOLD
from workflows.quarters import Quarter


@dataclass(frozen=True, slots=True)
class Cut:
    """The end of a frozen quarter and the last entry there was when it was frozen."""

    quarter: Quarter
    last_entry_id: int
    frozen_on: date

    @property
    def holds(self) -> ColumnElement[bool]:
        """Whether an entry is told of up to this end."""
        return and_(
            JournalEntry.book_date <= self.quarter.last_day,
            JournalEntry.id <= self.last_entry_id,
        )


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is told between two ends of quarters; without `before`, from the beginning."""

    before: Cut | None
    until: Cut

    @property
    def earlier(self) -> ColumnElement[bool]:
        """Whether an entry was told of before the stretch."""
        return false() if self.before is None else self.before.holds

    @property
    def within(self) -> ColumnElement[bool]:
        """Whether an entry is told of within the stretch."""
        return and_(self.until.holds, not_(self.earlier))


def cuts() -> tuple[Cut, ...]:
    """Return the frozen quarters in their order. One statement."""
    query = select(ToldQuarter.quarter, ToldQuarter.last_entry_id, ToldQuarter.frozen_on).order_by(
        ToldQuarter.quarter
    )
    return tuple(
        Cut(Quarter.parse(text), entry, day) for text, entry, day in db.session.execute(query)
    )


def known_cases(known: Sequence[Cut]) -> dict[Quarter, frozenset[str]]:
    """Return which cases had been published by themselves when each quarter was frozen.

    A day's publications count from the next day on: the same day may have been before or after.
    `known` are the cuts. One statement.
    """
    query = select(GrantRecord.application_id, GrantRecord.decided_on).where(
        GrantRecord.state.in_(ONCE_TOLD), GrantRecord.decided_on.is_not(None)
    )
    told = [(case, day) for case, day in db.session.execute(query) if day is not None]
    return {
        cut.quarter: frozenset(case for case, day in told if day < cut.frozen_on) for cut in known
    }


def stretch(known: Sequence[Cut], since: Quarter, until: Quarter) -> Stretch | None:
    """Return the stretch from the first day of one quarter to the end of another.

    None where the last one is not frozen. `known` are the cuts.
    """
    by_quarter = {cut.quarter: cut for cut in known}
    last = by_quarter.get(until)
    return None if last is None else Stretch(by_quarter.get(since.previous), last)


def belongs(known: Sequence[Cut], day: date, entry_id: int) -> Quarter | None:
    """Return the quarter an entry is told of in; None where that is not frozen yet."""
    by_day = bisect_left([cut.quarter.last_day for cut in known], day)
    by_id = bisect_left([cut.last_entry_id for cut in known], entry_id)
    place = max(by_day, by_id)
    return known[place].quarter if place < len(known) else None
