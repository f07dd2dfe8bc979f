"""Reads of the ledger: what they show and how many statements they cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from fund_app.queries import ledger, ledger_check, ledger_gifts
from fund_app.queries.ledger import Search
from fund_app.queries.told_quarters import Cut, Stretch
from fund_app.services import ledger_facts as facts
from fund_app.services import ledger_grants as grants
from fund_app.services.unit import unit_of_work
from tests.support import books
from tests.support.books import EUR, origin
from tests.support.queries import QueryCounter
from workflows.quarters import Quarter

pytestmark = pytest.mark.both_stores


LAST_ENTRY = 10**6
SPRING = Cut(Quarter(2026, 2), LAST_ENTRY, date.max)


def test_position_of_a_fund_that_never_moved_is_zero(session: Session) -> None:
    books.seed()
    assert ledger.position("EMG", EUR) == ledger.Position("EMG", EUR)
    assert ledger.positions() == ()


def test_position_tells_promised_owed_advanced_and_paid_apart(session: Session) -> None:
    books.seed(EMG=1000)
    with unit_of_work() as unit:
        owed, paid, handed, _ = books.approve(unit, "G", "EMG", 100, 200, 300, 50)
        grants.release_tranche(unit, origin("r1"), owed)
        grants.release_tranche(unit, origin("r2"), paid)
        grants.bank_executed(unit, origin("p2"), paid)
        grants.advance(unit, origin("a3"), handed, "P1")
    found = ledger.position("EMG", EUR)
    assert found == ledger.Position(
        "EMG", EUR, spendable=400, committed=50, in_transit=100, advanced=300, paid=200,
        received=1000,
    )  # fmt: skip
    assert found.available == 350


def test_entries_come_in_pages_without_gap_or_repeat(session: Session) -> None:
    books.seed()
    with unit_of_work() as unit:
        for number in range(120):
            facts.bank_gift(unit, origin(f"g{number}"), {"EMG": 1}, EUR)
    seen: list[str] = []
    cursor: str | None = None
    sizes = []
    while True:
        page = ledger.entries(cursor=cursor)
        seen += [row.idem_key for row in page.rows]
        sizes.append(len(page.rows))
        cursor = page.following
        if cursor is None:
            break
    assert sizes == [50, 50, 20]
    assert seen == [f"g{number}" for number in reversed(range(120))]


@pytest.mark.parametrize("cursor", ["x", "-1", "", "9" * 40, "٣"])
def test_cursor_that_is_none_means_the_first_page(session: Session, cursor: str) -> None:
    books.seed(EMG=1)
    assert [row.idem_key for row in ledger.entries(cursor=cursor).rows] == ["seed:EMG"]


def test_entries_are_found_by_kind_day_fund_account_and_source(session: Session) -> None:
    books.seed(EMG=1000)
    with unit_of_work() as unit:
        facts.bank_gift(unit, origin("g", ("donation", "d2"), on=date(2026, 7, 1)), {"GEN": 5}, EUR)
        books.approve(unit, "G", "EMG", 10)

    def keys(search: Search) -> list[str]:
        return [row.idem_key for row in ledger.entries(search).rows]

    assert keys(Search(kind="bank_gift")) == ["g", "seed:EMG"]
    assert keys(Search(since=date(2026, 7, 1))) == ["g"]
    assert keys(Search(until=date(2026, 6, 30))) == ["G", "seed:EMG"]
    assert keys(Search(fund_code="GEN")) == ["g"]
    assert keys(Search(fund_code="EMG", account_code="CommitOpen")) == ["G"]
    assert keys(Search(source_type="donation", source_id="d2")) == ["g"]
    assert keys(Search(fund_code="LEG")) == []


def test_entry_that_does_not_exist_is_none(session: Session) -> None:
    books.seed()
    assert ledger.entry(1) is None


def test_restricted_use_adds_up_the_stretch_asked_for(session: Session) -> None:
    books.play_worked_example()
    with unit_of_work() as unit:
        late = origin("late", on=date(2026, 7, 1))
        facts.bank_gift(unit, late, {"EMG": 77}, EUR)
    use = ledger_gifts.RestrictedUse
    june = ledger_gifts.restricted_use(Stretch(None, SPRING))
    assert june == (use("EMG", EUR, 515000, 8000, 381000 + 1408, 0),)
    july = ledger_gifts.restricted_use(Stretch(SPRING, Cut(Quarter(2026, 3), LAST_ENTRY, date.max)))
    assert july == (use("EMG", EUR, 77, 0, 0, 0),)
    assert (
        ledger_gifts.restricted_use(Stretch(None, Cut(Quarter(2025, 4), LAST_ENTRY, date.max)))
        == ()
    )
    assert ledger_gifts.restricted_use(Stretch(None, Cut(Quarter(2026, 3), 0, date.max))) == ()


COSTS: dict[str, tuple[Callable[[], object], int]] = {
    "funds": (ledger.funds, 1),
    "position": (lambda: ledger.position("EMG", EUR), 2),
    "positions": (ledger.positions, 2),
    "trial_balance": (ledger.trial_balance, 1),
    "entries": (ledger.entries, 2),
    "entry": (lambda: ledger.entry(1), 2),
    "commitments_of": (lambda: ledger.commitments_of("application", "G1"), 2),
    "journal": (lambda: list(ledger.journal()), 1),
    "remaining_gift": (lambda: ledger_gifts.remaining_gift("donation", "d1", EUR), 1),
    "restricted_use": (lambda: ledger_gifts.restricted_use(Stretch(None, SPRING)), 1),
    "recompute_check": (ledger_check.recompute_check, 12),
}


def test_reads_cost_the_same_however_long_the_journal(
    session: Session, query_counter: QueryCounter
) -> None:
    books.play_worked_example()
    found = {}
    for name, (read, _) in COSTS.items():
        session.rollback()
        with query_counter() as counted:
            read()
        found[name] = counted.count
    assert found == {name: cost for name, (_, cost) in COSTS.items()}
