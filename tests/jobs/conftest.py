"""Fixtures of the job tests: the smallest application, and worker processes one may kill."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.services.unit import unit_of_work
from tests.jobs.site import EFFECTS, main, make_app
from tests.support.processes import Child
from tests.support.stores import Store


@pytest.fixture
def site(store: Store) -> Iterator[Flask]:
    """Make the smallest application, by the machine's clock, with a table for effects."""
    app = make_app(store.database_url)
    with app.app_context():
        with unit_of_work() as session:
            session.execute(text(EFFECTS))
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def still_site(store: Store, clock: ManualClock) -> Iterator[Flask]:
    """Make the smallest application, by a clock that stands still."""
    app = make_app(store.database_url, clock)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


class Workers:
    """Worker processes on one store; what they did is read from their common log."""

    def __init__(self, store: Store, directory: Path) -> None:
        self._url = store.database_url
        self._log = directory / "effects.log"
        self._said = directory / "workers.out"
        self._running: list[Child] = []

    def start(self, *, seconds: float = 0) -> Child:
        """Start one worker; its slow jobs take `seconds`."""
        words = (self._url, str(self._log), str(seconds))
        worker = Child(main, words, self._said, self._said)
        self._running.append(worker)
        return worker

    def lines(self) -> list[str]:
        """Return what the handlers left, in order."""
        return self._log.read_text().splitlines() if self._log.exists() else []

    def keys(self) -> list[str]:
        """Return the keys the handlers left, repetitions included."""
        return [line.split()[0] for line in self.lines()]

    def kill(self, worker: Child) -> None:
        """Kill a worker on the spot."""
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def close(self) -> None:
        """Kill whatever still runs."""
        for worker in self._running:
            if worker.is_running:
                self.kill(worker)


@pytest.fixture
def workers(store: Store, tmp_path: Path) -> Iterator[Workers]:
    """Start worker processes; none survives the test."""
    found = Workers(store, tmp_path)
    yield found
    found.close()


def wait_until(is_so: Callable[[], bool], *, seconds: float = 120) -> None:
    """Wait for something another process does; fail when it does not come about.

    Long enough for a machine that has other things to do: how quick it is, a benchmark says.
    """
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
