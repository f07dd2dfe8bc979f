"""Directives: what somebody wished for the day on which they cannot speak any more.

Sealed with who they are, written and changed by themselves at any time. It is opened for the
one moment it was written for: while something has happened to the person, by who leads the case.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.sealed import Compartment
from fund_app.queries import answers
from fund_app.services import brakes, holds, looks
from fund_app.services.transition import INTERNAL, Unknown, take
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.holds import HoldKind
from workflows.roles import Role

QUESTIONS = ("will_pay", "will_tell", "will_publicity", "will_differs")
OPENED = "directive_opened"


def may_open(session: Session, actor: SignedIn, application: Application) -> bool:
    """Whether the moment has come, for this person: a person event, and they lead the case."""
    held = holds.active(session, application.id)
    return (
        HoldKind.PERSON_EVENT in held
        and application.lead_id == actor.ref
        and Role.COORDINATOR in actor.roles
    )


def look(actor: SignedIn, application_id: str) -> str:
    """Write down that the lead opens the directive, before it is shown; return the look's mark.

    It is sealed with the names, so that the lead asks the custodians first (services/unlocks.py).
    Raises Unknown for no case, at any other moment, for anybody else and without the key: all
    four look the same. Raises brakes.Slowed and brakes.Stopped.
    """
    with brakes.watched(actor), unit_of_work() as session:
        application = take(session, Application, application_id, INTERNAL)
        is_held = actor.ring.opens(application.id, Compartment.IDENTITY)
        if not (may_open(session, actor, application) and is_held):
            raise Unknown(application_id)
        return looks.mark_of(
            looks.write_down(session, actor, application.id, OPENED, Role.COORDINATOR)
        )


def without(answers_opened: Mapping[tuple[str, int], str]) -> dict[tuple[str, int], str]:
    """Leave out what the person wished for the worst case: it has a moment of its own."""
    return {place: text for place, text in answers_opened.items() if place[0] not in QUESTIONS}


def read(session: Session, actor: SignedIn, application: Application) -> dict[tuple[str, int], str]:
    """Return the directive's answers by question; empty wherever `look` would be refused."""
    if not may_open(session, actor, application):
        return {}
    opened = answers.opened(session, actor.ring, application.id, compartment=Compartment.IDENTITY)
    return {place: text for place, text in opened.items() if place[0] in QUESTIONS}
