"""The insider brake: how much one person opens in a short time before it slows, then stops.

Whoever has a key by right is the adversary here (PROTECTION.md 0.1 and T5): a former colleague
who reads everything in one evening. Lists need no key and never count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from workflows.predicates import N_
from workflows.roles import Role

WINDOW = timedelta(minutes=10)
"""What is counted together."""

MOST_ENDED = 3
"""How many accesses one person ends within a day. Each of them is gone at once; for a fourth
there is another one who signs, or the terminal: nobody empties the whole house alone."""

ENDED_WITHIN = timedelta(hours=24)

LIFTERS = (Role.SECURITY_LEAD, Role.COORDINATOR)
"""Who may lift a brake from somebody else."""


class Measured(StrEnum):
    """What is counted: different cases, or every single look."""

    CASES = "cases"
    LOOKS = "looks"


class Pulled(StrEnum):
    """Why a brake is on: by its own count, or by the security lead's hand."""

    CASES = "cases"
    LOOKS = "looks"
    HAND = "hand"


class LiftReason(StrEnum):
    """Why somebody may go on."""

    BUSY_DAY = "busy_day"
    SPOKEN = "spoken_with_person"
    MISTAKE = "mistake"


@dataclass(frozen=True, slots=True)
class Limit:
    """From `slow` on there is a wait before the next one; `stop` is refused, and all after it."""

    slow: int
    stop: int
    wait: timedelta


LIMITS = MappingProxyType(
    {
        Measured.CASES: Limit(slow=12, stop=25, wait=timedelta(seconds=30)),
        Measured.LOOKS: Limit(slow=60, stop=120, wait=timedelta(seconds=10)),
    }
)
"""The numbers, in this one place. A coordinator's busiest honest hour opens fewer than ten."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look into a case that is written down: which case, when (UTC)."""

    case_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What stands against the next look: how many there were, and how long to wait.

    `wait` is None where it is refused until somebody else lifts it.
    """

    measured: Measured
    count: int
    wait: timedelta | None


def weigh(looks: Sequence[Look], case_id: str, moment: datetime) -> Verdict | None:
    """Return what stands against one more look into `case_id` at `moment`, or None.

    looks: those of the same person since `moment - WINDOW`, or since a brake was lifted.
    """
    first: dict[str, datetime] = {}
    for look in sorted(looks, key=lambda each: each.at):
        first.setdefault(look.case_id, look.at)
    found = [_against(Measured.LOOKS, [look.at for look in looks], moment)]
    if case_id not in first:
        found.append(_against(Measured.CASES, list(first.values()), moment))
    against = [each for each in found if each is not None]
    return next((each for each in against if each.wait is None), against[0] if against else None)


def may_end_another(ended: int) -> bool:
    """Whether somebody who has ended so many accesses within a day ends one more."""
    return ended < MOST_ENDED


def _against(measured: Measured, before: list[datetime], moment: datetime) -> Verdict | None:
    limit, count = LIMITS[measured], len(before)
    if count + 1 >= limit.stop:
        return Verdict(measured, count, None)
    if count + 1 < limit.slow:
        return None
    left = max(before) + limit.wait - moment
    return Verdict(measured, count, left) if left > timedelta(0) else None


SENTENCES = MappingProxyType(
    {
        "own_brake": N_("Somebody else has to lift it: nobody lifts their own brake."),
        "brake_lifted": N_("It has been lifted already."),
    }
)
"""Refusals around a brake, with their sentences."""
