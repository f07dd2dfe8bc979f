"""Clocks: how long a case may wait, in real hours or in working days, with pauses.

Everything here is arithmetic on aware UTC moments; there is no "now" in this module. Lengths
come from the rules version a case was submitted under, so a Clock only names its parameter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

MARKS = (50, 80, 100)
"""Percent of a clock at which the owner, the deputy and the coordinator are told."""

SATURDAY = 5
HOUR = timedelta(hours=1)


class Unit(StrEnum):
    """What a clock counts. Hours and days are real time around the clock, day and night."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of a workflow: `parameter` is the key of its length in the rules version.

    `on_due` is the action the system takes when the clock has run out.
    """

    name: str
    parameter: str
    unit: Unit
    on_due: str


@dataclass(frozen=True, slots=True, order=True)
class Pause:
    """An interval in which a clock stood still; `end` is None while it still does."""

    start: datetime
    end: datetime | None = None

    def __post_init__(self) -> None:
        _require_utc(self.start)
        if self.end is not None:
            _require_utc(self.end)
            if self.end < self.start:
                raise ValueError("a pause cannot end before it starts")


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days count as working days, and in which place's time a day begins and ends."""

    zone: str = "Europe/Berlin"
    holidays: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether the day is neither a weekend nor a holiday."""
        return day.weekday() < SATURDAY and day not in self.holidays


def _require_utc(moment: datetime) -> None:
    if moment.utcoffset() != timedelta(0):
        raise ValueError("clocks count in UTC: give an aware moment in UTC")


def merged(pauses: Iterable[Pause]) -> list[Pause]:
    """Return the pauses in order with overlaps joined, so that no hour is counted twice."""
    joined: list[Pause] = []
    for pause in sorted(pauses, key=lambda one: one.start):
        last = joined[-1] if joined else None
        if last is None or (last.end is not None and last.end < pause.start):
            joined.append(pause)
            continue
        ends = (last.end, pause.end)
        end = None if None in ends else max(e for e in ends if e is not None)
        joined[-1] = Pause(last.start, end)
    return joined


def deadline(
    start: datetime,
    length: int,
    unit: Unit = Unit.HOURS,
    pauses: Sequence[Pause] = (),
    calendar: WorkingCalendar | None = None,
) -> datetime | None:
    """Return the UTC moment the clock runs out, or None while an open pause keeps it standing.

    `length` counts hours, days of 24 hours, or working days. A working-day clock that starts
    on any day runs out at the end of its last working day in the calendar's zone, the starting
    day not counted; each working day in whose course it stood still is added. Raises
    ValueError for a negative length or a moment that is not in UTC.
    """
    _require_utc(start)
    if length < 0:
        raise ValueError("a clock cannot have a negative length")
    if unit is Unit.WORKING_DAYS:
        return _working_deadline(start, length, pauses, calendar or WorkingCalendar())
    return _moment_after(start, _as_hours(length, unit), pauses)


def _as_hours(length: int, unit: Unit) -> timedelta:
    return timedelta(days=length) if unit is Unit.DAYS else timedelta(hours=length)


def _moment_after(start: datetime, length: timedelta, pauses: Iterable[Pause]) -> datetime | None:
    """Walk real time from the start over the pauses until the length is used up."""
    moment, left = start, length
    for pause in merged(pauses):
        begin = max(pause.start, start)
        if pause.end is not None and pause.end <= moment:
            continue
        if begin - moment >= left:
            break
        left -= max(begin - moment, timedelta(0))
        if pause.end is None:
            return None
        moment = max(moment, pause.end)
    return moment + left


def _working_deadline(
    start: datetime, length: int, pauses: Sequence[Pause], calendar: WorkingCalendar
) -> datetime | None:
    zone = ZoneInfo(calendar.zone)
    day = start.astimezone(zone).date()
    stood = merged(pauses)
    counted = 0
    while counted < length:
        day += timedelta(days=1)
        if not calendar.is_working(day):
            continue
        begin, end = _day_bounds(day, zone)
        if any(p.start < end and p.end is None for p in stood):
            return None
        touched = any(p.start < end and p.end is not None and p.end > begin for p in stood)
        counted += 0 if touched else 1
    return _day_bounds(day, zone)[1]


def _day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    begin = datetime.combine(day, time(), zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return begin, end


def elapsed(start: datetime, now: datetime, pauses: Iterable[Pause] = ()) -> timedelta:
    """Return how much real time a clock has counted until now, pauses left out."""
    _require_utc(start)
    _require_utc(now)
    stood = sum(
        (max(min(p.end or now, now) - max(p.start, start), timedelta(0)) for p in merged(pauses)),
        timedelta(0),
    )
    return max(now - start, timedelta(0)) - stood


def remaining(due: datetime | None, now: datetime) -> timedelta | None:
    """Return the time left until the deadline (negative when past), None while it stands."""
    return None if due is None else due - now


def mark_moments(
    start: datetime,
    length: int,
    unit: Unit = Unit.HOURS,
    pauses: Sequence[Pause] = (),
    calendar: WorkingCalendar | None = None,
) -> dict[int, datetime | None]:
    """Return the moment of each mark (50, 80 and 100 percent); None while a pause is open.

    On a working-day clock the earlier marks are the same share of the real time to its end.
    """
    due = deadline(start, length, unit, pauses, calendar)
    if unit is Unit.WORKING_DAYS:
        if due is None:
            return dict.fromkeys(MARKS)
        span = elapsed(start, due, pauses)
    else:
        span = _as_hours(length, unit)
    early = {m: _moment_after(start, span * m / 100, pauses) for m in MARKS if m < MARKS[-1]}
    return {**early, MARKS[-1]: due}
