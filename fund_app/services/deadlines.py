"""Deadlines: clocks that have reached a mark, each acted on once, also after a restart.

At 50 percent who is to act next is told, at 80 percent everybody with that role, at 100 percent
the workflow's own step is taken by the system. A mark is moved on in the same transaction as
what it causes, so that a crash repeats neither and loses neither.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.clocks import Clock
from fund_app.models.subjects import SUBJECTS
from fund_app.services import (
    ballots,
    casework,
    clocks,
    disbursements,
    donation_progress,
    monthly_progress,
    pledges,
)
from fund_app.services.holds import CHILDREN
from fund_app.services.notifications import AUDIENCE_OF, Audience, Pace, notify_people, notify_role
from fund_app.services.unit import unit_of_work
from workflows.catalogue import workflow
from workflows.clocks import MARKS
from workflows.engine import Refused, Workflow
from workflows.roles import Role

log = logging.getLogger("fund.clocks")

AT_ONCE = 200
END = MARKS[-1]
HELD = "on_hold"

RunOut = Callable[[Session, str, str, str], None]
RUN_OUT: dict[str, RunOut] = {
    "emergency": casework.run_out,
    "ballot": ballots.run_out,
    "disbursement": disbursements.run_out,
    "donation": donation_progress.run_out,
    "monthly_gift": monthly_progress.run_out,
    "pledge": pledges.run_out,
}
"""Who takes the step a clock asks for, by the workflow of its subject."""


def fire_due(moment: datetime) -> int:
    """Act on every mark that clocks have reached by `moment`; return how many there were.

    A worker that was away finds several marks of one clock due: each is acted on, in order.
    Several workers may do this at the same time: each clock is looked at again under its lock.
    """
    fired = 0
    while True:
        acted = sum(_fire(clock_id, moment) for clock_id in _due(moment))
        fired += acted
        if not acted:
            return fired


def _fire(clock_id: str, moment: datetime) -> bool:
    with unit_of_work() as session:
        return _fire_one(session, clock_id, moment)


def _due(moment: datetime) -> list[str]:
    statement = (
        select(Clock.id)
        .where(Clock.state == "running", Clock.next_mark_at <= moment)
        .order_by(Clock.next_mark_at, Clock.id)
        .limit(AT_ONCE)
    )
    due = list(db.session.scalars(statement))
    db.session.rollback()
    return due


def _fire_one(session: Session, clock_id: str, moment: datetime) -> bool:
    clock = session.get(Clock, clock_id)
    if clock is None:
        return False
    _lock_subject(session, clock)
    session.refresh(clock)
    if clock.next_mark_at is None or clock.next_mark_at > moment:
        return False
    mark = clock.next_mark or END
    clocks.advance_mark(clock, mark)
    session.flush()
    if mark < END:
        _tell_owner(session, clock, mark)
    else:
        _take_step(session, clock, moment)
    return True


def _lock_subject(session: Session, clock: Clock) -> None:
    """Lock what every other step of this case locks first: the application, or the gift."""
    model = SUBJECTS[clock.subject_type]
    subject = session.get_one(model, clock.subject_id)
    if isinstance(subject, CHILDREN):
        subject = session.get_one(Application, subject.application_id)
    session.refresh(subject, with_for_update=True)


def _take_step(session: Session, clock: Clock, moment: datetime) -> None:
    """Take the step a clock asks for; what only a hold forbids is tried again until it is lifted.

    Otherwise the case would stand there without a clock once the hold is gone.
    """
    action = workflow(clock.subject_type).clock_of[clock.name].on_due
    try:
        with session.begin_nested():
            RUN_OUT[clock.subject_type](session, clock.subject_id, action, clock.name)
    except Refused as refused:
        log.warning(
            "clock_refused workflow=%s clock=%s code=%s",
            clock.subject_type,
            clock.name,
            refused.code,
        )
        if refused.code == HELD:
            clocks.look_again(clock, moment)


def _tell_owner(session: Session, clock: Clock, mark: int) -> None:
    application = session.get(Application, clock.subject_id)
    definition = workflow(clock.subject_type)
    if application is not None and application.lead_id and mark == MARKS[0]:
        notify_people(session, [application.lead_id], Audience.DESK, pace=Pace.URGENT)
        return
    owner = _owner(session, clock, definition)
    if owner in AUDIENCE_OF:
        notify_role(session, owner, pace=Pace.URGENT)


def _owner(session: Session, clock: Clock, definition: Workflow) -> Role | None:
    """Return the role that is to act next on a clock's subject."""
    model = SUBJECTS[clock.subject_type]
    state = session.scalar(select(model.state).where(model.id == clock.subject_id))
    known = definition.state_of.get(state or "")
    return known.owner if known else None
