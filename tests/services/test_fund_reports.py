"""A report on a fund: opening plus what moved is the closing, and the closing is the ledger's."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest

from fund_app.models.ledger import EntryKind
from fund_app.queries import ledger
from fund_app.services import fund_reports, ledger_facts, ledger_grants, told_quarters
from fund_app.services.fund_reports import BadQuarters, TellsOfFew, UnknownFund
from fund_app.services.ledger_facts import Origin
from fund_app.services.ledger_grants import Part
from fund_app.services.unit import unit_of_work
from tests.support.house import House
from tests.support.staff import house
from workflows.quarters import Quarter

__all__ = ["house"]

pytestmark = pytest.mark.both_stores
FUND = "LEG"
FIRST, SECOND = Quarter(2026, 1), Quarter(2026, 2)


def origin(key: str, day: date) -> Origin:
    return Origin(key, day, ("report", key), "f" * 32)


@pytest.fixture(autouse=True)
def _moved(house: House) -> None:
    with unit_of_work() as session:
        opened = date(2025, 12, 30)
        ledger_facts.opening_balance(session, origin("open", opened), {FUND: 100_000}, "EUR")
        first, second = date(2026, 2, 1), date(2026, 5, 1)
        ledger_facts.bank_gift(session, origin("gift", first), {FUND: 50_000, "GEN": 999}, "EUR")
        for number, grant in enumerate((30_000, 12_341, 1, 1, 1, 1)):
            case = origin(f"grant{number}", second)
            ledger_grants.approve_grant(session, case, FUND, [Part(grant)], "EUR")
    told_quarters.freeze()


def paid(house: House, *amounts: int, day: date = date(2026, 5, 20)) -> None:
    """Let money go out, to one case for each amount."""
    with unit_of_work() as session:
        for number, amount in enumerate(amounts):
            ledger_facts.record(
                session,
                EntryKind.BANK_EXECUTED,
                origin(f"paid{day}{number}", day),
                ledger_facts.move("Grants", "Bank", FUND, amount, "EUR"),
            )


def test_closing_is_what_the_ledger_holds(house: House) -> None:
    paid(house, 7_000 - 3, 1, 1, 1, 1)
    (part,) = fund_reports.report(FUND, FIRST, Quarter(2026, 1)).parts
    assert (part.opening, part.closing, part.committed) == (100_000, 150_000, 0)
    # The second quarter ends on the day the clock stands at, and is told 30 days after it.
    house.clock.advance(days=31)
    told_quarters.freeze()
    found = fund_reports.report(FUND, FIRST, SECOND)
    (part,) = found.parts
    assert [(line.code, line.amount) for line in part.came_in] == [("gifts_other", 50_000)]
    assert [(line.code, line.amount) for line in part.went_out] == [("Grants", -7_001)]
    moved = sum(line.amount for line in (*part.came_in, *part.went_out))
    assert part.opening + moved == part.closing == 142_999
    position = ledger.position(FUND, "EUR")
    assert (part.closing, part.committed) == (position.spendable, position.committed)
    assert part.free == position.available


def test_quarters_are_finished_and_in_order(house: House) -> None:
    assert [str(quarter) for quarter in fund_reports.quarters()] == ["2026-Q1", "2025-Q4"]
    for since, until in ((FIRST, SECOND), (FIRST, Quarter(2025, 4))):
        with pytest.raises(BadQuarters):
            fund_reports.report(FUND, since, until)
    with pytest.raises(UnknownFund):
        fund_reports.report("XX", FIRST, FIRST)
    assert Quarter(2025, 4).last_day == date(2025, 12, 31)


def test_two_reports_never_tell_of_few_by_what_was_promised(house: House) -> None:
    with unit_of_work() as session:
        case = origin("one", date(2026, 7, 2))
        ledger_grants.approve_grant(session, case, FUND, [Part(500)], "EUR")
    house.clock.advance(days=130)
    told_quarters.freeze()
    third = Quarter(2026, 3)
    assert fund_reports.report(FUND, FIRST, SECOND).parts[0].committed == 42_345
    for since in (FIRST, third):
        with pytest.raises(TellsOfFew) as promised:
            fund_reports.report(FUND, since, third)
    assert promised.value.told == {SECOND}
    paid(house, 100)
    assert fund_reports.report(FUND, FIRST, SECOND).parts[0].closing == 150_000
    fund_reports.report(FUND, FIRST, FIRST)


def test_report_never_tells_of_few_by_what_was_paid(house: House) -> None:
    paid(house, 100)
    house.clock.advance(days=31)
    told_quarters.freeze()
    for since, until in ((FIRST, SECOND), (SECOND, SECOND)):
        with pytest.raises(TellsOfFew) as given:
            fund_reports.report(FUND, since, until)
    assert given.value.told == {FIRST}
    fund_reports.report(FUND, FIRST, FIRST)


def test_report_is_printed_with_its_sums(house: House, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(fund_reports.as_pdf(fund_reports.report(FUND, FIRST, FIRST), "de"))
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True)  # noqa: S607
    text = done.stdout.decode()
    for told in ("1.000,00", "500,00", "1.500,00"):
        assert told in text
