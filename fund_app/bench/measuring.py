"""Taking turns: the product's work and its reference, round after round, on the same machine."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter_ns, process_time_ns
from typing import Any

Work = Callable[[], object]
MICRO = 1000
SECOND = 1_000_000
P99 = 99
ADDED = 100_000
YARDS = 15


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: rounds, calls in each, and the sizes of what is worked on."""

    rounds: int
    calls: int
    small: int
    large: int

    def share(self, part: int) -> Effort:
        """Return the same effort with a fraction of the calls, for slow work; at least one."""
        return Effort(self.rounds, max(1, self.calls // part), self.small, self.large)

    @property
    def turns(self) -> int:
        """How often each side is called in all, the warming up included."""
        return (self.rounds + 1) * self.calls


FULL = Effort(rounds=7, calls=60, small=1_000, large=10_000)
QUICK = Effort(rounds=2, calls=2, small=60, large=120)


@dataclass(frozen=True, slots=True)
class Timing:
    """What one side took per call, in microseconds of the wall and of this process."""

    p50_us: float
    p99_us: float
    cpu_us: float
    per_second: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One comparison: the product's work, its reference, and the ratio of their medians.

    `ratio` is the median of the rounds' ratios, `cpu_ratio` the same of the processor's time:
    on a machine with other work the long calls are interrupted and the short ones are not.
    `statements` counts the SQL of one call.
    """

    what: str
    reference: str
    ratio: float
    cpu_ratio: float | None
    ours: Timing
    theirs: Timing
    statements: int | None = None

    def as_mapping(self) -> dict[str, Any]:
        """Return the figure as plain values for JSON."""
        return asdict(self)


@dataclass(slots=True)
class _Side:
    work: Work
    inner: int
    samples: list[float]
    cpu: list[float]
    medians: list[float]

    def run(self, calls: int) -> None:
        """Take one turn: so many samples, each over `inner` calls."""
        taken = []
        cpu = process_time_ns()
        for _ in range(calls):
            began = perf_counter_ns()
            for _ in range(self.inner):
                self.work()
            taken.append((perf_counter_ns() - began) / self.inner / MICRO)
        self.cpu.append((process_time_ns() - cpu) / calls / self.inner / MICRO)
        self.samples += taken
        self.medians.append(median(taken))

    def forget(self) -> None:
        """Drop what warming up took."""
        self.samples, self.cpu, self.medians = [], [], []

    def timing(self) -> Timing:
        """Return what the turns took."""
        ordered = sorted(self.samples)
        p99 = ordered[min(len(ordered) - 1, len(ordered) * P99 // 100)]
        middle = median(self.medians)
        return Timing(
            p50_us=round(middle, 3),
            p99_us=round(p99, 3),
            cpu_us=round(median(self.cpu), 3),
            per_second=round(SECOND / middle, 1),
        )


def race(
    what: str,
    ours: Work,
    reference: str,
    theirs: Work,
    effort: Effort,
    *,
    inner: int = 1,
    statements: int | None = None,
) -> Figure:
    """Let both sides take turns and return how they compare.

    `inner` calls make one sample: for work that takes less than the clock can tell. One round
    warms up and is forgotten.
    """
    sides = [_Side(work, inner, [], [], []) for work in (ours, theirs)]
    for side in sides:
        side.run(effort.calls)
        side.forget()
    gc.collect()
    for _ in range(effort.rounds):
        for side in sides:
            side.run(effort.calls)
    mine, other = sides
    return Figure(
        what,
        reference,
        _ratio(mine.medians, other.medians),
        _ratio(mine.cpu, other.cpu),
        mine.timing(),
        other.timing(),
        statements,
    )


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return round(median(a / b for a, b in zip(ours, theirs, strict=True) if b), 2)


def yardstick() -> float:
    """Return how long this machine takes now to add up to 100,000, in microseconds of CPU.

    Between two runs of the same bench, what this changed by is the machine and not the product.
    """
    taken = []
    for _ in range(YARDS):
        began = process_time_ns()
        sum(number * number for number in range(ADDED))
        taken.append((process_time_ns() - began) / MICRO)
    return round(median(taken), 1)
