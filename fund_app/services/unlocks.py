"""Unlocks: the names of a case, opened by two custodians for one person and some hours.

The application is locked before its unlock, everywhere. The key follows the order of the two
stores: granted in the keystore first, taken away there first of all. What a crash leaves
between the two is swept (`sweep`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.applications import Application
from fund_app.models.events import UNLOCKS
from fund_app.models.people import Person
from fund_app.models.sealed import CannotOpen, Compartment
from fund_app.models.types import new_ref
from fund_app.models.unlocks import ASKED, OPEN, Unlock
from fund_app.queries import answers, people
from fund_app.services import audit, brakes, canaries, cases, directives, intake, looks, vault
from fund_app.services.notifications import AUDIENCE_OF, Pace, notify_people, notify_role
from fund_app.services.transition import INTERNAL, Request, Unknown, take
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.engine import Refused
from workflows.roles import SYSTEM, Actor, Role
from workflows.unlocks import (
    ASKED_FOR,
    URGENT_BAND,
    Asked,
    Purpose,
    asking_role,
    hours_of,
    is_enough,
    roles_of,
    signing_role,
)

DRAFT = "draft"
SECURITY = Role.SECURITY_LEAD


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks for; `words` may be empty for a coordinator, `hours` for the usual."""

    purpose: Purpose
    hours: int | None = None
    words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Names:
    """Who the person is, for the one page that shows it, and the mark of that look."""

    answers: dict[tuple[str, int], str] = field(repr=False)
    mark: str


def ask(actor: SignedIn, application_id: str, question: Question, request: Request) -> str:
    """Ask to see who a person is, as a coordinator or a custodian; return the unlock's id.

    The same request twice asks once. Custodians are told; in the band of danger to life the
    security lead as well. Raises Unknown (also for a draft), Refused, ValueError for hours
    out of range.
    """
    role, hours = asking_role(actor.roles), hours_of(question.hours)
    if role is None:
        raise Refused("wrong_role", {})
    if role is Role.CUSTODIAN and not question.words:
        raise Refused("words_missing", {})
    with unit_of_work() as session:
        application = take(session, Application, application_id, INTERNAL)
        if application.state == DRAFT:
            raise Unknown(application_id)
        unlock_id = cases.once(application.id, request)
        if session.get(Unlock, unlock_id) is not None:
            return unlock_id
        if _live(session, application.id, actor.ref) is not None:
            raise Refused("unlock_running", {})
        unlock = Unlock(
            id=unlock_id,
            application_id=application.id,
            asker_id=actor.ref,
            asked_as=role,
            purpose=question.purpose,
            hours=hours,
            is_urgent=application.band == URGENT_BAND,
            state=ASKED,
            asked_at=now(),
        )
        _seal_words(session, unlock, question.words)
        session.add(unlock)
        _record(session, unlock, "identity_asked", actor, role)
        canaries.heard(session, application.id, actor, role)
        _tell_signers(session, unlock)
    return unlock_id


def agree(actor: SignedIn, unlock_id: str) -> bool:
    """Agree to a question as a custodian, or as the security lead in an emergency.

    With the agreement that makes it enough, the key is wrapped for the asker and the time
    begins; returns whether it did. Raises Unknown, Refused.
    """
    with unit_of_work() as session:
        unlock = _locked(session, unlock_id)
        asker = session.get_one(Person, unlock.asker_id, populate_existing=True)
        has_lapsed = unlock.state != ASKED or unlock.asked_at + ASKED_FOR <= now()
        if has_lapsed or Role(unlock.asked_as) not in asker.roles:
            raise Refused("unlock_over", {})
        role = signing_role(_asked(unlock), actor.ref, actor.roles)
        if not isinstance(role, Role):
            raise Refused(role, {})
        if role is Role.CUSTODIAN and not actor.ring.opens(
            unlock.application_id, Compartment.IDENTITY
        ):
            raise Refused("custodian_without_key", {})
        if unlock.first_id is None:
            unlock.first_id, unlock.first_role = actor.ref, role
        else:
            unlock.second_id, unlock.second_role = actor.ref, role
        _record(session, unlock, "identity_agreed", actor, role)
        if is_enough(_asked(unlock)):
            _open(session, unlock, actor, role)
            return True
        if unlock.is_urgent and role is Role.CUSTODIAN:
            _leave_key(session, unlock, actor)
        return False


def refuse(actor: Actor, unlock_id: str) -> None:
    """Say no to a question, as somebody who could agree to it; Unknown, Refused."""
    with unit_of_work() as session:
        unlock = _locked(session, unlock_id)
        if unlock.state != ASKED:
            raise Refused("unlock_over", {})
        role = signing_role(_asked(unlock), actor.ref, actor.roles)
        if not isinstance(role, Role):
            raise Refused(role, {})
        _close(session, unlock, "refused", "identity_refused", actor, role)


def end(actor: Actor, unlock_id: str) -> None:
    """End a question or an open unlock early: whoever asked, any custodian, the security lead.

    The key goes first. What is over already stays so. Raises Unknown.
    """
    with unit_of_work() as session:
        unlock = _locked(session, unlock_id)
        role = _ending_role(unlock, actor)
        if role is None:
            raise Unknown(unlock_id)
        if unlock.state == ASKED:
            _close(session, unlock, "withdrawn", "identity_withdrawn", actor, role)
        elif unlock.state == OPEN:
            _close(session, unlock, "ended", "identity_ended", actor, role)


def names(actor: SignedIn, unlock_id: str) -> Names:
    """Open who the person is, for whoever asked, while the time lasts; each look is recorded.

    Refuses at the very moment the time is over, whether or not the key is gone yet. Raises
    Unknown for somebody else's, Refused, brakes.Slowed, brakes.Stopped.
    """
    with brakes.watched(actor), unit_of_work() as session:
        unlock = _locked(session, unlock_id)
        if unlock.asker_id != actor.ref:
            raise Unknown(unlock_id)
        if not is_open(unlock, now()) or Role(unlock.asked_as) not in actor.roles:
            raise Refused("unlock_over", {})
        if not actor.ring.opens(unlock.application_id, Compartment.IDENTITY):
            is_keeper = unlock.asked_as == Role.CUSTODIAN
            raise Refused("custodian_without_key" if is_keeper else "unlock_over", {})
        event = looks.write_down(
            session,
            actor,
            unlock.application_id,
            "identity_opened",
            Role(unlock.asked_as),
            reason_code=unlock.purpose,
        )
        found = answers.opened(
            session, actor.ring, unlock.application_id, compartment=Compartment.IDENTITY
        )
        return Names(directives.without(found), looks.mark_of(event))


def words(actor: SignedIn, unlock: Unlock) -> str | None:
    """Return why somebody asks, in their words; None without any, or without a key to them."""
    if not unlock.words.is_set:
        return None
    try:
        return unlock.words.open(actor.ring)
    except CannotOpen:
        return None


def is_open(unlock: Unlock, moment: datetime) -> bool:
    """Whether the names may be shown at a moment: opened, and its time not over."""
    return unlock.state == OPEN and unlock.ends_at is not None and moment < unlock.ends_at


def may_sign(actor: Actor, unlock: Unlock) -> str | None:
    """Return the code of what stands against the actor's agreement, or None."""
    if unlock.state != ASKED or unlock.asked_at + ASKED_FOR <= now():
        return "unlock_over"
    role = signing_role(_asked(unlock), actor.ref, actor.roles)
    return None if isinstance(role, Role) else role


def run_out(moment: datetime) -> int:
    """Close what is over by `moment`, keys first; return how many there were.

    Open unlocks whose time is over or whose asker has lost the role, and questions nobody
    answered in a day. Several workers may do this at once.
    """
    with unit_of_work() as session:
        found = list(session.scalars(_due(moment)))
        found += [each for each in _without_role(session) if each not in found]
    for unlock_id in found:
        _run_out(unlock_id, moment)
    return len(found)


def sweep() -> int:
    """Take away every key to names that neither a custodian's office nor an unlock accounts for.

    A crash between the two stores leaves such a key, and so does an office that has ended.
    Returns how many there were. A case no custodian holds is left alone: somebody has to be
    able to hand its names over.
    """
    with unit_of_work() as session:
        keepers = intake.custodians(session)
    strays = vault.keystore().staff_wraps(Compartment.IDENTITY, without=keepers)
    return sum(_sweep_one(case_id, holder_id) for case_id, holder_id in strays)


def _sweep_one(case_id: str, holder_id: str) -> bool:
    with unit_of_work() as session:
        # Under the lock that an agreement takes first, so that a key just given is never met.
        session.get(Application, case_id, with_for_update=True)
        keepers = set(intake.custodians(session))
        held = keepers.intersection(vault.holders_of(case_id, Compartment.IDENTITY))
        unlock = _live(session, case_id, holder_id)
        if not held or holder_id in keepers or (unlock is not None and unlock.state == OPEN):
            return False
        vault.revoke(case_id, Compartment.IDENTITY, holder_id)
    return True


def _open(session: Session, unlock: Unlock, actor: SignedIn, role: Role) -> None:
    """Give the asker the key and begin the time; a custodian who asks holds it already."""
    if unlock.asked_as == Role.COORDINATOR:
        if role is Role.CUSTODIAN:
            vault.grant(actor.ring, unlock.application_id, Compartment.IDENTITY, unlock.asker_id)
        else:
            left = unlock.deposit.open(actor.ring)
            vault.hand_on(unlock.application_id, Compartment.IDENTITY, unlock.asker_id, left)
    moment = now()
    unlock.state, unlock.opened_at = OPEN, moment
    unlock.ends_at = moment + timedelta(hours=unlock.hours)
    _record(session, unlock, "identity_unlocked", actor, role)
    notify_people(session, [unlock.asker_id], AUDIENCE_OF[Role(unlock.asked_as)], pace=Pace.URGENT)


def _leave_key(session: Session, unlock: Unlock, actor: SignedIn) -> None:
    """Leave the key for the asker in a box that only the security lead can hand on.

    So a custodian may agree at midnight and sleep: the second word need not come from
    somebody who holds the key, and neither of the two can use it alone.
    """
    if unlock.asked_as != Role.COORDINATOR:
        return
    leads = [each.id for each in people.with_role(session, SECURITY) if each.id != actor.ref]
    if not leads:
        return
    left = vault.wrapped_for(
        actor.ring, unlock.application_id, Compartment.IDENTITY, unlock.asker_id
    )
    unlock.deposit_id = new_ref()
    box = vault.seal_for(unlock.application_id, unlock.deposit_id, Compartment.MESSAGES, *leads)
    unlock.deposit.seal(box, left)


def _seal_words(session: Session, unlock: Unlock, text: str) -> None:
    """Seal the sentence for those who have to agree and for whoever wrote it."""
    if not text:
        return
    readers = {unlock.asker_id, *intake.custodians(session)}
    if unlock.is_urgent:
        readers |= {each.id for each in people.with_role(session, SECURITY)}
    key = vault.seal_for(unlock.application_id, unlock.id, Compartment.MESSAGES, *readers)
    unlock.words.seal(key, text)


def _close(  # noqa: PLR0917 - an end has these facts
    session: Session, unlock: Unlock, state: str, action: str, actor: Actor, role: Role
) -> None:
    """End an unlock: the key first of all, then the row and the event."""
    if unlock.asker_id not in intake.custodians(session):
        vault.revoke(unlock.application_id, Compartment.IDENTITY, unlock.asker_id)
    if unlock.deposit_id is not None:
        vault.erase_case(unlock.deposit_id)
        unlock.deposit.clear()
    unlock.state, unlock.closed_at = state, now()
    unlock.closed_by_id = None if role is Role.SYSTEM else actor.ref
    _record(session, unlock, action, actor, role)


def _run_out(unlock_id: str, moment: datetime) -> None:
    with unit_of_work() as session:
        unlock = _locked(session, unlock_id)
        if unlock.state == ASKED and unlock.asked_at + ASKED_FOR <= moment:
            _close(session, unlock, "lapsed", "identity_lapsed", SYSTEM, Role.SYSTEM)
        elif unlock.state == OPEN and (
            not is_open(unlock, moment) or unlock.id in _without_role(session)
        ):
            _close(session, unlock, "over", "identity_over", SYSTEM, Role.SYSTEM)


def _due(moment: datetime) -> Select[str]:
    return (
        select(Unlock.id)
        .where(
            ((Unlock.state == OPEN) & (Unlock.ends_at <= moment))
            | ((Unlock.state == ASKED) & (Unlock.asked_at <= moment - ASKED_FOR))
        )
        .order_by(Unlock.id)
    )


def _without_role(session: Session) -> list[str]:
    """Return the open unlocks of people who no longer hold the role they asked in."""
    rows = session.execute(
        select(Unlock, Person)
        .join(Person, Person.id == Unlock.asker_id)
        .where(Unlock.state == OPEN)
    )
    return [unlock.id for unlock, person in rows if Role(unlock.asked_as) not in person.roles]


def _locked(session: Session, unlock_id: str) -> Unlock:
    """Lock the application and then its unlock; raises Unknown."""
    application_id = session.scalar(select(Unlock.application_id).where(Unlock.id == unlock_id))
    if application_id is None:
        raise Unknown(unlock_id)
    take(session, Application, application_id, INTERNAL)
    return session.get_one(Unlock, unlock_id, with_for_update=True, populate_existing=True)


def _live(session: Session, application_id: str, asker_id: str) -> Unlock | None:
    statement = select(Unlock).where(
        Unlock.application_id == application_id,
        Unlock.asker_id == asker_id,
        Unlock.state.in_((ASKED, OPEN)),
    )
    found: Unlock | None = session.scalar(statement)
    return found


def _asked(unlock: Unlock) -> Asked:
    signed = roles_of(
        [(unlock.first_id, unlock.first_role), (unlock.second_id, unlock.second_role)]
    )
    return Asked(unlock.asker_id, Role(unlock.asked_as), unlock.is_urgent, signed)


def _ending_role(unlock: Unlock, actor: Actor) -> Role | None:
    if unlock.asker_id == actor.ref:
        return Role(unlock.asked_as)
    return next((role for role in (Role.CUSTODIAN, SECURITY) if role in actor.roles), None)


def _tell_signers(session: Session, unlock: Unlock) -> None:
    keepers = [each for each in intake.custodians(session) if each != unlock.asker_id]
    notify_people(session, keepers, AUDIENCE_OF[Role.CUSTODIAN], pace=Pace.URGENT)
    if unlock.is_urgent:
        notify_role(session, SECURITY, pace=Pace.URGENT)


def _record(session: Session, unlock: Unlock, action: str, actor: Actor, role: Role) -> None:
    """Write the event into the chain of the case's unlocks; the purpose is the reason."""
    audit.record(
        session,
        UNLOCKS,
        unlock.application_id,
        action,
        actor=actor,
        role=role,
        reason_code=unlock.purpose,
    )
