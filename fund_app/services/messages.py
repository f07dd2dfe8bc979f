"""Messages: questions to an applicant in one bundle, answers, and notes, sealed both ways.

Whether the other side has read something is said by a press, and kept as a day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.applications import Application
from fund_app.models.contacts import CONTACTS
from fund_app.models.messages import Message
from fund_app.models.sealed import Compartment, KeyRingProtocol
from fund_app.queries import messages as message_queries
from fund_app.services import audit, cases, holds
from fund_app.services.notifications import Audience, notify_people
from fund_app.services.transition import INTERNAL, Request, Unknown, take
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.holds import HoldKind
from workflows.roles import Role

CANNOT_SAY = "\N{EMPTY SET}"
"""Stored in place of an answer when somebody cannot or must not give one."""

LONGEST = 4000
APPLICANT, COORDINATOR = "applicant", "coordinator"


class TooLong(Exception):
    """A message is longer than LONGEST characters."""


class Frozen(Exception):
    """The case is frozen for safety: nothing is written to the person until that is lifted."""


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

    Who leads the case is told that something waits. Raises Unknown without a case, Closed once
    it has ended, TooLong above 4,000 characters.
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
        _mark_seen(session, application.id, COORDINATOR)
        application.touched_on = now().date()
        if application.lead_id is not None:
            notify_people(session, [application.lead_id], Audience.DESK)


def write_to_applicant(actor: SignedIn, application_id: str, text: str, request: Request) -> None:
    """Send a note to the applicant at any time; the same request twice is one note.

    It waits on the return page: nothing leaves the fund. Writing back says that what came
    before has been read. Raises Unknown for no case and without the key of its messages,
    Closed once it has ended, Frozen while it is frozen for safety, TooLong above 4,000
    characters.
    """
    _require_short(text)
    with unit_of_work() as session:
        application = _readable(session, actor, application_id)
        if cases.has_ended(application):
            raise cases.Closed
        if HoldKind.SUSPENDED_SECURITY in holds.active(session, application.id):
            raise Frozen
        message_id = cases.once(application.id, request)
        if session.get(Message, message_id) is not None:
            return
        _add(
            session,
            actor.ring,
            application.id,
            text,
            sender=COORDINATOR,
            kind="note",
            message_id=message_id,
        )
        _mark_seen(session, application.id, APPLICANT)
        audit.record(
            session, CONTACTS, application.id, "message_written", actor=actor, role=Role.COORDINATOR
        )
        application.touched_on = now().date()


def read_by_applicant(actor: SignedIn) -> None:
    """Keep the day on which the applicant said that they have read what the fund wrote.

    Raises Unknown without a case.
    """
    with unit_of_work() as session:
        _mark_seen(session, cases.own(session, actor).id, COORDINATOR)


def read_by_staff(actor: SignedIn, application_id: str) -> None:
    """Keep the day on which somebody said for the fund that the applicant's words were read.

    Raises Unknown for no case and without the key of its messages.
    """
    with unit_of_work() as session:
        _mark_seen(session, _readable(session, actor, application_id).id, APPLICANT)


def _readable(session: Session, actor: SignedIn, application_id: str) -> Application:
    application = take(session, Application, application_id, INTERNAL)
    if not actor.ring.opens(application.id, Compartment.MESSAGES):
        raise Unknown(application_id)
    return application


def _mark_seen(session: Session, application_id: str, sender: str) -> None:
    """Mark everything a side has written so far as read today."""
    session.execute(
        update(Message)
        .where(
            Message.application_id == application_id,
            Message.sender == sender,
            Message.seen_on.is_(None),
        )
        .values(seen_on=now().date())
        .execution_options(synchronize_session=False)
    )


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
            _mark_seen(session, application_id, COORDINATOR)
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
