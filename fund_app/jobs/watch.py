"""The watch beside a running job: signs of life, and the alarm at the hard maximum.

Both are needed. A lease without signs of life would free a job that is merely slow; signs of
life without a hard maximum would keep a job that hangs for ever.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from fund_app.jobs.terms import Terms
from fund_app.services import leases
from fund_app.services.leases import Lease, LeaseLost
from fund_app.services.unit import unit_of_work

log = logging.getLogger("fund.jobs")


class Watch:
    """A thread that lives as long as one attempt; use it as a context manager."""

    def __init__(
        self, app: Flask, held: Lease, terms: Terms, *, beats: bool, alarm: Callable[[], None]
    ) -> None:
        """Watch over one attempt.

        beats: whether to extend the lease. A handler inside a transaction needs no signs of
        life, since its transaction keeps the row locked; a beat would only wait for that lock.
        alarm: called once, from the watch's own thread, when the hard maximum has passed.
        """
        self._app = app
        self._held = held
        self._terms = terms
        self._beats = beats
        self._alarm = alarm
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fund-job-watch", daemon=True)

    def __enter__(self) -> Self:
        """Start watching."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop watching; a beat under way finds the lease released and ends."""
        self._over.set()

    def _run(self) -> None:
        end = time.monotonic() + self._terms.hard.total_seconds()
        every = min(self._terms.lease, self._terms.hard).total_seconds() / 3
        while not self._over.wait(every):
            if time.monotonic() >= end:
                log.error("job_stuck kind=%s", self._held.kind)
                self._alarm()
                return
            if self._beats:
                self._beat()

    def _beat(self) -> None:
        try:
            with self._app.app_context(), unit_of_work() as session:
                leases.beat(session, self._held, self._terms.lease)
        except LeaseLost:
            # No more signs of life; the handler may hang all the same, so the watch goes on.
            self._beats = False
        except SQLAlchemyError as error:
            log.info("beat_missed error=%s", type(error).__name__)
