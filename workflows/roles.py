"""Who may act: roles and the actor a step is fired by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A capacity in which somebody acts; stable codes, labels live in the catalogues."""

    APPLICANT = "applicant"
    COORDINATOR = "coordinator"
    REVIEWER = "reviewer"
    CHAIR = "chair"
    FINANCE_OFFICER = "finance_officer"
    TREASURER = "treasurer"
    SECURITY_LEAD = "security_lead"
    CUSTODIAN = "custodian"
    BOARD_MEMBER = "board_member"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    DONOR = "donor"
    SYSTEM = "system"


APART_FROM_CUSTODY = frozenset(
    {
        Role.COORDINATOR,
        Role.REVIEWER,
        Role.CHAIR,
        Role.FINANCE_OFFICER,
        Role.TREASURER,
        Role.ADMINISTRATOR,
    }
)
"""Who reads stories, votes, pays or runs the machine does not keep the names as well."""


def kept_apart(roles: frozenset[Role]) -> frozenset[Role]:
    """Return which of the roles nobody can hold beside the custody of names; usually none."""
    return roles & APART_FROM_CUSTODY if Role.CUSTODIAN in roles else frozenset()


WITH_KEYS = frozenset(
    {
        Role.COORDINATOR,
        Role.CUSTODIAN,
        Role.REVIEWER,
        Role.CHAIR,
        Role.FINANCE_OFFICER,
        Role.TREASURER,
    }
)
"""Roles that come with keys of cases; whoever keeps the machine running holds none of them."""


def go_together(roles: frozenset[Role]) -> bool:
    """Whether one person may hold all of these roles: an administrator holds no keys.

    The database refuses the same pairs as these two rules (migrations/sql/0004).
    """
    return Role.ADMINISTRATOR not in roles or WITH_KEYS.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts, known by an opaque reference and the roles held right now."""

    ref: str
    roles: frozenset[Role]

    def has_any(self, roles: frozenset[Role]) -> bool:
        """Whether the actor holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)


SYSTEM = Actor("system", frozenset({Role.SYSTEM}))
"""Clocks, provider events and jobs act as the system; it holds no key."""
