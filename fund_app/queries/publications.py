"""Reads of what is published, and of the cases behind it as the disclosure rules count them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from fund_app.models.applications import Application
from fund_app.models.ledger import GrantCommitment, JournalEntry
from fund_app.models.people import Person
from fund_app.models.publications import GrantRecord, Publication, PublishedCell
from fund_app.queries import canaries
from fund_app.queries.pages import Page, Sorts, after, amount_of, ordered, page
from workflows.disclosure import Case, Table, Told, Unit, wide_region
from workflows.quarters import Quarter

FIGURE_SORTS: Sorts = {
    "day": (Publication.proposed_on, date.fromisoformat),
    "since": (Publication.since, str),
}
GRANT_SORTS: Sorts = {
    "day": (GrantRecord.proposed_on, date.fromisoformat),
    "quarter": (GrantRecord.quarter, str),
    "amount": (GrantRecord.amount, amount_of),
}
_PERIOD = re.compile(r"(\d{4})(?:\s*-?\s*Q([1-4]))?", re.ASCII | re.IGNORECASE)
ONCE_TOLD = ("published", "withdrawn")
"""States of a single grant that anybody may know of: copies of what was withdrawn may exist."""
SOURCE = "application"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a list is wanted: of one state, with these words, in which order, from where."""

    state: str | None = None
    search: str = ""
    sort: str = "-day"
    cursor: str | None = None


ALL = Wanted()


@dataclass(frozen=True, slots=True)
class AwardRow:
    """The award of one case: its quarter, the whole amount in minor units, and its traits."""

    application_id: str
    programme: str
    region: str
    quarter: Quarter
    amount: int
    currency: str


def cases(session: Session) -> list[Case]:
    """Return every case that ever came in, invented ones apart, as tables count it.

    Nothing of it changes later: a case keeps the day it came in and the day of its award, also
    once everything sealed about it is destroyed. Three statements.
    """
    told = once_told(session)
    awards = {row.application_id: row for row in _awards(session)}
    statement = select(
        Application.id,
        Application.programme,
        Application.region,
        Application.submitted_on,
        Application.currency,
    ).where(Application.submitted_on.is_not(None), Application.id.not_in(canaries.invented()))
    found = []
    for case_id, programme, region, day, currency in session.execute(statement):
        if day is None:
            continue
        award = awards.get(case_id)
        unit = Unit(
            programme,
            wide_region(region),
            str(Quarter.of(day)),
            str(award.quarter) if award else "",
            award.currency if award else currency,
        )
        found.append(Case(unit, award.amount if award else 0, case_id in told, case_id))
    return found


def once_told(session: Session) -> frozenset[str]:
    """Return the cases whose grant was ever published by itself. One statement."""
    query = select(GrantRecord.application_id).where(GrantRecord.state.in_(ONCE_TOLD))
    return frozenset(session.scalars(query))


def award(session: Session, application_id: str) -> AwardRow | None:
    """Return the award of one case, or None where there was none. One statement."""
    found = _awards(session, application_id)
    return found[0] if found else None


def told(session: Session) -> list[Told]:
    """Return every cell that was ever published with a number. One statement."""
    statement = (
        select(Publication, PublishedCell.group, PublishedCell.people)
        .join(PublishedCell, PublishedCell.publication_id == Publication.id)
        .where(Publication.state == "published", PublishedCell.hidden == "")
        .order_by(Publication.id, PublishedCell.place)
    )
    return [
        Told(table_of(row), group, people or 0) for row, group, people in session.execute(statement)
    ]


def table_of(row: Publication) -> Table:
    """Return a stored table as the rules know it."""
    since, until = Quarter.parse(row.since), Quarter.parse(row.until)
    return Table(row.measure, since, until, row.broken_down, row.currency)


def published(session: Session, cursor: str | None = None) -> Page[Publication]:
    """Return a page of the published tables with their cells, the latest first."""
    statement = (
        select(Publication)
        .options(selectinload(Publication.cells))
        .where(Publication.state == "published")
    )
    return _page(session, statement, Publication.decided_on, cursor)


def figures(session: Session, wanted: Wanted = ALL) -> Page[Publication]:
    """Return a page of all tables ever proposed. One statement.

    Searched by a year or quarter they cover ("2025", "2025-Q1"), or by who proposed or decided.
    """
    statement = select(Publication).options(
        joinedload(Publication.proposed_by), joinedload(Publication.decided_by)
    )
    if wanted.state is not None:
        statement = statement.where(Publication.state == wanted.state)
    if wanted.search:
        span = _span(wanted.search)
        by = _called(wanted.search)
        covers = and_(Publication.since <= span[1], Publication.until >= span[0]) if span else None
        people = or_(Publication.proposed_by.has(by), Publication.decided_by.has(by))
        statement = statement.where(people if covers is None else covers)
    query, mark = ordered(statement, FIGURE_SORTS, wanted.sort, Publication.id, wanted.cursor)
    rows = list(session.scalars(query))
    return page(rows, lambda row: (mark(row), row.id))


def named(session: Session, ids: Sequence[str]) -> dict[str, Publication]:
    """Return tables by id, those that exist. One statement."""
    found = session.scalars(select(Publication).where(Publication.id.in_(ids)))
    return {row.id: row for row in found}


def records(session: Session, wanted: Wanted = ALL) -> Page[tuple[GrantRecord, str]]:
    """Return a page of grant records with their case's designation. One statement.

    Searched by designation, by words of the description, or by a year or quarter.
    """
    statement: Any = (
        select(GrantRecord, Application.designation)
        .join(Application, Application.id == GrantRecord.application_id)
        .options(joinedload(GrantRecord.proposed_by), joinedload(GrantRecord.decided_by))
    )
    if wanted.state is not None:
        statement = statement.where(GrantRecord.state == wanted.state)
    if wanted.search:
        span = _span(wanted.search)
        words = or_(
            Application.designation.icontains(wanted.search, autoescape=True),
            GrantRecord.description.icontains(wanted.search, autoescape=True),
        )
        statement = statement.where(GrantRecord.quarter.between(*span) if span else words)
    query, mark = ordered(statement, GRANT_SORTS, wanted.sort, GrantRecord.id, wanted.cursor)
    rows = [(row, name) for row, name in session.execute(query)]
    return page(rows, lambda row: (mark(row[0]), row[0].id))


def open_records(session: Session) -> list[GrantRecord]:
    """Return the grants that are open data now, by their public numbers. One statement.

    A case that was erased takes its record with it, whoever has published it.
    """
    statement = (
        select(GrantRecord)
        .join(Application, Application.id == GrantRecord.application_id)
        .where(GrantRecord.state == "published", Application.erased_on.is_(None))
    )
    return list(session.scalars(statement.order_by(GrantRecord.public_number)))


def _span(search: str) -> tuple[str, str] | None:
    """Return the first and last quarter of a year or quarter as it was typed, None for neither."""
    found = _PERIOD.fullmatch(search.strip())
    if found is None:
        return None
    return f"{found[1]}-Q{found[2] or 1}", f"{found[1]}-Q{found[2] or 4}"


def _called(search: str) -> ColumnElement[bool]:
    return Person.display_name.icontains(search.strip(), autoescape=True)


def _awards(session: Session, application_id: str | None = None) -> list[AwardRow]:
    first = func.min(JournalEntry.book_date)
    statement = (
        select(
            Application.id,
            Application.programme,
            Application.region,
            first,
            func.sum(GrantCommitment.amount),
            func.min(GrantCommitment.currency),
        )
        .join(GrantCommitment, GrantCommitment.source_id == Application.id)
        .join(JournalEntry, JournalEntry.id == GrantCommitment.approve_entry_id)
        .where(GrantCommitment.source_type == SOURCE)
        .group_by(Application.id, Application.programme, Application.region)
    )
    if application_id is not None:
        statement = statement.where(Application.id == application_id)
    return [
        AwardRow(case, programme, wide_region(region), Quarter.of(day), int(amount), currency)
        for case, programme, region, day, amount, currency in session.execute(statement)
    ]


def _page(session: Session, statement: Any, column: Any, cursor: str | None) -> Page[Publication]:
    name = column.key
    wanted = after(statement, column, Publication.id, cursor, date.fromisoformat, descending=True)
    rows = list(session.scalars(wanted))
    return page(rows, lambda row: (getattr(row, name).isoformat(), row.id))
