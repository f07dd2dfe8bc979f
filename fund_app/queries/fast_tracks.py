"""Reads of the fast track: where a life is in danger, and what an officer has proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.events import Event
from fund_app.models.people import Person

EARLY = ("triage", "verification")
PROPOSE = "propose_fast_track"


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """What one officer has signed for, in minor units of the case's currency."""

    application_id: str
    person_id: str
    person: str
    amount: int


def cases(session: Session) -> list[Application]:
    """Return the cases in danger of life before their panel, the nearest due first."""
    statement = (
        select(Application)
        .where(Application.band == "life_threat", Application.state.in_(EARLY))
        .order_by(Application.due_at, Application.id)
    )
    return list(session.scalars(statement))


def case(session: Session, application_id: str) -> Application | None:
    """Return such a case; None for every other id."""
    return next((each for each in cases(session) if each.id == application_id), None)


def proposals(session: Session, ids: Sequence[str]) -> list[ProposalRow]:
    """Return who has signed for how much since a case was last opened. One statement."""
    reopened = (
        select(Event.subject_id, func.max(Event.step).label("step"))
        .where(Event.action == "reopen")
        .group_by(Event.subject_id)
        .subquery()
    )
    statement = (
        select(Event.subject_id, Event.actor_ref, Person.display_name, Event.reason_code)
        .join(Person, Person.id == Event.actor_ref)
        .join(Application, Application.id == Event.subject_id)
        .outerjoin(reopened, reopened.c.subject_id == Event.subject_id)
        .where(
            Event.subject_id.in_(ids),
            Event.chain == Application.workflow,
            Event.action == PROPOSE,
            Event.step > func.coalesce(reopened.c.step, 0),
        )
        .order_by(Event.step)
    )
    return [
        ProposalRow(case_id, person_id, name, int((code or "amount_0").removeprefix("amount_")))
        for case_id, person_id, name, code in session.execute(statement)
    ]
