"""A watch tells a silence word from a typo no better than a coin (PROTECTION.md 5, check 10)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import pytest
from flask import Flask

from fund_app.adapters.clock import ManualClock
from fund_app.services import codenames, intake, silence, vault
from fund_app.services.hardening import PRODUCTION, Hardening
from tests.support.house import House, build

pytestmark = pytest.mark.slow

TRIES = 40
FAIR = (0.35, 0.65)
"""Where the area under the curve lies when times tell nothing; 1.0 for a door that leaks."""


@pytest.fixture
def house(app: Flask, clock: ManualClock) -> Iterator[House]:
    with app.app_context():
        found = build(app, clock)
        app.extensions["fund.hardening"] = Hardening(PRODUCTION)
        yield found


def took(act: Callable[[str], object], typed: str) -> float:
    before = time.perf_counter()
    act(typed)
    return time.perf_counter() - before


def area(ones: Sequence[float], others: Sequence[float]) -> float:
    """Return how often a time of the first kind is longer than one of the second."""
    wins = sum((one > other) + (one == other) / 2 for one in ones for other in others)
    return wins / (len(ones) * len(others))


def test_area_tells_a_leaking_door_from_a_fair_one() -> None:
    assert area([2.0, 3.0], [1.0, 1.5]) == 1.0
    assert area([1.0, 2.0], [1.0, 2.0]) == 0.5


def test_silence_takes_as_long_as_a_typo_and_as_nonsense(house: House) -> None:
    person, _case_id = house.submitted()
    fresh = intake.keep(person, person.ring.private_key, "en")
    silence.set_word(person, "saffron")
    door = codenames.applicants()
    store = vault.keystore()

    def measured() -> tuple[float, float]:
        times: dict[str, list[float]] = {"silence": [], "other word": [], "nonsense": []}
        for _try in range(TRIES):
            for kind, typed in (
                ("silence", f"{fresh.phrase} saffron"),
                ("other word", f"{fresh.phrase} tulip"),
                ("nonsense", "no codename at all"),
            ):
                store.unlock_codename(person.ref)
                times[kind].append(took(door.sign_in, typed))
        return (
            area(times["silence"], times["other word"]),
            area(times["silence"], times["nonsense"]),
        )

    # Forty tries scatter by themselves; what leaks does so every time.
    found = []
    for _round in range(3):
        found.append(measured())
        if all(FAIR[0] <= each <= FAIR[1] for each in found[-1]):
            return
    pytest.fail(f"times tell a silence word apart: {found}")
