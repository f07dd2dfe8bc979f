"""Backups: the data, kept as long as one likes, and the keys, kept for seven days.

Two folders, never one. The data comes first and the keystore second: a row in the one has its
key in the other, unless it was erased in between; so a restored pair shows too little, never
too much. What was erased since is erased again on restoring.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from flask import current_app

from fund_app.adapters import dumps, keystore_erasure, scrub
from fund_app.extensions import db
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.queries import erasures as reads
from fund_app.services import audit, erasures, vault
from fund_app.services.proofs import BACKUP_DAYS
from fund_app.services.unit import unit_of_work
from workflows.roles import SYSTEM, Role

DATA, KEYS = "data", "keystore"
MADE = "made.json"
ERASED = "erased.json"
UPLOADS = "uploads"
STAMP = "%Y-%m-%dT%H%M%S"
OLDEST = timedelta(days=BACKUP_DAYS)


class NoBackup(Exception):
    """There is no whole backup in this folder."""


class TooOld(Exception):
    """The newest backup of the keys is older than seven days: it holds what was erased since."""

    def __init__(self, made_on: date) -> None:
        """Keep the day it was made on."""
        super().__init__(made_on.isoformat())
        self.made_on = made_on


class NotEmpty(Exception):
    """The installation holds people or cases, and was not to be replaced."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The newest backup of each kind, and the day the keys were copied."""

    data: Path
    keys: Path
    keys_made_on: date


def write(folder: Path, moment: datetime) -> list[Path]:
    """Back up data, uploads and keys into `folder`; return the key backups that were removed.

    Each kind gets a folder of its own under data/ and keystore/. Sessions are left out.
    """
    stamp = moment.strftime(STAMP)
    data, keys = folder / DATA / stamp, folder / KEYS / stamp
    with unit_of_work() as session:
        audit.record(session, HOUSE, HOUSE_ID, "backup_made", actor=SYSTEM, role=Role.SYSTEM)
    dumps.write(db.engine, data)
    _copy_uploads(data / UPLOADS)
    _seal(data, moment)
    dumps.write(vault.keystore().engine, keys, without=("session",))
    _seal(keys, moment)
    note_erased(folder)
    return prune(folder, moment.date())


def prune(folder: Path, today: date) -> list[Path]:
    """Remove the backups of keys that are older than seven days; return them."""
    old = too_old(folder, today)
    for path in old:
        shutil.rmtree(path)
    return old


def too_old(folder: Path, today: date) -> list[Path]:
    """Return the backups of keys that should not exist any more, the oldest first."""
    return [path for path, made_on in _made(folder / KEYS) if today - made_on > OLDEST]


def note_erased(folder: Path) -> None:
    """Write which cases are erased beside the backups, for a restore after a total loss."""
    with unit_of_work() as session:
        erased = reads.erased_cases(session)
    (folder / ERASED).write_text(json.dumps(erased), encoding="utf-8")


def newest(folder: Path) -> Pair:
    """Return the newest backup of each kind; raises NoBackup where one is missing."""
    data, keys = _made(folder / DATA), _made(folder / KEYS)
    if not data or not keys:
        raise NoBackup
    return Pair(data[-1][0], keys[-1][0], keys[-1][1])


def restore(folder: Path, today: date, *, force: bool = False, replace: bool = False) -> int:
    """Put the newest backup in place; return how many keys and holders were erased again.

    force: take keys older than seven days. replace: over what this installation holds.
    Raises NoBackup, TooOld, NotEmpty, adapters.dumps.WrongDump, each before anything changes.
    """
    pair = newest(folder)
    if today - pair.keys_made_on > OLDEST and not force:
        raise TooOld(pair.keys_made_on)
    settings = current_app.extensions["fund.settings"]
    is_used = any(
        dumps.holds_rows(settings.database_url, table) for table in ("person", "application")
    )
    if is_used and not replace:
        raise NotEmpty
    erased = _erased_until_now(folder)
    db.session.remove()
    db.engine.dispose()
    vault.keystore().engine.dispose()
    dumps.read(settings.database_url, pair.data)
    _restore_uploads(pair.data / UPLOADS, settings.upload_dir)
    dumps.read(settings.keystore_url, pair.keys)
    return _erase_again(erased) + erasures.reapply()


def _erased_until_now(folder: Path) -> dict[str, str]:
    """Return case and holder of what is known to be erased: here, and beside the backups."""
    with unit_of_work() as session:
        erased = dict(reads.erased_cases(session))
    beside = folder / ERASED
    if beside.is_file():
        erased |= dict(json.loads(beside.read_text("utf-8")))
    return erased


def _erase_again(erased: dict[str, str]) -> int:
    """Take the keys of cases whose erasure is younger than the data that was restored."""
    store = vault.keystore()
    keystore_erasure.forget_sessions(store)
    gone = keystore_erasure.erase_all(store, erased)
    for holder_id in erased.values():
        if store.holder(holder_id) is not None:
            store.remove_holder(holder_id)
            gone += 1
    scrub.scrub(store.engine, keystore_erasure.TABLES, wholly=True)
    return gone


def _copy_uploads(target: Path) -> None:
    source: Path = current_app.extensions["fund.settings"].upload_dir
    target.mkdir(mode=0o700)
    for path in sorted(source.iterdir()):
        if path.is_file():
            shutil.copy2(path, target / path.name)


def _restore_uploads(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in target.iterdir():
        if path.is_file():
            path.unlink()
    for path in sorted(source.iterdir()):
        shutil.copy2(path, target / path.name)


def _seal(folder: Path, moment: datetime) -> None:
    """Say that a backup is whole, and of which day it is; without this file it is none."""
    content = json.dumps({"made_on": moment.date().isoformat()})
    (folder / MADE).write_text(content, encoding="utf-8")


def _made(folder: Path) -> list[tuple[Path, date]]:
    found = []
    for path in sorted(folder.glob(f"*/{MADE}")):
        day = date.fromisoformat(json.loads(path.read_text("utf-8"))["made_on"])
        found.append((path.parent, day))
    return found
