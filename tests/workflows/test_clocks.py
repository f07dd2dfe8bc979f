from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.clocks import (
    Pause,
    Unit,
    WorkingCalendar,
    deadline,
    elapsed,
    mark_moments,
    merged,
    remaining,
)

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=BERLIN, fold=fold).astimezone(UTC)  # type: ignore[misc, arg-type]


SUBMITTED = berlin(2026, 3, 13, 22, 40)
QUESTION = Pause(berlin(2026, 3, 14, 10, 0), berlin(2026, 3, 15, 16, 0))


def test_deadline_of_the_first_scenario_is_wednesday_0440() -> None:
    assert deadline(SUBMITTED, 24) == berlin(2026, 3, 14, 22, 40)
    assert deadline(SUBMITTED, 72, pauses=[QUESTION]) == berlin(2026, 3, 18, 4, 40)


def test_deadline_stands_while_a_pause_is_open() -> None:
    assert deadline(SUBMITTED, 72, pauses=[Pause(QUESTION.start)]) is None
    assert remaining(None, SUBMITTED) is None


def test_pause_after_the_deadline_changes_nothing() -> None:
    due = deadline(SUBMITTED, 24)
    assert due is not None
    assert deadline(SUBMITTED, 24, pauses=[Pause(due, due + timedelta(hours=9))]) == due
    assert deadline(SUBMITTED, 24, pauses=[Pause(due)]) == due


def test_pause_that_began_before_the_clock_counts_from_its_start() -> None:
    early = Pause(SUBMITTED - timedelta(hours=5), SUBMITTED + timedelta(hours=2))
    assert deadline(SUBMITTED, 24, pauses=[early]) == SUBMITTED + timedelta(hours=26)


def test_overlapping_pauses_are_counted_once() -> None:
    hour = timedelta(hours=1)
    pauses = [
        Pause(SUBMITTED + hour, SUBMITTED + 5 * hour),
        Pause(SUBMITTED + 3 * hour, SUBMITTED + 7 * hour),
        Pause(SUBMITTED + 4 * hour, SUBMITTED + 6 * hour),
    ]
    assert merged(pauses) == [Pause(SUBMITTED + hour, SUBMITTED + 7 * hour)]
    assert deadline(SUBMITTED, 10, pauses=pauses) == SUBMITTED + 16 * hour
    assert elapsed(SUBMITTED, SUBMITTED + 10 * hour, pauses) == 4 * hour


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (berlin(2026, 3, 28, 12, 0), berlin(2026, 3, 29, 13, 0)),
        (berlin(2026, 10, 24, 12, 0), berlin(2026, 10, 25, 11, 0)),
        (berlin(2028, 2, 28, 12, 0), berlin(2028, 2, 29, 12, 0)),
        (berlin(2026, 2, 28, 12, 0), berlin(2026, 3, 1, 12, 0)),
    ],
    ids=["spring forward", "fall back", "leap day", "no leap day"],
)
def test_hours_are_real_hours_whatever_the_wall_clock_says(start: datetime, due: datetime) -> None:
    assert deadline(start, 24) == due


def test_both_passes_of_the_repeated_hour_are_different_moments() -> None:
    first, second = berlin(2026, 10, 25, 2, 30), berlin(2026, 10, 25, 2, 30, fold=1)
    assert second - first == timedelta(hours=1)
    assert deadline(first, 1) == second
    assert deadline(second, 1) == berlin(2026, 10, 25, 3, 30)


def test_appeal_window_of_thirty_days_ends_on_the_eleventh() -> None:
    assert deadline(berlin(2026, 1, 12, 9, 0), 30, Unit.DAYS) == berlin(2026, 2, 11, 9, 0)


def test_working_days_skip_weekends_and_holidays() -> None:
    start = berlin(2026, 2, 16, 11, 0)
    assert deadline(start, 10, Unit.WORKING_DAYS) == berlin(2026, 3, 3, 0, 0)
    closed = WorkingCalendar(holidays=frozenset({date(2026, 2, 18)}))
    due = deadline(start, 10, Unit.WORKING_DAYS, calendar=closed)
    assert due == berlin(2026, 3, 4, 0, 0)


def test_working_day_clock_adds_the_days_it_stood_still() -> None:
    start = berlin(2026, 2, 16, 11, 0)
    stood = Pause(berlin(2026, 2, 17, 10, 0), berlin(2026, 2, 18, 10, 0))
    assert deadline(start, 2, Unit.WORKING_DAYS, [stood]) == berlin(2026, 2, 21, 0, 0)
    assert deadline(start, 2, Unit.WORKING_DAYS, [Pause(stood.start)]) is None


def test_marks_are_half_four_fifths_and_the_deadline() -> None:
    moments = mark_moments(SUBMITTED, 72, pauses=[QUESTION])
    assert moments == {
        50: berlin(2026, 3, 16, 16, 40),
        80: berlin(2026, 3, 17, 14, 16),
        100: berlin(2026, 3, 18, 4, 40),
    }


def test_marks_before_an_open_pause_are_known_and_later_ones_not() -> None:
    moments = mark_moments(SUBMITTED, 10, pauses=[Pause(SUBMITTED + timedelta(hours=6))])
    assert moments == {50: SUBMITTED + timedelta(hours=5), 80: None, 100: None}


def test_marks_of_a_working_day_clock_share_the_real_time() -> None:
    start = berlin(2026, 2, 16, 0, 0)
    moments = mark_moments(start, 1, Unit.WORKING_DAYS)
    assert moments[50] == berlin(2026, 2, 17, 0, 0)
    assert moments[100] == berlin(2026, 2, 18, 0, 0)


def test_moments_outside_utc_and_backward_pauses_are_refused() -> None:
    local = datetime(2026, 3, 13, 22, 40, tzinfo=BERLIN)
    with pytest.raises(ValueError, match="UTC"):
        deadline(local, 1)
    with pytest.raises(ValueError, match="UTC"):
        deadline(datetime(2026, 3, 13), 1)  # noqa: DTZ001 (a naive moment is what is refused)
    with pytest.raises(ValueError, match="before it starts"):
        Pause(SUBMITTED, SUBMITTED - timedelta(hours=1))
    with pytest.raises(ValueError, match="negative"):
        deadline(SUBMITTED, -1)


PAUSES = st.lists(
    st.tuples(st.integers(-50, 200), st.integers(0, 60)).map(
        lambda pair: Pause(
            SUBMITTED + timedelta(hours=pair[0]), SUBMITTED + timedelta(hours=sum(pair))
        )
    ),
    max_size=6,
)


@given(PAUSES, st.integers(1, 100))
def test_exactly_the_length_has_been_counted_at_the_deadline(
    pauses: list[Pause], length: int
) -> None:
    due = deadline(SUBMITTED, length, pauses=pauses)
    assert due is not None
    assert elapsed(SUBMITTED, due, pauses) == timedelta(hours=length)
