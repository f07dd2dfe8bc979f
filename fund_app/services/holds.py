"""Holds: placed on a case and lifted again, with the clocks of the case and of its children."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot
from fund_app.models.disbursements import Disbursement
from fund_app.models.events import Stateful
from fund_app.models.holds import Hold
from fund_app.services import clocks
from workflows.catalogue import workflow
from workflows.engine import Outcome
from workflows.roles import Actor, Role

CHILDREN = (Ballot, Disbursement)
Child = TypeVar("Child", Ballot, Disbursement)


def active(session: Session, application_id: str) -> tuple[str, ...]:
    """Return the kinds of hold in force on an application, ordered by name."""
    statement = select(Hold.kind).where(
        Hold.application_id == application_id, Hold.lifted_at.is_(None)
    )
    return tuple(session.scalars(statement.order_by(Hold.kind)))


def follow(
    session: Session, subject: Stateful, outcome: Outcome, actor: Actor, moment: datetime
) -> None:
    """Write the hold a step places and those it lifts; children's clocks stand still with it."""
    if not isinstance(subject, Application) or not (outcome.places or outcome.lifts):
        return
    statement = select(Hold).where(Hold.application_id == subject.id, Hold.lifted_at.is_(None))
    for hold in session.scalars(statement):
        if hold.kind in outcome.lifts:
            hold.lifted_by, hold.lifted_at = actor.ref, _told(actor, moment)
    if outcome.places:
        session.add(
            Hold(
                application_id=subject.id,
                kind=outcome.places,
                placed_by=actor.ref,
                placed_at=_told(actor, moment),
            )
        )
    session.flush()
    held = active(session, subject.id)
    for child in _live_children(session, subject.id):
        _stand_or_run(session, child, held, moment)


def _told(actor: Actor, moment: datetime) -> datetime:
    """Return the moment to write down: of what an applicant does only the day is kept."""
    if Role.APPLICANT in actor.roles:
        return datetime.combine(moment.date(), time(), UTC)
    return moment


def _live_children(session: Session, application_id: str) -> Iterable[Ballot | Disbursement]:
    yield from _live(session, Ballot, application_id)
    yield from _live(session, Disbursement, application_id)


def _live(session: Session, model: type[Child], application_id: str) -> Sequence[Child]:
    statement = select(model).where(
        model.application_id == application_id, model.due_at.is_not(None)
    )
    return session.scalars(statement.order_by(model.id).with_for_update()).all()


def _stand_or_run(
    session: Session, child: Stateful, held: tuple[str, ...], moment: datetime
) -> None:
    definition = workflow(child.workflow, child.workflow_version)
    still = {
        name
        for kind in held
        if kind in definition.hold_of
        for name in definition.hold_of[kind].pauses
    }
    live = {clock.name: clock for clock in clocks.of(session, child.id)}
    clocks.pause(live, sorted(still), moment)
    clocks.resume(live, sorted(set(live) - still), moment)
    clocks.show_nearest(child, live.values())
