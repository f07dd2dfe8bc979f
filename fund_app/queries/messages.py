"""Reads of the messages between an applicant and those who carry the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
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
    body: str


def thread(session: Session, ring: KeyRingProtocol, application_id: str) -> list[MessageRow]:
    """Return all messages of a case in their order; raises NoKey without the messages key."""
    statement = (
        select(Message).where(Message.application_id == application_id).order_by(Message.position)
    )
    return [
        MessageRow(row.id, row.sender, row.kind, row.answers_id, row.sent_on, row.body.open(ring))
        for row in session.scalars(statement)
    ]


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
