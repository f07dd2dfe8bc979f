"""Reads of payments for those who make them: lists and one payment. No key is needed.

Amount, way, reference, designation and dates; nothing here knows why somebody is paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.batches import PayoutBatch, PayoutLine
from fund_app.models.disbursements import Approval, Disbursement
from fund_app.models.events import Event
from fund_app.models.people import Person
from fund_app.queries.pages import Page, after, page

OPEN = "open"
OVER = "over"


@dataclass(frozen=True, slots=True)
class Search:
    """What the list is narrowed by; empty fields do not narrow."""

    view: str = OPEN
    state: str = ""
    text: str = ""
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One line of the list; the amount in minor units."""

    id: str
    reference: str
    designation: str
    state: str
    amount: int
    currency: str
    channel: str
    attempt: int
    due_at: datetime | None
    due_clock: str | None
    touched_on: date


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """Who signed for what; it counts while `subject_hash` is that of the payment."""

    kind: str
    person: str
    role: str
    given_on: date
    subject_hash: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a payment; `person` is empty for applicants and the software."""

    action: str
    dest: str
    role: str
    person: str | None
    day: date
    at: datetime | None
    reason_code: str | None


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """An award that waits for money, in minor units."""

    id: str
    designation: str
    awarded: int
    currency: str
    fund_code: str
    due_at: datetime | None
    step: int
    programme: str


def listing(session: Session, search: Search) -> Page[PaymentRow]:
    """Return a page of payments, the nearest due first (ended ones: latest first).

    One statement at any size.
    """
    statement = _narrowed(
        select(
            Disbursement.id,
            Disbursement.reference,
            Application.designation,
            Disbursement.state,
            Disbursement.amount,
            Disbursement.currency,
            Disbursement.channel,
            Disbursement.attempt,
            Disbursement.due_at,
            Disbursement.due_clock,
            Application.touched_on,
        ).join(Application, Application.id == Disbursement.application_id),
        search,
    )
    rows = [PaymentRow(*row) for row in session.execute(_ordered(statement, search))]
    return page(rows, _cursor if search.view == OPEN else _cursor_of_ended)


def _narrowed(statement: Select[*tuple[Any, ...]], search: Search) -> Select[*tuple[Any, ...]]:
    is_open = Disbursement.due_at.is_not(None)
    statement = statement.where(is_open if search.view == OPEN else ~is_open)
    if search.state:
        statement = statement.where(Disbursement.state == search.state)
    if search.text:
        wanted = search.text.strip().lower()
        statement = statement.where(
            or_(
                func.lower(Disbursement.reference).contains(wanted, autoescape=True),
                func.lower(Application.designation).contains(wanted, autoescape=True),
            )
        )
    return statement


def _ordered(statement: Any, search: Search) -> Select[Any]:
    if search.view == OPEN:
        column: Any = Disbursement.due_at
        return after(statement, column, Disbursement.id, search.cursor, datetime.fromisoformat)
    return after(
        statement,
        Application.touched_on,
        Disbursement.id,
        search.cursor,
        date.fromisoformat,
        descending=True,
    )


def _cursor(row: PaymentRow) -> tuple[str, str]:
    return (row.due_at.isoformat() if row.due_at else "", row.id)


def _cursor_of_ended(row: PaymentRow) -> tuple[str, str]:
    return row.touched_on.isoformat(), row.id


def counts_by_state(session: Session) -> dict[str, int]:
    """Return how many payments are in each state. One statement."""
    statement = select(Disbursement.state, func.count()).group_by(Disbursement.state)
    return {row[0]: row[1] for row in session.execute(statement)}


def payment(session: Session, disbursement_id: str) -> tuple[Disbursement, Application] | None:
    """Return a payment with its application, or None. One statement."""
    statement = (
        select(Disbursement, Application)
        .join(Application, Application.id == Disbursement.application_id)
        .where(Disbursement.id == disbursement_id)
    )
    found = session.execute(statement).one_or_none()
    return None if found is None else (found[0], found[1])


def signatures(session: Session, disbursement_id: str) -> list[SignatureRow]:
    """Return every signature ever given for a payment, in order. One statement."""
    statement = (
        select(
            Approval.kind,
            Person.display_name,
            Approval.role,
            Approval.given_on,
            Approval.subject_hash,
        )
        .join(Person, Person.id == Approval.person_id)
        .where(Approval.disbursement_id == disbursement_id)
        .order_by(Approval.given_on, Approval.id)
    )
    order = ("safety_check", "first", "second")
    rows = [SignatureRow(*row) for row in session.execute(statement)]
    return sorted(rows, key=lambda row: (row.given_on, order.index(row.kind)))


def steps(session: Session, disbursement_id: str) -> list[StepRow]:
    """Return the steps of a payment, oldest first. One statement."""
    statement = (
        select(
            Event.action,
            Event.dest,
            Event.actor_role,
            Person.display_name,
            Event.day,
            Event.at,
            Event.reason_code,
        )
        .outerjoin(Person, Person.id == Event.actor_ref)
        .where(Event.chain == "disbursement", Event.subject_id == disbursement_id)
        .order_by(Event.step)
    )
    return [StepRow(*row) for row in session.execute(statement)]


def batch_of(session: Session, disbursement_id: str) -> tuple[str, str] | None:
    """Return id and number of the newest file a payment stands in, or None. One statement."""
    statement = (
        select(PayoutBatch.id, PayoutBatch.number)
        .join(PayoutLine, PayoutLine.batch_id == PayoutBatch.id)
        .where(PayoutLine.disbursement_id == disbursement_id)
        .order_by(PayoutBatch.created_at.desc(), PayoutBatch.id)
    )
    found = session.execute(statement.limit(1)).one_or_none()
    return None if found is None else (found[0], found[1])


def waiting_for_money(session: Session) -> list[WaitingRow]:
    """Return the awards that wait for money, the longest promised first. One statement."""
    statement = (
        select(
            Application.id,
            Application.designation,
            Application.awarded,
            Application.currency,
            Application.fund_code,
            Application.due_at,
            Application.step,
            Application.programme,
        )
        .where(Application.state == "waiting_for_money")
        .order_by(Application.due_at, Application.id)
    )
    found: Any = session.execute(statement)
    return [WaitingRow(*row) for row in found]
