"""Intake: from the first words of somebody in danger to an application in the queue.

A draft is sealed for the applicant alone. Until there is a codename its private key lives in
the session and nowhere else. At submission the case's keys are wrapped for the coordinators, the
names for their custodians; that happens in the keystore first, so that a submitted case without
readers cannot exist.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.adapters.keystore_keys import PrivateKey
from fund_app.adapters.storage import storage
from fund_app.models.applications import Answer, Application
from fund_app.models.documents import Document
from fund_app.models.people import Person, RoleGrant
from fund_app.models.sealed import Compartment
from fund_app.models.types import new_ref
from fund_app.queries import answers as answer_queries
from fund_app.services import (
    applications,
    cases,
    codenames,
    contacts,
    designations,
    lasting_keys,
    messages,
    recovery,
    vault,
)
from fund_app.services.transition import INTERNAL, Request, Step, step, take
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.catalogue import workflow
from workflows.erasures import SHORTEST
from workflows.roles import SYSTEM, Actor, Role

PROGRAMME = "emergency"
DRAFT = "draft"
BY_WEB = "web"

OWN = (
    Compartment.IDENTITY,
    Compartment.NARRATIVE,
    Compartment.DOCUMENTS,
    Compartment.MESSAGES,
    Compartment.PAYOUT,
)
"""What an applicant can open of their own case."""

FOR_COORDINATORS = (Compartment.NARRATIVE, Compartment.DOCUMENTS, Compartment.MESSAGES)
"""What coordinators can open from submission on; payout follows for finance, when it is due."""

FOR_CUSTODIANS = (Compartment.IDENTITY,)
"""What the custodians hold; everybody else asks two of them (services/unlocks.py)."""
PLAN = frozenset(
    {
        "channel", "handle", "hours_from", "hours_until", "time_zone", "safe_hours", "never_do",
        "code_word", "trusted_name", "trusted_handle", "trusted_may_know",
    }
)  # fmt: skip
"""Answers by which colleagues reach somebody: a change of them is noted and told."""

MARK_DIGITS = 5
KEPT_DAYS = 30
KEPT_DAYS_SHARED = 7
NOT_SHARED = frozenset({"", "no"})


class NobodyThere(Exception):
    """No coordinator holds keys, so nobody could read an application."""


@dataclass(frozen=True, slots=True)
class AnswerText:
    """One answer to be sealed; an empty text takes an earlier answer back."""

    question: str
    item: int
    compartment: str
    text: str = field(repr=False)


def begin(
    language: str, *, application_id: str | None = None, came_by: str = BY_WEB
) -> codenames.Entrant:
    """Begin a draft and return its holder with the private key, to be kept in the session.

    `language` is a code of two letters; the person can change it with an answer. `came_by` is
    "web", "phone" or "proxy"; `application_id` is given where a repeated request must find the
    same case (AlreadyOpen then). Keys exist before the row that needs them; without the session
    nobody can ever open the draft.
    """
    application_id = application_id or new_ref()
    entrant = codenames.applicants().begin()
    vault.open_case(application_id, dict.fromkeys(OWN, (entrant.holder_id,)))
    today = now().date()
    definition = workflow(PROGRAMME)
    with unit_of_work() as session:
        session.add(
            Application(
                id=application_id,
                workflow=definition.name,
                workflow_version=definition.version,
                state=definition.initial,
                designation=designations.fresh(session),
                programme=PROGRAMME,
                holder_id=entrant.holder_id,
                language=language,
                intake=came_by,
                created_on=today,
                touched_on=today,
            )
        )
    return entrant


def save(actor: SignedIn, given: Sequence[AnswerText]) -> int:
    """Seal answers of the actor's own case and return how many changed.

    A draft's answer is replaced; after submission a changed answer is a new version and the
    old one stays. Raises Unknown without a case, Closed once it has ended.
    """
    with unit_of_work() as session:
        application = cases.open_case_of(session, actor)
        known = answer_queries.newest(session, application.id)
        changed = sum(
            _save_one(session, actor, application, known.get((each.question, each.item)), each)
            for each in given
        )
        _note_plainly(application, given)
        if changed and any(each.question in PLAN for each in given):
            contacts.plan_has_changed(session, actor, application)
        application.touched_on = now().date()
    return changed


def _save_one(
    session: Session,
    actor: SignedIn,
    application: Application,
    known: Answer | None,
    given: AnswerText,
) -> bool:
    if known is None and not given.text:
        return False
    if known is not None and known.value.open(actor.ring) == given.text:
        return False
    is_draft = application.state == DRAFT
    if known is not None and is_draft and not given.text:
        session.delete(known)
        return True
    row = known
    if row is None or not is_draft:
        row = Answer(
            application_id=application.id,
            question=given.question,
            item=given.item,
            version=1 if known is None else known.version + 1,
            compartment=given.compartment,
        )
    row.value.seal(actor.ring, given.text)
    session.add(row)
    return True


def _note_plainly(application: Application, given: Sequence[AnswerText]) -> None:
    """Keep what the house needs without a key: the language, and how long it may keep things."""
    for each in given:
        if each.question == "language" and each.text:
            application.language = each.text
        if each.question == "device_shared":
            application.is_shared_device = each.text not in NOT_SHARED
        if each.question == "retention":
            application.shortest_wished = each.text == SHORTEST


def keep(actor: SignedIn, private_key: PrivateKey, language: str) -> codenames.NewCodename:
    """Give the actor a codename in the words of a language, to be shown once.

    Raises AlreadyKept (adapters.keystore) if there is one; it cannot be shown again.
    """
    return codenames.applicants().issue_codename(actor.ref, private_key, language)


def has_codename(actor: Actor) -> bool:
    """Whether the actor can come back: a codename opens their key."""
    holder = vault.keystore().holder(actor.ref)
    return holder is not None and holder.private_sealed is not None


def submit(actor: SignedIn, request: Request, *, region: str | None, form_version: int) -> None:
    """Send the actor's draft: wrap the keys for those who read it, then take the step.

    region: coarse group of countries. form_version: of the form that was answered. Raises
    workflows.engine.Refused while minimum answers or consent are missing, Conflict for a stale
    page, NobodyThere when no coordinator could read it; sent twice, it happens once.
    """
    with unit_of_work() as session:
        application = cases.own(session, actor)
        if application.state == DRAFT and _is_complete(session, application.id):
            share(session, actor, application.id)
            application.contact_mark = _contact_mark(session, actor, application.id)
            application.region = region
            application.form_version = form_version
            application.touched_on = now().date()
            session.flush()
        applications.submit(actor, application.id, request)


def _is_complete(session: Session, application_id: str) -> bool:
    """Whether the step will be taken; nobody gets a key to a draft that is refused."""
    missing = answer_queries.missing(session, application_id)
    return not missing and answer_queries.has_consented(session, application_id)


def _contact_mark(session: Session, actor: SignedIn, application_id: str) -> str | None:
    """Return 20 bits of a keyed digest of the contact, or None where there is none.

    Cut so short that a stolen table shows nothing certain: many people share a mark.
    """
    answers = answer_queries.opened(session, actor.ring, application_id, compartment="identity")
    contact = "".join(answers.get(("handle", 0), "").casefold().split())
    if not contact:
        return None
    key = lasting_keys.lasting_key("contact-mark")
    return hmac.new(key, contact.encode(), hashlib.sha256).hexdigest()[:MARK_DIGITS]


def share(session: Session, actor: SignedIn, application_id: str) -> None:
    """Wrap a case's keys for every coordinator, and the names for every custodian.

    Raises NobodyThere without a coordinator. Where nobody keeps names yet they stay the
    applicant's alone: help does not wait for an office to be filled (`fund doctor` says so).
    Where the fund has decided so, everything the applicant holds is wrapped for the recovery key.
    """
    readers = coordinators(session)
    if not readers:
        raise NobodyThere
    holders = {
        **dict.fromkeys(FOR_COORDINATORS, readers),
        **dict.fromkeys(FOR_CUSTODIANS, custodians(session)),
    }
    for compartment in OWN if recovery.readers(session) else ():
        holders[compartment] = [*holders.get(compartment, []), *recovery.readers(session)]
    vault.grant_all(actor.ring, application_id, holders)


def coordinators(session: Session) -> list[str]:
    """Return the ids of all coordinators who still work here."""
    return _with_role(session, Role.COORDINATOR)


def custodians(session: Session) -> list[str]:
    """Return the ids of all who keep the names of cases and still work here."""
    return _with_role(session, Role.CUSTODIAN)


def _with_role(session: Session, role: Role) -> list[str]:
    statement = (
        select(Person.id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == role, Person.disabled_on.is_(None))
        .order_by(Person.id)
    )
    return list(session.scalars(statement))


def answer(actor: SignedIn, texts: Mapping[str, str], request: Request) -> int:
    """Answer open questions of the actor's own case; return how many are still open.

    texts: by the question's id; messages.CANNOT_SAY where the person declines. A question
    answered before keeps its answer; an id that is no open question of this case is left out
    like an unknown one. When none is left open the case goes on. Raises Unknown, Closed,
    TooLong, and what applications.answer_info refuses.
    """
    with unit_of_work() as session:
        application = cases.open_case_of(session, actor)
        left = messages.reply(session, actor.ring, application.id, texts)
        application.touched_on = now().date()
        if not left:
            applications.answer_info(actor, application.id, request)
    return left


def sweep_abandoned(today: date | None = None) -> int:
    """End drafts nobody touched for 30 days (7 on a shared device); return how many.

    today: the day to count from, the clock's if None. The keys go first. What stays is a row
    without answers, so that it can be counted.
    """
    with unit_of_work() as session:
        found = list(session.scalars(abandoned(today or now().date())))
    for application_id in found:
        _shred(application_id)
    return len(found)


def abandoned(today: date) -> Select[str]:
    """Return the statement that finds the drafts whose time has run out on a day."""
    return select(Application.id).where(
        Application.state == DRAFT,
        or_(
            Application.touched_on <= today - timedelta(days=KEPT_DAYS),
            Application.is_shared_device.is_(True)
            & (Application.touched_on <= today - timedelta(days=KEPT_DAYS_SHARED)),
        ),
    )


def _shred(application_id: str) -> None:
    """Destroy keys and answers (effect shred_draft), then the sealed files and the holder."""
    with unit_of_work() as session:
        application = take(session, Application, application_id, INTERNAL)
        if application.state != DRAFT:
            return  # another worker was quicker
        files = select(Document.stored_as).where(Document.application_id == application_id)
        names = list(session.scalars(files))
        step(session, application, Step("abandon", SYSTEM, {"ran_out": ("draft",), "holds": ()}))
        holder_id = application.holder_id
    vault.keystore().remove_holder(holder_id)
    for name in names:
        storage().remove(name)
