"""Every figure of a fund is the sum of the entries listed beneath it, to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest
from sqlalchemy.orm import Session

from fund_app.queries import funds, ledger
from fund_app.queries.funds import Days, Figure
from fund_app.services import ledger_facts as facts
from fund_app.services import ledger_grants as grants
from fund_app.services.ledger_chart import add_fund
from fund_app.services.unit import unit_of_work
from tests.support import books
from tests.support.books import EUR, origin

pytestmark = pytest.mark.both_stores

SPANS = (
    Days(),
    Days(until=date(2025, 12, 31)),
    Days(date(2026, 1, 1)),
    Days(date(2025, 2, 1), date(2026, 3, 31)),
    Days(date(2030, 1, 1), date(2030, 12, 31)),
)
SPENDABLE = {"Bank", "Stripe", "PayoutTransit", "GrantsPayable", "SuspenseReceived"}
INCOME = {"Donations", "Refunds", "Chargebacks"}
COSTS = {"ProcessingFees", "DisputeFees", "BankFees", "FxDifference", "Losses"}


@pytest.fixture
def _three_years_of_books(session: Session) -> None:
    """Play the worked example on one day and random facts, in two currencies, around it."""
    books.play_worked_example()
    lot = Random(7)  # noqa: S311 (the same books every time)
    with unit_of_work() as unit:
        opened = origin("o", ("opening", "x"), on=date(2024, 3, 1))
        facts.opening_balance(unit, opened, {"LEG": 777}, EUR)
        opened = origin("o2", ("opening", "y"), on=date(2025, 5, 1))
        facts.opening_balance(unit, opened, {"LEG": 5000}, EUR)
        facts.bank_gift(unit, origin("usd", on=date(2025, 6, 1)), {"EMG": 901}, "USD")
        for number in range(45):
            day = date(2024, 1, 5) + timedelta(days=lot.randrange(900))
            shares = {"GEN": lot.randrange(1, 999), "EMG": lot.randrange(1, 999)}
            facts.bank_gift(unit, origin(f"g{number}", on=day), shares, EUR)
        for number in range(9):
            day = date(2025, 1, 5) + timedelta(days=lot.randrange(500))
            facts.refund(unit, origin(f"r{number}", on=day), {"LEG": lot.randrange(1, 99)}, EUR)
        books.transfer(unit, "t", "GEN", "LEG", 100)
        (tranche,) = books.approve(unit, "G7", "GEN", 300)
        grants.release_tranche(unit, origin("rel", on=date(2026, 6, 30)), tranche)


def added_up(fund: str, currency: str, figure: Figure, days: Days) -> int:
    """Add a figure up from the journal's lines, in code of its own."""
    since, until = days.since or date.min, days.until or date.max
    total = 0
    for entry in ledger.journal():
        within = since <= entry.book_date <= until
        for line in entry.lines:
            if (line.fund_code, line.currency) == (fund, currency):
                parts = _parts(line.account_code, line.amount, within=within)
                total += parts.get(figure, 0)
                if figure is Figure.OPENING and entry.book_date < since:
                    total += line.amount if line.account_code in SPENDABLE else 0
                if figure not in _FLOWS and entry.book_date < since:
                    total += _parts(line.account_code, line.amount, within=True).get(figure, 0)
    return total


_FLOWS = {Figure.OPENING, Figure.INCOME, Figure.TRANSFERS, Figure.PAID, Figure.COSTS}


def _parts(account: str, amount: int, *, within: bool) -> dict[Figure, int]:
    if not within:
        return {}
    return {
        Figure.OPENING: -amount if account == "OpeningBalances" else 0,
        Figure.INCOME: -amount if account in INCOME else 0,
        Figure.TRANSFERS: -amount if account == "FundTransfers" else 0,
        Figure.PAID: amount if account in {"Grants", "GrantsPayable"} else 0,
        Figure.COSTS: amount if account in COSTS else 0,
        Figure.ENCUMBERED: -amount if account == "CommitOpen" else 0,
        Figure.IN_TRANSIT: -amount if account == "GrantsPayable" else 0,
        Figure.ADVANCES: amount if account.startswith("Advances:") else 0,
        Figure.HELD_UP: amount if account in {"Disputes", "SuspensePaid"} else 0,
        Figure.SPENDABLE: amount if account in SPENDABLE else 0,
        Figure.AVAILABLE: amount if account in SPENDABLE | {"CommitOpen"} else 0,
    }


def listed(fund: str, currency: str, figure: Figure, days: Days) -> Iterator[int]:
    """Yield what each entry adds to a figure, page after page."""
    cursor: str | None = None
    while True:
        page = funds.shares(fund, currency, figure, days, cursor)
        yield from (row.amount for row in page.rows)
        cursor = page.following
        if cursor is None:
            return


@pytest.mark.usefixtures("_three_years_of_books")
@pytest.mark.parametrize("days", SPANS)
def test_figure_is_the_sum_of_the_entries_listed_and_of_the_postings(days: Days) -> None:
    rows = funds.figures(days)
    assert {(row.fund_code, row.currency) for row in rows} == {
        ("EMG", EUR), ("EMG", "USD"), ("GEN", EUR), ("LEG", EUR),
    }  # fmt: skip
    for row in rows:
        for figure in Figure:
            key = (row.fund_code, row.currency, figure, days)
            assert row[figure] == sum(listed(*key)) == added_up(*key), key


@pytest.mark.usefixtures("_three_years_of_books")
@pytest.mark.parametrize("days", SPANS)
def test_statement_of_a_fund_ties(days: Days) -> None:
    before = Days(until=days.since - timedelta(days=1)) if days.since else None
    earlier = {
        (row.fund_code, row.currency): row for row in (funds.figures(before) if before else ())
    }
    for row in funds.figures(days):
        start = earlier.get((row.fund_code, row.currency))
        standing = sum(
            row[figure] - (start[figure] if start else 0)
            for figure in (Figure.IN_TRANSIT, Figure.ADVANCES, Figure.HELD_UP)
        )
        came = row[Figure.OPENING] + row[Figure.INCOME] + row[Figure.TRANSFERS]
        went = row[Figure.PAID] + row[Figure.COSTS] + standing
        assert came - went == row[Figure.SPENDABLE]
        assert row[Figure.AVAILABLE] == row[Figure.SPENDABLE] - row[Figure.ENCUMBERED]


@pytest.mark.usefixtures("_three_years_of_books")
def test_present_figures_are_the_positions_the_seals_keep() -> None:
    for row in funds.figures(Days()):
        kept = ledger.position(row.fund_code, row.currency)
        assert (kept.spendable, kept.committed, kept.available, kept.paid, kept.in_transit) == (
            row[Figure.SPENDABLE], row[Figure.ENCUMBERED], row[Figure.AVAILABLE],
            row[Figure.PAID], row[Figure.IN_TRANSIT],
        )  # fmt: skip


@pytest.mark.usefixtures("_three_years_of_books")
def test_history_names_every_year_and_each_begins_where_the_last_ended() -> None:
    years = [(year, row) for year, row in funds.by_year("LEG") if row.currency == EUR]
    assert [year for year, _ in years] == [2026, 2025, 2024]
    for (_, later), (_, earlier) in pairwise(years):
        taken_over = later[Figure.OPENING] - earlier[Figure.SPENDABLE]
        assert taken_over == (5000 if earlier is years[2][1] else 0)


def test_fund_below_zero_is_listed_with_who_covers_it(session: Session) -> None:
    books.seed(EMG=100)
    with unit_of_work() as unit:
        add_fund(unit, "OWN", restricted=False)
        facts.refund(unit, origin("r"), {"EMG": 130, "OWN": 5}, EUR)
    assert [(row.fund_code, row.missing, row.cover_code) for row in funds.shortfalls()] == [
        ("EMG", 30, "GEN"), ("OWN", 5, None),
    ]  # fmt: skip
