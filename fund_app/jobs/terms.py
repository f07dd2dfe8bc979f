"""How patient a worker is: leases, attempts, pauses, and how often it looks around."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Terms:
    """One worker's patience; the defaults suit a fund of any size.

    lease: a worker silent for longer loses its job. hard: nobody keeps a job longer, alive or
    not. most_attempts: then a job goes to the dead letters. poll: how often an idle worker looks.
    """

    lease: timedelta = timedelta(seconds=30)
    hard: timedelta = timedelta(minutes=10)
    most_attempts: int = 10
    first_pause: timedelta = timedelta(seconds=2)
    longest_pause: timedelta = timedelta(hours=1)
    poll: timedelta = timedelta(milliseconds=500)

    def pause_after(self, attempt: int) -> timedelta:
        """Return how long to wait after a failed attempt: doubling, bounded, never in step."""
        doubled: timedelta = self.first_pause * (1 << min(attempt - 1, 30))
        pause = min(doubled, self.longest_pause)
        return pause * random.uniform(0.5, 1.5)  # noqa: S311 (spreads load, guards nothing)
