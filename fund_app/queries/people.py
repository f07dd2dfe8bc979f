"""Reads about people who work for the fund."""

from __future__ import annotations

from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.people import Person


def by_id(person_id: str) -> Person | None:
    """Return the person with this id, roles loaded, or None."""
    person: Person | None = db.session.get(Person, person_id)
    return person


def by_handle(handle: str) -> Person | None:
    """Return the person who signs in with this handle (case and outer spaces aside), or None.

    Somebody whose access has ended is not found.
    """
    wanted = handle.strip().lower()
    if not wanted or len(wanted) > Person.handle.type.length:
        return None
    question = select(Person).where(Person.handle == wanted, Person.disabled_on.is_(None))
    person: Person | None = db.session.scalar(question)
    return person
