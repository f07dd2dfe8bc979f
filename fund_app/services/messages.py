"""Messages: questions to an applicant in one bundle, answers, and notes, sealed both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.messages import Message
from fund_app.models.sealed import KeyRingProtocol
from fund_app.queries import messages as message_queries
from fund_app.services import cases
from fund_app.services.transition import Request
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn

CANNOT_SAY = "\N{EMPTY SET}"
"""Stored in place of an answer when somebody cannot or must not give one."""

LONGEST = 4000
APPLICANT, COORDINATOR = "applicant", "coordinator"


class TooLong(Exception):
    """A message is longer than LONGEST characters."""


def add_questions(
    session: Session, ring: KeyRingProtocol, application_id: str, texts: Sequence[str]
) -> None:
    """Put one bundle of questions to the applicant, in the caller's unit of work."""
    for text in texts:
        _add(session, ring, application_id, text, sender=COORDINATOR, kind="question")


def add_note(
    session: Session, ring: KeyRingProtocol, application_id: str, text: str, *, sender: str
) -> None:
    """Leave a message without a question, in the caller's unit of work; sender is a role."""
    _add(session, ring, application_id, text, sender=sender, kind="note")


def write(actor: SignedIn, text: str, request: Request) -> None:
    """Send a note from an applicant about their own case; the same request twice is one note.

    Raises Unknown without a case, Closed once it has ended, TooLong above 4,000 characters.
    """
    _require_short(text)
    with unit_of_work() as session:
        application = cases.open_case_of(session, actor)
        message_id = cases.once(application.id, request)
        if session.get(Message, message_id) is not None:
            return
        _add(
            session,
            actor.ring,
            application.id,
            text,
            sender=APPLICANT,
            kind="note",
            message_id=message_id,
        )
        application.touched_on = now().date()


def reply(
    session: Session, ring: KeyRingProtocol, application_id: str, texts: Mapping[str, str]
) -> int:
    """Write answers to open questions in the caller's unit of work; return how many stay open.

    texts: by the question's id; what is no open question of this case is left out. Raises
    TooLong above 4,000 characters.
    """
    for text in texts.values():
        _require_short(text)
    for question in message_queries.open_questions(session, application_id):
        if texts.get(question.id):
            _add(
                session,
                ring,
                application_id,
                texts[question.id],
                sender=APPLICANT,
                kind="answer",
                answers_id=question.id,
            )
    return len(message_queries.open_questions(session, application_id))


def _require_short(text: str) -> None:
    if len(text) > LONGEST:
        raise TooLong


def _add(
    session: Session,
    ring: KeyRingProtocol,
    application_id: str,
    text: str,
    *,
    sender: str,
    kind: str,
    answers_id: str | None = None,
    message_id: str | None = None,
) -> None:
    last = select(func.max(Message.position)).where(Message.application_id == application_id)
    message = Message(
        application_id=application_id,
        sender=sender,
        kind=kind,
        answers_id=answers_id,
        sent_on=now().date(),
        position=(session.scalar(last) or 0) + 1,
    )
    if message_id is not None:
        message.id = message_id
    message.body.seal(ring, text)
    session.add(message)
    session.flush()
