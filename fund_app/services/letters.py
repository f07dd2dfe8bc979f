"""Letters: what was decided, in the applicant's language, sealed for them and for those who lead.

A job makes them. The system holds no key of any case, so a letter gets a key of its own, wrapped
for the applicant and the coordinators (vault.seal_for). Nothing is sent: the letter lies on the
return page. It names nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters import pdf
from fund_app.adapters.files import MediaType
from fund_app.models.applications import Application
from fund_app.models.documents import Document, letter_id
from fund_app.models.events import Event
from fund_app.models.sealed import Compartment
from fund_app.models.types import new_ref
from fund_app.services import documents, intake, recovery, rules, statements, vault
from fund_app.services.transition import INTERNAL, Unknown, take
from fund_app.services.unit import unit_of_work
from workflows.rules import RulesParameters

AWARD, REFUSAL = "award_letter", "refusal_letter"
TEMPLATES = {AWARD: "documents/letter_award.html", REFUSAL: "documents/letter_refusal.html"}
FORMAL = "triage"
"""The state a refusal comes from when it was made on formal grounds, without the panel."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an award: category and amounts in minor units."""

    category: str
    requested: int
    awarded: int


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says; amounts in minor units of `currency`, lengths in days."""

    kind: str
    language: str
    decided_on: date
    paragraph: str
    rules_number: str
    currency: str
    lines: tuple[Line, ...]
    total: int
    offer_days: int
    reason_code: str | None
    appeal_paragraph: str | None
    appeal_days: int
    reopen_days: int

    @property
    def requested(self) -> int:
        """What was asked for, all lines together."""
        return sum(line.requested for line in self.lines)


def make(application_id: str, kind: str, *, key: str, complete: Callable[[Session], None]) -> None:
    """Make the letter of one decision, seal it and keep it with the case.

    key: of the job, `case:step:make_letter`; a letter made for it before stays the only one.
    complete: marks the job done in the transaction that keeps the letter. A case that was erased
    meanwhile gets none. Raises Unknown for no case, LookupError for a step that is no
    decision, adapters.pdf.Unprintable.
    """
    document_id = letter_id(key, kind)
    with unit_of_work() as session:
        if session.get(Document, document_id) is not None:
            complete(session)
            return
        letter = _letter(session, application_id, kind, step=int(key.split(":")[1]))
    printed = as_pdf(letter)
    with unit_of_work() as session:
        application = take(session, Application, application_id, INTERNAL)
        if application.erased_on is None and session.get(Document, document_id) is None:
            _keep(session, application, document_id, kind, printed)
        complete(session)


def as_pdf(letter: Letter) -> bytes:
    """Return a letter as PDF in its language; the same letter, the same bytes."""
    with force_locale(letter.language):
        template = current_app.jinja_env.get_template(TEMPLATES[letter.kind])
        html = template.render(letter=letter, language=letter.language)
    return pdf.render(html, statements.style())


def _letter(session: Session, application_id: str, kind: str, *, step: int) -> Letter:
    application = session.get(Application, application_id)
    if application is None:
        raise Unknown(application_id)
    event = _decision(session, application, step)
    numbers = rules.of(session, application)
    lines = tuple(
        Line(line.category, line.requested, line.awarded) for line in application.award_lines
    )
    return Letter(
        kind=kind,
        language=application.language,
        decided_on=event.day,
        paragraph=_paragraph(numbers, _cited(event, lines)),
        rules_number=(application.rules_code or "").removeprefix("v"),
        currency=application.currency,
        lines=lines if kind == AWARD else (),
        total=application.awarded or 0,
        offer_days=numbers.length("offer_days"),
        reason_code=event.reason_code or application.reason_code,
        appeal_paragraph=_appeal(numbers, event.reason_code or application.reason_code),
        appeal_days=numbers.length("appeal_days"),
        reopen_days=numbers.reopen_days,
    )


def _decision(session: Session, application: Application, step: int) -> Event:
    statement = select(Event).where(
        Event.chain == application.workflow,
        Event.subject_id == application.id,
        Event.step == step,
    )
    event = session.scalar(statement)
    if event is None:
        raise LookupError(step)
    return event


def _cited(event: Event, lines: tuple[Line, ...]) -> str:
    """Return the kind of decision whose paragraph the letter cites."""
    if event.action == "reject":
        return "reject_formal" if event.source == FORMAL else "reject"
    is_full = all(line.awarded == line.requested for line in lines)
    return "approve" if is_full else "approve_partially"


def _paragraph(numbers: RulesParameters, decision: str) -> str:
    """Return the paragraph alone; the letter says in its own language whose it is."""
    return numbers.citation(decision).rpartition(", ")[2]


def _appeal(numbers: RulesParameters, reason_code: str | None) -> str | None:
    if reason_code is None or not numbers.refusal_codes.get(reason_code):
        return None
    if not numbers.may_appeal(reason_code):
        return None
    return _paragraph(numbers, "appeal")


def _keep(
    session: Session, application: Application, document_id: str, kind: str, printed: bytes
) -> None:
    scope = new_ref()
    desk = (*intake.coordinators(session), *recovery.readers(session))
    readers = (application.holder_id, *desk)
    ring = vault.seal_for(application.id, scope, Compartment.DOCUMENTS, *readers)
    document = Document(
        id=document_id,
        application_id=application.id,
        scope=scope,
        kind=kind,
        media_type=MediaType.PDF,
    )
    documents.keep(session, ring, document, printed)
