"""Reads of resolutions about funds and budgets, each with the names of who signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from fund_app.models.funds import FundResolution
from fund_app.models.ledger import JournalEntry
from fund_app.models.people import Person
from fund_app.queries.pages import Page, Sorts, ordered, page

SORTS: Sorts = {
    "day": (FundResolution.proposed_on, date.fromisoformat),
    "number": (FundResolution.number, str),
}


@dataclass(frozen=True, slots=True)
class ResolutionRow:
    """One resolution with its two signatures (staff, by name)."""

    resolution: FundResolution
    proposer: str
    decider: str | None


def resolutions(
    session: Session,
    fund_code: str | None = None,
    *,
    state: str | None = None,
    search: str = "",
    sort: str = "-day",
    cursor: str | None = None,
) -> Page[ResolutionRow]:
    """Return a page of resolutions, narrowed by fund, state or number. One statement.

    `sort`: a key of SORTS, "-key" for descending; anything else is the newest first.
    """
    query = signed_resolutions()
    if fund_code is not None:
        query = query.where(
            or_(FundResolution.fund_code == fund_code, FundResolution.target_code == fund_code)
        )
    if state is not None:
        query = query.where(FundResolution.state == state)
    if search:
        query = query.where(FundResolution.number.icontains(search, autoescape=True))
    query, mark = ordered(query, SORTS, sort, FundResolution.id, cursor)
    rows = [ResolutionRow(*row) for row in session.execute(query)]
    return page(rows, lambda row: (mark(row.resolution), row.resolution.id))


def resolution(session: Session, resolution_id: str) -> ResolutionRow | None:
    """Return one resolution, or None. One statement."""
    found: Any = session.execute(
        signed_resolutions().where(FundResolution.id == resolution_id)
    ).one_or_none()
    return ResolutionRow(*found) if found is not None else None


def entry_of(session: Session, resolution_id: str) -> int | None:
    """Return the entry a resolution led to, or None. One statement."""
    query = select(JournalEntry.id).where(
        JournalEntry.source_type == "fund_resolution", JournalEntry.source_id == resolution_id
    )
    found: int | None = session.scalar(query)
    return found


def signed_resolutions() -> Any:
    """Return the statement that reads resolutions with the names under them."""
    proposer, decider = aliased(Person), aliased(Person)
    return (
        select(FundResolution, proposer.display_name, decider.display_name)
        .join(proposer, proposer.id == FundResolution.proposed_by_id)
        .outerjoin(decider, decider.id == FundResolution.decided_by_id)
    )
