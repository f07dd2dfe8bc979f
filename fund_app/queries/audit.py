"""Reads of the trail: events of the house and of cases, by designation; never a sealed word.

People appear as a role and a mark (the first digits of their random reference), so that two
signatures can be told apart without saying whose they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot, Seat
from fund_app.models.clocks import Clock
from fund_app.models.disbursements import Disbursement
from fund_app.models.events import HOUSE, VIEWS, Event
from fund_app.models.people import Person
from fund_app.queries.pages import SIZE, Page, after, page

MARK = 6
LONGEST_CURSOR = 18


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event; `subject` names a member of staff where the event is about one."""

    id: int
    chain: str
    step: int
    action: str
    source: str
    dest: str
    role: str
    mark: str
    day: date
    at: datetime | None
    reason_code: str | None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as the trail knows it."""

    id: str
    designation: str
    state: str
    rules_code: str | None
    touched_on: date
    events: int


@dataclass(frozen=True, slots=True)
class BallotRow:
    """A vote of a case: who could, who did, what came of it."""

    id: str
    kind: str
    state: str
    quorum: int
    seats: int
    recused: int
    result: str | None
    decided_on: date | None


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A clock of a case that has ended, hours in steps of six."""

    name: str
    state: str
    elapsed_hours: int | None


_EVENT = (
    Event.id,
    Event.chain,
    Event.step,
    Event.action,
    Event.source,
    Event.dest,
    Event.actor_role,
    func.substr(Event.actor_ref, 1, MARK),
    Event.day,
    Event.at,
    Event.reason_code,
)


def house_events(session: Session, cursor: str | None = None) -> Page[EventRow]:
    """Return a page of what concerns the house itself, latest first. Two statements.

    Where an event is about a member of staff, `subject` is the sign-in name.
    """
    statement = select(*_EVENT).where(Event.chain == HOUSE)
    if cursor and cursor.isascii() and cursor.isdigit() and len(cursor) <= LONGEST_CURSOR:
        statement = statement.where(Event.id < int(cursor))
    found = session.execute(statement.order_by(Event.id.desc()).limit(SIZE + 1)).all()
    kept = found[:SIZE]
    names = _handles(session, [row.reason_code or "" for row in kept])
    rows = [replace(EventRow(*row), subject=_named(names, row.reason_code)) for row in kept]
    return Page(rows, str(kept[-1].id) if len(found) > SIZE else None)


def _handles(session: Session, codes: Sequence[str]) -> dict[str, str]:
    wanted = {code.rpartition(":")[2] for code in codes}
    statement = select(Person.id, Person.handle).where(Person.id.in_(wanted))
    return {row.id: row.handle for row in session.execute(statement)}


def _named(names: dict[str, str], code: str | None) -> str | None:
    return names.get((code or "").rpartition(":")[2])


def cases(session: Session, search: str = "", cursor: str | None = None) -> Page[CaseRow]:
    """Return a page of cases by designation, the latest touched first. One statement."""
    events = (
        select(func.count())
        .where(Event.chain == Application.workflow, Event.subject_id == Application.id)
        .scalar_subquery()
    )
    statement = select(
        Application.id,
        Application.designation,
        Application.state,
        Application.rules_code,
        Application.touched_on,
        events,
    ).where(Application.state != "draft")
    if search:
        statement = statement.where(
            func.lower(Application.designation).contains(search.strip().lower(), autoescape=True)
        )
    statement = after(
        statement,
        Application.touched_on,
        Application.id,
        cursor,
        date.fromisoformat,
        descending=True,
    )
    rows = [CaseRow(*row) for row in session.execute(statement)]
    return page(rows, lambda row: (row.touched_on.isoformat(), row.id))


def case(session: Session, application_id: str) -> Application | None:
    """Return a case that was sent, or None. One statement."""
    found = session.get(Application, application_id)
    return None if found is None or found.state == "draft" else found


def trail(session: Session, application_id: str) -> list[EventRow]:
    """Return every step of a case, its votes and its payments, oldest first. Three statements."""
    subjects: list[str] = [application_id]
    for model in (Ballot, Disbursement):
        owned: Any = select(model.id).where(model.application_id == application_id)
        subjects += session.scalars(owned).all()
    statement = select(*_EVENT).where(Event.subject_id.in_(subjects), Event.chain != VIEWS)
    return [EventRow(*row) for row in session.execute(statement.order_by(Event.id))]


def looks(session: Session, application_id: str) -> dict[str, int]:
    """Return how often each role has opened something of a case. One statement."""
    statement = (
        select(Event.actor_role, func.count())
        .where(Event.chain == VIEWS, Event.subject_id == application_id)
        .group_by(Event.actor_role)
        .order_by(Event.actor_role)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def ballots(session: Session, application_id: str) -> list[BallotRow]:
    """Return the votes of a case in order, without what anybody chose. Two statements."""
    found = session.scalars(
        select(Ballot)
        .where(Ballot.application_id == application_id)
        .order_by(Ballot.opened_on, Ballot.id)
    ).all()
    seats: Counter[tuple[str, str]] = Counter()
    counted = (
        select(Seat.ballot_id, Seat.status, func.count())
        .where(Seat.ballot_id.in_([ballot.id for ballot in found]))
        .group_by(Seat.ballot_id, Seat.status)
    )
    for ballot_id, status, count in session.execute(counted):
        seats[ballot_id, "all"] += count
        seats[ballot_id, status] += count
    return [
        BallotRow(
            ballot.id,
            ballot.kind,
            ballot.state,
            ballot.quorum,
            seats[ballot.id, "all"],
            seats[ballot.id, "recused"],
            ballot.result,
            ballot.decided_on,
        )
        for ballot in found
    ]


def clocks(session: Session, application_id: str) -> list[ClockRow]:
    """Return which promises of a case were kept and which broken. One statement."""
    statement = (
        select(Clock.name, Clock.state, Clock.elapsed_hours)
        .where(Clock.subject_id == application_id, Clock.state.in_(("kept", "broken")))
        .order_by(Clock.step, Clock.name)
    )
    return [ClockRow(*row) for row in session.execute(statement)]


def size(session: Session) -> tuple[int, int]:
    """Return how many events there are, in how many chains. Two statements."""
    chains = select(Event.chain, Event.subject_id).distinct().subquery()
    events = session.scalar(select(func.count()).select_from(Event)) or 0
    return events, session.scalar(select(func.count()).select_from(chains)) or 0


def designations(session: Session, subject_ids: Sequence[str]) -> dict[str, str]:
    """Return the designation of the case each subject belongs to, where it belongs to one."""
    found: dict[str, str] = {}
    owners: tuple[Any, ...] = (
        select(Application.id, Application.designation).where(Application.id.in_(subject_ids)),
        select(Ballot.id, Application.designation)
        .join(Application, Application.id == Ballot.application_id)
        .where(Ballot.id.in_(subject_ids)),
        select(Disbursement.id, Application.designation)
        .join(Application, Application.id == Disbursement.application_id)
        .where(Disbursement.id.in_(subject_ids)),
    )
    for statement in owners:
        found.update({row[0]: row[1] for row in session.execute(statement)})
    return found
