"""Shredding: where a case's sealed values lie, and how they are taken out.

Found from the declarations of the models, so that a new sealed column is destroyed without
anybody having to remember it here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table, delete, func, select, update
from sqlalchemy.orm import Session

from fund_app.extensions import Base
from fund_app.models.applications import Answer, Application, ReviewFile
from fund_app.models.batches import PayoutLine
from fund_app.models.documents import Document
from fund_app.models.messages import Message
from fund_app.models.sealed import Compartment, Sealed

OWNER = "application_id"
STORED = "stored_as"
"""A table that names files of the upload store calls the column so."""

ROWS_GO_TOO = (Answer, Message, ReviewFile)
"""Tables whose rows are nothing but what was told; of others the empty row stays."""


@dataclass(frozen=True, slots=True)
class Place:
    """One sealed column, and the columns that say whose it is and whose key seals it."""

    table: Table
    column: Column[Any]
    owner: Column[Any]
    scope: Column[Any]


def places() -> Iterator[Place]:
    """Yield every sealed column that belongs to a case."""
    for mapper in Base.registry.mappers:
        table: Any = mapper.local_table
        owner = table.c.id if mapper.class_ is Application else table.c.get(OWNER)
        for declared in vars(mapper.class_).values():
            if isinstance(declared, Sealed) and owner is not None:
                yield Place(
                    table,
                    mapper.columns[declared.column],
                    owner,
                    mapper.columns[declared.case],
                )


def sealed_values(session: Session, application_id: str) -> dict[str, int]:
    """Count the sealed values of a case that are still there, by table and column."""
    found: dict[str, int] = {}
    for place in places():
        count = session.scalar(
            select(func.count()).where(place.owner == application_id, func.length(place.column) > 0)
        )
        if count:
            found[f"{place.table.name}.{place.column.name}"] = count
    return found


def clear(session: Session, application_id: str) -> None:
    """Empty every sealed column of a case, then remove the rows that were nothing else.

    What was set stays set, to nothing: a table may ask for a value in a row of that state.
    Runs in the caller's unit of work. The rows of documents stay until their files are gone:
    they say which files these are.
    """
    for place in places():
        session.execute(
            update(place.table)
            .where(place.owner == application_id, place.column.is_not(None))
            .values({place.column.name: b""})
        )
    for model in ROWS_GO_TOO:
        session.execute(delete(model).where(model.application_id == application_id))
    case = session.get_one(Application, application_id)
    case.contact_mark = None


def payout_answers(session: Session, application_id: str) -> int:
    """Remove a case's answers about who is paid and how; returns how many there were.

    Its lines in payment files are emptied: such a file cannot be shown any more.
    """
    session.execute(
        update(PayoutLine)
        .where(PayoutLine.application_id == application_id)
        .values(payment_sealed=b"")
    )
    gone = session.execute(
        delete(Answer).where(
            Answer.application_id == application_id, Answer.compartment == Compartment.PAYOUT
        )
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]


def file_names(session: Session, application_id: str) -> list[str]:
    """Return the names under which a case's sealed files lie in the upload store."""
    statement = select(Document.stored_as).where(Document.application_id == application_id)
    return list(session.scalars(statement))


def forget_files(session: Session, application_id: str) -> None:
    """Remove the rows of a case's documents, once their files are gone."""
    session.execute(delete(Document).where(Document.application_id == application_id))


def tables() -> list[str]:
    """Return the tables of the application database in which sealed values lie."""
    return sorted({place.table.name for place in places()})


def scopes(session: Session) -> set[str]:
    """Return every id under which a data key may be kept: cases, and letters' own."""
    known = set(session.scalars(select(Application.id)))
    columns = {
        mapper.columns[declared.case]
        for mapper in Base.registry.mappers
        for declared in vars(mapper.class_).values()
        if isinstance(declared, Sealed)
    }
    for column in columns:
        if not _is_of_a_case(column):
            known.update(session.scalars(select(column).distinct()))
    return known


def known_files(session: Session) -> set[str]:
    """Return the name of every file any table refers to."""
    return {
        name
        for table in Base.metadata.sorted_tables
        if STORED in table.c
        for name in session.scalars(select(table.c[STORED]))
    }


def _is_of_a_case(column: Column[Any]) -> bool:
    """Whether the column can only name an application, which is known already."""
    return any(key.column.table.name == "application" for key in column.foreign_keys)
