"""A process that erases a case and is killed on the way, for the tests of erasing.

`python -m tests.services.killed_erasing DATABASE KEYSTORE HOME CASE POINT` dies by SIGKILL right
after the part of the work named POINT.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fund_app.adapters import scrub
from fund_app.adapters.clock import ManualClock
from fund_app.adapters.keystore import Keystore
from fund_app.adapters.storage import Storage
from fund_app.services import erasures
from fund_app.services.sessions import Sessions
from tests.support.application import running_app, test_settings
from tests.support.stores import POSTGRESQL, SQLITE, Store
from workflows.erasures import Origin

AFTER = {
    "begun": (erasures, "_begin"),
    "keys": (Keystore, "erase_case"),
    "data": (erasures, "_empty"),
    "files": (Storage, "remove"),
    "holder": (Keystore, "remove_holder"),
    "sessions": (Sessions, "end_all"),
    "scrub": (scrub, "scrub"),
}
"""Where each part ends; of those inside a transaction the process dies after its commit."""

INSIDE = ("begun", "data")


def die() -> None:
    """End as a machine does that loses its power."""
    os.kill(os.getpid(), signal.SIGKILL)


def then_die(act: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does its work and never comes back."""

    def last(*args: Any, **named: Any) -> None:
        act(*args, **named)
        die()

    return last


def main(argv: list[str]) -> None:
    """Do what the module says."""
    database, keystore, home, case_id, point = argv
    engine = SQLITE if database.startswith("sqlite") else POSTGRESQL
    settings = test_settings(
        Store(engine, database, keystore), Path(home), "smtp://127.0.0.1:9", {}
    )
    clock = ManualClock(datetime(2026, 7, 30, 12, 30, tzinfo=UTC))
    with running_app(settings, clock) as app, app.app_context():
        if point == "begun":
            vars(erasures)["carry_out"] = then_die(lambda *_numbers: None)
        elif point == "data":
            vars(erasures)["storage"] = then_die(lambda: None)
        else:
            owner, name = AFTER[point]
            setattr(owner, name, then_die(getattr(owner, name)))
        erasures.erase(case_id, Origin.OPERATOR)


if __name__ == "__main__":
    main(sys.argv[1:])
