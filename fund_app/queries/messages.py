"""Reads of the messages between an applicant and those who carry the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from fund_app.models.messages import Message
from fund_app.models.sealed import KeyRingProtocol


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message with its text opened; the sender is a role."""

    id: str
    sender: str
    kind: str
    answers_id: str | None
    sent_on: date
    seen_on: date | None
    body: str


def thread(session: Session, ring: KeyRingProtocol, application_id: str) -> list[MessageRow]:
    """Return all messages of a case in their order; raises NoKey without the messages key."""
    statement = (
        select(Message).where(Message.application_id == application_id).order_by(Message.position)
    )
    return [
        MessageRow(
            row.id,
            row.sender,
            row.kind,
            row.answers_id,
            row.sent_on,
            row.seen_on,
            row.body.open(ring),
        )
        for row in session.scalars(statement)
    ]


def unread(session: Session, application_id: str, sender: str) -> int:
    """Return how many messages of a side ("applicant", "coordinator") wait to be read.

    Needs no key. One statement.
    """
    statement = select(func.count()).where(
        Message.application_id == application_id,
        Message.sender == sender,
        Message.seen_on.is_(None),
    )
    return session.scalar(statement) or 0


def with_unread(session: Session, application_ids: Sequence[str]) -> frozenset[str]:
    """Return which of these cases hold words of the applicant nobody has read. One statement."""
    statement = (
        select(Message.application_id)
        .where(
            Message.application_id.in_(application_ids),
            Message.sender == "applicant",
            Message.seen_on.is_(None),
        )
        .distinct()
    )
    return frozenset(session.scalars(statement))


def open_questions(session: Session, application_id: str) -> Sequence[Message]:
    """Return the questions nobody has answered yet, in order, still sealed; needs no key."""
    answer = aliased(Message)
    statement = (
        select(Message)
        .outerjoin(answer, answer.answers_id == Message.id)
        .where(
            Message.application_id == application_id,
            Message.kind == "question",
            answer.id.is_(None),
        )
        .order_by(Message.position)
    )
    return session.scalars(statement).all()
