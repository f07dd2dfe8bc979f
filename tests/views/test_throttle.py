from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask, request

from config import Settings
from fund_app.adapters.clock import ManualClock
from fund_app.views.throttle import (
    ALL_SIGN_INS,
    EVERYBODY,
    MOST_BUCKETS,
    SIGN_IN,
    Pace,
    Throttle,
    TooManyTries,
    visitor,
)
from tests.support.client import FundClient

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


@pytest.mark.parametrize(
    ("proxies", "passed_on", "expected"),
    [
        (0, "192.0.2.1", "cookie"),
        (1, "198.51.100.9, 192.0.2.1", "address 192.0.2.1"),
        (2, "203.0.113.5, 198.51.100.9, 192.0.2.1", "address 198.51.100.9"),
        (2, "192.0.2.1", "cookie"),
        (1, "", "cookie"),
    ],
)
def test_throttle_believes_only_what_our_own_proxies_added(
    app: Flask, settings: Settings, proxies: int, passed_on: str, expected: str
) -> None:
    """Whatever a visitor writes into the header stands further left and changes nothing."""
    app.extensions["fund.settings"] = replace(settings, trusted_proxies=proxies)
    with app.test_request_context("/return", headers={"X-Forwarded-For": passed_on}):
        app.session_interface.open_session(app, request)
        assert visitor().startswith(expected)


def test_throttle_counts_codenames_by_browser_and_over_all(app: Flask, client: FundClient) -> None:
    """Thirty wrong codenames from one browser slow down that browser alone."""
    for _ in range(SIGN_IN.burst + 5):
        wrong = client.submit(client.page("/return"), {"codename": "no such words"}, to="/return")
        assert wrong.status_code == 422
    throttle = app.extensions["fund.throttle"]
    with throttle.line.place():
        assert throttle.line.enter()  # somebody else who waits
        page = client.page("/return")
        full = client.submit(page, {"codename": "no such words"}, to="/return")
        assert (full.status_code, full.headers["Retry-After"]) == (503, "2")
        other = FundClient(app, response_wrapper=app.response_class)
        free = other.submit(other.page("/return"), {"codename": "no such words"}, to="/return")
        assert free.status_code == 422
    # Fresh cookies do not help for long: the door has a bucket of all its visitors too.
    assert sum(throttle.is_in_pace("codename", EVERYBODY, ALL_SIGN_INS) for _ in range(99)) == (
        ALL_SIGN_INS.burst - SIGN_IN.burst - 6
    )
