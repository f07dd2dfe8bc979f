"""What may be told of many without telling of one: the one place that decides it.

Three kinds of telling share these rules: figures that are published for good, statements of
restricted funds, and the numbers on pages of staff. The design is MONEY.md 3.7 and PROTECTION.md
T19: no cell of fewer than five people, coarse regions, quarters and never days, a delay, rounded
amounts. What is hidden must not come back from a total, nor from anything told before: `exposed`
looks at every sum and difference that can be made of everything ever published, not only at
pairs (docs/decisions/0032). Everything here is pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from workflows.bounds import narrowed
from workflows.differencing import exposed
from workflows.money import EXPONENTS
from workflows.quarters import Quarter

ALL = "all"
"""The cell that holds everybody of a table."""

FEW = "few"
BESIDE = "beside"
LARGE = "large"
"""Why a cell is hidden: too few people; it would give another hidden cell back; one award is
nearly the whole amount."""


@dataclass(frozen=True, slots=True)
class Coarseness:
    """How coarse what is told has to be.

    `fewest` people in a cell; `fewest_of_a_year` cases behind the yearly total of a restricted
    fund, which its donors are owed; `delay_days` after a quarter's end; counts are rounded down
    to `count_step`, amounts to the nearest `amount_step` (whole units of the currency); an award
    may be `largest_share` percent of a cell's amount at most. `hour_step` rounds measured times.
    """

    in_force_from: date
    fewest: int
    fewest_of_a_year: int
    delay_days: int
    count_step: int
    amount_step: int
    largest_share: int
    hour_step: int


RULES = (
    Coarseness(
        date(2015, 1, 1),
        fewest=5,
        fewest_of_a_year=3,
        delay_days=30,
        count_step=5,
        amount_step=100,
        largest_share=70,
        hour_step=6,
    ),
)
"""Every version there was; what was published keeps to the one of its day."""


ONE_COUNTRY = {"russia": "eastern_europe", "belarus": "eastern_europe"}
"""Groups of countries that are one country, and the wider region that is told instead."""
OTHER = "other"


def wide_region(region: str | None) -> str:
    """Return the region that is told of a case: never one country."""
    return ONE_COUNTRY.get(region or OTHER, region or OTHER)


def in_force(day: date) -> Coarseness:
    """Return the coarseness in force on a day."""
    return max(
        (each for each in RULES if each.in_force_from <= day),
        key=lambda each: each.in_force_from,
        default=RULES[0],
    )


def newest() -> Coarseness:
    """Return the newest version, for numbers that are told to colleagues and not published."""
    return max(RULES, key=lambda each: each.in_force_from)


def latest_quarter(today: date) -> Quarter:
    """Return the latest quarter anything may be told of: over, and the delay with it."""
    return Quarter.of(today - timedelta(days=in_force(today).delay_days)).previous


def told_from(quarter: Quarter, today: date) -> date:
    """Return the first day on which a quarter may be told of."""
    return quarter.last_day + timedelta(days=in_force(today).delay_days + 1)


def rounded_count(count: int, rules: Coarseness) -> int:
    """Round a number of people down."""
    return count - count % rules.count_step


def amount_step(currency: str, rules: Coarseness) -> int:
    """Return in minor units what amounts are rounded to."""
    step: int = rules.amount_step * 10 ** EXPONENTS[currency]
    return step


def rounded_amount(amount: int, currency: str, rules: Coarseness) -> int:
    """Round minor units to the nearest step of whole units, half away from zero."""
    step = amount_step(currency, rules)
    size = (abs(amount) + step // 2) // step * step
    return size if amount >= 0 else -size


def told_cases(count: int, rules: Coarseness) -> int | None:
    """Return a number of cases rounded down, None for fewer than `fewest`."""
    return rounded_count(count, rules) if count >= rules.fewest else None


def typical_hours(hours: Sequence[int], rules: Coarseness) -> int | None:
    """Return the median rounded to steps of hours, None where it would be of too few."""
    if len(hours) < rules.fewest:
        return None
    return round(median(hours) / rules.hour_step) * rules.hour_step


def suppressed(counts: Mapping[str, int], rules: Coarseness) -> dict[str, int | None]:
    """Hide small counts, and others until the hidden ones together are many; round the rest.

    For tables whose total may be known elsewhere. Nothing (0) may be shown.
    """
    people = {name: _Group(count, count, 0, 0) for name, count in counts.items()}
    hidden = _hidden(people, rules)
    return {
        name: None if name in hidden else rounded_count(count, rules)
        for name, count in counts.items()
    }


@dataclass(frozen=True, slots=True, order=True)
class Unit:
    """What a published table can tell apart at most: people alike in all of this."""

    programme: str
    region: str
    received: str
    awarded: str
    """The quarter of the award, empty where there was none."""
    currency: str


@dataclass(frozen=True, slots=True)
class Case:
    """One case as tables count it. `is_told`: its grant was once published by itself."""

    unit: Unit
    amount: int = 0
    is_told: bool = False
    name: str = ""
    """What the fund knows it by; never shown."""


RECEIVED = "received"
AWARDED = "awarded"
MEASURES = (RECEIVED, AWARDED)
BY = ("whole", "programme", "region")


@dataclass(frozen=True, slots=True)
class Table:
    """A table to publish: what is counted, over which quarters, broken down by what."""

    measure: str
    since: Quarter
    until: Quarter
    by: str
    currency: str

    def covers(self, group: str, unit: Unit) -> bool:
        """Whether people of a unit are counted in one of the table's cells."""
        quarter = unit.received if self.measure == RECEIVED else unit.awarded
        if not (quarter and str(self.since) <= quarter <= str(self.until)):
            return False
        if self.measure == AWARDED and unit.currency != self.currency:
            return False
        return group == ALL or group == self.group_of(unit)

    def group_of(self, unit: Unit) -> str:
        """Return the name of the cell a unit belongs to beside the total."""
        return {"programme": unit.programme, "region": unit.region}.get(self.by, ALL)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: the true number and amount, what may be shown, and why nothing may."""

    group: str
    people: int
    amount: int
    hidden: str = ""
    shown_people: int | None = None
    shown_amount: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A cell that was published: of which table, which one, and its true number then."""

    table: Table
    group: str
    people: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a table may not be published: a code, and the tables published before it clashes with."""

    code: str
    against: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class _Group:
    people: int
    secret: int
    amount: int
    largest: int


def drawn(table: Table, cases: Iterable[Case], rules: Coarseness) -> tuple[Cell, ...]:
    """Fill a table with what may be shown of it by itself; the total comes last."""
    found = [case for case in cases if table.covers(ALL, case.unit)]
    names = sorted({table.group_of(case.unit) for case in found} - {ALL})
    parts = {
        name: _group(case for case in found if table.covers(name, case.unit)) for name in names
    }
    hidden = _hidden(parts, rules)
    whole = _group(found)
    if parts and len(parts) == len(hidden) == 1:
        hidden[ALL] = BESIDE
    hidden |= _small({ALL: whole}, rules)
    groups = {**parts, ALL: whole}
    return tuple(_cell(table, name, groups[name], hidden.get(name, ""), rules) for name in groups)


def _group(cases: Iterable[Case]) -> _Group:
    found = list(cases)
    secret = [case.amount for case in found if not case.is_told]
    return _Group(
        len(found), len(secret), sum(case.amount for case in found), max(secret, default=0)
    )


def _small(groups: Mapping[str, _Group], rules: Coarseness) -> dict[str, str]:
    """Return the groups that may not be shown by themselves, and why."""
    found: dict[str, str] = {}
    for name, each in groups.items():
        if 0 < each.people < rules.fewest or 0 < each.secret < rules.fewest:
            found[name] = FEW
        elif each.largest * 100 > rules.largest_share * each.amount > 0:
            found[name] = LARGE
    return found


def _hidden(groups: Mapping[str, _Group], rules: Coarseness) -> dict[str, str]:
    """Return which groups to hide, and why, so that a total gives none of them back."""
    hidden = _small(groups, rules)
    left = sorted(
        (name for name in groups if name not in hidden and groups[name].secret),
        key=lambda name: (groups[name].secret, name),
    )
    while left and hidden:
        secret = [groups[name].secret for name in hidden if groups[name].secret]
        if not secret or (len(secret) > 1 and sum(secret) >= rules.fewest):
            break
        hidden[left.pop(0)] = BESIDE
    return hidden


def _cell(table: Table, name: str, group: _Group, hidden: str, rules: Coarseness) -> Cell:
    if hidden:
        return Cell(name, group.people, group.amount, hidden)
    amount = None
    if table.measure == AWARDED:
        amount = rounded_amount(group.amount, table.currency, rules)
    return Cell(name, group.people, group.amount, "", rounded_count(group.people, rules), amount)


def findings(
    table: Table, cases: Sequence[Case], earlier: Sequence[Told], today: date
) -> tuple[Finding, ...]:
    """Return why a table may not be published today, beside all published before; empty: it may.

    Codes: crossed (the quarters), too_early, published (the same again),
    nothing_left (every cell is hidden), changed (what was published before counts differently
    by now), difference (a sum or difference would tell of fewer than `fewest`).
    """
    rules = in_force(today)
    if code := _out_of_turn(table, earlier, today):
        return (Finding(code),)
    shown = [cell for cell in drawn(table, cases, rules) if not cell.hidden]
    if not any(cell.people for cell in shown):
        return (Finding("nothing_left"),)
    if drifted := _drifted(table, cases, earlier):
        return (Finding("changed", drifted),)
    mine = [Told(table, cell.group, cell.people) for cell in shown]
    if exposed_by(cases, [*earlier, *mine], rules.fewest):
        return (Finding("difference", _clashing(cases, earlier, mine, rules.fewest)),)
    return ()


def _out_of_turn(table: Table, earlier: Sequence[Told], today: date) -> str | None:
    if table.until < table.since:
        return "crossed"
    if table.until > latest_quarter(today):
        return "too_early"
    return "published" if any(told.table == table for told in earlier) else None


def exposed_by(cases: Iterable[Case], told: Sequence[Told], fewest: int) -> bool:
    """Whether anything that can be worked out of these cells tells of 1 to `fewest` - 1 people.

    Exactly, by sums and differences, or nearly: between two numbers fewer than `fewest` apart.
    Cases whose grant was published by itself are known to everybody: they are taken off first.
    """
    people: dict[Unit, int] = {}
    for case in cases:
        if not case.is_told:
            people[case.unit] = people.get(case.unit, 0) + 1
    cells = [
        frozenset(unit for unit in people if each.table.covers(each.group, unit)) for each in told
    ]
    hidden = [
        frozenset(unit for unit in people if table.covers(group, unit))
        for table, group in _left_out(told, people)
    ]
    return bool(exposed(cells, people, fewest)) or narrowed(cells, people, hidden, fewest)


def _left_out(told: Sequence[Told], units: Iterable[Unit]) -> Iterator[tuple[Table, str]]:
    """Yield the cells of published tables that were published without a number."""
    shown = {(each.table, each.group) for each in told}
    known = list(units)
    for table in dict.fromkeys(each.table for each in told):
        groups = {table.group_of(unit) for unit in known if table.covers(ALL, unit)}
        yield from ((table, group) for group in sorted(groups) if (table, group) not in shown)


def _drifted(table: Table, cases: Sequence[Case], earlier: Sequence[Told]) -> tuple[Table, ...]:
    mine = {case.unit for case in cases if table.covers(ALL, case.unit)}
    found = []
    for told in earlier:
        inside = [case.unit for case in cases if told.table.covers(told.group, case.unit)]
        if len(inside) != told.people and (not inside or not mine.isdisjoint(inside)):
            found.append(told.table)
    return tuple(dict.fromkeys(found))


def _clashing(
    cases: Sequence[Case], earlier: Sequence[Told], mine: Sequence[Told], fewest: int
) -> tuple[Table, ...]:
    """Return which tables a new one clashes with: one by one where that is enough, else all."""
    tables = tuple(dict.fromkeys(told.table for told in earlier))
    alone = tuple(
        table
        for table in tables
        if exposed_by(cases, [*(told for told in earlier if told.table == table), *mine], fewest)
    )
    return alone or tables
