"""A process that erases a case and is killed on the way, for the tests of erasing.

`main` with DATABASE KEYSTORE HOME CASE POINT dies by SIGKILL right
after the part of the work named POINT.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fund_app.adapters import scrub
from fund_app.adapters.keystore import Keystore
from fund_app.adapters.storage import Storage
from fund_app.services import erasures
from fund_app.services.sessions import Sessions
from tests.services.killed import die, running
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
JULY = datetime(2026, 7, 30, 12, 30, tzinfo=UTC)


def then_die(act: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does its work and never comes back."""

    def last(*args: Any, **named: Any) -> None:
        act(*args, **named)
        die()

    return last


def main(argv: list[str]) -> None:
    """Do what the module says."""
    database, keystore, home, case_id, point = argv
    with running(database, keystore, home, JULY):
        if point == "begun":
            vars(erasures)["carry_out"] = then_die(lambda *_numbers: None)
        elif point == "data":
            vars(erasures)["storage"] = then_die(lambda: None)
        else:
            owner, name = AFTER[point]
            setattr(owner, name, then_die(getattr(owner, name)))
        erasures.erase(case_id, Origin.OPERATOR)
