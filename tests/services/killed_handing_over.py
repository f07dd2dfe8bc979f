"""A process that hands a payment file over and is killed on the way, for the crash tests.

`main` with DATABASE KEYSTORE HOME PERSON BATCH NUMBER dies by
SIGKILL in place of the NUMBERth statement; with NUMBER 0 once the bytes are out of its hands.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import event

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.services import batches, staff_keys, vault
from fund_app.services.vault import SignedIn
from tests.services.killed import die
from tests.support.application import running_app, test_settings
from tests.support.house import PASSPHRASE
from tests.support.stores import SQLITE, Store
from workflows.roles import Role


def main(argv: list[str]) -> None:
    """Do what the module says."""
    database, keystore, home, person, batch_id, number = argv
    store = Store(SQLITE, database, keystore)
    settings = test_settings(store, Path(home), "smtp://127.0.0.1:9", {})
    clock = ManualClock(datetime(2026, 6, 30, 12, 30, tzinfo=UTC))
    with running_app(settings, clock) as app, app.app_context():
        private_key = staff_keys.unlock_staff(person, PASSPHRASE)
        if private_key is None:
            raise SystemExit("the key does not open")
        ring = vault.ring_for(person, private_key)
        actor = SignedIn(person, frozenset({Role.FINANCE_OFFICER}), ring)
        left = int(number)

        def count(*_args: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                die()

        event.listen(db.engine, "before_cursor_execute", count)
        _name, content = batches.hand_over(actor, batch_id)
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        die()
