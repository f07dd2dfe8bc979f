"""Whoever adds and subtracts everything that was ever published never finds one to four people."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows import differencing, disclosure
from workflows.disclosure import (
    ALL,
    AWARDED,
    BESIDE,
    FEW,
    LARGE,
    RECEIVED,
    RULES,
    Case,
    Cell,
    Table,
    Told,
    Unit,
)
from workflows.quarters import Quarter, quarters
from workflows.told_quarters import leaves_few, told_ends

(COARSE,) = RULES
TODAY = date(2026, 6, 30)
QUARTERS = [Quarter(2025, number) for number in (1, 2, 3, 4)]
TABLES = [
    Table(measure, QUARTERS[first], QUARTERS[last], by, "EUR")
    for measure in (RECEIVED, AWARDED)
    for first, last in ((0, 0), (1, 1), (0, 1), (2, 3), (0, 3))
    for by in disclosure.BY
]


def unit(programme: str = "emergency", region: str = "russia", at: int = 0) -> Unit:
    quarter = str(QUARTERS[at])
    return Unit(programme, region, quarter, quarter, "EUR")


def people(count: int, of: Unit, amount: int = 100_000) -> list[Case]:
    return [Case(of, amount)] * count


def table(first: int = 0, last: int = 0, by: str = "region", measure: str = AWARDED) -> Table:
    return Table(measure, QUARTERS[first], QUARTERS[last], by, "EUR")


def publish(cases: list[Case], *tables: Table) -> list[Told]:
    """Publish what the check lets through, in this order."""
    told: list[Told] = []
    for each in tables:
        if not disclosure.findings(each, cases, told, TODAY):
            told += shown(each, cases)
    return told


def shown(each: Table, cases: list[Case]) -> list[Told]:
    cells = disclosure.drawn(each, cases, COARSE)
    return [Told(each, cell.group, cell.people) for cell in cells if not cell.hidden]


UNITS = st.builds(
    Unit,
    st.sampled_from(["emergency", "relocation"]),
    st.sampled_from(["russia", "belarus", "caucasus"]),
    st.sampled_from([str(each) for each in QUARTERS]),
    st.sampled_from(["", *(str(each) for each in QUARTERS)]),
    st.just("EUR"),
)
CASES = st.lists(st.tuples(UNITS, st.integers(1, 9), st.booleans()), min_size=3, max_size=12).map(
    lambda rows: [
        case
        for of, count, told in rows
        for case in [Case(of, 100_000), *people(count - 1, of)][: count + told]
    ]
)


@given(CASES, st.permutations(TABLES))
@settings(max_examples=25, deadline=None)
def test_no_two_published_cells_subtract_to_fewer_than_five(
    cases: list[Case], order: list[Table]
) -> None:
    told = publish(cases, *order[:8])
    groups = [
        [number for number, case in enumerate(cases) if each.table.covers(each.group, case.unit)]
        for each in told
    ]
    for each, inside in zip(told, groups, strict=True):
        assert len(inside) == each.people
        assert not 0 < len(inside) < 5
    for one, other in combinations(map(frozenset, groups), 2):
        if one <= other or other <= one:
            assert not 0 < len(one ^ other) < 5


@given(CASES, st.permutations(TABLES))
@settings(max_examples=15, deadline=None)
def test_no_combination_of_published_cells_gives_one_unit_away(
    cases: list[Case], order: list[Table]
) -> None:
    """The same by another road: fractions, and every pair and triple of small units."""
    told = publish(cases, *order[:6])
    units = sorted({case.unit for case in cases})
    counts = {of: sum(case.unit == of for case in cases) for of in units}
    rows = [[Fraction(each.table.covers(each.group, of)) for of in units] for each in told]
    rank = _rank(rows)
    small = [of for of in units if counts[of] < 5]
    for size in (1, 2, 3):
        for chosen in combinations(small, size):
            if sum(counts[of] for of in chosen) < 5:
                wanted = [Fraction(of in chosen) for of in units]
                assert _rank([*rows, wanted]) > rank


def _rank(rows: list[list[Fraction]]) -> int:
    left, rank = [list(row) for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in left if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        rank += 1
        left = [
            [a - row[column] / pivot[column] * b for a, b in zip(row, pivot, strict=True)]
            for row in left
        ]
    return rank


def test_small_cell_is_hidden_and_a_second_one_so_that_the_total_does_not_give_it_back() -> None:
    cases = (
        people(3, unit(region="belarus")) + people(7, unit()) + people(9, unit(region="balkans"))
    )
    assert disclosure.drawn(table(), cases, COARSE) == (
        Cell("balkans", 9, 900_000, "", 5, 900_000),
        Cell("belarus", 3, 300_000, FEW),
        Cell("russia", 7, 700_000, BESIDE),
        Cell(ALL, 19, 1_900_000, "", 15, 1_900_000),
    )


def test_single_small_group_hides_the_total_too() -> None:
    (part, whole) = disclosure.drawn(table(), people(4, unit()), COARSE)
    assert (part.hidden, whole.hidden, whole.shown_people) == (FEW, FEW, None)


def test_award_that_is_nearly_the_whole_amount_hides_its_cell() -> None:
    cases = [*people(6, unit(), 10_000), Case(unit(), 500_000)]
    assert [cell.hidden for cell in disclosure.drawn(table(), cases, COARSE)] == [LARGE, LARGE]


def test_quarter_inside_a_published_half_year_is_refused_for_what_it_leaves() -> None:
    cases = people(6, unit(at=0)) + people(2, unit(at=1))
    half = table(0, 1, "whole")
    told = publish(cases, half)
    assert [each.people for each in told] == [8]
    (found,) = disclosure.findings(table(0, 0, "whole"), cases, told, TODAY)
    assert (found.code, found.against) == ("difference", (half,))
    assert disclosure.findings(table(2, 3, "whole"), cases, told, TODAY)[0].code == "nothing_left"


def test_tables_of_which_no_two_but_all_four_give_one_person_away_are_found() -> None:
    ours = dict(zip("abcd", (6, 1, 6, 5), strict=True))
    cells = [frozenset("ab"), frozenset("ad"), frozenset("cd")]
    assert differencing.exposed(cells, ours, 5) == ()
    assert differencing.exposed([*cells, frozenset("ac")], ours, 5) == (frozenset("b"),)
    assert differencing.exposed([frozenset("abcd"), frozenset("acd")], ours, 5) == (frozenset("b"),)


def test_applications_minus_awards_do_not_tell_who_was_refused() -> None:
    refused = Unit("emergency", "russia", str(QUARTERS[0]), "", "EUR")
    cases = people(8, unit()) + [Case(refused)] * 2
    told = publish(cases, table(by="whole", measure=RECEIVED))
    assert [each.people for each in told] == [10]
    assert disclosure.findings(table(by="whole"), cases, told, TODAY)[0].code == "difference"


def test_grant_published_by_itself_leaves_no_few_behind() -> None:
    cases = people(6, unit())
    told = publish(cases, table(by="whole"))
    known = [*cases[:4], Case(unit(), 100_000, is_told=True), Case(unit(), 100_000, is_told=True)]
    assert disclosure.exposed_by(known, told, 5)
    assert not disclosure.exposed_by(cases, told, 5)
    assert [cell.hidden for cell in disclosure.drawn(table(by="whole"), known, COARSE)] == [FEW]


def test_figure_that_leaves_a_narrow_range_is_refused() -> None:
    """No sum of what is told gives anybody away; that nobody is less than nought does."""
    first, second, third = (Quarter(2025, number) for number in (1, 2, 3))
    far, near = ("emergency", "balkans"), ("relocation", "caucasus")
    counts = (
        (far, second, second, 5), (near, first, second, 2), (far, first, first, 4),
        (near, second, second, 1), (near, second, third, 3),
    )  # fmt: skip
    cases = [
        case
        for (programme, region), received, awarded, count in counts
        for case in people(count, Unit(programme, region, str(received), str(awarded), "EUR"))
    ]
    told = [
        Told(made, cell.group, cell.people)
        for made in (
            Table(AWARDED, second, second, "programme", "EUR"),
            Table(RECEIVED, second, third, "region", "EUR"),
        )
        for cell in disclosure.drawn(made, cases, COARSE)
        if not cell.hidden
    ]
    assert [(each.group, each.people) for each in told] == [("all", 8), ("all", 9)]
    attack = Table(RECEIVED, first, second, "region", "EUR")
    (found,) = disclosure.findings(attack, cases, told, date(2026, 6, 1))
    assert found.code == "difference"
    assert disclosure.findings(attack, cases, told[1:], date(2026, 6, 1)) == ()


def test_figure_comes_after_its_delay_and_only_once() -> None:
    cases = people(6, Unit("emergency", "russia", "2026-Q1", "2026-Q1", "EUR"))
    wanted = Table(AWARDED, Quarter(2026, 1), Quarter(2026, 1), "whole", "EUR")
    early = disclosure.findings(wanted, cases, [], date(2026, 4, 30))
    assert [each.code for each in early] == ["too_early"]
    assert disclosure.told_from(Quarter(2026, 1), TODAY) == date(2026, 5, 1)
    assert disclosure.findings(wanted, cases, [], date(2026, 5, 1)) == ()
    told = shown(wanted, cases)
    assert disclosure.findings(wanted, cases, told, TODAY)[0].code == "published"


def test_number_that_has_changed_since_is_not_compared_with_a_new_one() -> None:
    cases = people(6, unit()) + people(9, unit(at=1))
    told = publish(cases, table(by="whole"))
    later = [*cases, Case(unit(), 100_000)]
    assert disclosure.findings(table(0, 1, "whole"), later, told, TODAY)[0].code == "changed"


@pytest.mark.parametrize(("counts", "expected"), [
    ({"a": 3, "b": 7, "c": 20, "d": 0}, {"a": None, "b": None, "c": 20, "d": 0}),
    ({"a": 3, "b": 4, "c": 20}, {"a": None, "b": None, "c": 20}),
    ({"a": 1, "b": 1, "c": 12, "d": 26}, {"a": None, "b": None, "c": None, "d": 25}),
    ({"a": 5, "b": 9}, {"a": 5, "b": 5}),
    ({}, {}),
])  # fmt: skip
def test_hidden_numbers_together_are_many(
    counts: dict[str, int], expected: dict[str, int | None]
) -> None:
    assert disclosure.suppressed(counts, COARSE) == expected


SOME_QUARTERS = st.sampled_from(list(quarters(Quarter(2023, 1), Quarter(2025, 4))))


SOME_CASES = st.dictionaries(
    SOME_QUARTERS, st.frozensets(st.sampled_from("abcdefghij"), max_size=7)
)
SINCE, UNTIL = Quarter(2023, 1), Quarter(2025, 4)


@given(SOME_CASES)
def test_two_statements_subtracted_tell_of_no_few(paid: dict[Quarter, frozenset[str]]) -> None:
    ends = told_ends(paid, SINCE, UNTIL, {})
    before = Quarter(2022, 4)
    seen: dict[int, bool] = {}
    for end in ends:
        between = set().union(*(paid.get(each, set()) for each in quarters(before.next, end)))
        if between and len(between) < 5:
            assert (len(between) >= 3, end.number, seen.get(end.year)) == (True, 4, None)
        if between:
            seen[end.year] = True
        before = end


@given(SOME_CASES, st.lists(st.tuples(SOME_QUARTERS, st.sampled_from("abcdefghij"))))
def test_statements_without_what_is_published_tell_of_no_few(
    paid: dict[Quarter, frozenset[str]], wishes: list[tuple[Quarter, str]]
) -> None:
    """Grants are published between the quarters; what was told before is checked each time."""
    known: dict[Quarter, frozenset[str]] = {}
    published: frozenset[str] = frozenset()
    frozen: dict[Quarter, frozenset[str]] = {}
    for quarter in quarters(SINCE, UNTIL):
        known[quarter], frozen[quarter] = published, paid.get(quarter, frozenset())
        for when, case in wishes:
            if when == quarter and not leaves_few(frozen, quarter, known, published, case):
                published |= {case}
    before = SINCE.previous
    for end in told_ends(paid, SINCE, UNTIL, known):
        span = quarters(before.next, end)
        between = frozenset[str]().union(*(paid.get(each, frozenset()) for each in span))
        left = between - published
        assert not 0 < len(left) < (3 if end.number == 4 else 5), (end, between, published)
        before = end


def test_amounts_are_rounded_with_the_currencys_own_digits() -> None:
    assert disclosure.rounded_amount(123_449_99, "EUR", COARSE) == 123_400_00
    assert disclosure.rounded_amount(-123_450_00, "EUR", COARSE) == -123_500_00
    assert disclosure.rounded_amount(149, "JPY", COARSE) == 100
