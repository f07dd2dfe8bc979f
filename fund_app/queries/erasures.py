"""Reads of erasures: what was destroyed, what waits for a second person, what is kept longer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.erasures import Erasure, RetentionHold
from fund_app.models.people import Person
from fund_app.queries.pages import Page, after, page

SORTS = ("day", "-day")


@dataclass(frozen=True, slots=True)
class ErasureRow:
    """One erasure by the case's designation; counts of what was destroyed."""

    id: str
    application_id: str
    designation: str
    origin: str
    state: str
    reason_code: str | None
    requested_on: date
    done_on: date | None
    keys: int
    texts: int
    files: int


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal that waits for a second person."""

    application_id: str
    designation: str
    reason_code: str | None
    person_id: str
    person: str
    requested_on: date


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A case that is kept longer than its time: why, and until when."""

    application_id: str
    designation: str
    reason_code: str
    until: date


_ROW: tuple[Any, ...] = (
    Erasure.id,
    Erasure.application_id,
    Application.designation,
    Erasure.origin,
    Erasure.state,
    Erasure.reason_code,
    Erasure.requested_on,
    Erasure.done_on,
    Erasure.keys,
    Erasure.texts,
    Erasure.files,
)


def of_case(session: Session, application_id: str) -> Erasure | None:
    """Return the erasure of a case, proposed, begun or done, or None. One statement."""
    statement = select(Erasure).where(Erasure.application_id == application_id)
    found: Erasure | None = session.scalar(statement.execution_options(populate_existing=True))
    return found


def by_number(session: Session, number: str) -> Erasure | None:
    """Return an erasure that has begun by the number of its proof, or None. One statement."""
    found = session.get(Erasure, number)
    return None if found is None or found.state == "proposed" else found


def begun(session: Session) -> list[str]:
    """Return the numbers of erasures that have begun and are not done. One statement."""
    statement = select(Erasure.id).where(Erasure.state == "begun").order_by(Erasure.begun_on)
    return list(session.scalars(statement))


def erased_cases(session: Session) -> list[tuple[str, str]]:
    """Return case and holder of every erasure that has begun or is done. One statement."""
    statement = (
        select(Application.id, Application.holder_id)
        .join(Erasure, Erasure.application_id == Application.id)
        .where(Erasure.state != "proposed")
    )
    return [(row.id, row.holder_id) for row in session.execute(statement)]


def kept(session: Session, application_id: str, day: date) -> RetentionHold | None:
    """Return the reason a case is kept longer on a day, or None. One statement."""
    statement = select(RetentionHold).where(
        RetentionHold.application_id == application_id,
        RetentionHold.lifted_on.is_(None),
        RetentionHold.until > day,
    )
    found: RetentionHold | None = session.scalar(statement)
    return found


def kept_cases(session: Session, day: date) -> list[KeptRow]:
    """Return every case that is kept longer on a day, the next to end first. One statement."""
    statement = (
        select(
            RetentionHold.application_id,
            Application.designation,
            RetentionHold.reason_code,
            RetentionHold.until,
        )
        .join(Application, Application.id == RetentionHold.application_id)
        .where(RetentionHold.lifted_on.is_(None), RetentionHold.until > day)
        .order_by(RetentionHold.until, Application.designation)
    )
    return [KeptRow(*row) for row in session.execute(statement)]


def proposals(session: Session) -> list[ProposalRow]:
    """Return what waits for a second person, the oldest first. One statement."""
    statement = (
        select(
            Erasure.application_id,
            Application.designation,
            Erasure.reason_code,
            Person.id,
            Person.display_name,
            Erasure.requested_on,
        )
        .join(Application, Application.id == Erasure.application_id)
        .join(Person, Person.id == Erasure.requested_by)
        .where(Erasure.state == "proposed")
        .order_by(Erasure.requested_on, Erasure.id)
    )
    return [ProposalRow(*row) for row in session.execute(statement)]


def erasures(
    session: Session, search: str = "", sort: str = "-day", cursor: str | None = None
) -> Page[ErasureRow]:
    """Return a page of erasures begun or done, by the day they were asked for. One statement."""
    statement = (
        select(*_ROW)
        .join(Application, Application.id == Erasure.application_id)
        .where(Erasure.state != "proposed")
    )
    if search:
        statement = statement.where(
            func.lower(Application.designation).contains(search.strip().lower(), autoescape=True)
        )
    statement = after(
        statement,
        Erasure.requested_on,
        Erasure.id,
        cursor,
        date.fromisoformat,
        descending=sort != "day",
    )
    rows = [ErasureRow(*row) for row in session.execute(statement)]
    return page(rows, lambda row: (row.requested_on.isoformat(), row.id))
