"""Ranges that known sums leave, beside every whole-number solution tried out."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from workflows.bounds import narrowed
from workflows.differencing import exposed

FEWEST = 5
NAMES = "abc"
cells_of = st.lists(
    st.frozensets(st.sampled_from(NAMES), min_size=1), min_size=1, max_size=4, unique=True
)
peopled = st.fixed_dictionaries({name: st.integers(1, 5) for name in NAMES})


def test_range_that_closes_is_found_where_no_sum_gives_anything_away() -> None:
    """a+b+c = a+b+d = a+c+d = 5: the last three are alike, and at most two."""
    people = {"a": 3, "b": 1, "c": 1, "d": 1}
    cells = [frozenset("abc"), frozenset("abd"), frozenset("acd")]
    assert exposed(cells, people, FEWEST) == ()
    assert narrowed(cells, people, (), FEWEST)
    assert not narrowed(cells[:1], people, (), FEWEST)
    many = {"a": 15, "b": 1, "c": 1, "d": 1}
    assert not narrowed(cells, many, (), FEWEST)


def test_two_hidden_numbers_that_add_up_to_five_stay_hidden() -> None:
    people = {"a": 2, "b": 3, "c": 40}
    told = [frozenset("c"), frozenset("abc")]
    hidden = [frozenset("a"), frozenset("b")]
    assert not narrowed(told, people, hidden, FEWEST)
    assert narrowed([*told, frozenset("ac")], people, hidden, FEWEST)


@given(cells_of, peopled)
def test_block_in_no_wide_range_is_always_found(
    cells: list[frozenset[str]], people: dict[str, int]
) -> None:
    """Whoever tries every solution finds no narrow range that was let through."""
    if narrowed(cells, people, (), FEWEST):
        return
    known = {cell: sum(people[name] for name in cell) for cell in cells}
    inside = sorted(frozenset().union(*cells))
    most = max(known.values())
    solutions = [
        dict(zip(inside, tried, strict=True))
        for tried in product(range(most + 1), repeat=len(inside))
        if all(sum(dict(zip(inside, tried, strict=True))[name] for name in cell) == known[cell]
               for cell in cells)
    ]  # fmt: skip
    blocks: dict[tuple[bool, ...], list[str]] = {}
    for name in inside:
        blocks.setdefault(tuple(name in cell for cell in cells), []).append(name)
    for names in blocks.values():
        if sum(people[name] for name in names) < FEWEST:
            found = [sum(each[name] for name in names) for each in solutions]
            assert max(found) - min(found) >= FEWEST
