"""How somebody wants to be reached, and what a contact would break of it.

Pure: the plan is what the person answered (forms/safety.py), the attempt what a colleague is
about to do or has done. Nothing here forbids; a service refuses what breaks the plan unless it
is told why (DOMAIN.md 9, idea 2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

HERE = "portal"
"""The channel that is the return page itself: the person comes, nobody goes to them."""

CHANNELS = (HERE, "signal", "matrix", "email", "phone", "partner")
MEANS = ("call", "voicemail", "name", "files")
RESULTS = ("reached", "not_reached", "wrong_person")
FORBIDS = {
    "no_calls": "call",
    "no_voicemail": "voicemail",
    "no_name": "name",
    "no_files": "files",
}
"""What each rule of the person forbids to do."""

OTHER_CHANNEL = "other_channel"
OUTSIDE_HOURS = "outside_hours"
HOURS = range(24)


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of the day at which somebody may be reached, in their own time.

    `start` and `end` are whole hours; a window may run past midnight, and from an hour to the
    same hour is the whole day.
    """

    start: int
    end: int
    zone: ZoneInfo

    def holds(self, moment: datetime) -> bool:
        """Whether a moment (aware) lies inside."""
        hour = moment.astimezone(self.zone).hour
        if self.start < self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end

    def seen_from(self, zone: ZoneInfo, moment: datetime) -> tuple[time, time]:
        """Return start and end on a clock elsewhere, on the day of a moment (aware)."""
        local = moment.astimezone(self.zone)
        begins = local.replace(hour=self.start, minute=0, second=0, microsecond=0)
        ends = begins.replace(hour=self.end)
        if self.end <= self.start:
            ends += timedelta(days=1)
        return begins.astimezone(zone).time(), ends.astimezone(zone).time()


@dataclass(frozen=True, slots=True)
class Plan:
    """How somebody wants to be reached; `window` is None where no hours can be reckoned."""

    channel: str = HERE
    window: Window | None = None
    never: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Attempt:
    """A contact as it is meant or was made: on which channel, and by which of MEANS."""

    channel: str
    means: frozenset[str] = field(default_factory=frozenset)


def zone_of(name: str) -> ZoneInfo | None:
    """Return the time zone of a name such as Asia/Tbilisi, or None for any other text."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def plan_of(answers: Mapping[str, str]) -> Plan:
    """Read the plan out of answers by question; what was not answered stays at its default."""
    return Plan(
        channel=answers.get("channel") or HERE,
        window=_window(answers),
        never=frozenset(answers.get("never_do", "").split()) & frozenset(FORBIDS),
    )


def broken(plan: Plan, attempt: Attempt, moment: datetime) -> tuple[str, ...]:
    """Return what of the plan a contact breaks at a moment (aware), as codes; () for nothing."""
    means = set(attempt.means)
    if attempt.channel == "phone":
        means.add("call")
    found = [] if attempt.channel in (plan.channel, HERE) else [OTHER_CHANNEL]
    found += [rule for rule, what in FORBIDS.items() if rule in plan.never and what in means]
    is_late = plan.window is not None and not plan.window.holds(moment)
    if is_late and attempt.channel != HERE:
        found.append(OUTSIDE_HOURS)
    return tuple(found)


def _window(answers: Mapping[str, str]) -> Window | None:
    zone = zone_of(answers.get("time_zone", ""))
    start, end = _hour(answers.get("hours_from", "")), _hour(answers.get("hours_until", ""))
    if zone is None or start is None or end is None:
        return None
    return Window(start, end, zone)


def _hour(text: str) -> int | None:
    hour = int(text) if text.isascii() and text.isdigit() and len(text) <= len("23") else None
    return hour if hour in HOURS else None
