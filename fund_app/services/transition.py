"""The transition: the only writer of a state, and everything one step writes with it.

lock row -> step seen by the person -> workflows.fire -> state, clocks, event, effects; the
caller's unit of work commits all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from fund_app.adapters.clock import now
from fund_app.models.events import BEGINNING, Event, Stateful
from fund_app.services import audit, clocks, holds
from fund_app.services.unit import Repeated
from fund_app.services.vault import SignedIn
from workflows.catalogue import workflow
from workflows.engine import Outcome, Workflow, fire
from workflows.roles import Actor, Role


@dataclass(frozen=True, slots=True)
class Request:
    """One press of a button: its random id and the step of the page it was pressed on."""

    id: str | None
    step_seen: int | None = None


INTERNAL = Request(None)
"""A step the system takes by itself, as a consequence of another one or of a clock."""


class Conflict(Exception):
    """Somebody else was quicker: the page shown is older than the case is now."""

    def __init__(self, subject: Stateful, since: tuple[Event, ...]) -> None:
        """Carry the subject and what happened since the page was made."""
        super().__init__("stale")
        self.subject = subject
        self.since = since


class Unknown(Exception):
    """No such subject; answered like a foreign one."""


@dataclass(slots=True)
class Context:
    """What an effect may use: the step it belongs to and the facts it rests on."""

    session: Session
    subject: Any
    actor: Actor
    facts: Mapping[str, Any]
    outcome: Outcome
    event: Event
    moment: datetime
    data: Any = None

    @property
    def person(self) -> SignedIn:
        """Whoever acted, with the keys they hold; TypeError for a step nobody signed in took."""
        if not isinstance(self.actor, SignedIn):
            raise TypeError("this step needs somebody's keys")
        return self.actor

    def key(self, effect: str) -> str:
        """Return the effect's idempotency key, `case:step:effect`."""
        return f"{self.subject.id}:{self.event.step}:{effect}"


Effect = Callable[[Context], None]
Subject = TypeVar("Subject", bound=Stateful)


@dataclass(slots=True)
class Step:
    """What somebody wants to happen to a subject."""

    action: str
    actor: Actor
    facts: Mapping[str, Any]
    request: Request = INTERNAL
    reason_code: str | None = None
    data: Any = field(default=None, repr=False)


def take(session: Session, model: type[Subject], subject_id: str, request: Request) -> Subject:
    """Lock a subject for this unit of work and read it anew.

    Raises Unknown when there is none, Repeated when this very request was already carried out
    (the unit of work then ends quietly: the thing is done, once), Conflict when the page the
    person acted on is older than the subject (a reminder of the system's own leaves it as it
    is), or the request's id was used on another one.
    """
    subject = session.get(model, subject_id, with_for_update=True, populate_existing=True)
    if subject is None:
        raise Unknown(subject_id)
    if request.id is not None:
        done = session.scalar(select(Event.subject_id).where(Event.request_id == request.id))
        if done == subject.id:
            raise Repeated
        if done is not None:
            raise Conflict(subject, ())
    if request.step_seen is not None and request.step_seen != subject.step:
        since = _since(session, subject, request.step_seen)
        if not since or any(_counts(event) for event in since):
            raise Conflict(subject, since)
    return subject


def _counts(event: Event) -> bool:
    """Whether an event makes a page old: a clock that only calls somebody does not."""
    return event.actor_role != Role.SYSTEM or event.source != event.dest


def begin(
    session: Session, subject: Stateful, name: str, actor: Actor, facts: Mapping[str, Any]
) -> None:
    """Put a new subject into the first state of the newest version of a workflow.

    The subject is added to the session; its first event and the first state's clocks are
    written in the caller's unit of work.
    """
    definition = workflow(name)
    subject.workflow, subject.workflow_version = definition.name, definition.version
    subject.state, subject.step, subject.head = definition.initial, 0, BEGINNING
    session.add(subject)
    session.flush()
    moment = now()
    event = audit.chain_event(
        chain=name,
        subject_id=subject.id,
        step=1,
        previous=subject.head,
        action="begin",
        source="",
        dest=subject.state,
        actor=actor,
        role=min(actor.roles),
        definition=definition.digest,
        moment=moment,
    )
    audit.append(session, event)
    _write_state(session, subject, subject.state, event)
    clocks_of_state = definition.state_of[subject.state].clocks
    outcome = Outcome(subject.state, (), starts=clocks_of_state)
    clocks.follow(session, subject, outcome, facts, moment)
    session.flush()


def step(session: Session, subject: Stateful, wish: Step) -> Outcome:
    """Carry out one step of a subject that `take` has locked.

    Raises workflows.engine.Refused when role, state or guard do not allow it; then nothing is
    written. Otherwise writes the state, the event, the clocks, and runs the effects in the
    order of the table.
    """
    definition = workflow(subject.workflow, subject.workflow_version)
    outcome = fire(definition, subject, wish.action, wish.actor, wish.facts)
    moment = now()
    session.flush()
    event = audit.chain_event(
        chain=subject.workflow,
        subject_id=subject.id,
        step=subject.step + 1,
        previous=subject.head,
        action=wish.action,
        source=subject.state,
        dest=outcome.state,
        actor=wish.actor,
        role=_acting_role(definition, subject, wish),
        definition=definition.digest,
        request_id=wish.request.id,
        reason_code=wish.reason_code,
        moment=moment,
    )
    audit.append(session, event)
    _write_state(session, subject, outcome.state, event)
    holds.follow(session, subject, outcome, wish.actor, moment)
    clocks.follow(session, subject, outcome, wish.facts, moment)
    context = Context(session, subject, wish.actor, wish.facts, outcome, event, moment, wish.data)
    effects: Mapping[str, Effect] = current_app.extensions["fund.effects"]
    for name in outcome.effects:
        effects[name](context)
    return outcome


def _acting_role(definition: Workflow, subject: Stateful, wish: Step) -> Role:
    """Return the role the actor acted in: of those the step asks for, the first by name."""
    row = definition.step_of[wish.action, subject.state]
    return min(wish.actor.roles.intersection(row.by_roles))


def _write_state(session: Session, subject: Stateful, state: str, event: Event) -> None:
    """Compare and set: even without the lock a second writer would find no row to change.

    What a table's rules ask of a state (a result, an amount) is written before the step.
    """
    model = type(subject)
    changed = session.execute(
        update(model)
        .where(model.id == subject.id, model.step == subject.step)
        .values(state=state, step=event.step, head=event.hash)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(subject, ())
    for name, value in (("state", state), ("step", event.step), ("head", event.hash)):
        set_committed_value(subject, name, value)


def _since(session: Session, subject: Stateful, step_seen: int) -> tuple[Event, ...]:
    newer = select(Event).where(
        Event.chain == subject.workflow,
        Event.subject_id == subject.id,
        Event.step > step_seen,
    )
    return tuple(session.scalars(newer.order_by(Event.step)))
