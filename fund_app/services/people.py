"""People who work for the fund: taken on, given roles, and parted from.

`add` and `grant` are for founding an installation and for the demonstration: afterwards two
people sign every change (services/changes.py). Parting from somebody takes one, and no delay.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.changes import Invitation
from fund_app.models.events import HOUSE, HOUSE_ID, Event
from fund_app.models.people import Person, RoleGrant
from fund_app.models.types import new_ref
from fund_app.queries import people as known
from fund_app.services import audit, jobs, sessions, staff_keys
from fund_app.services.notifications import Pace, notify_role
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import keystore
from workflows.brakes import ENDED_WITHIN, may_end_another
from workflows.roles import SYSTEM, Actor, Role, go_together, kept_apart

SIGNERS = frozenset({Role.ADMINISTRATOR, Role.BOARD_MEMBER})
"""Who proposes and confirms who works here: a small fund has one administrator, so the board,
which answers for the people, signs as well (docs/decisions/0012-two-people-for-people.md)."""

FEWEST_SIGNERS = 2
RENEW_KEYS = "renew_keys"


TOLD = (Role.ADMINISTRATOR, Role.BOARD_MEMBER, Role.SECURITY_LEAD)
"""Who hears that an access was ended: whoever signs, and who watches over people inside."""


class HandleTaken(Exception):
    """Another person signs in by this name already."""


class RolesApart(Exception):
    """Names, the machine and work on cases are kept apart: these roles are not one person's."""


class EndingRefused(Exception):
    """Somebody may not end this access; `code` says why, for the page to explain."""

    def __init__(self, code: str) -> None:
        """Carry a code only."""
        super().__init__(code)
        self.code = code


def add(  # noqa: PLR0913 - a person has these facts
    actor: Actor,
    handle: str,
    display_name: str,
    roles: Iterable[Role],
    passphrase: str,
    *,
    language: str = "en",
    mail_address: str | None = None,
    resolution: str = "",
    is_demo: bool = False,
) -> str:
    """Take a person on with their roles and a fresh, empty key; return the person's id.

    The key is sealed with the passphrase, which is stored nowhere. A new person can open
    nothing until somebody who can shares it. Raises HandleTaken, RolesApart.
    """
    wanted = frozenset(roles)
    _require_separate(wanted)
    with unit_of_work() as session:
        if session.scalar(select(Person.id).where(Person.handle == handle)) is not None:
            raise HandleTaken(handle)
        person = Person(
            handle=handle,
            display_name=display_name,
            language=language,
            mail_address=mail_address,
            is_demo=is_demo,
            grants=[RoleGrant(role=role, resolution=resolution) for role in sorted(wanted)],
        )
        session.add(person)
        session.flush()
        staff_keys.create_staff(person.id, passphrase)
        _record(actor, "person_added", person)
        return person.id


def grant(actor: Actor, handle: str, role: Role, *, resolution: str = "") -> None:
    """Give a person one more role, traced to a resolution; holding it already changes nothing.

    Raises LookupError for an unknown handle, RolesApart.
    """
    with unit_of_work() as session:
        person = _person(handle)
        held = {Role(each.role) for each in person.grants}
        if role in held:
            return
        _require_separate(frozenset({*held, role}))
        person.grants.append(RoleGrant(role=role, resolution=resolution))
        session.flush()
        _record(actor, "role_granted", person, reason_code=f"{role}:{person.id}")


def disable(actor: Actor, handle: str) -> None:
    """End a person's access: every key is taken away first, then sign-in and roles end.

    All their sessions end in the same moment. What they could open gets new keys by a job, so
    that a copy they kept opens nothing that is written from now on. Done again it changes
    nothing; killed on the way, done again it is whole. Whoever signs hears of it, and so does
    the security lead. Raises LookupError for an unknown handle, and EndingRefused: not_a_signer
    (not any more: somebody was quicker), ended_enough.
    """
    with unit_of_work() as session:
        person = _parting(session, actor, handle)
        keystore().remove_holder(
            person.id, subjects=sessions.store().names_of(person.id), renew=True
        )
        session.execute(delete(Invitation).where(Invitation.person_id == person.id))
        plan_renewal(session)
        if person.disabled_on is None:
            person.disabled_on = now().date()
        _record(actor, known.DISABLED, person)
        for role in TOLD:
            notify_role(session, role, pace=Pace.URGENT)


def plan_renewal(session: Session) -> None:
    """Put the making of new keys into the queue, where a compartment waits for one.

    Called again while it runs or after it, there is a further job, which finds nothing to do.
    """
    if keystore().due_renewals():
        jobs.enqueue(session, RENEW_KEYS, {}, key=f"{RENEW_KEYS}:{new_ref()}")


def renewal_round() -> None:
    """Put the making of new keys into the queue where a crash has left some without a job."""
    if not keystore().due_renewals():
        return
    with unit_of_work() as session:
        if not jobs.is_waiting(session, RENEW_KEYS):
            plan_renewal(session)


def roles_of(person_id: str) -> frozenset[Role]:
    """Return the roles somebody holds now."""
    person = known.by_id(person_id)
    return frozenset() if person is None else person.roles


def is_founding(session: Session) -> bool:
    """Whether too few people are here yet (or still) for two of them to sign a change."""
    signers = {person.id for role in sorted(SIGNERS) for person in known.with_role(session, role)}
    return len(signers) < FEWEST_SIGNERS


def _require_separate(roles: frozenset[Role]) -> None:
    if kept_apart(roles) or not go_together(roles):
        raise RolesApart


def _parting(session: Session, actor: Actor, handle: str) -> Person:
    """Return the person to part from, once the actor is found to be one who may.

    Both rows are locked, always in the same order: of two who end each other's access one wins.
    """
    both = (
        select(Person)
        .where(or_(Person.handle == handle, Person.id == actor.ref))
        .order_by(Person.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = session.scalars(both).all()
    person = next((each for each in found if each.handle == handle), None)
    if person is None:
        raise LookupError(handle)
    if actor.ref != SYSTEM.ref:
        signer = next((each for each in found if each.id == actor.ref), None)
        if signer is None or signer.roles.isdisjoint(SIGNERS):
            raise EndingRefused("not_a_signer")
        if not may_end_another(_ended_by(session, actor, person)):
            raise EndingRefused("ended_enough")
    return person


def _ended_by(session: Session, actor: Actor, besides: Person) -> int:
    """Return how many others somebody has parted from within a day, as the trail knows it."""
    ended = select(func.count(Event.reason_code.distinct())).where(
        Event.actor_ref == actor.ref,
        Event.chain == HOUSE,
        Event.action == known.DISABLED,
        Event.at > now() - ENDED_WITHIN,
        Event.reason_code != besides.id,
    )
    return session.scalar(ended) or 0


def _person(handle: str) -> Person:
    with unit_of_work() as session:
        person = session.scalar(select(Person).where(Person.handle == handle).with_for_update())
        if person is None:
            raise LookupError(handle)
        return person


def _record(actor: Actor, action: str, person: Person, *, reason_code: str | None = None) -> None:
    with unit_of_work() as session:
        role = min(actor.roles & SIGNERS or actor.roles)
        audit.record(
            session,
            HOUSE,
            HOUSE_ID,
            action,
            actor=actor,
            role=role,
            reason_code=reason_code or person.id,
        )
