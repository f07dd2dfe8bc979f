"""A process that answers a case and is killed on the way, for the crash tests.

`main` with DATABASE KEYSTORE HOME PERSON CASE NUMBER dies by SIGKILL in
place of the NUMBERth statement; with NUMBER 0 right after everything is written. What every
process of this kind needs is here as well.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, event

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.services import applications
from tests.support.application import running_app, test_settings
from tests.support.house import press
from tests.support.stores import POSTGRESQL, SQLITE, Store
from workflows.roles import Actor, Role

JUNE = datetime(2026, 6, 30, 12, 30, tzinfo=UTC)


def die() -> None:
    """End as a machine does that loses its power."""
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def running(database: str, keystore: str, home: str, moment: datetime = JUNE) -> Iterator[Flask]:
    """Run the application of a test in this process, on its databases."""
    engine = SQLITE if database.startswith("sqlite") else POSTGRESQL
    store = Store(engine, database, keystore)
    settings = test_settings(store, Path(home), "smtp://127.0.0.1:9", {})
    with running_app(settings, ManualClock(moment)) as app, app.app_context():
        yield app


def die_at(number: int, what: tuple[str, ...], *engines: Engine) -> None:
    """Die in place of the numberth event of these kinds on these engines; 0: never."""
    left = number

    def count(*_args: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            die()

    for engine in engines:
        for kind in what:
            event.listen(engine, kind, count)


def main(argv: list[str]) -> None:
    """Do what the module says."""
    database, keystore, home, person, case_id, number = argv
    with running(database, keystore, home):
        die_at(int(number), ("before_cursor_execute",), db.engine)
        actor = Actor(person, frozenset({Role.COORDINATOR}))
        applications.acknowledge(actor, case_id, press())
        die()
