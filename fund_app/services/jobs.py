"""Jobs: put work into the outbox, look at it, take it back, try it again.

Every function works on the caller's session and inside the caller's transaction, so that
what happens later is decided together with what happens now, or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from fund_app.adapters import clock
from fund_app.models.jobs import (
    Job,
    JobState,
    Lane,
    checked_key,
    checked_payload,
    checked_token,
)
from fund_app.services import audit
from workflows.roles import SYSTEM, Actor, Role


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job as the staff page and the command line show it."""

    key: str
    kind: str
    lane: str
    state: str
    attempts: int
    run_at: datetime
    last_error_code: str | None


def enqueue(
    session: Session,
    kind: str,
    payload: Mapping[str, str | int],
    *,
    key: str,
    run_at: datetime | None = None,
    lane: str = Lane.DEFAULT,
    order_key: str | None = None,
) -> bool:
    """Remember one job in the caller's transaction; the same key twice is one job.

    kind: a name in fund_app.jobs.handlers.HANDLERS. payload: ids, codes and whole numbers.
    key: says what the job is for (`case:step:effect`) and is handed on as idempotency key.
    run_at: not before this moment of the fund's clock (aware); now when left out.
    lane: one of models.jobs.Lane. order_key: jobs with the same one run one after the other
    in the order they were enqueued; use the case for messages whose order matters.

    Returns whether the job is new. Raises ValueError for free text or an unknown lane.
    """
    now = clock.now()
    # Before the statement exists: a database error would repeat what it was given.
    checked_payload(payload)
    values = {
        "key": checked_key(key),
        "kind": checked_token(kind),
        "payload": dict(payload),
        "lane": Lane(lane).value,
        "order_key": None if order_key is None else checked_key(order_key),
        "run_at": run_at or now,
        "state": JobState.READY.value,
        "attempts": 0,
        "retry_from": 0,
        "created_day": now.date(),
    }
    # Written at once: a pending ORM row would only fail at the caller's flush.
    return session.execute(_insert_once(session, values)).first() is not None


def cancel(session: Session, key: str) -> bool:
    """Take a job back that has not started; the key is free again afterwards.

    Returns False when there is no such job or a worker already has it (or had it): what
    is running must ask by itself whether it still applies.
    """
    statement = delete(Job).where(Job.key == key, Job.state == JobState.READY)
    return _changed(session, statement) == 1


def requeue(session: Session, key: str, *, actor: Actor = SYSTEM) -> bool:
    """Give a dead letter a fresh start: due now, no attempts counted, the error kept to read.

    Recorded in the house's audit chain with the kind of job. Returns False, and records
    nothing, when no dead job has this key.
    """
    statement = select(Job).where(Job.key == key, Job.state == JobState.DEAD).with_for_update()
    job = session.scalars(statement).first()
    if job is None:
        return False
    job.state = JobState.READY
    job.attempts = job.retry_from = 0
    job.run_at = clock.now()
    job.finished_day = None
    role = Role.ADMINISTRATOR if Role.ADMINISTRATOR in actor.roles else Role.SYSTEM
    audit.record(
        session, "house", "jobs", "requeue_job", actor=actor, role=role, reason_code=job.kind
    )
    session.flush()
    return True


def inspect(
    session: Session, *, states: Collection[str] = (), limit: int = 100
) -> tuple[JobRow, ...]:
    """List jobs, the earliest due first; states narrows (all when empty), limit bounds it."""
    statement = select(
        Job.key,
        Job.kind,
        Job.lane,
        Job.state,
        Job.attempts,
        Job.run_at,
        Job.last_error_code,
    )
    if states:
        statement = statement.where(Job.state.in_([JobState(state).value for state in states]))
    statement = statement.order_by(Job.run_at, Job.id).limit(limit)
    return tuple(JobRow(*row) for row in session.execute(statement))


def counts(session: Session) -> dict[str, int]:
    """Return how many jobs stand in each state; states without jobs count 0."""
    found = dict.fromkeys((state.value for state in JobState), 0)
    statement = select(Job.state, func.count()).group_by(Job.state)
    found.update((state, number) for state, number in session.execute(statement))
    return found


def is_waiting(session: Session, kind: str) -> bool:
    """Whether a job of a kind is still to be done, or cannot be done without a person."""
    statement = select(Job.id).where(Job.kind == kind, Job.state != JobState.DONE).limit(1)
    return session.scalar(statement) is not None


def purge(session: Session, *, before: date) -> int:
    """Forget jobs done before a day and return how many; dead letters stay until requeued.

    A purged key could be used again, so keep done jobs longer than anything is repeated.
    """
    statement = delete(Job).where(Job.state == JobState.DONE, Job.finished_day < before)
    return _changed(session, statement)


def _insert_once(session: Session, values: dict[str, Any]) -> Any:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(Job).values(values)
    return insert.on_conflict_do_nothing(index_elements=["key"]).returning(Job.id)


def _changed(session: Session, statement: Any) -> int:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount
