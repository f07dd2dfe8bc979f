"""A person's plan against a contact, hour by hour and rule by rule."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.contact import (
    FORBIDS,
    HERE,
    MEANS,
    Attempt,
    Plan,
    Window,
    broken,
    plan_of,
    zone_of,
)

TBILISI = ZoneInfo("Asia/Tbilisi")
NOON = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)


def told(**more: str) -> dict[str, str]:
    hours = {"hours_from": "18", "hours_until": "22", "time_zone": "Asia/Tbilisi"}
    return {"channel": "signal", **hours, **more}


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, 30, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hour", "minute", "inside"),
    [(13, 59, False), (14, 0, True), (17, 59, True), (18, 0, False), (2, 0, False)],
)
def test_hours_count_on_the_persons_clock(hour: int, minute: int, inside: bool) -> None:
    window = plan_of(told()).window
    assert window is not None
    assert window.holds(at(hour, minute)) is inside


@pytest.mark.parametrize(("hour", "inside"), [(19, True), (1, True), (2, False), (12, False)])
def test_hours_may_run_past_midnight(hour: int, inside: bool) -> None:
    assert Window(22, 6, TBILISI).holds(at(hour)) is inside


def test_same_hour_twice_is_any_time() -> None:
    assert all(Window(9, 9, TBILISI).holds(at(hour)) for hour in range(24))


def test_hours_are_read_on_another_clock() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert Window(18, 22, TBILISI).seen_from(berlin, NOON) == (time(16), time(20))
    assert Window(22, 6, TBILISI).seen_from(ZoneInfo("UTC"), NOON) == (time(18), time(2))


@pytest.mark.parametrize(
    "more",
    [
        {"time_zone": "half past four here"},
        {"time_zone": "../etc/passwd"},
        {"time_zone": ""},
        {"hours_from": ""},
        {"hours_until": "24"},
        {"hours_from": "-1"},
        {"hours_from": "1²"},
    ],
)
def test_hours_nobody_can_reckon_with_are_none(more: dict[str, str]) -> None:
    assert plan_of(told(**more)).window is None


def test_zone_of_a_sentence_is_none() -> None:
    assert zone_of("Tbilisi, four hours ahead") is None


def test_nothing_answered_means_here_and_forbids_nothing() -> None:
    assert plan_of({}) == Plan(HERE, None, frozenset())
    assert broken(plan_of({}), Attempt(HERE), NOON) == ()


def test_what_breaks_the_plan_is_named_in_order() -> None:
    plan = plan_of(told(never_do="no_calls no_files unknown_rule"))
    attempt = Attempt("phone", frozenset({"files", "name"}))
    assert broken(plan, attempt, NOON) == ("other_channel", "no_calls", "no_files", "outside_hours")


def test_telephone_is_a_call_even_where_nobody_says_so() -> None:
    plan = plan_of(told(channel="phone", never_do="no_calls"))
    assert broken(plan, Attempt("phone"), at(15)) == ("no_calls",)


def test_message_on_the_return_page_breaks_nothing_at_any_hour() -> None:
    assert broken(plan_of(told()), Attempt(HERE), at(2)) == ()


@given(
    rules=st.frozensets(st.sampled_from(sorted(FORBIDS))),
    means=st.frozensets(st.sampled_from(MEANS)),
    channel=st.sampled_from(("signal", "phone")),
)
def test_every_rule_is_kept_whatever_comes_together(
    rules: frozenset[str], means: frozenset[str], channel: str
) -> None:
    plan = Plan(channel, None, rules)
    done = means | ({"call"} if channel == "phone" else set())
    expected = tuple(rule for rule in FORBIDS if rule in rules and FORBIDS[rule] in done)
    assert broken(plan, Attempt(channel, means), NOON) == expected
