"""A process that works on keys and is killed on the way, for the tests of offboarding.

`python -m tests.services.killed_keys DATABASE KEYSTORE HOME WHAT NUMBER [HANDLE]` dies by
SIGKILL in place of the NUMBERth statement to either database. WHAT is disable, renew or votes;
votes are sealed anew from the secret of the tests to SECOND.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import event

from fund_app.adapters.clock import ManualClock
from fund_app.adapters.keystore_keys import DeploymentSecrets
from fund_app.extensions import db
from fund_app.services import people, rotation, vault
from fund_app.services.vault import keystore
from tests.services.killed import die
from tests.support.application import running_app, test_settings
from tests.support.stores import SQLITE, Store
from workflows.roles import SYSTEM

SECOND = b"the second secret of the tests, as long as the first"
SMALL_BATCH = 2


def main(argv: list[str]) -> None:
    """Do what the module says."""
    database, url, home, what, number, *rest = argv
    settings = test_settings(Store(SQLITE, database, url), Path(home), "smtp://127.0.0.1:9", {})
    clock = ManualClock(datetime(2026, 6, 30, 12, 30, tzinfo=UTC))
    with running_app(settings, clock) as app, app.app_context():
        left = int(number)

        def count(*_args: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                die()

        for engine in (db.engine, keystore().engine):
            event.listen(engine, "before_cursor_execute", count)
            event.listen(engine, "commit", count)
        if what == "disable":
            people.disable(SYSTEM, rest[0])
        elif what == "renew":
            while vault.renew_due(SMALL_BATCH):
                pass
        else:
            app.extensions["fund.secrets"] = DeploymentSecrets(SECOND, settings.secret)
            rotation.reseal_votes()


if __name__ == "__main__":
    main(sys.argv[1:])
