"""Clocks of a subject: started, stopped, paused and resumed with the step that does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from fund_app.adapters.clock import now
from fund_app.models.clocks import Clock, ClockPause
from fund_app.models.events import Stateful
from workflows import clocks as reckoning
from workflows.catalogue import workflow
from workflows.engine import Outcome, Workflow
from workflows.rules import ANY, BOOTSTRAP, RulesParameters, in_force

LIVE = ("running", "paused")
COARSE = timedelta(hours=6)
AGAIN = timedelta(hours=1)


def follow(
    session: Session,
    subject: Stateful,
    outcome: Outcome,
    facts: Mapping[str, Any],
    moment: datetime,
) -> None:
    """Do what a step's outcome says of the clocks, in the step's transaction.

    Lengths come from `facts["rules"]` (the version the case was submitted under) in the variant
    `facts["variant"]`; a subject without rules of its own counts by those in force now. A length
    that a date decides is handed in as `facts["lengths"][clock]`.
    """
    if not (outcome.starts or outcome.stops or outcome.pauses or outcome.resumes):
        return
    live = {clock.name: clock for clock in of(session, subject.id)}
    for name in outcome.stops:
        _end(live.pop(name, None), moment)
    for name in outcome.starts:
        _end(live.pop(name, None), moment, state="cancelled")
    session.flush()
    for name in outcome.starts:
        live[name] = _start(session, subject, name, facts, moment)
    pause(live, outcome.pauses, moment)
    resume(live, outcome.resumes, moment)
    show_nearest(subject, live.values())


def of(session: Session, subject_id: str) -> list[Clock]:
    """Return the clocks of a subject that run or stand paused."""
    statement = select(Clock).where(Clock.subject_id == subject_id, Clock.state.in_(LIVE))
    pauses = selectinload(Clock.pauses)
    return list(session.scalars(statement.options(pauses).order_by(Clock.name)))


def overdue(session: Session, subject_id: str) -> tuple[str, ...]:
    """Return the names of a subject's running clocks whose time is over, acted on or not."""
    return tuple(
        clock.name
        for clock in of(session, subject_id)
        if clock.state == "running" and clock.due_at <= now()
    )


def pause(live: Mapping[str, Clock], names: Iterable[str], moment: datetime) -> None:
    """Let the named running clocks stand still from `moment` on."""
    for name in names:
        clock = live.get(name)
        if clock is not None and clock.state == "running":
            clock.state, clock.paused_at = "paused", moment
            _open_pause(clock, moment)
            _set_mark(clock)


def _open_pause(clock: Clock, moment: datetime) -> None:
    """Begin an interval, or go on with the one that ended at this very moment."""
    last = clock.pauses[-1] if clock.pauses else None
    if last is not None and last.resumed_at == moment:
        last.resumed_at = None
    else:
        clock.pauses.append(ClockPause(paused_at=moment))


def resume(live: Mapping[str, Clock], names: Iterable[str], moment: datetime) -> None:
    """Let the named paused clocks run on; what they stood still is added to their due moment."""
    for name in names:
        clock = live.get(name)
        if clock is not None and clock.state == "paused":
            clock.state, clock.paused_at = "running", None
            clock.pauses[-1].resumed_at = moment
            clock.due_at = _due(clock)
            _set_mark(clock)


def retime(
    session: Session, subject: Stateful, facts: Mapping[str, Any], names: Iterable[str]
) -> None:
    """Work the named running clocks out anew, because what their length rests on has changed."""
    live = {clock.name: clock for clock in of(session, subject.id)}
    for name in names:
        clock = live.get(name)
        if clock is not None:
            clock.length = _length(subject, name, facts)
            clock.due_at = _due(clock)
            _set_mark(clock)
    show_nearest(subject, live.values())


def show_nearest(subject: Stateful, live: Iterable[Clock]) -> None:
    """Keep the nearest due moment on the subject's row, which is what lists are ordered by."""
    nearest = min(live, key=lambda clock: (clock.due_at, clock.name), default=None)
    subject.due_at = nearest.due_at if nearest else None
    subject.due_clock = nearest.name if nearest else None


def advance_mark(clock: Clock, mark: int) -> None:
    """Remember that the mark was acted on, so that it never is again."""
    later = [each for each in reckoning.MARKS if each > mark]
    clock.next_mark = later[0] if later else None
    _set_mark(clock)


def look_again(clock: Clock, moment: datetime) -> None:
    """Keep the last mark of a clock whose step a hold forbids; it is tried again in an hour."""
    clock.next_mark, clock.next_mark_at = reckoning.MARKS[-1], moment + AGAIN


def _start(
    session: Session, subject: Stateful, name: str, facts: Mapping[str, Any], moment: datetime
) -> Clock:
    clock = Clock(
        subject_type=subject.workflow,
        subject_id=subject.id,
        name=name,
        state="running",
        step=subject.step,
        started_at=moment,
        due_at=moment,
        length=_length(subject, name, facts),
        next_mark=reckoning.MARKS[0],
    )
    session.add(clock)
    clock.due_at = _due(clock)
    _set_mark(clock)
    return clock


def _end(clock: Clock | None, moment: datetime, *, state: str | None = None) -> None:
    """End a clock and forget the hours: only the day, and whether the promise was kept, stay."""
    if clock is None:
        return
    late = clock.state == "running" and moment > clock.due_at
    spent = reckoning.elapsed(clock.started_at, moment, _pauses(clock))
    clock.state = state or ("broken" if late else "kept")
    clock.paused_at = clock.next_mark = clock.next_mark_at = None
    clock.elapsed_hours = -(-spent // COARSE) * 6
    clock.started_at, clock.due_at = _day(clock.started_at), _day(clock.due_at)
    clock.pauses.clear()


def _length(subject: Stateful, name: str, facts: Mapping[str, Any]) -> int:
    given: int | None = facts.get("lengths", {}).get(name)
    if given is not None:
        return given
    rules: RulesParameters = (
        facts["rules"] if "rules" in facts else in_force(BOOTSTRAP, now()).parameters
    )
    variant = facts.get("variant", ANY)
    return rules.length(_definition(subject).clock_of[name].parameter, variant)


def _definition(subject: Stateful) -> Workflow:
    return workflow(subject.workflow, subject.workflow_version)


def _pauses(clock: Clock) -> list[reckoning.Pause]:
    return [reckoning.Pause(each.paused_at, each.resumed_at) for each in clock.pauses]


def _unit(clock: Clock) -> reckoning.Unit:
    return workflow(clock.subject_type).clock_of[clock.name].unit


def _due(clock: Clock) -> datetime:
    due = reckoning.deadline(clock.started_at, clock.length, _unit(clock), _pauses(clock))
    return due or clock.due_at


def _set_mark(clock: Clock) -> None:
    if clock.next_mark is None:
        clock.next_mark_at = None
        return
    moments = reckoning.mark_moments(clock.started_at, clock.length, _unit(clock), _pauses(clock))
    clock.next_mark_at = moments[clock.next_mark]


def _day(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time(), UTC)
