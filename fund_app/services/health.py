"""Whether the installation does its work: stores, jobs, clock. Counts and moments, never a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.adapters.keystore_schema import SCHEMA_VERSION
from fund_app.models.events import Event
from fund_app.models.jobs import Job, JobState
from fund_app.services import jobs
from fund_app.services.vault import keystore

LATE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `check` and `advice` are codes for the page's words."""

    check: str
    is_ok: bool
    found: str
    advice: str = ""


def examine(session: Session) -> tuple[Finding, ...]:
    """Run every check on the stores the application is connected to; changes nothing."""
    return (_keystore(), _dead(session), _waiting(session), _clock(session))


def _keystore() -> Finding:
    try:
        present = keystore().schema_version()
    except SQLAlchemyError as refused:
        return Finding("keystore", False, type(refused).__name__, "keystore")
    return Finding("keystore", present == SCHEMA_VERSION, str(present), "keystore")


def _dead(session: Session) -> Finding:
    dead = jobs.counts(session)[JobState.DEAD]
    return Finding("dead", dead == 0, str(dead), "dead")


def _waiting(session: Session) -> Finding:
    """How many jobs are due for longer than a worker that runs would leave them."""
    statement = select(func.count()).where(
        Job.state == JobState.READY, Job.run_at < now() - LATE, Job.retry_from == 0
    )
    late = session.scalar(statement) or 0
    return Finding("worker", late == 0, str(late), "worker")


def _clock(session: Session) -> Finding:
    moment, last = now(), session.scalar(select(func.max(Event.at)))
    found = moment.isoformat(timespec="seconds")
    return Finding("clock", last is None or last <= moment, found, "clock")
