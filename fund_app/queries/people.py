"""Reads about people who work for the fund."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fund_app.extensions import db
from fund_app.models.events import HOUSE, HOUSE_ID, Event
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


def everybody(session: Session) -> Sequence[Person]:
    """Return everybody who works or worked here, those with access first. Two statements."""
    statement = select(Person).order_by(Person.disabled_on.is_not(None), Person.handle)
    return session.scalars(statement).all()


def by_id(person_id: str) -> Person | None:
    """Return the person with this id, roles loaded, or None. One statement."""
    roles = joinedload(Person.grants)
    person: Person | None = db.session.get(Person, person_id, options=[roles])
    return person


def by_handle(handle: str) -> Person | None:
    """Return the person who signs in with this handle (case and outer spaces aside), or None.

    Somebody whose access has ended is not found. One statement, whether anybody is.
    """
    wanted = handle.strip().lower()
    if not wanted or len(wanted) > Person.handle.type.length:
        return None
    question = (
        select(Person)
        .where(Person.handle == wanted, Person.disabled_on.is_(None))
        .options(joinedload(Person.grants))
    )
    return db.session.scalars(question).unique().one_or_none()


@dataclass(frozen=True, slots=True)
class RefusedTry:
    """Somebody tried to sign in as a person and was refused."""

    at: datetime
    is_passphrase_right: bool


def refused_tries(session: Session, person_id: str, *, most: int = 5) -> tuple[RefusedTry, ...]:
    """Return the latest tries to sign in as a person that were refused. One statement."""
    codes = (f"passkey:{person_id}", f"passphrase:{person_id}")
    statement = (
        select(Event.at, Event.reason_code)
        .where(
            Event.chain == HOUSE,
            Event.subject_id == HOUSE_ID,
            Event.action == "sign_in_refused",
            Event.reason_code.in_(codes),
        )
        .order_by(Event.step.desc())
        .limit(most)
    )
    found = session.execute(statement)
    return tuple(RefusedTry(at, code == codes[0]) for at, code in found if at is not None)
