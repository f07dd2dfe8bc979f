"""Official lists: imported from files a person brings, the newest of each in use, screened offline.

The names of the newest version are kept for screening; of older ones the digest, the day and the
counts stay, so that every screening can name what it was made with.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters import official_lists as files
from fund_app.adapters.clock import now
from fund_app.adapters.official_lists import CODES, ListFile, ListRefused
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.models.screenings import OfficialList
from fund_app.models.types import new_ref
from fund_app.services import audit
from fund_app.services.notifications import notify_role
from fund_app.services.unit import unit_of_work
from workflows.roles import Actor, Role
from workflows.screening import FOLDING, Listed, NameIndex, fold

IMPORTERS = frozenset({Role.FINANCE_OFFICER, Role.TREASURER, Role.SYSTEM})


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; `is_new` is False where the same file was there already."""

    id: str
    code: str
    version: str
    entries: int
    names: int
    unnamed: int
    is_new: bool


def import_file(
    actor: Actor, content: bytes, aliases: bytes = b"", day: date | None = None
) -> Imported:
    """Import one list from a file's bytes; the same file again does nothing.

    `aliases` and `day` are the second file and the day of OFAC's CSV, which does not tell it.

    The version before it is kept by reference, without its names; payments signed or checked
    and not sent are to be screened anew, and finance is told. Raises ListRefused (adapters:
    hostile, unknown, no_entries and others; here: older, than the list in use; day_ahead) and
    PermissionError for who does not import.
    """
    if not actor.has_any(IMPORTERS):
        raise PermissionError("only the treasury imports lists")
    if day is not None and day > now().date():
        raise ListRefused("day_ahead")
    read = files.read(content, aliases, day)
    with unit_of_work() as session:
        known = session.scalar(select(OfficialList).where(OfficialList.sha256 == read.sha256))
        if known is not None:
            return _imported(known, is_new=False)
        _retire(session, read)
        row = _row(actor, read)
        session.add(row)
        session.flush()
        role = min(actor.roles & IMPORTERS)
        audit.record(
            session, HOUSE, HOUSE_ID, "list_imported", actor=actor, role=role, reason_code=row.code
        )
        notify_role(session, Role.FINANCE_OFFICER)
        return _imported(row, is_new=True)


def _retire(session: Session, read: ListFile) -> None:
    statement = select(OfficialList).where(
        OfficialList.code == read.code, OfficialList.is_newest.is_(True)
    )
    before = session.scalar(statement.with_for_update())
    if before is None:
        return
    if before.published_on > read.published_on:
        raise ListRefused("older")
    before.is_newest, before.content = False, None
    session.flush()


def _row(actor: Actor, read: ListFile) -> OfficialList:
    return OfficialList(
        id=new_ref(),
        code=read.code,
        published_on=read.published_on,
        version=read.version,
        sha256=read.sha256,
        size=read.size,
        entries=len(read.entries),
        names=read.names,
        unnamed=read.unnamed,
        imported_by=actor.ref,
        imported_on=now().date(),
        is_newest=True,
        content=_packed(read.entries),
    )


def _imported(row: OfficialList, *, is_new: bool) -> Imported:
    return Imported(row.id, row.code, row.version, row.entries, row.names, row.unnamed, is_new)


def _packed(entries: Sequence[Listed]) -> bytes:
    plain = [[each.reference, each.names, each.years, fold(each)] for each in entries]
    packed = {"folding": FOLDING, "entries": plain}
    return zlib.compress(json.dumps(packed, ensure_ascii=False).encode())


def _unpacked(code: str, content: bytes) -> NameIndex:
    """Return the index of a list; folding 90,000 names takes seconds, so it was done before."""
    packed = json.loads(zlib.decompress(content))
    entries = [
        Listed(reference, tuple(names), tuple(years))
        for reference, names, years, _folded in packed["entries"]
    ]
    if packed["folding"] != FOLDING:
        return NameIndex(code, entries)
    return NameIndex(code, entries, [folded for *_entry, folded in packed["entries"]])


def newest(session: Session) -> list[OfficialList]:
    """Return the version in use of each list, ordered by code."""
    statement = select(OfficialList).where(OfficialList.is_newest.is_(True))
    return list(session.scalars(statement.order_by(OfficialList.code)))


_indexes: dict[str, tuple[str, NameIndex]] = {}
"""Per list the digest of the version in use and its folded names, made once per process."""


def index_of(row: OfficialList) -> NameIndex:
    """Return the folded names of a version in use; made once, kept while it is the newest."""
    known = _indexes.get(row.code)
    if known is None or known[0] != row.sha256:
        known = (row.sha256, _unpacked(row.code, row.content or b""))
        _indexes[row.code] = known
    return known[1]


__all__ = ["CODES", "Imported", "ListRefused", "import_file", "index_of", "newest"]
