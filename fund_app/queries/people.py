"""Reads of the people who work for the fund."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.people import Person, RoleGrant
from workflows.roles import Role


def with_role(session: Session, role: Role) -> Sequence[Person]:
    """Return everybody who holds a role now, ordered by handle."""
    statement = (
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == role, Person.disabled_on.is_(None))
        .order_by(Person.handle)
    )
    return session.scalars(statement).all()


def by_handle(session: Session, handle: str) -> Person | None:
    """Return the person who signs in by this name, or None."""
    return session.scalar(select(Person).where(Person.handle == handle))
