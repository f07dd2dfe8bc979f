"""What the database refuses about funds and budgets on its own, with the code bypassed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from fund_app.models.budgets import Budget, BudgetCharge, BudgetLine
from fund_app.models.funds import FundFloor, FundResolution
from fund_app.models.ledger import GrantCommitment
from fund_app.models.people import Person
from fund_app.services import ledger_facts as facts
from fund_app.services import ledger_grants as grants
from fund_app.services.ledger import LedgerRefused, Overspent
from fund_app.services.ledger_chart import add_fund
from fund_app.services.unit import unit_of_work
from tests.support import books
from tests.support.books import EUR, origin

pytestmark = pytest.mark.both_stores


@pytest.fixture(autouse=True)
def books_with_ten_euro(session: Session) -> None:
    books.seed(EMG=1000, GEN=1000)


def run(statement: str) -> None:
    with unit_of_work() as unit:
        unit.execute(text(statement))


def test_money_moves_between_funds_only_as_two_people_resolved(session: Session) -> None:
    with unit_of_work() as unit:
        books.resolve(
            unit, "r1", kind="transfer", fund_code="GEN", target_code="EMG", amount=60,
            currency=EUR, ground="board_decision",
        )  # fmt: skip
    named = ("fund_resolution", "r1")
    wrong: list[tuple[Any, str, str, int]] = [
        (origin("x", reason="board_decision"), "GEN", "EMG", 60),
        (origin("resolution:r1", named, reason="correction"), "GEN", "EMG", 60),
        (origin("other:r1", named, reason="board_decision"), "GEN", "EMG", 60),
        (origin("resolution:r1", named, reason="board_decision"), "GEN", "EMG", 61),
        (origin("resolution:r1", named, reason="board_decision"), "EMG", "GEN", 60),
        (origin("resolution:r1", named, reason="board_decision"), "GEN", "LEG", 60),
    ]
    with unit_of_work() as unit:
        for at, source, target, amount in wrong:
            with pytest.raises(LedgerRefused, match="not_resolved"):
                grants.fund_transfer(unit, at, source, target, amount=amount, currency=EUR)
        right = origin("resolution:r1", named, reason="board_decision")
        first = grants.fund_transfer(unit, right, "GEN", "EMG", amount=60, currency=EUR)
        again = grants.fund_transfer(unit, right, "GEN", "EMG", amount=60, currency=EUR)
        assert first.id == again.id


def test_restricted_money_leaves_only_where_the_donor_released_it(session: Session) -> None:
    for ground, release in (
        ("board_decision", "letter 7"),
        ("donor_consent", None),
        ("correction", " "),
    ):
        with pytest.raises(IntegrityError, match="ledger:restricted"), unit_of_work() as unit:
            books.transfer(unit, "r", "EMG", "GEN", 10, ground=ground, release_ref=release)
    with unit_of_work() as unit:
        books.transfer(unit, "r", "EMG", "GEN", 10, ground="donor_consent", release_ref="7")


def test_shortfall_is_covered_from_its_own_deficit_fund(session: Session) -> None:
    with pytest.raises(IntegrityError, match="not_its_deficit_fund"), unit_of_work() as unit:
        books.transfer(unit, "r", "EMG", "LEG", 10, ground="shortfall_cover")
    with unit_of_work() as unit:
        books.transfer(unit, "r", "GEN", "EMG", 10, ground="shortfall_cover")


def test_transfer_is_undone_by_a_resolution_never_by_a_reversal(session: Session) -> None:
    with unit_of_work() as unit:
        entry = books.transfer(unit, "r", "GEN", "EMG", 10)
        with pytest.raises(LedgerRefused, match="not_reversible"):
            facts.reverse(unit, origin("rev", reason="typing_error"), entry)
        with pytest.raises(IntegrityError, match="ledger:not_reversible"), unit.begin_nested():
            unit.execute(
                text(
                    "INSERT INTO journal_entry (id, idem_key, kind, book_date, event_time,"
                    " period_code, source_type, source_id, actor, reason_code, content_hash,"
                    " reverses_id) VALUES (900, 'k', 'reversal', '2026-06-30',"
                    " '2026-06-30 12:00:00', '2026', 't', 'x', 's', 'r', 'h', :id)"
                ),
                {"id": entry.id},
            )


def test_one_person_alone_resolves_nothing(session: Session) -> None:
    with unit_of_work() as unit:
        unit.add(Person(id="alone", handle="alone", display_name="Alone"))
    row: dict[str, Any] = {
        "id": "r", "kind": "close_gifts", "number": "1", "fund_code": "EMG",
        "proposed_by_id": "alone", "proposed_on": books.DAY,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="ledger:resolution_stays"), unit_of_work() as unit:
        unit.add(FundResolution(**row, state="confirmed", decided_by_id="alone"))
    with unit_of_work() as unit:
        unit.add(FundResolution(**row, state="proposed"))
    with pytest.raises(IntegrityError, match="two_people"):
        run("UPDATE fund_resolution SET state = 'confirmed', decided_by_id = 'alone'")


def _arrange(unit: Session) -> None:
    """Make a floor, a budget of 6.00 for legal help, and an award of 4.00 charged to it."""
    books.resolve(unit, "f", kind="set_floor", fund_code="GEN", currency=EUR, amount=300)
    unit.add(FundFloor(fund_code="GEN", currency=EUR, amount=300, resolution_id="f"))
    unit.flush()
    row = FundResolution(
        id="b", kind="set_budget", state="proposed", number="1", programme="emergency",
        currency=EUR, starts=date(2026, 1, 1), ends=date(2026, 12, 31),
        proposed_by_id="proposer", proposed_on=books.DAY,
    )  # fmt: skip
    unit.add(row)
    unit.flush()
    unit.add(BudgetLine(resolution_id="b", category="legal", amount=600))
    unit.flush()
    row.state, row.decided_by_id = "confirmed", "confirmer"
    unit.flush()
    unit.add(
        Budget(
            id="legal", programme="emergency", currency=EUR, starts=date(2026, 1, 1),
            ends=date(2026, 12, 31), category="legal", planned=600, resolution_id="b",
        )
    )  # fmt: skip
    unit.flush()
    _award(unit, "G1", 400)


def _award(unit: Session, key: str, amount: int, resolution_id: str | None = None) -> None:
    at = origin(key, ("application", key))
    given = grants.approve_grant(unit, at, "EMG", [grants.Part(amount)], EUR)
    assert isinstance(given, GrantCommitment)
    unit.add(
        BudgetCharge(
            budget_id="legal", entry_id=given.approve_entry_id, commitment_id=given.id,
            amount=amount, resolution_id=resolution_id,
        )
    )  # fmt: skip
    unit.flush()


CHANGES = {
    "UPDATE fund_resolution SET amount = amount + 1": "resolution_stays",
    "UPDATE fund_resolution SET state = 'withdrawn'": "resolution_stays",
    "DELETE FROM fund_resolution": "resolution_stays",
    "UPDATE fund_floor SET amount = 0": "not_resolved",
    "DELETE FROM fund_floor": "resolution_stays",
    "INSERT INTO fund_floor VALUES ('EMG', 'EUR', 5, 'f')": "not_resolved",
    "UPDATE budget SET planned = 601": "not_resolved",
    "UPDATE budget SET used = 0": "budget_guarded",
    "UPDATE budget SET used = 0, last_charge = last_charge + 1": "budget_guarded",
    "UPDATE budget SET starts = '2025-01-01'": "budget_guarded",
    "DELETE FROM budget": "budget_guarded",
    "INSERT INTO budget_line VALUES ('b', 'medical', 5)": "resolution_stays",
    "UPDATE budget_line SET amount = 700": "resolution_stays",
    "DELETE FROM budget_line": "resolution_stays",
    "UPDATE budget_charge SET amount = 1": "append_only",
    "DELETE FROM budget_charge": "append_only",
    "UPDATE fund SET closed_on = '2026-06-30' WHERE code = 'LEG'": "not_resolved",
}


def test_changing_what_was_resolved_or_used_is_refused(session: Session) -> None:
    with unit_of_work() as unit:
        _arrange(unit)
    for statement, code in CHANGES.items():
        with pytest.raises(IntegrityError, match=f"ledger:{code}"):
            run(statement)


def test_decision_takes_no_fund_below_its_floor_and_facts_do(session: Session) -> None:
    with unit_of_work() as unit:
        _arrange(unit)
        with pytest.raises(Overspent, match="below_floor"):
            books.approve(unit, "G9", "GEN", 701)
        books.approve(unit, "G8", "GEN", 700)
        with pytest.raises(Overspent, match="below_floor"):
            books.transfer(unit, "t1", "GEN", "EMG", 1)
        facts.refund(unit, origin("r"), {"GEN": 50}, EUR)
        row = books.resolve(
            unit, "t2", kind="transfer", fund_code="GEN", target_code="EMG", amount=1,
            currency=EUR, ground="board_decision", below_floor=True,
        )  # fmt: skip
        at = origin("resolution:t2", ("fund_resolution", row.id), reason="board_decision")
        grants.fund_transfer(unit, at, "GEN", "EMG", amount=1, currency=EUR)


def test_award_beyond_its_budget_line_needs_a_resolution(session: Session) -> None:
    with unit_of_work() as unit:
        _arrange(unit)
    with pytest.raises(IntegrityError, match="ledger:over_budget"), unit_of_work() as unit:
        _award(unit, "G2", 201)
    with unit_of_work() as unit:
        books.resolve(
            unit, "x", kind="exceed", programme="emergency", currency=EUR, amount=201,
            source_id="G2",
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="ledger:over_budget"), unit_of_work() as unit:
        _award(unit, "G3", 201, "x")
    with unit_of_work() as unit:
        _award(unit, "G2", 201, "x")
        assert unit.get_one(Budget, "legal", populate_existing=True).used == 601


def test_budget_amount_is_a_whole_number_of_minor_units_not_below_zero(session: Session) -> None:
    with pytest.raises((StatementError, TypeError)), unit_of_work() as unit:
        unit.add(BudgetLine(resolution_id="b", category="legal", amount=6.5))
    with unit_of_work() as unit:
        unit.add(Person(id="p", handle="p", display_name="P"))
        unit.flush()
        unit.add(
            FundResolution(
                id="b", kind="set_budget", state="proposed", number="1", programme="emergency",
                currency=EUR, starts=books.DAY, ends=books.DAY, proposed_by_id="p",
                proposed_on=books.DAY,
            )
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="ck_budget_line_amount"):
        run("INSERT INTO budget_line VALUES ('b', 'legal', -1)")


def test_closed_fund_takes_no_decision_and_still_records_facts(session: Session) -> None:
    with unit_of_work() as unit:
        add_fund(unit, "OLD", restricted=False, carried_by="GEN")
        facts.bank_gift(unit, origin("g"), {"OLD": 100}, EUR)
        books.resolve(unit, "c", kind="close_fund", fund_code="OLD")
    close = "UPDATE fund SET closed_on = '2026-06-30', open_for_donations = false"
    with pytest.raises(IntegrityError, match="ledger:fund_not_empty"):
        run(f"{close} WHERE code = 'OLD'")
    with unit_of_work() as unit:
        books.transfer(unit, "t", "OLD", "GEN", 100)
    run(f"{close} WHERE code = 'OLD'")
    for statement in ("closed_on = NULL", "open_for_donations = true"):
        with pytest.raises(IntegrityError, match="ledger:fund_closed"):
            run(f"UPDATE fund SET {statement} WHERE code = 'OLD'")  # noqa: S608 (our own words)
    with unit_of_work() as unit:
        with pytest.raises(Overspent, match="fund_closed"):
            books.transfer(unit, "t2", "GEN", "OLD", 5)
        facts.bank_gift(unit, origin("late"), {"OLD": 7}, EUR)
        with pytest.raises(Overspent, match="fund_closed"):
            books.approve(unit, "G1", "OLD", 7)
        books.transfer(unit, "t3", "OLD", "GEN", 7)


def test_the_engines_own_ways_around_a_trigger_are_refused(session: Session) -> None:
    with unit_of_work() as unit:
        _arrange(unit)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    for table in ("fund_resolution", "budget_line", "budget", "budget_charge"):
        statement = f"TRUNCATE {table} CASCADE"
        if is_sqlite:
            statement = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"  # noqa: S608
        with pytest.raises(DBAPIError, match="ledger:"):
            run(statement)
