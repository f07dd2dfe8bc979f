"""The demonstration's time: stories told beside each other, each at its own pace, in true order.

A story is a generator. What it yields is how long nothing happens in it: a timedelta to the
minute, or a number of hours after which somebody at work gets to it (then never at night).
Between two moments every clock that has run out acts, as it would have.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator
from datetime import UTC, datetime, time, timedelta
from typing import TypeVar

from sqlalchemy import func, select

from fund_app.adapters.clock import ManualClock
from fund_app.models.clocks import Clock
from fund_app.services import deadlines
from fund_app.services.unit import unit_of_work

Pause = timedelta | float
Told = TypeVar("Told")
Story = Generator[Pause, None, Told]

OPENS, SHUTS = 7, 18
"""Hours (UTC) between which people are at work."""


class Timeline:
    """Tells many stories in one time."""

    def __init__(self, clock: ManualClock) -> None:
        """Move this clock."""
        self._clock = clock
        self._waiting: list[tuple[datetime, int, Story[object]]] = []
        self._count = 0

    def tell(self, start: datetime, story: Story[object]) -> None:
        """Add a story that begins at a moment."""
        self._count += 1
        heapq.heappush(self._waiting, (start, self._count, story))

    def run(self, until: datetime, progress: Callable[[datetime], None]) -> None:
        """Let everything happen up to a moment; what would come later does not."""
        while self._waiting and self._waiting[0][0] <= until:
            moment, number, story = heapq.heappop(self._waiting)
            self._pass_time(moment)
            progress(moment)
            pause = next(story, None)
            if pause is not None:
                heapq.heappush(self._waiting, (_after(moment, pause), number, story))
        self._pass_time(until)

    def _pass_time(self, moment: datetime) -> None:
        """Let the clocks between now and a moment run out, each at its own moment."""
        while True:
            due = _next_mark()
            if due is None or due > moment:
                break
            self._clock.set(max(due, self._clock.now()))
            deadlines.fire_due(self._clock.now())
        self._clock.set(moment)


def _next_mark() -> datetime | None:
    with unit_of_work() as session:
        return session.scalar(select(func.min(Clock.next_mark_at)).where(Clock.state == "running"))


def _after(moment: datetime, pause: Pause) -> datetime:
    if isinstance(pause, timedelta):
        return moment + pause
    due = moment + timedelta(hours=pause)
    if due.hour < OPENS:
        return datetime.combine(due.date(), time(OPENS, due.minute), UTC)
    if due.hour >= SHUTS:
        return datetime.combine(due.date() + timedelta(days=1), time(OPENS, due.minute), UTC)
    return due
