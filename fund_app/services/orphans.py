"""Orphans: what a crash left in one store without the row in the other that refers to it.

Keys are written before the rows that need them, so keys without a row are no damage, but they
should not lie about. They are swept when they were seen on an earlier day as well.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters import keystore_erasure
from fund_app.adapters.keystore import Keystore
from fund_app.adapters.storage import storage
from fund_app.models.applications import Application
from fund_app.models.erasures import Orphan
from fund_app.services import shredding, vault
from fund_app.services.unit import unit_of_work

KEYS, HOLDER, FILE = "keys", "holder", "file"


def lost(session: Session) -> set[tuple[str, str]]:
    """Return kind and reference of everything nobody refers to at this moment."""
    store = vault.keystore()
    # The keystore first: what is written between the two looks has its keys before its row.
    with_keys = keystore_erasure.cases_with_keys(store)
    idle = keystore_erasure.idle_applicants(store)
    files = storage().names()
    scopes = shredding.scopes(session)
    at_home = set(session.scalars(select(Application.holder_id)))
    return (
        {(KEYS, case) for case in with_keys if case not in scopes}
        | {(HOLDER, holder) for holder in idle if holder not in at_home}
        | {(FILE, name) for name in files - shredding.known_files(session)}
    )


def due(session: Session, day: date) -> set[tuple[str, str]]:
    """Return what is lost now and was seen so on a day before; reads only."""
    seen = select(Orphan.kind, Orphan.ref).where(Orphan.seen_on < day)
    return lost(session) & {(row.kind, row.ref) for row in session.execute(seen)}


def sweep(day: date) -> int:
    """Remove what was lost on an earlier day already, note what is lost now; return how many."""
    with unit_of_work() as session:
        present, swept = lost(session), due(session, day)
        for row in session.scalars(select(Orphan)):
            if (row.kind, row.ref) not in present or (row.kind, row.ref) in swept:
                session.delete(row)
        noted = {(row.kind, row.ref) for row in session.scalars(select(Orphan))}
        for kind, ref in sorted(present - noted - swept):
            session.add(Orphan(kind=kind, ref=ref, seen_on=day))
    store = vault.keystore()
    remove: dict[str, Callable[[str], None]] = {
        KEYS: lambda ref: keystore_erasure.remove_keys(store, ref),
        HOLDER: lambda ref: _forget_holder(store, ref),
        FILE: storage().remove,
    }
    for kind, ref in sorted(swept):
        remove[kind](ref)
    return len(swept)


def _forget_holder(store: Keystore, holder_id: str) -> None:
    store.remove_holder(holder_id)
