"""Reads of payment files: the list, one file with its lines, and what may go into the next one.

No key is needed: names and accounts are not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from fund_app.models.applications import Application
from fund_app.models.batches import PayoutBatch, PayoutLine
from fund_app.models.disbursements import Disbursement
from fund_app.models.people import Person
from fund_app.queries.pages import Page, after, page
from workflows.channels import IN_FILES


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One file of the list; the sum in minor units."""

    id: str
    number: str
    state: str
    count: int
    control_sum: int
    currency: str
    created_at: datetime
    creator: str
    releaser: str | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """One payment in a file, without who is paid."""

    id: str
    number: int
    disbursement_id: str
    reference: str
    designation: str
    amount: int
    state: str
    answer: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A released payment to an account that stands in no file yet."""

    id: str
    reference: str
    designation: str
    channel: str
    amount: int
    currency: str
    due_at: datetime | None


def listing(session: Session, text: str, state: str, cursor: str | None) -> Page[BatchRow]:
    """Return a page of files, the newest first, by number and state. One statement."""
    statement = _rows()
    if text:
        wanted = text.strip().upper()
        stands_in = exists().where(
            PayoutLine.batch_id == PayoutBatch.id,
            PayoutLine.end_to_end_id.contains(wanted, autoescape=True),
        )
        statement = statement.where(
            PayoutBatch.number.contains(wanted, autoescape=True) | stands_in
        )
    if state:
        statement = statement.where(PayoutBatch.state == state)
    statement = after(
        statement,
        PayoutBatch.created_at,
        PayoutBatch.id,
        cursor,
        datetime.fromisoformat,
        descending=True,
    )
    found: Any = session.execute(statement)
    rows = [BatchRow(*row) for row in found]
    return page(rows, lambda row: (row.created_at.isoformat(), row.id))


def _rows() -> Any:
    releaser = aliased(Person)
    return (
        select(
            PayoutBatch.id,
            PayoutBatch.number,
            PayoutBatch.state,
            PayoutBatch.count,
            PayoutBatch.control_sum,
            PayoutBatch.currency,
            PayoutBatch.created_at,
            Person.display_name,
            releaser.display_name,
        )
        .join(Person, Person.id == PayoutBatch.created_by_id)
        .outerjoin(releaser, releaser.id == PayoutBatch.released_by_id)
    )


def counts_by_state(session: Session) -> dict[str, int]:
    """Return how many files are in each state. One statement."""
    statement = select(PayoutBatch.state, func.count()).group_by(PayoutBatch.state)
    return {row[0]: row[1] for row in session.execute(statement)}


def batch(session: Session, batch_id: str) -> PayoutBatch | None:
    """Return a file, or None. One statement."""
    found: PayoutBatch | None = session.get(PayoutBatch, batch_id)
    return found


def lines(session: Session, batch_id: str) -> list[LineRow]:
    """Return the lines of a file, in order. One statement."""
    statement = (
        select(
            PayoutLine.id,
            PayoutLine.number,
            PayoutLine.disbursement_id,
            PayoutLine.end_to_end_id,
            Application.designation,
            PayoutLine.amount,
            Disbursement.state,
            PayoutLine.answer,
            PayoutLine.reason,
        )
        .join(Disbursement, Disbursement.id == PayoutLine.disbursement_id)
        .join(Application, Application.id == PayoutLine.application_id)
        .where(PayoutLine.batch_id == batch_id)
        .order_by(PayoutLine.number)
    )
    return [LineRow(*row) for row in session.execute(statement)]


def candidates(session: Session) -> list[Candidate]:
    """Return released payments to accounts that stand in no file, nearest due first.

    One statement.
    """
    in_a_file = exists().where(
        PayoutLine.disbursement_id == Disbursement.id, PayoutLine.answer.is_(None)
    )
    statement = (
        select(
            Disbursement.id,
            Disbursement.reference,
            Application.designation,
            Disbursement.channel,
            Disbursement.amount,
            Disbursement.currency,
            Disbursement.due_at,
        )
        .join(Application, Application.id == Disbursement.application_id)
        .where(Disbursement.state == "authorised", Disbursement.channel.in_(IN_FILES), ~in_a_file)
        .order_by(Disbursement.due_at, Disbursement.id)
    )
    return [Candidate(*row) for row in session.execute(statement)]
