"""Erasing a case: at the person's wish, by two people, by the clock, from the command line.

The wish is written first, so that a crash leaves nothing unexplained. Then the order is the
rule: keys, data, files, the way in, sessions; last the bytes in the databases' files. Every
step can be done again, and `resume` does what a crash left over. The trail and the ledger stay
whole: they hold codes and references only. From the end on a row remains that counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.adapters import keystore_erasure, scrub
from fund_app.adapters.clock import now
from fund_app.adapters.storage import storage
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot
from fund_app.models.disbursements import Disbursement
from fund_app.models.erasures import Erasure
from fund_app.models.holds import Hold
from fund_app.models.people import Person
from fund_app.queries import erasures as reads
from fund_app.services import cases, erasure_events, sessions, shredding, vault
from fund_app.services.transition import INTERNAL, Request, Unknown, take
from fund_app.services.unit import unit_of_work
from workflows.catalogue import workflow
from workflows.erasures import CONFIRMERS, PROPOSERS, Origin, Standing, obstacle
from workflows.roles import SYSTEM, Actor, Role

APPEALABLE = ("rejected", "appealed")
LIVE_BALLOT = ("decided", "void")


class CannotErase(Exception):
    """The case is not destroyed; `code` names the reason (workflows/erasures.py)."""

    def __init__(self, code: str) -> None:
        """Keep the reason."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """What an erasure under way needs to know."""

    application_id: str
    holder_id: str


def against(session: Session, application: Application, origin: Origin) -> str | None:
    """Return the code of what stands against destroying a case, or None."""
    return obstacle(_standing(session, application), origin)


def erase_own(actor: Actor, request: Request) -> str:
    """Destroy the actor's own case at their wish; return the number of the proof.

    Ends every session on it, the one that asks included. Raises CannotErase, Unknown without
    a case, Conflict for a stale page. Asked twice, it answers the same.
    """
    with unit_of_work() as session:
        application = cases.own(session, actor)
        take(session, Application, application.id, Request(None, request.step_seen))
        number = _begin(session, application, Origin.PERSON, actor, Role.APPLICANT)
    carry_out(number)
    return number


def propose(actor: Actor, application_id: str, reason_code: str, request: Request) -> None:
    """Say, as a coordinator, that a case should be destroyed; a second person has to agree.

    Proposed twice by the same person it stands once. Raises CannotErase, Unknown, Conflict.
    """
    with unit_of_work() as session:
        application = take(session, Application, application_id, Request(None, request.step_seen))
        role = _role(actor, PROPOSERS)
        known = reads.of_case(session, application_id)
        if known is not None and known.state == "proposed":
            return
        if known is not None:
            raise CannotErase("erased")
        _refuse(session, application, Origin.STAFF)
        session.add(
            Erasure(
                application_id=application_id,
                origin=Origin.STAFF,
                state="proposed",
                reason_code=reason_code,
                requested_by=actor.ref,
                requested_on=now().date(),
            )
        )
        erasure_events.record(
            session, application_id, "erasure_proposed", (actor, role), reason_code
        )


def take_back(actor: Actor, application_id: str) -> None:
    """Take a proposal back, one's own or another's; CannotErase where there is none."""
    with unit_of_work() as session:
        take(session, Application, application_id, INTERNAL)
        role = _role(actor, PROPOSERS | CONFIRMERS)
        known = reads.of_case(session, application_id)
        if known is None or known.state != "proposed":
            raise CannotErase("not_proposed")
        session.delete(known)
        erasure_events.record(session, application_id, "erasure_taken_back", (actor, role))


def confirm(actor: Actor, application_id: str) -> str:
    """Agree, as the second of two people, and destroy the case; return the proof's number.

    Raises CannotErase (second_person_missing for whoever proposed it, proposer_gone where they
    have left since), Unknown. Confirmed twice, it answers the same.
    """
    with unit_of_work() as session:
        application = take(session, Application, application_id, INTERNAL)
        role = _role(actor, CONFIRMERS)
        known = reads.of_case(session, application_id)
        if known is None:
            raise CannotErase("not_proposed")
        number = known.id
        if known.state == "proposed":
            if known.requested_by == actor.ref:
                raise CannotErase("second_person_missing")
            if session.get_one(Person, known.requested_by).disabled_on is not None:
                raise CannotErase("proposer_gone")
            _refuse(session, application, Origin.STAFF)
            known.confirmed_by, known.begun_on = actor.ref, now().date()
            known.state = "begun"
            erasure_events.record(
                session, application_id, "erasure_begun", (actor, role), Origin.STAFF
            )
    carry_out(number)
    return number


def erase(application_id: str, origin: Origin) -> str:
    """Destroy a case by the clock or from the command line; return the proof's number.

    Raises CannotErase, Unknown. A case that is erased already, or about to be, is no error.
    """
    number = begin(application_id, origin)
    carry_out(number)
    return number


def begin(application_id: str, origin: Origin) -> str:
    """Put the wish to destroy a case on record, to be carried out; refuses like `erase`."""
    with unit_of_work() as session:
        application = take(session, Application, application_id, INTERNAL)
        return _begin(session, application, origin, SYSTEM, Role.SYSTEM)


def resume() -> int:
    """Finish what was begun and not done, after a crash or a busy file; return how many."""
    with unit_of_work() as session:
        numbers = reads.begun(session)
    return len(numbers) if carry_out(*numbers) else 0


def reapply() -> int:
    """Destroy the keys of every erased case once more, as a restored keystore may hold them."""
    with unit_of_work() as session:
        erased = reads.erased_cases(session)
    store = vault.keystore()
    gone = keystore_erasure.erase_all(store, [case for case, _ in erased])
    for _, holder_id in erased:
        if store.holder(holder_id) is not None:
            store.remove_holder(holder_id)
            gone += 1
    if gone:
        scrub.scrub(store.engine, keystore_erasure.TABLES, wholly=True)
    return gone


def carry_out(*numbers: str) -> bool:
    """Take erasures that have begun to their end; False while a busy file stands in the way.

    Every part can be repeated: killed anywhere, the next call does the rest. The databases'
    files are cleaned once for all of them.
    """
    destroyed = [number for number in numbers if _destroy(number)]
    if not destroyed:
        return True
    if not _scrub():
        return False
    for number in destroyed:
        with unit_of_work() as session:
            _finish(session, number)
    return True


def _destroy(number: str) -> bool:
    """Destroy keys, data, files, the way in and sessions; False for one that is done already."""
    target = _target(number)
    if target is None:
        return False
    vault.erase_case(target.application_id)
    with unit_of_work() as session:
        _empty(session, number, target.application_id)
        names = shredding.file_names(session, target.application_id)
    for name in names:
        storage().remove(name)
    vault.keystore().remove_holder(target.holder_id)
    sessions.store().end_all(target.holder_id)
    # Once more: a letter may have been under way while the first keys went.
    vault.erase_case(target.application_id)
    return True


def _begin(
    session: Session, application: Application, origin: Origin, actor: Actor, role: Role
) -> str:
    known = reads.of_case(session, application.id)
    if known is not None and known.state != "proposed":
        return known.id
    _refuse(session, application, origin)
    if known is not None:  # what two people would have agreed on, the person has asked for
        session.delete(known)
        session.flush()
    erasure = Erasure(
        application_id=application.id,
        origin=origin,
        state="begun",
        requested_by=actor.ref,
        requested_on=now().date(),
        begun_on=now().date(),
    )
    session.add(erasure)
    session.flush()
    erasure_events.record(session, application.id, "erasure_begun", (actor, role), origin)
    return erasure.id


def _refuse(session: Session, application: Application, origin: Origin) -> None:
    code = against(session, application, origin)
    if code is not None:
        raise CannotErase(code)


def _standing(session: Session, application: Application) -> Standing:
    return Standing(
        has_ended=cases.has_ended(application),
        is_appealable=application.state in APPEALABLE,
        has_open_payment=_has_open_payment(session, application.id),
        has_open_ballot=_count(
            session,
            Ballot.application_id == application.id,
            Ballot.state.not_in(LIVE_BALLOT),
        ),
        is_held=reads.kept(session, application.id, now().date()) is not None
        or _count(session, Hold.application_id == application.id, Hold.lifted_at.is_(None)),
        is_erased=application.erased_on is not None,
    )


def _has_open_payment(session: Session, application_id: str) -> bool:
    over = [state.code for state in workflow("disbursement").states if state.final]
    return _count(
        session,
        Disbursement.application_id == application_id,
        Disbursement.state.not_in(over),
    )


def _count(session: Session, *conditions: object) -> bool:
    statement = select(func.count()).where(*conditions)  # type: ignore[arg-type]
    return bool(session.scalar(statement))


def _role(actor: Actor, roles: frozenset[Role]) -> Role:
    if not actor.has_any(roles):
        raise Unknown(actor.ref)
    return min(actor.roles & roles)


def _target(number: str) -> Target | None:
    """Return what is to be destroyed, and count its keys before they go; None once done."""
    with unit_of_work() as session:
        erasure = session.get(Erasure, number, with_for_update=True)
        if erasure is None or erasure.state != "begun":
            return None
        application = session.get_one(Application, erasure.application_id)
        if application.erased_on is None and not erasure.keys:
            left = keystore_erasure.left_of(vault.keystore(), application.id, application.holder_id)
            erasure.keys = left.keys
        return Target(application.id, application.holder_id)


def _empty(session: Session, number: str, application_id: str) -> None:
    """Empty the data under the case's lock, so that nobody adds to it any more."""
    application = take(session, Application, application_id, INTERNAL)
    erasure = session.get_one(Erasure, number)
    if application.erased_on is None:
        erasure.texts = sum(shredding.sealed_values(session, application_id).values())
        erasure.files = len(shredding.file_names(session, application_id))
        application.erased_on = now().date()
    shredding.clear(session, application_id)


def _scrub() -> bool:
    """Take the bytes out of both databases' files, the keys' first."""
    keys = scrub.scrub(vault.keystore().engine, keystore_erasure.TABLES, wholly=True)
    db.session.rollback()
    return scrub.scrub(db.engine, shredding.tables(), wholly=False) and keys


def _finish(session: Session, number: str) -> None:
    application_id = session.get_one(Erasure, number).application_id
    take(session, Application, application_id, INTERNAL)
    erasure = session.get_one(Erasure, number, populate_existing=True)
    if erasure.state != "begun":
        return  # another worker was quicker
    shredding.forget_files(session, application_id)
    erasure.state, erasure.done_on = "done", now().date()
    erasure_events.record(session, application_id, "erasure_done", (SYSTEM, Role.SYSTEM))
