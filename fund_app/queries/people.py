"""Reads about people who work for the fund."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot, Seat
from fund_app.models.events import HOUSE, HOUSE_ID, Event
from fund_app.models.people import Person, RoleGrant
from fund_app.queries import applications
from fund_app.queries.casework import ENDED_BALLOTS
from fund_app.queries.pages import Page, after, page
from workflows.roles import Role

DISABLED = "person_disabled"
"""What the house's chain calls the end of an access."""

LATELY = timedelta(days=7)

SORTS = {"name": Person.display_name, "handle": Person.handle}


def with_role(session: Session, role: Role) -> Sequence[Person]:
    """Return everybody who holds a role now, ordered by handle."""
    statement = (
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == role, Person.disabled_on.is_(None))
        .order_by(Person.handle)
    )
    return session.scalars(statement).all()


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What somebody still carries: open cases they lead, and seats in votes that run."""

    leads: int
    seats: int


def listed(session: Session, search: str, sort: str, cursor: str | None) -> Page[Person]:
    """Return a page of everybody who works or worked here. Two statements.

    search: part of a name or sign-in name, or the whole code of a role. sort: name or handle,
    with a minus for descending.
    """
    descending = sort.startswith("-")
    column = SORTS.get(sort.removeprefix("-"), Person.display_name)
    statement = select(Person)
    if search:
        wanted = search.lower()
        having = select(RoleGrant.person_id).where(RoleGrant.role == wanted)
        statement = statement.where(
            or_(
                func.lower(Person.display_name).contains(wanted, autoescape=True),
                Person.handle.contains(wanted, autoescape=True),
                Person.id.in_(having),
            )
        )
    statement = after(statement, column, Person.id, cursor, str, descending=descending)
    rows = session.scalars(statement).all()
    return page(rows, lambda person: (getattr(person, column.key), person.id))


def left_behind(session: Session, person_id: str) -> LeftBehind:
    """Return how much somebody carries that would need another person. Two statements."""
    leads = (
        select(func.count())
        .select_from(Application)
        .where(
            Application.lead_id == person_id,
            Application.state.not_in(["draft", *applications.ended_states()]),
        )
    )
    seats = (
        select(func.count())
        .select_from(Seat)
        .join(Ballot, Ballot.id == Seat.ballot_id)
        .where(
            Seat.reviewer_id == person_id,
            Seat.status != "recused",
            Ballot.state.not_in(ENDED_BALLOTS),
        )
    )
    return LeftBehind(session.scalar(leads) or 0, session.scalar(seats) or 0)


@dataclass(frozen=True, slots=True)
class Ended:
    """An access that was ended; `by` is None where it happened at the terminal."""

    person: Person
    by: Person | None
    at: datetime


def ended_lately(session: Session, moment: datetime) -> list[Ended]:
    """Return whose access was ended by whom within a week, latest first. One statement."""
    other = aliased(Person)
    statement = (
        select(Person, other, Event.at)
        .select_from(Event)
        .join(Person, Person.id == Event.reason_code)
        .outerjoin(other, other.id == Event.actor_ref)
        .where(
            Event.chain == HOUSE,
            Event.subject_id == HOUSE_ID,
            Event.action == DISABLED,
            Event.at > moment - LATELY,
        )
        .order_by(Event.step.desc())
    )
    found = session.execute(statement)
    return [Ended(person, by, at) for person, by, at in found if at is not None]


def without_a_carrier(session: Session) -> list[tuple[Application, Person, str]]:
    """Return open cases whose lead or panel member has no access any more. Two statements.

    The third value says which: lead or seat. A seat passes on by a substitute drawn by lot.
    """
    is_open = Application.state.not_in(applications.ended_states())
    leads = (
        select(Application, Person)
        .join(Person, Person.id == Application.lead_id)
        .where(is_open, Person.disabled_on.is_not(None))
        .order_by(Application.designation)
    )
    seats = (
        select(Application, Person)
        .join(Ballot, Ballot.application_id == Application.id)
        .join(Seat, Seat.ballot_id == Ballot.id)
        .join(Person, Person.id == Seat.reviewer_id)
        .where(
            Ballot.state.not_in(ENDED_BALLOTS),
            Seat.status != "recused",
            Person.disabled_on.is_not(None),
        )
        .order_by(Application.designation)
    )
    return [(case, person, "lead") for case, person in session.execute(leads)] + [
        (case, person, "seat") for case, person in session.execute(seats)
    ]


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
