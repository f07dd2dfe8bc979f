"""Calls: an application written down for somebody on the telephone, and handed over to them.

The case becomes sealed exactly like one from the web, with a key of its own for the person.
Whoever writes it down holds that key for the length of one request and no longer: it leaves
with seven words read out on the telephone, or under a code the person trades for a codename
of their own (services/claims.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.contacts import CONTACTS
from fund_app.models.events import Event
from fund_app.queries.answers import CONSENTS, MINIMUM
from fund_app.services import cases, claims, codenames, contacts, intake, vault
from fund_app.services.codenames import Entrant
from fund_app.services.intake import AnswerText
from fund_app.services.transition import INTERNAL, Request, Unknown, take
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import AlreadyOpen, SignedIn
from workflows.roles import Role

BY_PHONE, BY_PROXY = "phone", "proxy"
TAKEN_DOWN = "call_taken_down"
CONFIRMED = "words_confirmed"
SHOWN = {False: "codename_read_out", True: "claim_read_out"}


class Incomplete(Exception):
    """Answers without which nobody could help are missing; `keys` names them in order."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        """Carry the keys of the questions."""
        super().__init__(*keys)
        self.keys = keys


class TakenDown(Exception):
    """This very call is written down already; its words were shown once and are gone."""

    def __init__(self, application_id: str) -> None:
        """Carry the case it became."""
        super().__init__(application_id)
        self.application_id = application_id


class Interrupted(Exception):
    """This very call was begun and not finished, or is being written down just now."""


@dataclass(frozen=True, slots=True)
class Call:
    """What was told on the telephone; `came_by` is BY_PHONE or BY_PROXY.

    `language` of letters, `region` a coarse group of countries, `word_list` the language of
    the words to be read out. `by_code`: the person takes over by a code instead of a codename.
    """

    given: Sequence[AnswerText] = field(repr=False)
    came_by: str
    language: str
    region: str | None
    form_version: int
    word_list: str
    by_code: bool = False


@dataclass(frozen=True, slots=True)
class HandOver:
    """Words to be read out once: a codename with its digits, or a claim code."""

    application_id: str
    words: tuple[str, ...] = field(repr=False)
    digits: str = field(repr=False, default="")


def take_down(actor: SignedIn, call: Call, request: Request) -> HandOver:
    """Make a sealed case of a call and return the words to be read out, once.

    The caller's consent, given aloud, is recorded as on the web. Raises Incomplete, TakenDown
    for the same request a second time, Interrupted for one that was killed on its way (its keys
    open nothing and are swept), NobodyThere while no coordinator could read it.
    """
    there = {each.question for each in call.given if each.text}
    missing = tuple(key for key in MINIMUM if key not in there)
    if missing:
        raise Incomplete(missing)
    application_id = cases.once("call", request)
    with unit_of_work() as session:
        if session.get(Application, application_id) is not None:
            raise TakenDown(application_id)
        try:
            entrant = intake.begin(
                call.language, application_id=application_id, came_by=call.came_by
            )
        except AlreadyOpen:
            # Its keys are there and it is not: only a press of its own can begin anew.
            raise Interrupted from None
        _submit(entrant, call, request)
        contacts.note(session, actor, application_id, TAKEN_DOWN, call.came_by)
        contacts.note(session, actor, application_id, SHOWN[call.by_code])
        return _handed_over(entrant, application_id, call)


def confirm(actor: SignedIn, application_id: str) -> None:
    """Write down that the caller has repeated the words; again changes nothing.

    Raises Unknown for a case that was not taken down on the telephone.
    """
    with unit_of_work() as session:
        application = take(session, Application, application_id, INTERNAL)
        if application.intake == intake.BY_WEB:
            raise Unknown(application_id)
        if not is_confirmed(session, application_id):
            contacts.note(session, actor, application_id, CONFIRMED)


def is_confirmed(session: Session, application_id: str) -> bool:
    """Whether the caller has repeated the words."""
    statement = select(Event.id).where(
        Event.subject_id == application_id, Event.chain == CONTACTS, Event.action == CONFIRMED
    )
    return session.scalar(statement.limit(1)) is not None


def _submit(entrant: Entrant, call: Call, request: Request) -> None:
    """Answer and send as the person would, with their key and for this once."""
    ring = vault.ring_for(entrant.holder_id, entrant.private_key)
    person = SignedIn(entrant.holder_id, frozenset({Role.APPLICANT}), ring)
    consent = [AnswerText(key, 0, "narrative", "yes") for key in CONSENTS]
    intake.save(person, [*call.given, *consent])
    intake.submit(person, request, region=call.region, form_version=call.form_version)


def _handed_over(entrant: Entrant, application_id: str, call: Call) -> HandOver:
    if call.by_code:
        words = claims.make(entrant.holder_id, entrant.private_key, call.word_list)
        return HandOver(application_id, words)
    fresh = codenames.applicants().issue_codename(
        entrant.holder_id, entrant.private_key, call.word_list
    )
    return HandOver(application_id, fresh.words, fresh.grouped_digits)
