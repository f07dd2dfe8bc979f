"""A process that issues a year's receipts and is killed on the way, for the crash tests.

`main` with DATABASE KEYSTORE HOME PERSON PASSPHRASE BATCH NUMBER
dies by SIGKILL in place of the NUMBERth statement that writes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import event

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.services import receipt_batches, staff_keys, vault
from fund_app.services.vault import SignedIn
from tests.services.killed import die
from tests.support.application import running_app, test_settings
from tests.support.stores import SQLITE, Store
from workflows.roles import Role

WRITES = ("INSERT", "UPDATE")


def main(argv: list[str]) -> None:
    """Do what the module says."""
    database, keystore, home, person, passphrase, batch_id, number = argv
    settings = test_settings(
        Store(SQLITE, database, keystore), Path(home), "smtp://127.0.0.1:9", {}
    )
    clock = ManualClock(datetime(2026, 6, 30, 12, 30, tzinfo=UTC))
    with running_app(settings, clock) as app, app.app_context():
        key = staff_keys.unlock_staff(person, passphrase)
        if key is None:
            raise SystemExit("no key")
        left = int(number)

        def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            nonlocal left
            left -= statement.lstrip().upper().startswith(WRITES)
            if left == 0:
                die()

        event.listen(db.engine, "before_cursor_execute", count)
        actor = SignedIn(person, frozenset({Role.FINANCE_OFFICER}), vault.ring_for(person, key))
        receipt_batches.go_on(actor, batch_id, seconds=60)
