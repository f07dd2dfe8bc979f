"""A process that works on keys and is killed on the way, for the tests of offboarding.

`main` with DATABASE KEYSTORE HOME WHAT NUMBER [HANDLE] dies by
SIGKILL in place of the NUMBERth statement to either database. WHAT is disable, renew or votes;
votes are sealed anew from the secret of the tests to SECOND.
"""

from __future__ import annotations

from fund_app.adapters.keystore_keys import DeploymentSecrets
from fund_app.extensions import db
from fund_app.services import people, rotation, vault
from fund_app.services.vault import keystore
from tests.services.killed import die_at, running
from workflows.roles import SYSTEM

SECOND = b"the second secret of the tests, as long as the first"
SMALL_BATCH = 2


def main(argv: list[str]) -> None:
    """Do what the module says."""
    database, url, home, what, number, *rest = argv
    with running(database, url, home) as app:
        die_at(int(number), ("before_cursor_execute", "commit"), db.engine, keystore().engine)
        if what == "disable":
            people.disable(SYSTEM, rest[0])
        elif what == "renew":
            while vault.renew_due(SMALL_BATCH):
                pass
        else:
            first = app.extensions["fund.settings"].secret
            app.extensions["fund.secrets"] = DeploymentSecrets(SECOND, first)
            rotation.reseal_votes()
