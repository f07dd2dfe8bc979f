"""The catalogue: every published workflow version, and the lock that keeps it as it is."""

from __future__ import annotations

import json
from pathlib import Path

from workflows.ballot import BALLOT
from workflows.disbursement import DISBURSEMENT
from workflows.disbursement import FIRST as FIRST_DISBURSEMENT
from workflows.disbursement import SECOND as SECOND_DISBURSEMENT
from workflows.donation import DONATION, DONATION_2, DONATION_3, DONATION_4
from workflows.emergency import EMERGENCY
from workflows.engine import Workflow
from workflows.monthly_gift import MONTHLY_GIFT, MONTHLY_GIFT_2
from workflows.pledge import PLEDGE

LOCK_FILE = Path(__file__).with_name("definitions.lock")

PUBLISHED = (
    EMERGENCY,
    BALLOT,
    FIRST_DISBURSEMENT,
    SECOND_DISBURSEMENT,
    DISBURSEMENT,
    DONATION,
    DONATION_2,
    DONATION_3,
    DONATION_4,
    MONTHLY_GIFT,
    MONTHLY_GIFT_2,
    PLEDGE,
)


class ChangedDefinition(Exception):
    """A published version differs from its lock; a change needs a new version."""


def all_workflows() -> tuple[Workflow, ...]:
    """Return every published version of every workflow, oldest version first."""
    return PUBLISHED


def workflow(name: str, version: int | None = None) -> Workflow:
    """Return a version of a workflow, the newest when none is given; KeyError if unknown."""
    found = [one for one in PUBLISHED if one.name == name and version in (None, one.version)]
    if not found:
        raise KeyError(name if version is None else f"{name}/{version}")
    return max(found, key=lambda one: one.version)


def locked_digests() -> dict[str, str]:
    """Return the checked-in digests by label, as in `emergency/1`."""
    locked: dict[str, str] = json.loads(LOCK_FILE.read_text(encoding="utf-8"))
    return locked


def lock_text(workflows: tuple[Workflow, ...], locked: dict[str, str]) -> str:
    """Return the lock with the digests of new versions added.

    Raises ChangedDefinition when a version that is locked has another digest now.
    """
    digests = dict(locked)
    for one in workflows:
        if digests.setdefault(one.label, one.digest) != one.digest:
            raise ChangedDefinition(one.label)
    return json.dumps(digests, indent=2, sort_keys=True) + "\n"
