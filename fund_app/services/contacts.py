"""Contacts: reaching somebody without adding to the danger.

Before anybody writes or calls, the person's own plan is weighed; what breaks it is refused
unless somebody says why. Every attempt is an act: an event of codes in the trail, and an
account sealed with what the person confided.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.applications import Application
from fund_app.models.contacts import CONTACTS, ContactAttempt
from fund_app.models.sealed import Compartment, KeyRingProtocol
from fund_app.queries import answers
from fund_app.services import applications, audit, cases, holds
from fund_app.services.notifications import Audience, notify_people
from fund_app.services.transition import INTERNAL, Request, Unknown, take
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.contact import MEANS, RESULTS, Attempt, Plan, broken, plan_of
from workflows.engine import Refused
from workflows.holds import HoldKind
from workflows.roles import Actor, Role

PLAN_CHANGED = "plan_changed"
AGAINST_PLAN = "against_plan"


class AgainstPlan(Exception):
    """The contact breaks what the person asked for; `codes` say what, in the plan's order."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        """Carry the codes of workflows.contact.broken."""
        super().__init__(*codes)
        self.codes = codes


@dataclass(frozen=True, slots=True)
class Account:
    """How an attempt went: its result, and what is sealed of it."""

    result: str
    note: str = ""
    reason: str = ""
    is_duress: bool = False


def plan(session: Session, ring: KeyRingProtocol, application_id: str) -> Plan:
    """Return how a person wants to be reached, as far as the ring opens it."""
    opened = answers.opened(session, ring, application_id, compartment=Compartment.NARRATIVE)
    return plan_of({question: text for (question, item), text in opened.items() if not item})


def weigh(actor: SignedIn, application_id: str, attempt: Attempt) -> tuple[str, ...]:
    """Return what a contact would break of the person's plan now, as codes; () for nothing.

    Raises Unknown for no case, and without the key of the narrative: both look the same.
    """
    with unit_of_work() as session:
        application = _readable(session, actor, application_id)
        return broken(plan(session, actor.ring, application.id), attempt, now())


def record(
    actor: SignedIn, application_id: str, attempt: Attempt, account: Account, request: Request
) -> None:
    """Write down that somebody tried to reach a person; the same request twice is one attempt.

    Raises AgainstPlan where it breaks the plan and no reason is given, ValueError for a means
    or result nobody knows, Unknown as `weigh`. Suspected duress freezes the case in the same
    transaction, as one press on its page would.
    """
    if account.result not in RESULTS or not attempt.means <= frozenset(MEANS):
        raise ValueError("unknown result or means of a contact")
    with unit_of_work() as session:
        application = _readable(session, actor, application_id)
        attempt_id = cases.once(application.id, request)
        if session.get(ContactAttempt, attempt_id) is not None:
            return
        codes = broken(plan(session, actor.ring, application.id), attempt, now())
        if codes and not account.reason:
            raise AgainstPlan(codes)
        row = ContactAttempt(
            id=attempt_id,
            application_id=application.id,
            by_id=actor.ref,
            made_on=now().date(),
            position=_next(session, application.id),
            result=account.result,
            is_against_plan=bool(codes),
        )
        row.account.seal(actor.ring, _written(attempt, account))
        session.add(row)
        why = AGAINST_PLAN if codes else None
        note(session, actor, application.id, f"contact_{account.result}", why)
        if account.is_duress:
            _freeze(session, actor, application.id)


def note(
    session: Session, actor: Actor, application_id: str, action: str, reason: str | None = None
) -> None:
    """Write what a coordinator did to reach a person into the trail, in the caller's unit of work.

    `action` and `reason` are codes.
    """
    audit.record(
        session,
        CONTACTS,
        application_id,
        action,
        actor=actor,
        role=Role.COORDINATOR,
        reason_code=reason,
    )


def plan_has_changed(session: Session, actor: SignedIn, application: Application) -> None:
    """Write down that a person changed how they want to be reached, and tell who leads.

    In the caller's unit of work; before there is anybody to tell nothing is written.
    """
    if application.submitted_on is None:
        return
    audit.record(session, CONTACTS, application.id, PLAN_CHANGED, actor=actor, role=Role.APPLICANT)
    if application.lead_id is not None:
        notify_people(session, [application.lead_id], Audience.DESK)


def _readable(session: Session, actor: SignedIn, application_id: str) -> Application:
    application = take(session, Application, application_id, INTERNAL)
    if not actor.ring.opens(application.id, Compartment.NARRATIVE):
        raise Unknown(application_id)
    return application


def _next(session: Session, application_id: str) -> int:
    last = select(func.max(ContactAttempt.position)).where(
        ContactAttempt.application_id == application_id
    )
    return (session.scalar(last) or 0) + 1


def _written(attempt: Attempt, account: Account) -> str:
    return json.dumps(
        {
            "channel": attempt.channel,
            "means": sorted(attempt.means),
            "note": account.note,
            "reason": account.reason,
            "is_duress": account.is_duress,
        }
    )


def _freeze(session: Session, actor: SignedIn, application_id: str) -> None:
    """Freeze a case because the person may not be free to speak; a frozen one stays frozen."""
    if HoldKind.SUSPENDED_SECURITY in holds.active(session, application_id):
        return
    try:
        applications.suspend_security(actor, application_id, INTERNAL)
    except Refused:
        return  # the case is over: nothing moves any more
