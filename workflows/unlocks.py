"""Unlocks: who may see who a person is, for which reason, with whose agreement, for how long.

The names of a case are wrapped for its custodians alone. Whoever needs them asks; two
custodians agree, and the key is theirs for some hours. PROTECTION.md 4.2 (two of n custodians,
a time-boxed unlock) asks for it; docs/decisions/0014 says why it is cut like this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from workflows.predicates import N_
from workflows.roles import Role

DEFAULT_HOURS = 4
LONGEST_HOURS = 24
HOURS = (1, 4, 8, 24)
"""How long an unlock lasts: what is offered, what is meant when nobody says, and the most."""

ASKED_FOR = timedelta(hours=24)
"""How long a question waits for an answer; then it has to be asked anew."""

URGENT_BAND = "life_threat"
"""In this band one custodian and the security lead are enough, at any hour."""

SIGNATURES = 2


class Purpose(StrEnum):
    """Why somebody needs to know who a person is; a short list, so that it can be counted."""

    PAYMENT = "arrange_payment"
    CONTACT = "reach_safely"
    CHECK = "verify"
    DANGER = "danger_to_life"


ASKERS = (Role.COORDINATOR, Role.CUSTODIAN)
"""Who may ask, in the order in which somebody with several roles asks."""

SIGNERS = (Role.CUSTODIAN, Role.SECURITY_LEAD)
"""Who may agree; the security lead in an emergency only, and never in both places."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the rules look at it: who asks, as what, how urgent, who has agreed so far."""

    asker: str
    asked_as: Role
    is_urgent: bool
    signed: tuple[tuple[str, Role], ...] = ()


def asking_role(roles: frozenset[Role]) -> Role | None:
    """Return as what somebody with these roles asks, or None where they may not."""
    return next((role for role in ASKERS if role in roles), None)


def signing_role(asked: Asked, person: str, roles: frozenset[Role]) -> Role | str:
    """Return as what a person agrees, or the code of the refusal."""
    role = next((each for each in SIGNERS if each in roles), None)
    against = {
        "wrong_role": role is None,
        "own_question": person == asked.asker,
        "signed_already": person in {ref for ref, _role in asked.signed},
        "not_an_emergency": role is Role.SECURITY_LEAD and not asked.is_urgent,
        "lead_signed": role is Role.SECURITY_LEAD
        and role in {signed for _ref, signed in asked.signed},
    }
    return next((code for code, holds in against.items() if holds), role or "wrong_role")


def is_enough(asked: Asked) -> bool:
    """Whether what was signed opens the names.

    Two custodians in every case, or one and the security lead where a life is in danger. A
    custodian who asks is one of the two: they hold the key already, and it takes another.
    """
    custodians = [role for _ref, role in asked.signed if role is Role.CUSTODIAN]
    count = len(asked.signed) + (asked.asked_as is Role.CUSTODIAN)
    return count >= SIGNATURES and bool(custodians or asked.asked_as is Role.CUSTODIAN)


def hours_of(wished: int | None) -> int:
    """Return how many hours an unlock lasts; ValueError for none or more than the longest."""
    hours = DEFAULT_HOURS if wished is None else wished
    if not 1 <= hours <= LONGEST_HOURS:
        raise ValueError(hours)
    return hours


SENTENCES = MappingProxyType(
    {
        "own_question": N_("Somebody else has to agree: nobody opens names for themselves."),
        "signed_already": N_("You have agreed already; it takes another person now."),
        "not_an_emergency": N_(
            "The security lead agrees only where a life is in danger. Two custodians can agree."
        ),
        "lead_signed": N_("The security lead has agreed already; it takes a custodian now."),
        "unlock_running": N_("You have asked about this case already, or its names are open."),
        "words_missing": N_("A custodian who looks says in a sentence why."),
        "unlock_over": N_("The time is over, or somebody has ended it. You can ask again."),
        "custodian_without_key": N_(
            "Your key does not open the names of this case yet. Another custodian can share it."
        ),
    }
)
"""Refusals around an unlock, with their sentences."""


def roles_of(signed: Sequence[tuple[str | None, str | None]]) -> tuple[tuple[str, Role], ...]:
    """Return the signatures that are there, as the rules read them."""
    return tuple((ref, Role(role)) for ref, role in signed if ref and role)
