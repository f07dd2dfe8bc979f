"""Freezing the quarters that may be told of, so that what was told once is never told otherwise."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.ledger import JournalEntry
from fund_app.models.told_quarters import ToldQuarter
from fund_app.services.unit import unit_of_work
from workflows import disclosure
from workflows.quarters import Quarter, quarters

LATEST = select(func.max(ToldQuarter.quarter))


def freeze() -> int:
    """Freeze every quarter that may be told of by now; returns how many there were.

    Entries are kept out while it reads which is the last one. Doing it again changes nothing.
    """
    last = disclosure.latest_quarter(now().date())
    with unit_of_work() as session:
        if (session.scalar(LATEST) or "") >= str(last):
            return 0
        _keep_entries_out(session)
        query = select(func.min(JournalEntry.book_date), func.max(JournalEntry.id))
        found: Any = session.execute(query).one()
        first_day, last_entry_id = found
        if first_day is None:
            return 0
        frozen = session.scalar(LATEST)
        begin = Quarter.parse(frozen).next if frozen else Quarter.of(first_day)
        due = list(quarters(begin, last))
        for quarter in due:
            session.add(
                ToldQuarter(
                    quarter=str(quarter), last_entry_id=last_entry_id, frozen_on=now().date()
                )
            )
            session.flush()
        return len(due)


def _keep_entries_out(session: Session) -> None:
    """Wait for entries under way: their numbers were given before they can be seen."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE journal_entry IN SHARE MODE"))
        session.execute(text("LOCK TABLE told_quarter IN EXCLUSIVE MODE"))
