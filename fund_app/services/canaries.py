"""Canaries: invented cases that no honest work ever opens; whoever opens one is heard.

A canary is made by the same use cases as any case and withdrawn at once: it stands among the
ended ones, where nobody has anything to do. Its codename was never made, so nobody returns to
it, and it has no part in statistics, votes and money (the database refuses those too).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.applications import Application
from fund_app.models.canaries import Canary
from fund_app.models.events import CANARIES
from fund_app.models.types import new_ref
from fund_app.services import applications, audit, cases, intake, vault
from fund_app.services.intake import AnswerText
from fund_app.services.notifications import Pace, notify_role
from fund_app.services.transition import Request, Unknown
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.roles import Actor, Role

FORM_VERSION = 1
PLAUSIBLE = (
    ("for_whom", "self"),
    ("safe_now", "no"),
    ("deadline", "days"),
    ("channel", "portal"),
    ("information_read", "yes"),
    ("processing_consent", "yes"),
    ("truth", "yes"),
)
"""What a case needs to be complete, beside the words that make it worth opening."""


@dataclass(frozen=True, slots=True)
class Invented:
    """What an invented case tells; nothing in it is anybody's."""

    language: str
    country: str
    region: str
    handle: str = field(repr=False)
    story: str = field(repr=False)
    need: str = field(repr=False)


def set_out(actor: Actor, told: Invented, request: Request) -> str:
    """Make an invented case, as the security lead; the same request twice makes one.

    Returns the id of its mark. Raises what intake.submit raises.
    """
    canary_id = cases.once(actor.ref, request)
    with unit_of_work() as session:
        if session.get(Canary, canary_id) is not None:
            return canary_id
    application_id = _live_through(told)
    with unit_of_work() as session:
        session.add(
            Canary(
                id=canary_id,
                application_id=application_id,
                set_by_id=actor.ref,
                set_on=now().date(),
            )
        )
        audit.record(
            session, CANARIES, canary_id, "canary_set", actor=actor, role=Role.SECURITY_LEAD
        )
    return canary_id


def retire(actor: Actor, canary_id: str) -> None:
    """Take an invented case out of use: its keys go first, then it is silent; Unknown."""
    with unit_of_work() as session:
        canary = session.get(Canary, canary_id, with_for_update=True)
        if canary is None:
            raise Unknown(canary_id)
        if canary.retired_on is not None:
            return
        vault.erase_case(canary.application_id)
        canary.retired_on, canary.retired_by_id = now().date(), actor.ref
        audit.record(
            session, CANARIES, canary_id, "canary_retired", actor=actor, role=Role.SECURITY_LEAD
        )


def heard(session: Session, application_id: str, actor: Actor, role: Role) -> None:
    """Tell the security lead at once if this case is invented, in the caller's unit of work.

    Who opened it notices nothing: it stands in a chain that no page of a case reads.
    """
    statement = select(Canary.id).where(
        Canary.application_id == application_id, Canary.retired_on.is_(None)
    )
    canary_id = session.scalar(statement)
    if canary_id is None:
        return
    audit.record(session, CANARIES, canary_id, "canary_touched", actor=actor, role=role)
    notify_role(session, Role.SECURITY_LEAD, pace=Pace.URGENT)


def _live_through(told: Invented) -> str:
    """Begin, fill, submit and withdraw a case; nobody keeps the key of its applicant."""
    entrant = intake.begin(told.language)
    ring = vault.ring_for(entrant.holder_id, entrant.private_key)
    nobody = SignedIn(entrant.holder_id, frozenset({Role.APPLICANT}), ring)
    narrative = (
        *PLAUSIBLE,
        ("language", told.language),
        ("country_now", told.country),
        ("narrative", told.story),
        ("need_most", told.need),
    )
    intake.save(
        nobody,
        [
            AnswerText("handle", 0, "identity", told.handle),
            *(AnswerText(question, 0, "narrative", text) for question, text in narrative),
        ],
    )
    intake.submit(nobody, Request(new_ref()), region=told.region, form_version=FORM_VERSION)
    with unit_of_work() as session:
        statement = select(Application.id).where(Application.holder_id == entrant.holder_id)
        application_id = session.scalars(statement).one()
    applications.withdraw(nobody, application_id, Request(new_ref()))
    return application_id
