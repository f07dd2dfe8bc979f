"""The clock: the only place that asks what time it is."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from flask import current_app


class Clock(Protocol):
    """Answers with the present moment in UTC."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)


class ShiftedClock:
    """The demonstration's clock: the machine's time shifted by what a small file says.

    The file holds one whole number, seconds to add (negative: in the past). It is read at
    every call, so that web process, worker and a test that moves time agree at once.
    """

    def __init__(self, path: Path) -> None:
        """Read the shift from path; a missing file means no shift."""
        self._path = path

    def now(self) -> datetime:
        """Return the machine's time plus the shift, in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self._shift())

    def set(self, moment: datetime) -> None:
        """Make the present moment read as `moment` from now on."""
        # Upwards: what is said to begin at a moment has begun when somebody looks at once.
        shift = math.ceil((moment - datetime.now(UTC)).total_seconds())
        temporary = self._path.with_suffix(".new")
        temporary.write_text(str(shift), encoding="ascii")
        temporary.replace(self._path)

    def _shift(self) -> int:
        try:
            return int(self._path.read_text(encoding="ascii"))
        except FileNotFoundError:
            return 0


class ManualClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, moment: datetime) -> None:
        """Start at `moment` (aware)."""
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        """Return the moment last set."""
        return self._moment

    def set(self, moment: datetime) -> None:
        """Stand at `moment` from now on."""
        self._moment = moment.astimezone(UTC)

    def advance(self, **delta: float) -> None:
        """Move forward by a timedelta given in its own keywords (hours=1, days=2)."""
        self._moment += timedelta(**delta)


def now() -> datetime:
    """Return the present moment of the running application's clock, aware, in UTC."""
    clock: Clock = current_app.extensions["fund.clock"]
    return clock.now()
