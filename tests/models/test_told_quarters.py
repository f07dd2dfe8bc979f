"""Frozen quarters stand in their order and never change; freezing again changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fund_app.adapters.clock import ManualClock
from fund_app.models.told_quarters import ToldQuarter
from fund_app.queries import told_quarters as reads
from fund_app.services import ledger_facts as facts
from fund_app.services import told_quarters
from fund_app.services.unit import unit_of_work
from tests.support import books
from tests.support.books import EUR, origin
from workflows.quarters import Quarter

pytestmark = pytest.mark.both_stores


def given(key: str, day: date) -> int:
    with unit_of_work() as unit:
        return facts.bank_gift(unit, origin(key, on=day), {"EMG": 100}, EUR).id


def test_quarters_are_frozen_once_in_order_and_hold_what_was_there(
    session: Session, clock: ManualClock
) -> None:
    books.seed()
    assert told_quarters.freeze() == 0
    first = given("first", date(2025, 8, 1))
    clock.set(datetime(2026, 1, 31, tzinfo=UTC))
    assert (told_quarters.freeze(), told_quarters.freeze()) == (2, 0)
    late = given("late", date(2025, 8, 2))
    clock.set(datetime(2026, 5, 1, tzinfo=UTC))
    assert told_quarters.freeze() == 1
    known = reads.cuts()
    assert [str(cut.quarter) for cut in known] == ["2025-Q3", "2025-Q4", "2026-Q1"]
    belongs = [reads.belongs(known, date(2025, 8, 2), entry) for entry in (first, late, late + 1)]
    assert belongs == [Quarter(2025, 3), Quarter(2026, 1), None]
    assert reads.belongs(known, date(2025, 12, 1), first) == Quarter(2025, 4)

    wrong = (
        "UPDATE told_quarter SET last_entry_id = last_entry_id",
        "DELETE FROM told_quarter",
        "INSERT INTO told_quarter VALUES ('2025-Q2', :late, '2026-05-01')",
        "INSERT INTO told_quarter VALUES ('2026-Q2', :first, '2026-08-01')",
    )
    for statement in wrong:
        with pytest.raises(DBAPIError, match="told_quarter_stays"), unit_of_work() as unit:
            unit.execute(text(statement), {"first": first, "late": late})
    with unit_of_work() as unit:
        assert unit.query(ToldQuarter).count() == 3
