"""Anchors: one hash a day over what moved in the trail, each naming the one before.

The chains show that a row was changed. Anchors, published where nobody here can reach, show
that nobody rewrote a whole chain with new hashes or cut its end off together with its head.
The anchor of a day is the SHA-256 of a text: `anchor DAY PREVIOUS`, then one line for each
chain that moved on that day, `chain subject step hash`, in the order of chain and subject, each
line ended by a line feed. Whoever has yesterday's anchor therefore has all before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from fund_app.adapters.anchor_files import AnchorFiles, Kept, anchor_files
from fund_app.models.anchors import Anchor
from fund_app.models.events import BEGINNING
from fund_app.queries import anchors as reads
from fund_app.services.audit import Broken
from fund_app.services.unit import unit_of_work

CHAIN = "anchor"
GRACE = timedelta(hours=1)
"""How long after midnight a day counts as over: a step begun before may end after it."""

Head = tuple[str, str, int, str]


def write(moment: datetime) -> int:
    """Anchor every day that is over and not anchored; return how many. Writes the files too.

    The first anchor is yesterday's. Two workers at once write the same rows, one of which wins.
    """
    last = (moment - GRACE).date() - timedelta(days=1)
    with unit_of_work() as session:
        newest = reads.newest(session)
        day = last if newest is None else newest.day + timedelta(days=1)
        previous = BEGINNING if newest is None else newest.hash
        written = 0
        while day <= last:
            previous = anchor(session, day, previous).hash
            day, written = day + timedelta(days=1), written + 1
    _write_files()
    return written


def anchor(session: Session, day: date, previous: str) -> Anchor:
    """Write the anchor of a day in the caller's unit of work."""
    found = Anchor(day=day, hash=digest(text_of(session, day, previous)), previous=previous)
    session.add(found)
    session.flush()
    return found


def text_of(session: Session, day: date, previous: str) -> str:
    """Return the text whose hash is the anchor of a day, worked out from the events."""
    lines = (" ".join(map(str, head)) for head in reads.moved(session, day))
    return "".join(f"{line}\n" for line in (f"anchor {day.isoformat()} {previous}", *lines))


def digest(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def kept_days(folder: Path) -> list[date]:
    """Return the days whose anchors can be read in a folder, in their order."""
    return sorted(AnchorFiles(folder).all())


def check(session: Session, folder: Path | None = None) -> list[Broken]:
    """Hold the trail to every anchor, those of the database and those kept in files.

    folder: files kept elsewhere; the installation's own if None. Where the text beside an anchor
    is at hand, the first event of each chain that does not fit is named; otherwise the day.
    """
    files = anchor_files() if folder is None else AnchorFiles(folder)
    kept = {} if files is None else files.all()
    rows = {row.day: row for row in reads.all_anchors(session)}
    broken: list[Broken] = []
    previous = None
    for day in sorted(rows.keys() | kept.keys()):
        row, file = rows.get(day), kept.get(day)
        broken += _chained(day, row, file, previous)
        known = file or row
        if known is not None:
            broken += _moved(session, day, known, None if file is None else file.heads)
            previous = known.hash
    return _first_of_each(broken)


def _chained(
    day: date, row: Anchor | None, file: Kept | None, previous: str | None
) -> Iterator[Broken]:
    """Yield what is wrong with the anchor itself."""
    if row is None:
        yield Broken(CHAIN, "", 0, "anchor_missing", day)
        return
    if file is not None and (file.hash, file.previous) != (row.hash, row.previous):
        yield Broken(CHAIN, "", 0, "anchor_changed", day)
    elif previous is not None and row.previous != previous:
        yield Broken(CHAIN, "", 0, "anchor_unchained", day)


def _moved(
    session: Session, day: date, known: Anchor | Kept, heads: str | None
) -> Iterator[Broken]:
    """Yield where the events of a day are not what was anchored."""
    present = text_of(session, day, known.previous)
    if digest(present) == known.hash:
        return
    if heads is None or digest(heads) != known.hash:
        yield Broken(CHAIN, "", 0, "rewritten", day)
        return
    then, now = _heads(heads), _heads(present)
    for key in sorted(then.keys() | now.keys()):
        if then.get(key) != now.get(key):
            yield _named(session, day, key, then.get(key))


def _named(
    session: Session, day: date, key: tuple[str, str], then: tuple[int, str] | None
) -> Broken:
    if then is None:
        return Broken(*key, reads.step_of(session, *key, day), "inserted", day)
    step, head = then
    found = reads.hash_of(session, *key, step)
    problem = "cut" if found is None else "rewritten" if found != head else "inserted"
    return Broken(*key, step, problem, day)


def _heads(text: str) -> dict[tuple[str, str], tuple[int, str]]:
    rows = (line.split(" ") for line in text.splitlines()[1:])
    return {(row[0], row[1]): (int(row[2]), row[3]) for row in rows}


def _first_of_each(broken: list[Broken]) -> list[Broken]:
    """Keep the first thing wrong with each chain; of anchors themselves, each day."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for one in broken:
        key = (one.chain, one.subject_id)
        if one.chain == CHAIN or key not in seen:
            kept.append(one)
        seen.add(key)
    return kept


def _write_files() -> None:
    files = anchor_files()
    if files is None:
        return
    there = files.all()
    with unit_of_work() as session:
        for row in reads.all_anchors(session):
            if row.day not in there:
                heads = text_of(session, row.day, row.previous)
                files.put(Kept(row.day, row.hash, row.previous, heads))
