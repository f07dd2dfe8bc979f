"""Reads of applications for staff: the queue and what surrounds one case. No key is needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot, Seat
from fund_app.models.clocks import Clock
from fund_app.models.disbursements import Disbursement
from fund_app.models.events import VIEWS, Event
from fund_app.models.holds import Hold
from fund_app.models.people import Person
from fund_app.queries import canaries
from fund_app.queries.pages import Page, after, page
from workflows.catalogue import all_workflows

PROGRAMMES = frozenset({"emergency"})
"""The workflows whose subjects are applications."""

OPEN = "open"
ENDED = "ended"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What a coordinator narrows the queue by; empty fields do not narrow."""

    view: str = OPEN
    state: str = ""
    band: str = ""
    lead_id: str = ""
    search: str = ""
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue."""

    id: str
    designation: str
    state: str
    band: str | None
    language: str
    lead: str | None
    due_at: datetime | None
    due_clock: str | None
    touched_on: date
    holds: tuple[str, ...]


def queue(session: Session, narrowed: QueueFilter) -> Page[QueueRow]:
    """Return a page of the queue, the nearest due clock first; two statements at any size.

    The ended view has no clocks left and shows the latest first.
    """
    statement = _narrow(
        select(
            Application.id,
            Application.designation,
            Application.state,
            Application.band,
            Application.language,
            Person.display_name.label("lead"),
            Application.due_at,
            Application.due_clock,
            Application.touched_on,
        ).outerjoin(Person, Person.id == Application.lead_id),
        narrowed,
    )
    if narrowed.view == OPEN:
        statement = after(
            statement, Application.due_at, Application.id, narrowed.cursor, datetime.fromisoformat
        )
    else:
        statement = after(
            statement,
            Application.touched_on,
            Application.id,
            narrowed.cursor,
            date.fromisoformat,
            descending=True,
        )
    found = session.execute(statement).all()
    holds = active_holds(session, [row.id for row in found])
    rows = [_queue_row(row, holds.get(row.id, ())) for row in found]
    return page(rows, _cursor_of(narrowed.view))


def _queue_row(found: Any, holds: tuple[str, ...]) -> QueueRow:
    return QueueRow(**found._asdict(), holds=holds)


def _narrow(statement: Any, narrowed: QueueFilter) -> Any:
    statement = statement.where(Application.programme == "emergency", Application.state != "draft")
    if narrowed.view == OPEN:
        statement = statement.where(Application.due_at.is_not(None))
    else:
        statement = statement.where(Application.due_at.is_(None))
    if narrowed.state:
        statement = statement.where(Application.state == narrowed.state)
    if narrowed.band:
        statement = statement.where(Application.band == narrowed.band)
    if narrowed.lead_id == "none":
        statement = statement.where(Application.lead_id.is_(None))
    elif narrowed.lead_id:
        statement = statement.where(Application.lead_id == narrowed.lead_id)
    if narrowed.search:
        statement = statement.where(
            func.lower(Application.designation).contains(narrowed.search.lower(), autoescape=True)
        )
    return statement


def _cursor_of(view: str) -> Callable[[QueueRow], tuple[str, str]]:
    if view == OPEN:
        return lambda row: (row.due_at.isoformat() if row.due_at else "", row.id)
    return lambda row: (row.touched_on.isoformat(), row.id)


def counts_by_state(session: Session) -> dict[str, int]:
    """Return how many applications are in each state, drafts and invented ones left out."""
    statement = (
        select(Application.state, func.count())
        .where(Application.state != "draft", Application.id.not_in(canaries.invented()))
        .group_by(Application.state)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def ended_states() -> frozenset[str]:
    """Return the states of a case in which nobody waits any more, over all versions."""
    return frozenset(
        state.code
        for definition in all_workflows()
        if definition.name in PROGRAMMES
        for state in definition.states
        if state.final
    )


def open_ids(session: Session) -> list[str]:
    """Return the ids of every case that was submitted and has not ended, in order of id."""
    statement = select(Application.id).where(Application.state.not_in(["draft", *ended_states()]))
    return list(session.scalars(statement.order_by(Application.id)))


def designations(session: Session, application_ids: Sequence[str]) -> dict[str, str]:
    """Return what these cases are called, by id. One statement."""
    statement = select(Application.id, Application.designation)
    found = session.execute(statement.where(Application.id.in_(application_ids)))
    return {row.id: row.designation for row in found}


def active_holds(session: Session, application_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the kinds of hold active now, per application."""
    found: dict[str, tuple[str, ...]] = {}
    statement = (
        select(Hold.application_id, Hold.kind)
        .where(Hold.application_id.in_(application_ids), Hold.lifted_at.is_(None))
        .order_by(Hold.application_id, Hold.kind)
    )
    for application_id, kind in session.execute(statement):
        found[application_id] = (*found.get(application_id, ()), kind)
    return found


def running_clocks(session: Session, subject_id: str) -> Sequence[Clock]:
    """Return the clocks of a subject that still run or stand paused, nearest first."""
    statement = (
        select(Clock)
        .where(Clock.subject_id == subject_id, Clock.state.in_(("running", "paused")))
        .order_by(Clock.due_at, Clock.name)
        .options(selectinload(Clock.pauses))
    )
    return session.scalars(statement).all()


def ended_clocks(session: Session, subject_id: str) -> Sequence[Clock]:
    """Return the clocks of a subject that were kept or broken, in the order they began."""
    statement = (
        select(Clock)
        .where(Clock.subject_id == subject_id, Clock.state.in_(("kept", "broken")))
        .order_by(Clock.started_at, Clock.name)
    )
    return session.scalars(statement).all()


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One step of a case as staff see it; the actor is a role, with the name for staff acts."""

    chain: str
    step: int
    action: str
    dest: str
    role: str
    person: str | None
    day: date
    at: datetime | None
    reason_code: str | None


def history(session: Session, application_id: str) -> list[HistoryRow]:
    """Return the steps of an application, its ballots and its disbursements, oldest first."""
    subjects = [application_id]
    for model in (Ballot, Disbursement):
        subjects += session.scalars(
            select(model.id).where(model.application_id == application_id)
        ).all()
    statement = (
        select(
            Event.chain,
            Event.step,
            Event.action,
            Event.dest,
            Event.actor_role,
            Person.display_name,
            Event.day,
            Event.at,
            Event.reason_code,
        )
        .outerjoin(Person, Person.id == Event.actor_ref)
        .where(Event.subject_id.in_(subjects), Event.chain != VIEWS)
        .order_by(Event.id)
    )
    return [HistoryRow(*row) for row in session.execute(statement)]


def views_of(session: Session, application_id: str) -> list[HistoryRow]:
    """Return who looked into the sealed compartments of a case, as roles, oldest first."""
    statement = (
        select(
            Event.chain,
            Event.step,
            Event.action,
            Event.dest,
            Event.actor_role,
            Event.day,
            Event.at,
            Event.reason_code,
        )
        .where(Event.subject_id == application_id, Event.chain == VIEWS)
        .order_by(Event.step)
    )
    return [
        HistoryRow(
            chain=row.chain,
            step=row.step,
            action=row.action,
            dest=row.dest,
            role=row.actor_role,
            person=None,
            day=row.day,
            at=row.at,
            reason_code=row.reason_code,
        )
        for row in session.execute(statement)
    ]


def seats_of(session: Session, reviewer_id: str) -> list[tuple[Seat, Ballot, Application]]:
    """Return the seats a reviewer holds on ballots that are still to be decided, next due first."""
    statement = (
        select(Seat, Ballot, Application)
        .join(Ballot, Ballot.id == Seat.ballot_id)
        .join(Application, Application.id == Ballot.application_id)
        .where(
            Seat.reviewer_id == reviewer_id,
            Seat.status != "recused",
            Ballot.state.not_in(("decided", "void")),
        )
        .order_by(Ballot.due_at, Ballot.id)
    )
    return [(seat, ballot, application) for seat, ballot, application in session.execute(statement)]
