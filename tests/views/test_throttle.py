from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fund_app.adapters.clock import ManualClock
from fund_app.views.throttle import MOST_BUCKETS, Pace, Throttle, TooManyTries

START = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
PACE = Pace(burst=2, seconds_per_try=10)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def throttle(clock: ManualClock) -> Throttle:
    return Throttle(clock)


def _wait(throttle: Throttle, who: str) -> int:
    try:
        throttle.take("door", who, PACE)
    except TooManyTries as refused:
        return refused.wait
    return 0


def test_throttle_lets_a_burst_through_and_names_the_wait(throttle: Throttle) -> None:
    assert [_wait(throttle, "one") for _ in range(3)] == [0, 0, 10]


def test_throttle_tells_visitors_and_doors_apart(throttle: Throttle) -> None:
    for _ in range(2):
        throttle.take("door", "one", PACE)
    assert _wait(throttle, "two") == 0
    throttle.take("window", "one", PACE)
    assert _wait(throttle, "one") == 10


def test_throttle_refills_steadily(throttle: Throttle, clock: ManualClock) -> None:
    for _ in range(2):
        throttle.take("door", "one", PACE)
    clock.advance(seconds=4)
    assert _wait(throttle, "one") == 6
    clock.advance(seconds=6)
    assert [_wait(throttle, "one"), _wait(throttle, "one")] == [0, 10]


def test_throttle_refills_no_further_than_the_burst(throttle: Throttle, clock: ManualClock) -> None:
    throttle.take("door", "one", PACE)
    clock.advance(days=1)
    throttle.give_back("door", "one", PACE)
    assert [_wait(throttle, "one") for _ in range(3)] == [0, 0, 10]


def test_throttle_gives_a_successful_try_back(throttle: Throttle) -> None:
    throttle.take("door", "one", PACE)
    throttle.take("door", "one", PACE)
    throttle.give_back("door", "one", PACE)
    assert [_wait(throttle, "one"), _wait(throttle, "one")] == [0, 10]


def test_throttle_keeps_no_address(throttle: Throttle) -> None:
    throttle.take("door", "192.0.2.77", PACE)
    kept = repr(vars(throttle))
    assert "192.0.2.77" not in kept
    other = Throttle(ManualClock(START))
    other.take("door", "192.0.2.77", PACE)
    assert set(vars(throttle)["_buckets"]) != set(vars(other)["_buckets"])


def test_throttle_stays_small(throttle: Throttle) -> None:
    for number in range(MOST_BUCKETS + 10):
        throttle.take("door", str(number), PACE)
    assert len(vars(throttle)["_buckets"]) == MOST_BUCKETS
