"""Reads about invented cases: which there are, and who touched them; for the security lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from fund_app.models.applications import Application
from fund_app.models.canaries import Canary
from fund_app.models.events import CANARIES, Event
from fund_app.models.people import Person

TOUCHED = "canary_touched"
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Touch:
    """Somebody opened an invented case."""

    designation: str
    person_id: str
    person: str
    role: str
    at: datetime | None
    day: date


def invented() -> Select[tuple[str]]:
    """Return a subquery with the ids of all invented cases, for whoever counts real ones."""
    return select(Canary.application_id)


def is_invented(session: Session, application_id: str) -> bool:
    """Whether a case is invented, also one that is out of use. One statement."""
    statement = select(Canary.id).where(Canary.application_id == application_id)
    return session.scalar(statement) is not None


def all_of(session: Session) -> list[Canary]:
    """Return the invented cases with their designations, those in use first. One statement."""
    statement = (
        select(Canary)
        .join(Application, Application.id == Canary.application_id)
        .options(joinedload(Canary.application), joinedload(Canary.set_by))
        .order_by(Canary.retired_on.is_not(None), Application.designation)
    )
    return list(session.scalars(statement))


def touches(session: Session) -> list[Touch]:
    """Return who opened an invented case, the latest first, at most SHOWN. One statement."""
    statement = (
        select(
            Application.designation,
            Event.actor_ref,
            Person.display_name,
            Event.actor_role,
            Event.at,
            Event.day,
        )
        .join(Canary, Canary.id == Event.subject_id)
        .join(Application, Application.id == Canary.application_id)
        .join(Person, Person.id == Event.actor_ref)
        .where(Event.chain == CANARIES, Event.action == TOUCHED)
        .order_by(Event.id.desc())
        .limit(SHOWN)
    )
    return [Touch(*row) for row in session.execute(statement)]
