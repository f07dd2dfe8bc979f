"""Documents: what people add and what the fund writes, sealed before it touches the disk."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.adapters import files
from fund_app.adapters.clock import now
from fund_app.adapters.files import MediaType
from fund_app.adapters.storage import Missing, storage
from fund_app.models.applications import Application
from fund_app.models.documents import Document
from fund_app.models.sealed import (
    CannotOpen,
    Compartment,
    KeyRingProtocol,
    Place,
    open_at,
    seal_at,
)
from fund_app.models.types import new_ref
from fund_app.services import brakes, cases, looks
from fund_app.services.transition import Request, Unknown
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.roles import Role

MOST_FILES = 10
LONGEST_NAME = 120
EVIDENCE, ORIGINAL = "evidence", "original"
ADDED = (EVIDENCE, ORIGINAL)
"""What a person has added; all else the fund wrote."""
UNTOUCHED = "application/octet-stream"
"""How an original is kept and sent: as bytes that no program opens by itself."""


class TooMany(Exception):
    """The case has as many files as it may have."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A document in clear, for the one response that sends it."""

    media_type: str
    download_name: str
    content: bytes = field(repr=False)
    mark: str = ""
    """Of the look by staff, for what they take away; empty for the applicant."""


def add(
    actor: SignedIn, content: bytes, name: str, request: Request, *, keeps_original: bool = False
) -> None:
    """Add a file to the actor's own case; the same request twice adds it once.

    name: as the browser sent it; its last part is kept sealed, for the person to recognise.
    keeps_original: the person has agreed that the untouched file is sealed beside the cleaned
    one. Raises RefusedFile (adapters.files), TooMany, Unknown without a case, Closed.
    """
    accepted = files.accept(content)
    with unit_of_work() as session:
        application = cases.open_case_of(session, actor)
        document_id = cases.once(application.id, request)
        if session.get(Document, document_id) is not None:
            return
        if _count(session, application.id) >= MOST_FILES:
            raise TooMany
        shown = display_name(name)
        cleaned = _row(application, EVIDENCE, accepted.media_type)
        cleaned.id = document_id
        keep(session, actor.ring, cleaned, accepted.content, name=shown)
        if keeps_original:
            untouched = _row(application, ORIGINAL, UNTOUCHED)
            untouched.cleaned_id = document_id
            keep(session, actor.ring, untouched, content, name=shown)
        application.touched_on = now().date()


def _row(application: Application, kind: str, media_type: str) -> Document:
    return Document(
        application_id=application.id, scope=application.id, kind=kind, media_type=media_type
    )


def keep(
    session: Session, ring: KeyRingProtocol, document: Document, content: bytes, *, name: str = ""
) -> Document:
    """Seal a file's bytes and name under its scope's documents key and add its row.

    For uploads and for letters the system writes (scope with a fresh key of its own, see
    vault.seal_for). The sealed file is on the disk before the caller's unit of work commits;
    one that is never committed cannot be opened by anybody who holds no key of the case.
    """
    document.id = document.id or new_ref()
    document.stored_as = new_ref()
    document.added_on = now().date()
    last = select(func.max(Document.position)).where(
        Document.application_id == document.application_id
    )
    document.position = (session.scalar(last) or 0) + 1
    if name:
        document.name.seal(ring, name)
    storage().put(document.stored_as, seal_at(ring, _place(document), content))
    session.add(document)
    session.flush()
    return document


def read(actor: SignedIn, document_id: str) -> Opened:
    """Return a document for download.

    Raises Unknown where there is none, where it belongs to somebody else's case, where the
    actor holds no key, and for staff where it is an original: all look the same. A look by
    staff is written into the case's log. Raises brakes.Slowed and brakes.Stopped for staff.
    """
    with brakes.watched(actor), unit_of_work() as session:
        document = session.get(Document, document_id)
        if document is None or not _may_try(session, actor, document):
            raise Unknown(document_id)
        return _opened(session, actor, document, "document_opened")


def read_original(actor: SignedIn, application_id: str, document_id: str) -> Opened:
    """Return the untouched original of a file of a case, to whoever leads the case alone.

    It may carry place, camera and name, and whatever its maker has hidden inside. Raises
    Unknown as `read` does, and for everybody who does not lead the case. The look is written
    into the case's log as one of its own kind. Raises brakes.Slowed and brakes.Stopped.
    """
    with brakes.watched(actor), unit_of_work() as session:
        application = session.get(Application, application_id)
        document = session.get(Document, document_id)
        if application is None or application.lead_id != actor.ref:
            raise Unknown(document_id)
        if document is None or document.application_id != application_id:
            raise Unknown(document_id)
        if document.kind != ORIGINAL:
            raise Unknown(document_id)
        return _opened(session, actor, document, "original_opened")


def _opened(session: Session, actor: SignedIn, document: Document, act: str) -> Opened:
    try:
        sealed = storage().get(document.stored_as)
        content = open_at(actor.ring, _place(document), sealed)
    except (CannotOpen, Missing):
        raise Unknown(document.id) from None
    mark = ""
    if Role.APPLICANT not in actor.roles:
        event = looks.write_down(session, actor, document.application_id, act, min(actor.roles))
        mark = looks.mark_of(event)
    return Opened(document.media_type, _download_name(document), content, mark)


def _download_name(document: Document) -> str:
    if document.kind == ORIGINAL:
        return f"original-{document.position}.bin"
    return f"document-{document.position}.{MediaType(document.media_type).extension}"


def names(actor: SignedIn, rows: list[Document]) -> dict[str, str]:
    """Return the names of documents by id, as far as they have one and the actor can open it."""
    found: dict[str, str] = {}
    for row in rows:
        try:
            found[row.id] = row.name.open(actor.ring)
        except CannotOpen:
            continue
    return found


def display_name(name: str) -> str:
    """Return the last part of a file's name without what no keyboard types, cut to length."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(each for each in last if each.isprintable()).strip()[:LONGEST_NAME]


def _may_try(session: Session, actor: SignedIn, document: Document) -> bool:
    """Keep an applicant to their own case; for staff the key decides, originals aside."""
    if Role.APPLICANT not in actor.roles:
        return document.kind != ORIGINAL
    application = session.get(Application, document.application_id)
    return application is not None and application.holder_id == actor.ref


def _count(session: Session, application_id: str) -> int:
    statement = select(func.count()).where(
        Document.application_id == application_id, Document.kind == EVIDENCE
    )
    return session.scalar(statement) or 0


def _place(document: Document) -> Place:
    return Place(
        case=document.scope,
        compartment=Compartment.DOCUMENTS,
        table="document",
        column="file",
        row=document.id,
    )
