"""Erasing: who may have a case destroyed, when it may not be, and for which reasons it is kept.

Pure decisions; services/erasures.py gathers the facts and carries out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from workflows.predicates import N_
from workflows.roles import Role


class Origin(StrEnum):
    """At whose wish a case is destroyed."""

    PERSON = "person"
    STAFF = "staff"
    RETENTION = "retention"
    OPERATOR = "operator"


PROPOSERS = frozenset({Role.COORDINATOR})
"""Who may propose on behalf of somebody who cannot press the button."""

CONFIRMERS = frozenset({Role.COORDINATOR, Role.SECURITY_LEAD})
"""Who may be the second of two people."""

KEPT = timedelta(days=365)
"""How long a case is kept after its end; the time in which it can be opened again."""

KEPT_SHORTEST = timedelta(days=30)
"""How long where the person wishes it as short as possible: time to fetch the last letter."""

SHORTEST = "shortest"
"""The answer that wishes so."""

KEEPERS = frozenset({Role.SECURITY_LEAD, Role.SYSTEM})
"""Who may keep a case longer than its time; the system stands for the command line."""

LONGEST_HOLD = timedelta(days=366)
"""How long one reason may keep a case; after that somebody has to say it again."""

KEPT_REASONS = ("court", "audit", "fraud", "danger")
"""Why a case may be kept longer than its time."""

ASKED_REASONS = ("asked", "wrong_person", "danger")
"""Why staff may have a case destroyed before its time."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether a case may be destroyed now."""

    has_ended: bool
    is_appealable: bool
    has_open_payment: bool
    has_open_ballot: bool
    is_held: bool
    is_erased: bool


OBSTACLES = MappingProxyType(
    {
        "erased": N_("This case is erased already."),
        "payment_open": N_(
            "Money is still on its way. Once it has arrived and been accounted for, "
            "everything can be erased."
        ),
        "ballot_open": N_(
            "A vote is still running. It ends when the application is withdrawn; "
            "then everything can be erased."
        ),
        "appeal_open": N_(
            "An appeal is still possible, and it would need what was told. "
            "Once the time for it has passed, everything can be erased."
        ),
        "case_open": N_(
            "The case is still open. Withdraw first, or wait until it is closed; "
            "then everything can be erased."
        ),
        "kept": N_("This case is kept longer for a reason that is on record."),
        "second_person_missing": N_("A second person has to agree first."),
        "not_proposed": N_("Nobody has proposed this, or it was taken back."),
        "proposer_gone": N_(
            "Whoever proposed this has no access any more, so it does not count. "
            "Please take it back and propose it anew."
        ),
    }
)
"""Every reason against it with its sentence, to be translated where it is shown."""


def due_on(named: date | None, ended: date, *, shortest_wished: bool) -> date:
    """Return the day a case that has ended is destroyed by the clock.

    named: the day until which it is kept at least, or None. It may have been opened again after
    that was named, so it is never less than a year, or than what the person wishes.
    """
    return max(named or date.min, ended + (KEPT_SHORTEST if shortest_wished else KEPT))


def obstacle(standing: Standing, origin: Origin) -> str | None:
    """Return the code of what stands against destroying a case now, or None.

    A reason to keep binds the clock, the operator and staff; never the person's own wish.
    """
    against = (
        ("erased", standing.is_erased),
        ("payment_open", standing.has_open_payment),
        ("ballot_open", standing.has_open_ballot),
        ("appeal_open", standing.is_appealable),
        ("case_open", not standing.has_ended),
        ("kept", standing.is_held and origin is not Origin.PERSON),
    )
    return next((code for code, holds in against if holds), None)
