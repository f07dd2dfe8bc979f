"""Between which numbers known sums leave a group of people: exact, in whole numbers.

What `differencing` finds is what follows from sums alone. Numbers of people are no less than
nought besides, which can close a range that no combination of sums closes: of two hidden numbers
that add up to five, each lies between nought and five. The least and the greatest number of
people in a group are found by the simplex method (Dantzig), with the pivoting of Edmonds, which
keeps every entry whole, and the rule of Bland, which never goes round in circles.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

Name = TypeVar("Name")


def narrowed(
    cells: Sequence[frozenset[Name]],
    people: Mapping[Name, int],
    groups: Iterable[frozenset[Name]],
    fewest: int,
) -> bool:
    """Whether the cells leave a group of 1 to `fewest` - 1 people fewer than so many apart.

    `cells` are groups whose number is known, `people` says how many each name stands for, and
    `groups` are looked at besides every block of names that no cell tells apart. A name in no
    cell leaves its groups open upwards. Names with nobody are taken to be known as empty.
    """
    blocks = _blocks(cells, people)
    places = list(blocks)
    counts = [sum(people[name] for name in blocks[place]) for place in places]
    wanted = {frozenset({index}) for index in range(len(places))}
    for group in groups:
        known = frozenset(index for index, place in enumerate(places) if blocks[place] & group)
        inside = {name for index in known for name in blocks[places[index]]}
        if inside == {name for name in group if people.get(name)}:
            wanted.add(known)
    few = [each for each in wanted if 0 < sum(counts[index] for index in each) < fewest]
    if not few:
        return False
    rows = [
        [int(number in place) for place in places]
        for number in sorted({number for place in places for number in place})
    ]
    totals = [sum(count for value, count in zip(row, counts, strict=True) if value) for row in rows]
    tableau = _Tableau.of(rows, totals)
    return any(_is_narrow(tableau, each, fewest) for each in few)


def _is_narrow(tableau: _Tableau, group: frozenset[int], fewest: int) -> bool:
    """Whether a group's range is too narrow; the true number is below `fewest`, so is its least."""
    greatest = tableau.greatest(group, enough=2 * fewest)
    return greatest < 2 * fewest and greatest - tableau.least(group) < fewest


def _blocks(
    cells: Sequence[frozenset[Name]], people: Mapping[Name, int]
) -> dict[tuple[int, ...], set[Name]]:
    """Gather names by the cells they lie in; those in none are told of by nothing."""
    distinct = list(dict.fromkeys(cells))
    found: dict[tuple[int, ...], set[Name]] = {}
    for name, count in people.items():
        place = tuple(number for number, cell in enumerate(distinct) if name in cell)
        if count and place:
            found.setdefault(place, set()).add(name)
    return found


@dataclass
class _Tableau:
    """A corner of what the sums allow; every entry is to be divided by `scale`.

    A row holds what stands before each number, and last what they add up to; `basis` names the
    number each row gives, None where none does yet.
    """

    rows: list[list[int]]
    basis: list[int | None]
    scale: int = 1

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]], totals: Sequence[int]) -> _Tableau:
        """Find a first corner; there is one, for the true numbers are a solution."""
        made = cls(
            [[*row, total] for row, total in zip(rows, totals, strict=True)], [None] * len(rows)
        )
        made._enter_all()
        return made

    def greatest(self, group: Collection[int], enough: int | None = None) -> int:
        """Return the greatest sum of a group that the sums allow, rounded down.

        From `enough` on, where that is given, any sum that is at least as great.
        """
        return self._climb(group, 1, enough) // self.scale

    def least(self, group: Collection[int]) -> int:
        """Return the least sum of a group that the sums allow, rounded up."""
        return -(self._climb(group, -1) // self.scale)

    def _climb(self, group: Collection[int], sign: int, enough: int | None = None) -> int:
        """Go from corner to corner while the sum, times the sign, grows; return it, scaled."""
        while True:
            gain = [sign * self.scale * (column in group) for column in range(self._width)] + [0]
            for row, held in zip(self.rows, self.basis, strict=True):
                if held in group:
                    gain = [value - sign * each for value, each in zip(gain, row, strict=True)]
            column = next((at for at in range(self._width) if gain[at] > 0), None)
            if column is None or (enough is not None and -gain[-1] >= enough * self.scale):
                return -gain[-1]
            self._pivot(self._tightest(column), column)

    def _enter_all(self) -> None:
        """Let every row give a number, without one below nought; rows that add nothing go."""
        while True:
            missing = [row for row, held in zip(self.rows, self.basis, strict=True) if held is None]
            short = [sum(values) for values in zip(*missing, strict=True)] or [0]
            if not short[-1]:
                break
            column = next(at for at in range(self._width) if short[at] > 0)
            self._pivot(self._tightest(column), column)
        for number in reversed(range(len(self.rows))):
            if self.basis[number] is None:
                self._settle(number)

    def _settle(self, number: int) -> None:
        row = self.rows[number]
        column = next((at for at in range(self._width) if row[at]), None)
        if column is None:
            del self.rows[number], self.basis[number]
            return
        if row[column] < 0:
            self.rows[number] = [-value for value in row]
        self._pivot(number, column)

    def _tightest(self, column: int) -> int:
        """Return the row that runs out first when a number grows; of equals the first number."""
        best: int | None = None
        for number, row in enumerate(self.rows):
            if row[column] <= 0:
                continue
            if best is not None:
                other = self.rows[best]
                mine, theirs = row[-1] * other[column], other[-1] * row[column]
                if mine > theirs or (mine == theirs and not self._is_before(number, best)):
                    continue
            best = number
        if best is None:
            raise ArithmeticError("a number without an upper bound")
        return best

    def _is_before(self, number: int, other: int) -> bool:
        mine, theirs = self.basis[number], self.basis[other]
        return theirs is not None and (mine is None or mine < theirs)

    def _pivot(self, number: int, column: int) -> None:
        chosen = self.rows[number]
        by = chosen[column]
        for at, row in enumerate(self.rows):
            if at != number:
                factor = row[column]
                self.rows[at] = [
                    (value * by - factor * each) // self.scale
                    for value, each in zip(row, chosen, strict=True)
                ]
        self.basis[number], self.scale = column, by

    @property
    def _width(self) -> int:
        return len(self.rows[0]) - 1 if self.rows else 0
