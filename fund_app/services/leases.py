"""Leases: which worker may write the result of a job, and until when.

A worker takes a job for a short time and says so in the row: who, which attempt, until when.
Every later write names owner and attempt again, so a worker that slept past its lease finds
nothing to write to (`LeaseLost`) instead of overwriting the one that took over.

Leases are counted in the machine's own time: PostgreSQL is asked for its clock, which all its
workers share; a SQLite file has one machine and therefore one clock. The fund's clock, which a
demonstration may move by weeks, decides only whether `run_at` has come. Should the machine's
clock jump, a job may run twice at worst, and owner and attempt still let only one finish.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Select, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from fund_app.adapters import clock
from fund_app.models.jobs import Job, JobState, checked_token

LAPSED = "lease_lapsed"
"""Why a job died whose workers all disappeared without a word."""


class LeaseLost(Exception):
    """The job belongs to somebody else by now; whatever was written must be rolled back."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A job in the hands of one worker: what to do, and the proof of holding it."""

    job_id: int
    owner: str
    attempt: int
    key: str
    kind: str
    payload: Mapping[str, str | int]


def machine_time(session: Session) -> int:
    """Return the machine's time as milliseconds since 1970, the same for all workers."""
    if session.get_bind().dialect.name == "postgresql":
        seconds = session.scalar(select(func.extract("epoch", func.clock_timestamp())))
        return int((seconds or 0) * 1000)
    return int(time.time() * 1000)


def is_anything_due(session: Session, lanes: Collection[str]) -> bool:
    """Whether a worker would find a job in the lanes; only reads, so it keeps nobody waiting."""
    found = session.execute(_due(lanes, clock.now(), machine_time(session)).limit(1))
    return found.first() is not None


def claim(
    session: Session, lane: str, *, owner: str, lease: timedelta, hard: timedelta
) -> Lease | None:
    """Take the job of the lane that is due longest, or None; call it in a unit of its own.

    lease: how long the worker may be silent; hard: after how long the job is taken away even
    from a worker that still gives signs of life. On PostgreSQL rows other workers are looking
    at are skipped; on SQLite the writing transaction keeps the others out.
    """
    now = machine_time(session)
    statement = _due((lane,), clock.now(), now).limit(1).with_for_update(skip_locked=True)
    job = session.scalars(statement).first()
    if job is None:
        return None
    job.state = JobState.RUNNING
    job.attempts += 1
    job.lease_owner = owner
    job.lease_until = now + _ms(min(lease, hard))
    job.hard_until = now + _ms(hard)
    session.flush()
    return Lease(job.id, owner, job.attempts, job.key, job.kind, dict(job.payload))


def beat(session: Session, held: Lease, lease: timedelta) -> None:
    """Extend a lease by one more silence, never past its hard end; LeaseLost when taken away."""
    now = machine_time(session)
    longer = now + _ms(lease)
    # LEAST is PostgreSQL's, MIN with two arguments SQLite's; reading first does for both.
    hard_until = session.scalar(_held(held, select(Job.hard_until)))
    if hard_until is None or hard_until <= now:
        raise LeaseLost(held.key)
    _write(session, held, lease_until=min(longer, hard_until))


def hold(session: Session, held: Lease) -> None:
    """Lock the job's row for the rest of the transaction; LeaseLost when taken away.

    While the lock is held nobody can take the job, however long the transaction lasts.
    """
    if session.scalar(_held(held, select(Job.id)).with_for_update()) is None:
        raise LeaseLost(held.key)


def complete(session: Session, held: Lease) -> None:
    """Mark a job done in the caller's transaction; LeaseLost when taken away.

    What is done keeps its day and loses its hour: nobody shall read from a finished job at
    what time somebody wrote to the fund.
    """
    today = clock.now().date()
    midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
    _write(
        session,
        held,
        **_released(JobState.DONE),
        run_at=midnight,
        finished_day=today,
        last_error_code=None,
    )


def fail(session: Session, held: Lease, code: str, *, pause: timedelta | None) -> None:
    """Put a job back for another try after `pause`, or among the dead letters when None.

    code: a short error code, never a message. LeaseLost when the job was taken away.
    """
    code = checked_token(code)
    if pause is None:
        finished = clock.now().date()
        _write(
            session,
            held,
            **_released(JobState.DEAD),
            finished_day=finished,
            last_error_code=code,
        )
        return
    again = machine_time(session) + _ms(pause)
    _write(session, held, **_released(JobState.READY), retry_from=again, last_error_code=code)


def recover(session: Session, *, most_attempts: int) -> int:
    """Free every job whose lease has lapsed, and return how many there were.

    A job that has used up its attempts this way (it kills its worker each time) goes to the
    dead letters. Rows that a worker's open transaction has locked are left alone.
    """
    statement = (
        select(Job)
        .where(Job.state == JobState.RUNNING, Job.lease_until < machine_time(session))
        .with_for_update(skip_locked=True)
    )
    lapsed = session.scalars(statement).all()
    for job in lapsed:
        job.lease_owner = job.lease_until = job.hard_until = None
        job.last_error_code = LAPSED
        job.state = JobState.READY
        if job.attempts >= most_attempts:
            job.state = JobState.DEAD
            job.finished_day = clock.now().date()
    session.flush()
    return len(lapsed)


def _due(lanes: Collection[str], now: datetime, machine_now: int) -> Select[Job]:
    earlier = aliased(Job)
    is_blocked = exists().where(
        earlier.order_key == Job.order_key,
        earlier.id < Job.id,
        earlier.state.in_((JobState.READY, JobState.RUNNING)),
    )
    return (
        select(Job)
        .where(
            Job.state == JobState.READY,
            Job.lane.in_(lanes),
            Job.run_at <= now,
            Job.retry_from <= machine_now,
            or_(Job.order_key.is_(None), ~is_blocked),
        )
        .order_by(Job.run_at, Job.id)
    )


def _held(held: Lease, statement: Any) -> Any:
    return statement.where(
        Job.id == held.job_id,
        Job.state == JobState.RUNNING,
        Job.lease_owner == held.owner,
        Job.attempts == held.attempt,
    )


def _write(session: Session, held: Lease, **values: Any) -> None:
    statement = _held(held, update(Job)).values(**values)
    statement = statement.execution_options(synchronize_session=False)
    if cast("CursorResult[Any]", session.execute(statement)).rowcount != 1:
        raise LeaseLost(held.key)


def _released(state: JobState) -> dict[str, Any]:
    return {"state": state, "lease_owner": None, "lease_until": None, "hard_until": None}


def _ms(span: timedelta) -> int:
    return int(span / timedelta(milliseconds=1))
