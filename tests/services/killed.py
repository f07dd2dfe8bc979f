"""A process that answers a case and is killed on the way, for the crash tests.

`python -m tests.services.killed DATABASE KEYSTORE HOME PERSON CASE NUMBER` dies by SIGKILL in
place of the NUMBERth statement; with NUMBER 0 right after everything is written.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import event

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.services import applications
from tests.support.application import running_app, test_settings
from tests.support.house import press
from tests.support.stores import SQLITE, Store
from workflows.roles import Actor, Role


def die() -> None:
    """End as a machine does that loses its power."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(argv: list[str]) -> None:
    """Do what the module says."""
    database, keystore, home, person, case_id, number = argv
    settings = test_settings(
        Store(SQLITE, database, keystore), Path(home), "smtp://127.0.0.1:9", {}
    )
    clock = ManualClock(datetime(2026, 6, 30, 12, 30, tzinfo=UTC))
    with running_app(settings, clock) as app, app.app_context():
        left = int(number)

        def count(*_args: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                die()

        event.listen(db.engine, "before_cursor_execute", count)
        actor = Actor(person, frozenset({Role.COORDINATOR}))
        applications.acknowledge(actor, case_id, press())
        die()


if __name__ == "__main__":
    main(sys.argv[1:])
