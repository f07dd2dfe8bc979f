"""What known sums give away: whole-number linear algebra, exact, and nothing of the fund in it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations
from math import gcd
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


def exposed(
    cells: Sequence[frozenset[Name]], people: Mapping[Name, int], fewest: int
) -> tuple[frozenset[Name], ...]:
    """Return the groups of 1 to `fewest` - 1 people whose exact number the cells give away.

    `cells` are groups whose number is known, `people` says how many each name stands for. A
    number is given away when it is a sum of known ones, each taken any number of times, plus or
    minus. Names with nobody behind them are taken to be known as empty.

    Names that lie in exactly the same cells can never be told apart and count as one block.
    What the cells give away are the vectors their rows span; a vector lies in that span just
    when it is at right angles to everything the rows are. So a group is given away when its
    blocks' columns of the kernel add up to nothing: small groups are few blocks, and two halves
    that cancel are found in a dictionary.
    """
    blocks: dict[tuple[int, ...], set[Name]] = {}
    for name, count in people.items():
        inside = tuple(number for number, cell in enumerate(cells) if name in cell)
        if count and inside:
            blocks.setdefault(inside, set()).add(name)
    counts = [sum(people[name] for name in names) for names in blocks.values()]
    rows = [[int(number in inside) for inside in blocks] for number in range(len(cells))]
    columns = kernel(rows, len(blocks))
    small = [index for index, count in enumerate(counts) if count < fewest]
    names = list(blocks.values())
    return tuple(
        frozenset().union(*(names[index] for index in sorted(group)))
        for group in sorted(_cancelling(columns, small, counts, fewest), key=sorted)
    )


def _cancelling(
    columns: Sequence[tuple[int, ...]], small: Sequence[int], counts: Sequence[int], fewest: int
) -> set[frozenset[int]]:
    """Return the sets of small blocks, fewer than `fewest` people, whose columns cancel."""
    half = fewest // 2
    halves: dict[tuple[int, ...], list[frozenset[int]]] = {}
    width = len(columns[0]) if columns else 0
    for size in range(half + 1):
        for chosen in combinations(small, size):
            if sum(counts[index] for index in chosen) < fewest:
                total = tuple(sum(columns[i][at] for i in chosen) for at in range(width))
                halves.setdefault(total, []).append(frozenset(chosen))
    found: set[frozenset[int]] = set()
    for total, ones in halves.items():
        for other in halves.get(tuple(-value for value in total), ()):
            for one in ones:
                group = one | other
                together = sum(counts[index] for index in group)
                if group and not one & other and together < fewest:
                    found.add(group)
    return found


def kernel(rows: Sequence[Sequence[int]], width: int) -> list[tuple[int, ...]]:
    """Return, per column, its coordinates in a basis of everything at right angles to the rows.

    A vector is a combination of the rows just when its entries, as weights, let these columns
    add up to nothing. Without fractions: every row is kept in lowest whole terms.
    """
    reduced, pivots = _reduced(rows, width)
    free = [column for column in range(width) if column not in set(pivots)]
    basis: list[list[int]] = []
    for column in free:
        scale = 1
        for row, pivot in zip(reduced, pivots, strict=True):
            scale = scale * row[pivot] // gcd(scale, row[pivot])
        vector = [0] * width
        vector[column] = scale
        for row, pivot in zip(reduced, pivots, strict=True):
            vector[pivot] = -row[column] * (scale // row[pivot])
        basis.append(vector)
    return [tuple(vector[column] for vector in basis) for column in range(width)]


def _reduced(rows: Sequence[Sequence[int]], width: int) -> tuple[list[list[int]], list[int]]:
    """Return the rows in reduced echelon form, each with a positive pivot, and the pivots."""
    left = [list(row) for row in rows]
    done: list[list[int]] = []
    pivots: list[int] = []
    for column in range(width):
        chosen = next((row for row in left if row[column]), None)
        if chosen is None:
            continue
        left.remove(chosen)
        if chosen[column] < 0:
            chosen = [-value for value in chosen]
        left = [_without(row, chosen, column) for row in left]
        done = [_without(row, chosen, column) for row in done]
        done.append(chosen)
        pivots.append(column)
    return done, pivots


def _without(row: list[int], pivot: list[int], column: int) -> list[int]:
    """Take as much of the pivot's row off as clears one column, in lowest terms."""
    if not row[column]:
        return row
    cleared = [
        pivot[column] * value - row[column] * other for value, other in zip(row, pivot, strict=True)
    ]
    common = gcd(*cleared) or 1
    return [value // common for value in cleared]
