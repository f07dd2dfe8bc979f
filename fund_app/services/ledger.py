"""The ledger's one way in: post() writes an entry, seals it, and says plainly why not.

What an entry may be is decided by the database (migrations/sql/ledger.*.sql); this module
hands it over and puts the database's refusal into words. The money facts themselves, with
their accounts, are in services/ledger_facts.py (what happens to the fund) and
services/ledger_grants.py (what the fund decides).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Insert, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.ledger import (
    DECISIONS,
    EntryKind,
    EntrySeal,
    JournalEntry,
    Period,
    Posting,
)

_BATCH = 1000
_CODE = re.compile(r"ledger:([a-z_]+)")


class LedgerRefused(Exception):
    """The ledger does not take this; `code` says why and is stable."""

    def __init__(self, code: str) -> None:
        """Keep the code of the reason."""
        super().__init__(code)
        self.code = code


class Overspent(LedgerRefused):
    """A decision would spend or promise money its fund does not have."""


class Unbalanced(LedgerRefused):
    """The lines do not add up to zero per fund and currency."""


class PeriodClosed(LedgerRefused):
    """A decision is dated into a period that is closed."""


class LedgerConflict(LedgerRefused):
    """The same fact was recorded before with another content: a person must look."""


_REFUSALS: dict[str, type[LedgerRefused]] = {
    "overspent": Overspent,
    "never_committed": Overspent,
    "below_floor": Overspent,
    "fund_closed": Overspent,
    "over_budget": Overspent,
    "unbalanced": Unbalanced,
    "single_line": Unbalanced,
    "period_closed": PeriodClosed,
    "period_outside": PeriodClosed,
}


_OVERTAKEN = frozenset({"period_closed", "period_outside"})


@dataclass(frozen=True, slots=True)
class Line:
    """So many minor units to one account of one fund: debit is positive, credit negative.

    A payment made in another currency keeps its face value beside it, with the rate as text.
    """

    account_code: str
    fund_code: str
    amount: int
    currency: str
    foreign_amount: int | None = None
    foreign_currency: str | None = None
    rate_text: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One money fact, ready to be posted.

    `idem_key` names the fact itself (stripe:txn_..., grant:<ref>:approve), so that hearing of
    it twice records it once. `source` is a type and an opaque reference; `actor` is one too.
    `event_time` is when it happened (UTC); left out, it is now.
    """

    kind: EntryKind
    idem_key: str
    book_date: date
    lines: tuple[Line, ...]
    source: tuple[str, str]
    actor: str
    event_time: datetime | None = None
    reason_code: str | None = None
    reverses_id: int | None = None


def post(session: Session, entry: Entry) -> JournalEntry:
    """Record one money fact, once, and return its journal entry.

    Posting the same idem_key with the same content again changes nothing and returns the entry
    recorded first; with another content it raises LedgerConflict. The database refuses lines
    that do not balance per fund and currency (Unbalanced), decisions that overspend a fund
    (Overspent), and decisions dated into a closed period (PeriodClosed); facts that belong
    into a closed period are booked on the first day after it, with their true event_time.
    Any other refusal is a LedgerRefused with its code. A refusal leaves the transaction
    usable, with nothing of the entry in it. An amount that is not an int is a TypeError.
    """
    if any(type(line.amount) is not int for line in entry.lines):
        raise TypeError("an amount must be an int of minor units")
    session.flush()
    content = content_hash(entry)
    found = _recorded(session, entry.idem_key, content)
    if found is not None:
        return found
    posted = _try(session, entry, content)
    if posted is not None:
        return posted
    overtaken = _recorded(session, entry.idem_key, content)
    if overtaken is None:
        raise LedgerConflict("overtaken")
    return overtaken


def _try(session: Session, entry: Entry, content: str) -> JournalEntry | None:
    """Write an entry into its day's period; None when another transaction was quicker.

    Where that period was cut, or closed around a fact, while this waited, it is looked for anew.
    """
    try:
        with session.connection().begin_nested():
            return _insert(session, _entry_row(session, entry, content), entry)
    except IntegrityError as error:
        refused = refusal(error)
    if refused.code not in _OVERTAKEN:
        raise refused
    try:
        with session.connection().begin_nested():
            return _insert(session, _entry_row(session, entry, content), entry)
    except IntegrityError as error:
        raise refusal(error) from error


def content_hash(entry: Entry) -> str:
    """Return the hash of what makes an entry this fact and no other.

    Who recorded it and on which day is left out: the web hook and the hourly poller may both
    report the same fact.
    """
    return digest(entry.kind, entry.source, entry.reason_code, entry.reverses_id, entry.lines)


def digest(
    kind: str,
    source: tuple[str, str],
    reason_code: str | None,
    reverses_id: int | None,
    lines: Sequence[Any],
) -> str:
    """Return the hash over an entry's content; `lines` (Line or Posting) in any order."""
    content = {
        "kind": str(kind),
        "source": list(source),
        "reason": reason_code,
        "reverses": reverses_id,
        "lines": sorted(
            (
                line.account_code,
                line.fund_code,
                line.currency,
                line.amount,
                line.foreign_amount or 0,
                line.foreign_currency or "",
                line.rate_text or "",
            )
            for line in lines
        ),
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def refusal(error: IntegrityError) -> LedgerRefused:
    """Put the database's refusal into the ledger's words."""
    found = _CODE.search(str(error.orig))
    code = found.group(1) if found else "not_accepted"
    return _REFUSALS.get(code, LedgerRefused)(code)


def propose_closing(session: Session, code: str, *, actor: str) -> None:
    """Ask for a period to be closed, as the first of two; asking again changes nothing.

    Raises PeriodClosed when it is closed already, LedgerRefused("unknown_period") when there
    is none of that code.
    """
    period = _period_to_close(session, code)
    if period.proposed_by is None:
        period.proposed_at, period.proposed_by = now(), actor
        session.flush()


def close_period(session: Session, code: str, *, actor: str) -> None:
    """Close a period for good, as the second of two; `actor` is an opaque reference.

    Raises PeriodClosed when it is closed already, LedgerRefused: unknown_period when there is
    none of that code, period_one_person unless somebody else has proposed it,
    period_lines_open while a line of the bank up to its end is unmatched. From then on
    decisions dated into it are refused.
    """
    period = _period_to_close(session, code)
    try:
        with session.begin_nested():
            period.closed_at, period.closed_by = now(), actor
            session.flush()
    except IntegrityError as error:
        raise refusal(error) from error


def _period_to_close(session: Session, code: str) -> Period:
    period = session.get(Period, code, with_for_update=True, populate_existing=True)
    if period is None:
        raise LedgerRefused("unknown_period")
    if period.closed_at is not None:
        raise PeriodClosed("period_closed")
    return period


def altered_entries(session: Session) -> list[int]:
    """Return the numbers of entries whose content no longer has the hash it was recorded with.

    Reads the whole journal once, in order; two statements per thousand entries.
    """
    altered: list[int] = []
    after = 0
    while entries := session.scalars(
        select(JournalEntry).where(JournalEntry.id > after).order_by(JournalEntry.id).limit(_BATCH)
    ).all():
        after = entries[-1].id
        altered += _altered_among(session, entries)
    return altered


def _altered_among(session: Session, entries: Sequence[JournalEntry]) -> list[int]:
    postings = session.scalars(
        select(Posting).where(Posting.entry_id.between(entries[0].id, entries[-1].id))
    )
    lines: dict[int, list[Posting]] = {entry.id: [] for entry in entries}
    for posting in postings:
        lines[posting.entry_id].append(posting)
    return [
        entry.id
        for entry in entries
        if entry.content_hash
        != digest(
            entry.kind,
            (entry.source_type, entry.source_id),
            entry.reason_code,
            entry.reverses_id,
            lines[entry.id],
        )
    ]


def _recorded(session: Session, idem_key: str, content: str) -> JournalEntry | None:
    query = select(JournalEntry.id, JournalEntry.content_hash)
    row = session.connection().execute(query.where(JournalEntry.idem_key == idem_key)).one_or_none()
    if row is None:
        return None
    if row.content_hash != content:
        raise LedgerConflict("other_content")
    return session.get_one(JournalEntry, row.id)


def _entry_row(session: Session, entry: Entry, content: str) -> dict[str, Any]:
    period_code, book_date = _open_day(session, entry)
    return {
        "idem_key": entry.idem_key,
        "kind": entry.kind.value,
        "book_date": book_date,
        "event_time": entry.event_time or now(),
        "period_code": period_code,
        "source_type": entry.source[0],
        "source_id": entry.source[1],
        "reverses_id": entry.reverses_id,
        "actor": entry.actor,
        "reason_code": entry.reason_code,
        "content_hash": content,
    }


def _open_day(session: Session, entry: Entry) -> tuple[str, date]:
    """Find the period of the entry's day; a fact too late for it moves behind it."""
    day = entry.book_date
    while True:
        code, ends, closed_at = _period(session, day)
        if closed_at is None:
            return code, day
        if entry.kind in DECISIONS:
            raise PeriodClosed("period_closed")
        day = ends + timedelta(days=1)


def _period(session: Session, day: date) -> tuple[str, date, datetime | None]:
    query = select(Period.code, Period.ends, Period.closed_at).where(
        Period.starts <= day, Period.ends >= day
    )
    connection = session.connection()
    found = connection.execute(query).one_or_none()
    if found is None:
        _open_year(session, day)
        found = connection.execute(query).one()
    return found.code, found.ends, found.closed_at


def _open_year(session: Session, day: date) -> None:
    """Open the books of a year nobody has opened yet: a fact never waits for a clerk.

    Where parts of the year are there, what lies between them is opened.
    """
    connection = session.connection()
    before, after = select(func.max(Period.ends)), select(func.min(Period.starts))
    earlier = connection.execute(before.where(Period.ends < day)).scalar()
    later = connection.execute(after.where(Period.starts > day)).scalar()
    starts, ends = date(day.year, 1, 1), date(day.year, 12, 31)
    if earlier is not None:
        starts = max(starts, earlier + timedelta(days=1))
    if later is not None:
        ends = min(ends, later - timedelta(days=1))
    row = {"code": period_code(starts, ends), "starts": starts, "ends": ends}
    connection.execute(_insert_if_new(connection, Period, "code"), row)


def period_code(starts: date, ends: date) -> str:
    """Return the code of a period of whole months: 2027, 2027-Q2, 2027-01 or 2027-02_03."""
    year, first, last = starts.year, starts.month, ends.month
    if (first, last) == (1, 12):
        return str(year)
    if first == last:
        return f"{year}-{first:02d}"
    if first % 3 == 1 and last == first + 2:
        return f"{year}-Q{last // 3}"
    return f"{year}-{first:02d}_{last:02d}"


def _insert(session: Session, row: dict[str, Any], entry: Entry) -> JournalEntry | None:
    """Write entry, lines and seal; None when another transaction recorded the fact first."""
    connection = session.connection()
    statement = _insert_if_new(connection, JournalEntry, "idem_key").values(row)
    # SQLite gives the number of a refused entry to the next one: what is known is read anew.
    posted: JournalEntry | None = session.scalar(
        statement.returning(JournalEntry), execution_options={"populate_existing": True}
    )
    if posted is None:
        return None
    if entry.lines:
        connection.execute(insert(Posting), _posting_rows(posted.id, entry.lines))
    seal = {"entry_id": posted.id, "sealed_at": now(), "sealed_by": entry.actor}
    connection.execute(insert(EntrySeal), seal)
    return posted


def _posting_rows(entry_id: int, lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [
        {
            "entry_id": entry_id,
            "line": number,
            "account_code": line.account_code,
            "fund_code": line.fund_code,
            "currency": line.currency,
            "amount": line.amount,
            "foreign_amount": line.foreign_amount,
            "foreign_currency": line.foreign_currency,
            "rate_text": line.rate_text,
        }
        for number, line in enumerate(lines, start=1)
    ]


def _insert_if_new(connection: Connection, model: type[Any], key: str) -> Insert:
    if connection.dialect.name == "sqlite":
        return sqlite.insert(model).on_conflict_do_nothing(index_elements=[key])
    return postgresql.insert(model).on_conflict_do_nothing(index_elements=[key])
