"""Referees: somebody who can confirm is asked once, answers once, and reads nothing.

The fund never writes to a referee. A coordinator carries the link, or a number to be spoken, and
apart from it the words that open it. Nothing of the case is shown on the way, and what is
answered is sealed for the coordinators of the case alone
(docs/decisions/0019-referees-are-shown-nothing.md).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.applications import Application
from fund_app.models.referees import MOST_TRIES, RefereeRequest
from fund_app.models.sealed import Compartment
from fund_app.models.types import new_ref
from fund_app.queries import referees as reads
from fund_app.services import audit, brakes, cases, intake, looks, notifications, vault
from fund_app.services.referee_words import found_by, fresh_lookup, fresh_words, hardened
from fund_app.services.transition import INTERNAL, Request, Unknown, take
from fund_app.services.unit import Repeated, unit_of_work
from fund_app.services.vault import SignedIn
from workflows.roles import SYSTEM, Actor, Role

CHAIN = "referee"
USUAL_HOURS = 72
FREELY = "freely"


class NotAgreed(Exception):
    """A request that would do what the person did not allow, or what is under way already."""

    def __init__(self, code: str) -> None:
        """Keep the reason: more_than_allowed, not_asked_first, open_already, not_named."""
        super().__init__(code)
        self.code = code


class NobodyReads(Exception):
    """Nobody holds the keys to read an answer, so none is taken."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How a referee is to be asked.

    item: which of those the person named, None for somebody the fund found. way: `given` by the
    person or `found` by the fund. may_tell: existence or full. is_spoken: a number instead of a
    link. code: a word both know, empty to have words made. agreed: the person said that we may.
    """

    item: int | None
    way: str
    may_tell: str
    language: str
    hours: int = USUAL_HOURS
    is_spoken: bool = False
    has_quiet_word: bool = True
    agreed: bool = False
    code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the coordinator carries to the referee; shown once and kept nowhere."""

    lookup: str = field(repr=False)
    code: str = field(repr=False)
    quiet: str = field(repr=False)
    is_spoken: bool
    language: str
    may_tell: str
    expires_at: datetime


def ask(
    actor: SignedIn, application_id: str, asking: Asking, request: Request
) -> Invitation | None:
    """Ask a referee, and return what to carry to them; None for a press that came twice.

    Raises Unknown, cases.Closed, NotAgreed, NoKey where the actor opens nothing of the case.
    """
    lookup = fresh_lookup(is_spoken=asking.is_spoken)
    code = asking.code or fresh_words(asking.language)
    quiet = fresh_words(asking.language) if asking.has_quiet_word else ""
    macs = hardened(lookup, code), hardened(lookup, quiet) if quiet else None
    expires_at = now() + timedelta(hours=asking.hours)
    done = False
    with unit_of_work() as session:
        application = _open_case(session, application_id)
        row_id = cases.once(application.id, request)
        if session.get(RefereeRequest, row_id) is not None:
            raise Repeated
        _require_agreed(session, actor, application, asking)
        _make_room(session, application.id, asking.item)
        session.add(
            RefereeRequest(
                id=row_id,
                application_id=application.id,
                item=asking.item,
                asked_by_id=actor.ref,
                asked_on=now().date(),
                hours=asking.hours,
                expires_at=expires_at,
                way=asking.way,
                may_tell=asking.may_tell,
                status="asked",
                lookup_mac=found_by(lookup),
                code_mac=macs[0],
                quiet_mac=macs[1],
                tries=0,
            )
        )
        _record(session, application.id, "referee_asked", actor, asking.way)
        done = True
    if not done:
        return None
    return Invitation(
        lookup, code, quiet, asking.is_spoken, asking.language, asking.may_tell, expires_at
    )


def withdraw(actor: SignedIn, application_id: str, request_id: str) -> None:
    """Take an unanswered request back; what has ended already stays as it is.

    Raises Unknown for no such request of this case.
    """
    with unit_of_work() as session:
        row = _of_case(session, application_id, request_id)
        if row.status == "asked":
            _end(row, "withdrawn")
            _record(session, row.application_id, "referee_withdrawn", actor, None)


def opens(lookup: str, code: str) -> bool:
    """Whether these words open a request; a wrong word for one that stands is counted.

    Takes the same time for what is unknown, used, expired or right.
    """
    known_by = hardened(lookup, code)
    with unit_of_work() as session:
        return _try(session, lookup, known_by) is not None


def answer(lookup: str, code: str, given: Mapping[str, str], request: Request) -> bool:
    """Take a referee's answer once; False where the words open nothing.

    given: by the keys of forms/referees.py. The same page sent twice is one answer, and both
    times True. The words for somebody under pressure open like the others; then the answer is
    kept and does not count. Raises NobodyReads.
    """
    known_by = hardened(lookup, code)
    with unit_of_work() as session:
        if _was_this(session, lookup, request):
            return True
        found = _try(session, lookup, known_by)
        if found is None:
            return False
        row, is_quiet = found
        _keep(session, row, given, request, is_quiet=is_quiet)
    return True


def look(actor: SignedIn, application_id: str, request_id: str) -> str:
    """Write down that the actor opens a referee's answer, before it is shown; return the mark.

    Raises Unknown for no answer and where the actor holds no key to it: both look the same.
    Raises brakes.Slowed and brakes.Stopped.
    """
    with brakes.watched(actor), unit_of_work() as session:
        row = _of_case(session, application_id, request_id)
        if row.scope is None or not actor.ring.opens(row.scope, Compartment.NARRATIVE):
            raise Unknown(request_id)
        event = looks.write_down(
            session, actor, row.application_id, "referee_opened", Role.COORDINATOR
        )
        return looks.mark_of(event)


def note_seen(actor: SignedIn, request_id: str) -> None:
    """Write down that the security lead has looked after an answer that does not count.

    Raises Unknown for every other id.
    """
    with unit_of_work() as session:
        row = session.get(RefereeRequest, request_id, with_for_update=True, populate_existing=True)
        if row is None or row.counts is not False:
            raise Unknown(request_id)
        if row.seen_on is None:
            row.seen_on, row.seen_by_id = now().date(), actor.ref
            _record(
                session, row.application_id, "referee_seen", actor, None, role=Role.SECURITY_LEAD
            )


def _open_case(session: Session, application_id: str) -> Application:
    application = take(session, Application, application_id, INTERNAL)
    if application.state == intake.DRAFT:
        raise Unknown(application_id)
    if cases.has_ended(application):
        raise cases.Closed
    return application


def _require_agreed(
    session: Session, actor: SignedIn, application: Application, asking: Asking
) -> None:
    """Hold the request against what the person allows, as the actor's keys let them read it."""
    actor.ring.data_key(application.id, Compartment.NARRATIVE)
    if asking.item is None:
        if asking.may_tell != "existence":
            raise NotAgreed("more_than_allowed")
        if not asking.agreed:
            raise NotAgreed("not_asked_first")
        return
    known = {each.item: each for each in reads.named(session, actor.ring, application.id)}
    named = known.get(asking.item)
    if named is None:
        raise NotAgreed("not_named")
    if asking.may_tell == "full" and named.may_tell != "full":
        raise NotAgreed("more_than_allowed")
    if named.must_ask_first and not asking.agreed:
        raise NotAgreed("not_asked_first")


def _make_room(session: Session, application_id: str, item: int | None) -> None:
    """Let a request whose time is over make way; one that still stands has to be withdrawn."""
    if item is None:
        return
    statement = select(RefereeRequest).where(
        RefereeRequest.application_id == application_id,
        RefereeRequest.item == item,
        RefereeRequest.status == "asked",
    )
    for row in session.scalars(statement):
        if reads.standing(row, now()) == "asked":
            raise NotAgreed("open_already")
        _end(row, "expired")
    session.flush()


def _of_case(session: Session, application_id: str, request_id: str) -> RefereeRequest:
    row = session.get(RefereeRequest, request_id, with_for_update=True, populate_existing=True)
    if row is None or row.application_id != application_id:
        raise Unknown(request_id)
    return row


def _by_lookup(session: Session, lookup: str) -> RefereeRequest | None:
    statement = (
        select(RefereeRequest)
        .where(RefereeRequest.lookup_mac == found_by(lookup))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found: RefereeRequest | None = session.scalar(statement)
    return found


def _was_this(session: Session, lookup: str, request: Request) -> bool:
    row = _by_lookup(session, lookup)
    return row is not None and row.answered_by is not None and row.answered_by == request.id


def _try(session: Session, lookup: str, known_by: str) -> tuple[RefereeRequest, bool] | None:
    """Return the request the words open, and whether they are those for somebody under pressure.

    After a few wrong words nothing opens it any more: whoever guesses has the link already.
    """
    row = _by_lookup(session, lookup)
    if row is None or reads.standing(row, now()) != "asked":
        return None
    if hmac.compare_digest(row.code_mac or "", known_by):
        return row, False
    if row.quiet_mac and hmac.compare_digest(row.quiet_mac, known_by):
        return row, True
    row.tries += 1
    if row.tries == MOST_TRIES:
        _end(row, "burnt")
        _record(
            session,
            row.application_id,
            "referee_burnt",
            SYSTEM,
            None,
            role=Role.SYSTEM,
            by_day=True,
        )
    return None


def _keep(
    session: Session,
    row: RefereeRequest,
    given: Mapping[str, str],
    request: Request,
    *,
    is_quiet: bool,
) -> None:
    counts = given.get("freely") == FREELY and not is_quiet
    told = {**given, "quiet_word": "yes" if is_quiet else ""}
    readers, scope = _readers(session, row.application_id), new_ref()
    ring = vault.seal_for(row.application_id, scope, Compartment.NARRATIVE, *readers)
    row.scope = scope
    row.answer.seal(ring, json.dumps(told, ensure_ascii=False))
    row.counts, row.answered_on = counts, now().date()
    row.answered_by = request.id or new_ref()
    _end(row, "answered")
    reason = None if counts else "does_not_count"
    _record(
        session,
        row.application_id,
        "referee_answered",
        SYSTEM,
        reason,
        role=Role.SYSTEM,
        by_day=True,
    )
    _tell(session, row)


def _readers(session: Session, application_id: str) -> list[str]:
    """Return the coordinators who can read the case; raises NobodyReads without any."""
    working = intake.coordinators(session)
    holders = set(vault.holders_of(application_id, Compartment.NARRATIVE))
    readers = [each for each in working if each in holders]
    if not readers:
        raise NobodyReads
    return readers


def _tell(session: Session, row: RefereeRequest) -> None:
    """Tell the desk, by the letter that always says the same; security where it does not count."""
    lead = session.get_one(Application, row.application_id).lead_id
    if lead is None:
        notifications.notify_role(session, Role.COORDINATOR)
    else:
        notifications.notify_people(session, [lead], notifications.Audience.DESK)
    if not row.counts:
        notifications.notify_role(session, Role.SECURITY_LEAD)


def _end(row: RefereeRequest, status: str) -> None:
    """End a request; the words that opened it are forgotten."""
    row.status, row.code_mac, row.quiet_mac = status, None, None


def _record(
    session: Session,
    application_id: str,
    action: str,
    actor: Actor,
    reason: str | None,
    *,
    role: Role = Role.COORDINATOR,
    by_day: bool = False,
) -> None:
    audit.record(
        session, CHAIN, application_id, action, actor=actor, role=role, reason_code=reason,
        by_day=by_day,
    )  # fmt: skip
