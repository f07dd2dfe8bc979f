"""Reads of what is published, and of the cases behind it as the disclosure rules count them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from fund_app.models.applications import Application
from fund_app.models.ledger import GrantCommitment, JournalEntry
from fund_app.models.publications import GrantRecord, Publication, PublishedCell
from fund_app.queries import canaries
from fund_app.queries.pages import Page, after, page
from workflows.disclosure import Case, Table, Told, Unit, wide_region
from workflows.quarters import Quarter

ONCE_TOLD = ("published", "withdrawn")
SOURCE = "application"


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
    told = set(session.scalars(select(GrantRecord.application_id).where(_once_told())))
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


def figures(
    session: Session, state: str | None = None, cursor: str | None = None
) -> Page[Publication]:
    """Return a page of all tables ever proposed, the latest first, of one state or of all."""
    statement = select(Publication).options(
        joinedload(Publication.proposed_by), joinedload(Publication.decided_by)
    )
    if state is not None:
        statement = statement.where(Publication.state == state)
    return _page(session, statement, Publication.proposed_on, cursor)


def named(session: Session, ids: Sequence[str]) -> dict[str, Publication]:
    """Return tables by id, those that exist. One statement."""
    found = session.scalars(select(Publication).where(Publication.id.in_(ids)))
    return {row.id: row for row in found}


def records(
    session: Session, state: str | None = None, cursor: str | None = None
) -> Page[tuple[GrantRecord, str]]:
    """Return a page of grant records with their case's designation, the latest first."""
    statement: Any = (
        select(GrantRecord, Application.designation)
        .join(Application, Application.id == GrantRecord.application_id)
        .options(joinedload(GrantRecord.proposed_by), joinedload(GrantRecord.decided_by))
    )
    if state is not None:
        statement = statement.where(GrantRecord.state == state)
    wanted = after(
        statement,
        GrantRecord.proposed_on,
        GrantRecord.id,
        cursor,
        date.fromisoformat,
        descending=True,
    )
    rows = [(row, name) for row, name in session.execute(wanted)]
    return page(rows, lambda row: (row[0].proposed_on.isoformat(), row[0].id))


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


def _once_told() -> ColumnElement[bool]:
    return GrantRecord.state.in_(ONCE_TOLD)


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
