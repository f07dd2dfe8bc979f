"""Looks: opening what somebody confided is an act, and every one is written down.

The applicant reads them as roles and days on their return page.
"""

from __future__ import annotations

from fund_app.models.applications import Application
from fund_app.models.events import VIEWS
from fund_app.models.sealed import Compartment
from fund_app.services import audit
from fund_app.services.transition import INTERNAL, Unknown, take
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.roles import Role

LOOKED_AS = (Role.COORDINATOR, Role.CHAIR, Role.REVIEWER, Role.BOARD_MEMBER)


def look(actor: SignedIn, application_id: str, compartment: Compartment) -> None:
    """Write down that the actor opens a compartment of a case, before it is shown to them.

    Raises Unknown for no case and where the actor holds no key: both look the same.
    """
    with unit_of_work() as session:
        application = take(session, Application, application_id, INTERNAL)
        if not actor.ring.opens(application.id, compartment):
            raise Unknown(application_id)
        role = next(each for each in LOOKED_AS if each in actor.roles)
        audit.record(
            session, VIEWS, application.id, f"{compartment}_opened", actor=actor, role=role
        )
