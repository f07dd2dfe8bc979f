"""How soon the job of a worker that died is another's: beside the lease that had to lapse."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from fund_app.bench.installation import Installation
from fund_app.bench.measuring import Effort, Figure, race
from fund_app.jobs.context import JobContext
from fund_app.jobs.terms import Terms
from fund_app.jobs.worker import Worker
from fund_app.models.jobs import Lane
from fund_app.models.types import new_ref
from fund_app.services import jobs, leases
from fund_app.services.unit import unit_of_work

KIND = "send_notice"
"""One the product knows; what is done here is the bench's own."""
DEAD = "dead"
LEASE = timedelta(seconds=1)
TERMS = Terms(lease=LEASE, poll=timedelta(milliseconds=20))
MOST_ROUNDS = 5


def takeover(site: Installation, effort: Effort) -> Iterator[Figure]:
    """Measure from a worker's last sign of life to another one beginning its job anew."""

    def ours() -> None:
        with site.app.app_context(), unit_of_work() as session:
            jobs.enqueue(session, KIND, {}, key=new_ref())
            # What a worker leaves that is killed at once: a lease and silence.
            leases.claim(session, Lane.DEFAULT, owner=DEAD, lease=LEASE, hard=TERMS.hard)
        _work_once(site)

    yield race(
        "a dead worker's job begun anew",
        ours,
        "waiting until its lease has lapsed",
        lambda: time.sleep(LEASE.total_seconds()),
        replace(effort, rounds=min(effort.rounds, MOST_ROUNDS), calls=1),
    )


def _work_once(site: Installation) -> None:
    """Let a second worker wait for the job, begin it, and end."""

    def begin(_session: Session, _payload: Mapping[str, str | int], _context: JobContext) -> None:
        second.stop()

    second = Worker(site.app, terms=TERMS, handlers={KIND: begin}, rounds=())
    second.run()
