"""Keys: the next version of what somebody could open who has left."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from fund_app.jobs.context import JobContext, outside
from fund_app.services import rotation, vault

BATCH = 250


@outside
def renew(_session: Session, _payload: Mapping[str, str | int], _context: JobContext) -> None:
    """Renew until nothing waits, a batch at a time.

    Killed at any point it goes on where it was: what is done is no longer noted as due. A
    rotation of every case's keys that was interrupted at the terminal ends here.
    """
    while vault.renew_due(BATCH):
        pass
    rotation.end_case_keys()
