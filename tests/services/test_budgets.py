"""Programmes' budgets: awards are charged to their lines, and never beyond without the board."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import pytest
from flask import Flask

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.applications import Application, AwardLine
from fund_app.models.funds import ResolutionKind as Kind
from fund_app.queries import budgets as reads
from fund_app.queries import ledger
from fund_app.queries.ledger_check import recompute_check
from fund_app.services import applications, budgets, funds, ledger_grants
from fund_app.services.fund_checks import Draft, ResolutionRefused
from fund_app.services.ledger import Overspent
from fund_app.services.unit import unit_of_work
from tests.services.test_ledger_races import at_once
from tests.support.books import EUR, origin
from tests.support.house import House, build, press

pytestmark = pytest.mark.both_stores

TODAY = date(2026, 6, 30)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def house(app: Flask, clock: ManualClock) -> Iterator[House]:
    with app.app_context():
        yield build(app, clock)


def plan(
    house: House, lines: Mapping[str, int], days: tuple[date, date] = YEAR, number: str = "2026/1"
) -> str:
    draft = Draft(
        kind=Kind.SET_BUDGET, number=number, programme="emergency", currency=EUR, starts=days[0],
        ends=days[1], lines=lines,
    )  # fmt: skip
    resolution_id = funds.propose(house["treasurer"], draft)
    funds.confirm(house["board"], resolution_id)
    return resolution_id


def lines_now() -> dict[str, tuple[int, int, int, int]]:
    """Return each line as planned, promised, paid, left."""
    db.session.rollback()
    (budget,) = reads.budgets()
    shown = reads.budget("emergency", EUR, budget.starts)
    assert shown is not None
    return {row.category: (row.planned, row.promised, row.paid, row.left) for row in shown.lines}


def test_award_is_charged_by_category_and_what_has_none_to_the_rest(house: House) -> None:
    plan(house, {"legal": 60_000, "rest": 50_000})
    _, case_id = house.approved((("legal", 40_000), ("medical", 20_000), ("family", 5_000)))
    assert house.case(case_id).state == "approved"
    assert lines_now() == {
        "legal": (60_000, 40_000, 0, 20_000),
        "rest": (50_000, 25_000, 0, 25_000),
    }
    assert recompute_check() == ()


def test_award_beyond_a_line_waits_until_the_board_lets_it_go_beyond(house: House) -> None:
    plan(house, {"legal": 30_000, "rest": 500_000})
    _, case_id = house.approved((("legal", 30_001), ("medical", 100)))
    assert house.case(case_id).state == "waiting_for_money"
    assert lines_now()["legal"] == (30_000, 0, 0, 30_000)
    shortage = reads.shortages(db.session(), [case_id], TODAY)
    assert shortage == {case_id: {"legal": 1}}
    beyond = Draft(
        kind=Kind.EXCEED, number="2026/2", programme="emergency", currency=EUR, amount=30_101,
        source_id=case_id,
    )  # fmt: skip
    resolution_id = funds.propose(house["treasurer"], beyond)
    assert reads.shortages(db.session(), [case_id], TODAY) == shortage
    funds.confirm(house["board"], resolution_id)
    assert reads.shortages(db.session(), [case_id], TODAY) == {}
    applications.money_found(house["fin1"], case_id, press())
    assert house.case(case_id).state == "approved"
    assert lines_now()["legal"] == (30_000, 30_001, 0, -1)
    assert recompute_check() == ()


def test_withdrawn_award_gives_its_lines_back(house: House) -> None:
    plan(house, {"legal": 60_000})
    applicant, case_id = house.approved((("legal", 40_000),))
    applications.withdraw(applicant, case_id, press())
    assert house.case(case_id).state == "withdrawn"
    assert lines_now()["legal"] == (60_000, 0, 0, 60_000)
    assert recompute_check() == ()


def test_part_given_back_is_split_over_the_lines_to_the_cent(house: House) -> None:
    plan(house, {"legal": 60_000, "medical": 60_000})
    _, case_id = house.approved((("legal", 10_001), ("medical", 10_000)))
    (grant,) = ledger.commitments_of("application", case_id)
    (tranche,) = grant.tranches
    for number, part in enumerate((1, 9_999, 10_001)):
        with unit_of_work() as session:
            ledger_grants.cancel_commitment(session, origin(f"c{number}"), tranche.id, part)
    assert {name: row[1] for name, row in lines_now().items() if row[1]} == {}
    assert recompute_check() == ()


def test_paid_and_promised_parts_of_a_line_are_the_ledgers(house: House) -> None:
    plan(house, {"legal": 60_000, "rest": 60_000})
    house.released((("legal", 10_000), ("medical", 333)))
    assert lines_now()["legal"] == (60_000, 0, 10_000, 50_000)
    assert lines_now()["rest"] == (60_000, 0, 333, 59_667)


def test_new_version_takes_the_place_of_the_last_and_keeps_what_is_used(house: House) -> None:
    first = plan(house, {"legal": 60_000, "medical": 10_000})
    house.approved((("legal", 40_000),))
    second = plan(house, {"legal": 30_000}, number="2026/5")
    assert lines_now() == {
        "legal": (30_000, 40_000, 0, -10_000), "medical": (0, 0, 0, 0), "rest": (0, 0, 0, 0),
    }  # fmt: skip
    versions = reads.versions(db.session(), "emergency", EUR, YEAR[0])
    assert [row.resolution.id for row in versions] == [second, first]


def test_budget_may_span_years_and_two_may_not_overlap(house: House) -> None:
    plan(house, {"legal": 1_000}, (date(2025, 7, 1), date(2027, 6, 30)))
    with pytest.raises(ResolutionRefused, match="budget_overlap"):
        plan(house, {"legal": 1_000})
    plan(house, {"legal": 1_000}, (date(2027, 7, 1), date(2027, 12, 31)))
    assert [row.starts.year for row in reads.budgets()] == [2027, 2025]


def test_programme_without_a_budget_is_not_limited_by_one(house: House) -> None:
    plan(house, {"legal": 1}, (date(2030, 1, 1), date(2030, 12, 31)))
    _, case_id = house.approved((("legal", 40_000),))
    assert house.case(case_id).state == "approved"


def test_charges_listed_add_up_to_what_is_used(house: House) -> None:
    plan(house, {"legal": 200_000})
    house.approved((("legal", 40_000),))
    applicant, case_id = house.approved((("legal", 7),))
    applications.withdraw(applicant, case_id, press())
    shown = reads.budget("emergency", EUR, YEAR[0])
    assert shown is not None
    (legal,) = [row for row in shown.lines if row.category == "legal"]
    listed = reads.charges(legal.id).rows
    assert [row.amount for row in listed] == [-7, 7, 40_000]
    assert sum(row.amount for row in listed) == legal.used == 40_000


def test_twenty_awards_of_what_a_line_holds_five_of_leave_five(app: Flask, house: House) -> None:
    plan(house, {"legal": 10_000})
    _, case_id = house.submitted()
    with unit_of_work() as session:
        session.get_one(Application, case_id).awarded = 2_000
        session.add(
            AwardLine(
                application_id=case_id, line=1, category="legal", requested=2_000,
                awarded=2_000, currency=EUR,
            )
        )  # fmt: skip
    db.session.remove()

    def award(number: int) -> str:
        try:
            with unit_of_work() as session:
                case = session.get_one(Application, case_id)
                at = origin(f"a{number}", ("application", case_id))
                parts = [ledger_grants.Part(2_000)]
                promised = ledger_grants.approve_grant(session, at, "EMG", parts, EUR)
                budgets.charge(session, case, promised)
        except Overspent as refused:
            return refused.code
        return "charged"

    said = at_once(app, 20, award)
    assert (said.count("charged"), said.count("over_budget")) == (5, 15)
    assert ledger.position("EMG", EUR).committed == 10_000
    assert lines_now()["legal"][1] == 10_000
    assert recompute_check() == ()
