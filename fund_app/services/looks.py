"""Looks: opening what somebody confided is an act, and every one is written down.

The applicant reads them as roles and days on their return page. Every look of staff passes
here, so here the insider brake counts and here a canary is heard.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.events import HOUSE, HOUSE_ID, VIEWS, Event
from fund_app.models.sealed import Compartment
from fund_app.services import audit, brakes, canaries
from fund_app.services.transition import INTERNAL, Unknown, take
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.roles import Actor, Role

LOOKED_AS = (Role.COORDINATOR, Role.CHAIR, Role.REVIEWER, Role.BOARD_MEMBER)
MARK_LENGTH = 8
REFUSED = "look_refused"


def look(actor: SignedIn, application_id: str, compartment: Compartment) -> str:
    """Write down that the actor opens a compartment of a case, before it is shown to them.

    Returns the mark for what they print of it. Raises Unknown for no case, where the actor
    holds no key and for the names, which have a way of their own (services/unlocks.py): all
    look the same, and are written down. Raises brakes.Slowed and brakes.Stopped.
    """
    with brakes.watched(actor), unit_of_work() as session:
        application = take(session, Application, application_id, INTERNAL)
        role = next((each for each in LOOKED_AS if each in actor.roles), None)
        if role is None:
            raise Unknown(application_id)
        if compartment is not Compartment.IDENTITY and actor.ring.opens(
            application.id, compartment
        ):
            event = write_down(session, actor, application.id, f"{compartment}_opened", role)
            return mark_of(event)
        audit.record(
            session, HOUSE, HOUSE_ID, REFUSED, actor=actor, role=role, reason_code=application_id
        )
    raise Unknown(application_id)


def write_down(
    session: Session,
    actor: Actor,
    application_id: str,
    action: str,
    role: Role,
    *,
    reason_code: str | None = None,
) -> Event:
    """Record one look into a case in the caller's unit of work, under the brake.

    Every service that shows staff something sealed calls it before it returns, inside
    `brakes.watched`. Raises brakes.Slowed and brakes.Stopped; then nothing may be shown.
    """
    brakes.require_room(session, actor, application_id)
    event = audit.record(
        session, VIEWS, application_id, action, actor=actor, role=role, reason_code=reason_code
    )
    canaries.heard(session, application_id, actor, role)
    return event


def latest_mark(actor: Actor) -> str:
    """Return the mark of somebody's latest look, empty before the first."""
    with unit_of_work() as session:
        statement = (
            select(Event)
            .where(Event.actor_ref == actor.ref, Event.chain == VIEWS)
            .order_by(Event.at.desc(), Event.id.desc())
            .limit(1)
        )
        event = session.scalar(statement)
        return "" if event is None else mark_of(event)


def mark_of(event: Event) -> str:
    """Return the short code that stands on what is printed and leads back to the event."""
    return event.hash[:MARK_LENGTH].upper()
