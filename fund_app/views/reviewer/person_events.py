"""A member of the panel beside who leads a case: going on as somebody wished who cannot speak."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.queries import oversight, suspensions
from fund_app.queries.suspensions import SuspensionRow
from fund_app.services import applications, person_events
from fund_app.services import casework as service
from fund_app.services.casework import FOR_BOTH
from fund_app.services.vault import SignedIn
from fund_app.views import acts
from fund_app.views.access import allow, not_found
from workflows.holds import HoldKind
from workflows.roles import Role

CONTINUE = "directive_continue"


@allow(Role.REVIEWER)
def directive_continue(application_id: str) -> ResponseReturnValue:
    """Sign first for going on as the person wished; who leads the case carries it out."""
    if oversight.case(db.session(), application_id) is None:
        not_found()
    applications.sign_first(acts.me(), application_id, CONTINUE, acts.wish())
    flash(_("You have signed first. Who leads the case can go on now."), "success")
    return redirect(url_for("reviewer.seats"), 303)


def waiting_for(session: Session, person: SignedIn) -> Sequence[SuspensionRow]:
    """Return the cases whose wish waits for a member of the panel and this one may sign for."""
    if Role.REVIEWER not in person.roles:
        return ()
    held = suspensions.held(session, HoldKind.PERSON_EVENT)
    signed = suspensions.first_signatures(session, [row.id for row in held], (CONTINUE,))
    return [row for row in held if row.id not in signed and _may_sign(session, person, row)]


def _may_sign(session: Session, person: SignedIn, row: SuspensionRow) -> bool:
    told = person_events.told(session, row.id)
    case = session.get_one(Application, row.id)
    options = {each.action: each for each in service.offered_to(session, case, person, told)}
    against = FOR_BOTH | {"directive_missing"}
    return not against.intersection(options[CONTINUE].refusals)
