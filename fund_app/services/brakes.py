"""The insider brake: who opens many cases in a short time is slowed, then stopped.

Counted from the trail, so that neither a restart nor another process forgets anything. Numbers
and the verdict are in workflows/brakes.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.brakes import Brake
from fund_app.models.events import BRAKES, VIEWS, Event
from fund_app.models.people import Person
from fund_app.services import audit
from fund_app.services.notifications import Pace, notify_role
from fund_app.services.transition import Unknown
from fund_app.services.unit import unit_of_work
from workflows.brakes import LIFTERS, WINDOW, LiftReason, Look, Measured, Pulled, weigh
from workflows.engine import Refused
from workflows.roles import SYSTEM, Actor, Role

OPENED = "_opened"
"""What an event that shows content ends with."""
COMPARED = "words_compared"
"""Trying words against what a case holds tells whether they stand in it: a look as well."""


class Slowed(Exception):
    """Too many at once: there is a short wait before the next one."""

    def __init__(self, measured: Measured, count: int, wait: timedelta) -> None:
        """Carry what was counted, how many there were, and how long to wait."""
        super().__init__(measured)
        self.measured, self.count, self.wait = measured, count, wait


class Stopped(Exception):
    """Nothing more opens until somebody else has lifted the brake."""

    def __init__(self, pulled: Pulled, count: int) -> None:
        """Carry why, and how many there were."""
        super().__init__(pulled)
        self.pulled, self.count = pulled, count


@contextmanager
def watched(actor: Actor) -> Iterator[None]:
    """Let a use case look into a case; who is stopped in it stays stopped.

    Put it around the unit of work: what the refused look wrote is gone by then, and the brake
    is written in a unit of its own.
    """
    try:
        yield
    except Stopped as stopped:
        _write(actor.ref, stopped.pulled, stopped.count)
        raise


def require_released(session: Session, actor: Actor) -> None:
    """Refuse who is stopped what opens something without showing it; raises Stopped."""
    pulled = in_force(session, actor.ref)
    if pulled is not None:
        raise Stopped(Pulled(pulled.pulled), pulled.count)


def require_room(session: Session, actor: Actor, case_id: str) -> None:
    """Weigh one more look under the lock of the person's row; raises Slowed, Stopped."""
    session.get(Person, actor.ref, with_for_update=True)
    require_released(session, actor)
    against = weigh(_recent(session, actor.ref), case_id, now())
    if against is None:
        return
    if against.wait is None:
        raise Stopped(Pulled(against.measured), against.count)
    raise Slowed(against.measured, against.count, against.wait)


def in_force(session: Session, person_id: str) -> Brake | None:
    """Return the brake that stops a person now, or None."""
    statement = select(Brake).where(Brake.person_id == person_id, Brake.lifted_at.is_(None))
    found: Brake | None = session.scalar(statement)
    return found


def pull(actor: Actor, person_id: str) -> None:
    """Stop somebody by hand, as the security lead; who is stopped already stays so.

    Raises Unknown for nobody, Refused for oneself.
    """
    if actor.ref == person_id:
        raise Refused("own_brake", {})
    with unit_of_work() as session:
        if session.get(Person, person_id) is None:
            raise Unknown(person_id)
    _write(person_id, Pulled.HAND, 0, by=actor, role=Role.SECURITY_LEAD)


def lift(actor: Actor, brake_id: str, reason: LiftReason) -> None:
    """Let somebody go on, as another person, with a reason; what they opened counts anew.

    Raises Unknown, Refused for one's own brake and where somebody was quicker.
    """
    with unit_of_work() as session:
        brake = session.get(Brake, brake_id, with_for_update=True, populate_existing=True)
        if brake is None:
            raise Unknown(brake_id)
        role = next((each for each in LIFTERS if each in actor.roles), None)
        if role is None:
            raise Refused("wrong_role", {})
        if brake.person_id == actor.ref:
            raise Refused("own_brake", {})
        if brake.lifted_at is not None:
            raise Refused("brake_lifted", {})
        brake.lifted_at, brake.lifted_by_id, brake.lift_reason = now(), actor.ref, reason
        audit.record(
            session,
            BRAKES,
            brake.person_id,
            "brake_lifted",
            actor=actor,
            role=role,
            reason_code=reason,
        )


def _write(
    person_id: str, pulled: Pulled, count: int, *, by: Actor = SYSTEM, role: Role = Role.SYSTEM
) -> None:
    with unit_of_work() as session:
        session.get(Person, person_id, with_for_update=True)
        if in_force(session, person_id) is not None:
            return
        session.add(Brake(person_id=person_id, pulled=pulled, count=count, pulled_at=now()))
        audit.record(
            session, BRAKES, person_id, "brake_pulled", actor=by, role=role, reason_code=pulled
        )
        notify_role(session, Role.SECURITY_LEAD, pace=Pace.URGENT)


def _recent(session: Session, person_id: str) -> list[Look]:
    """Return what somebody opened in the window, or since a brake was lifted from them."""
    lifted = session.scalar(select(func.max(Brake.lifted_at)).where(Brake.person_id == person_id))
    since = now() - WINDOW
    statement = select(Event.subject_id, Event.at).where(
        Event.actor_ref == person_id,
        Event.at > (since if lifted is None else max(since, lifted)),
        Event.chain == VIEWS,
        or_(Event.action.endswith(OPENED, autoescape=True), Event.action == COMPARED),
    )
    return [Look(case_id, at) for case_id, at in session.execute(statement) if at is not None]
