"""Reads of brakes: who is stopped now, and who was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from fund_app.models.applications import Application
from fund_app.models.brakes import Brake
from fund_app.models.events import VIEWS, Event
from fund_app.models.people import Person

SHOWN_LIFTED = 20


@dataclass(frozen=True, slots=True)
class Marked:
    """The look a mark on paper leads back to; a donor's receipt has no designation."""

    person: str
    role: str
    action: str
    designation: str | None
    at: datetime | None
    reason_code: str | None


def in_force(session: Session) -> Sequence[Brake]:
    """Return the brakes that stop somebody now, the oldest first. One statement."""
    statement = (
        select(Brake)
        .where(Brake.lifted_at.is_(None))
        .options(joinedload(Brake.person))
        .order_by(Brake.pulled_at, Brake.id)
    )
    return session.scalars(statement).all()


def brake(session: Session, brake_id: str) -> Brake | None:
    """Return one brake with its person, or None. One statement."""
    statement = select(Brake).where(Brake.id == brake_id).options(joinedload(Brake.person))
    found: Brake | None = session.scalar(statement)
    return found


def is_stopped(session: Session, person_id: str) -> bool:
    """Whether a brake stops somebody now. One statement."""
    statement = select(Brake.id).where(Brake.lifted_at.is_(None), Brake.person_id == person_id)
    return session.scalar(statement) is not None


def count_of_others(session: Session, person_id: str) -> int:
    """Return how many other people are stopped now. One statement."""
    statement = select(func.count()).where(Brake.lifted_at.is_(None), Brake.person_id != person_id)
    return session.scalar(statement) or 0


def lifted(session: Session) -> Sequence[Brake]:
    """Return the brakes lifted last, at most SHOWN_LIFTED. One statement."""
    statement = (
        select(Brake)
        .where(Brake.lifted_at.is_not(None))
        .options(joinedload(Brake.person), joinedload(Brake.lifted_by))
        .order_by(Brake.lifted_at.desc(), Brake.id)
        .limit(SHOWN_LIFTED)
    )
    return session.scalars(statement).all()


def of_mark(session: Session, mark: str) -> list[Marked]:
    """Return the looks whose mark begins like this; usually one. One statement."""
    statement = (
        select(
            Person.display_name,
            Event.actor_role,
            Event.action,
            Application.designation,
            Event.at,
            Event.reason_code,
        )
        .join(Person, Person.id == Event.actor_ref)
        .outerjoin(Application, Application.id == Event.subject_id)
        .where(Event.chain == VIEWS, Event.hash.startswith(mark.lower(), autoescape=True))
        .order_by(Event.id)
    )
    return [Marked(*row) for row in session.execute(statement)]
