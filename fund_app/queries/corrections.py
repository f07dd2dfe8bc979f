"""Reads about corrections: what was proposed to be reversed, why, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from fund_app.extensions import db
from fund_app.models.corrections import Correction
from fund_app.models.ledger import EntryKind, JournalEntry
from fund_app.models.people import Person
from fund_app.queries.ledger import LONGEST_CURSOR
from fund_app.queries.pages import Page, after, page


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A proposal to reverse an entry, and what has become of it."""

    id: str
    entry_id: int
    kind: str
    book_date: date
    reason_code: str
    proposed_at: datetime
    proposed_by: str
    proposer: str | None
    agreer: str | None
    reversal_id: int | None
    withdrawn_at: datetime | None

    @property
    def waits(self) -> bool:
        """Whether it waits for a second person."""
        return self.reversal_id is None and self.withdrawn_at is None


def corrections(
    search: str = "", sort: str = "-day", cursor: str | None = None
) -> Page[CorrectionRow]:
    """Return a page of corrections, the newest proposal first ("day": the oldest). One statement.

    search: the number of an entry.
    """
    query = _corrections()
    wanted = search.strip()
    if wanted:
        is_number = wanted.isascii() and wanted.isdigit() and len(wanted) < LONGEST_CURSOR
        query = query.where(Correction.entry_id == (int(wanted) if is_number else -1))
    query = after(
        query, Correction.proposed_at, Correction.id, cursor, datetime.fromisoformat,
        descending=sort != "day",
    )  # fmt: skip
    rows: Sequence[CorrectionRow] = [CorrectionRow(*row) for row in db.session.execute(query)]
    return page(rows, lambda row: (row.proposed_at.isoformat(), row.id))


def correction(correction_id: str) -> CorrectionRow | None:
    """Return one correction, or None. One statement."""
    found = db.session.execute(_corrections().where(Correction.id == correction_id)).one_or_none()
    return CorrectionRow(*found) if found else None


def entry_of_gift(donation_id: str) -> int | None:
    """Return the number of the entry a bank gift is recorded by, or None. One statement."""
    query = select(JournalEntry.id).where(
        JournalEntry.idem_key == f"gift:{donation_id}",
        JournalEntry.kind == EntryKind.BANK_GIFT.value,
    )
    return db.session.scalar(query)


def _corrections() -> Select[*tuple[Any, ...]]:
    proposer, agreer = aliased(Person), aliased(Person)
    return (
        select(
            Correction.id, Correction.entry_id, JournalEntry.kind, JournalEntry.book_date,
            Correction.reason_code, Correction.proposed_at, Correction.proposed_by,
            proposer.display_name, agreer.display_name, Correction.reversal_id,
            Correction.withdrawn_at,
        )
        .join(JournalEntry, JournalEntry.id == Correction.entry_id)
        .outerjoin(proposer, proposer.id == Correction.proposed_by)
        .outerjoin(agreer, agreer.id == Correction.agreed_by)
    )  # fmt: skip
