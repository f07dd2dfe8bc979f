"""Parting from somebody who could open everything, beside the bare wraps of the new keys."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from fund_app.adapters.keystore_keys import PrivateKey
from fund_app.bench import population
from fund_app.bench.installation import Installation
from fund_app.bench.measuring import FULL, Effort, Figure, race
from fund_app.bench.raw import BareRows, driver
from fund_app.services import codenames, people, vault
from fund_app.services.intake import FOR_COORDINATORS
from workflows.roles import SYSTEM, Role

CASES = 5_000
STAYING = ("anna", "boris")
TURNS = 2
"""One warms up, one is measured: each parts from somebody for good."""

ONCE = Effort(rounds=1, calls=1, small=0, large=0)
KEY = bytes(32)


def offboarding(site: Installation, effort: Effort) -> Iterator[Figure]:
    """Measure ending an access and renewing every key it opened.

    Each compartment of each case is held by its applicant, by two who stay and by those who
    leave; afterwards it has a new key for those who are left.
    """
    count = CASES if effort.large == FULL.large else effort.small
    with site.app.app_context():
        leavers = [_take_on(f"leaver-{number}") for number in range(TURNS)]
        _open_cases(site, count, [holder for _handle, holder in leavers])
    handles = [handle for handle, _holder in leavers]
    public = PrivateKey.generate().public_key()
    compartments = count * len(FOR_COORDINATORS)
    wraps = compartments * (len(STAYING) + 1)

    def ours() -> None:
        with site.app.app_context():
            people.disable(SYSTEM, handles.pop(0))
            while vault.renew_due():
                pass

    with driver(site.settings.keystore_url) as connection:
        table = BareRows(connection)
        yield race(
            f"somebody leaves who could open {count} cases ({compartments} compartments)",
            ours,
            f"{wraps} bare wraps and their rows in one commit",
            lambda: table.add([public.wrap(KEY, b"info") for _ in range(wraps)]),
            ONCE,
        )


def _take_on(handle: str) -> tuple[str, str]:
    passphrase = secrets.token_urlsafe()
    person_id = people.add(SYSTEM, handle, handle.title(), [Role.COORDINATOR], passphrase)
    return handle, person_id


def _open_cases(site: Installation, count: int, leavers: list[str]) -> None:
    staying = [site.staff[handle].ref for handle in STAYING]
    for row in population.fill(count, staying, state="triage"):
        applicant = codenames.applicants().begin().holder_id
        readers = (applicant, *staying, *leavers)
        vault.open_case(row.application_id, dict.fromkeys(FOR_COORDINATORS, readers))
