"""The audit trail: hash-chained events, one chain per subject.

Each event's hash covers its own fields and the hash before it (as in Haber and Stornetta,
"How to time-stamp a digital document", 1991), so that a changed, removed or inserted row
breaks every hash after it. The head stands on the subject's row, or in chain_head for chains
without one, so that a tail that was cut off is missed too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.events import BEGINNING, ChainHead, Event, Stateful
from workflows.roles import Actor, Role

QUIET = frozenset({Role.APPLICANT, Role.DONOR})
"""Whose acts are recorded by the day only."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The first event of a chain that does not fit, in which way, and of which day it is."""

    chain: str
    subject_id: str
    step: int
    problem: str
    day: date | None = field(default=None, compare=False)


def event_hash(event: Event) -> str:
    """Return the SHA-256 over the event's fields and its predecessor's hash."""
    body = {
        "action": event.action,
        "actor": event.actor_ref,
        "at": event.at.isoformat() if event.at else None,
        "chain": event.chain,
        "day": event.day.isoformat(),
        "definition": event.definition,
        "dest": event.dest,
        "previous": event.previous,
        "reason": event.reason_code,
        "request": event.request_id,
        "role": event.actor_role,
        "source": event.source,
        "step": event.step,
        "subject": event.subject_id,
    }
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def chain_event(  # noqa: PLR0913 - an audit record has this many facts
    *,
    chain: str,
    subject_id: str,
    step: int,
    previous: str,
    action: str,
    source: str,
    dest: str,
    actor: Actor,
    role: Role,
    definition: str = "",
    request_id: str | None = None,
    reason_code: str | None = None,
    moment: datetime | None = None,
    by_day: bool = False,
) -> Event:
    """Build the next event of a chain with its hash; `append` writes it."""
    moment = moment or now()
    event = Event(
        chain=chain,
        subject_id=subject_id,
        step=step,
        action=action,
        source=source,
        dest=dest,
        actor_ref=actor.ref,
        actor_role=role,
        day=moment.date(),
        at=None if by_day or role in QUIET else moment,
        reason_code=reason_code,
        definition=definition,
        request_id=request_id,
        previous=previous,
    )
    event.hash = event_hash(event)
    return event


def append(session: Session, event: Event) -> None:
    """Write an event at once, as the plain row it stays for good; nothing is kept in mind of it.

    Every step writes one, so it goes past the bookkeeping of objects that may change.
    """
    table = Event.__table__
    values = {column.key: getattr(event, column.key) for column in table.columns}
    del values["id"]
    session.connection().execute(table.insert(), values)  # type: ignore[attr-defined]


def record(
    session: Session,
    chain: str,
    subject_id: str,
    action: str,
    *,
    actor: Actor,
    role: Role,
    reason_code: str | None = None,
    by_day: bool = False,
) -> Event:
    """Append to a chain that belongs to no workflow (a view, something about the house).

    Runs in the caller's unit of work; `action` and `reason_code` are codes, never text.
    by_day: keep no hour, for what somebody outside of the house has caused.
    """
    head = session.get(ChainHead, (chain, subject_id), with_for_update=True)
    if head is None:
        head = ChainHead(chain=chain, subject_id=subject_id, step=0, head=BEGINNING)
        session.add(head)
    event = chain_event(
        chain=chain,
        subject_id=subject_id,
        step=head.step + 1,
        previous=head.head,
        action=action,
        source="",
        dest="",
        actor=actor,
        role=role,
        reason_code=reason_code,
        by_day=by_day,
    )
    session.add(event)
    head.step, head.head = event.step, event.hash
    return event


def verify(session: Session, subjects: dict[str, type[Stateful]]) -> Iterator[Broken]:
    """Walk every chain and yield the first broken event of each, or a tail that was cut off.

    `subjects` maps a chain's name to the model whose rows carry its heads.
    """
    heads = _heads(session, subjects)
    ordered = select(Event).order_by(Event.chain, Event.subject_id, Event.step)
    stream = session.scalars(ordered.execution_options(yield_per=1000))
    for key, events in groupby(stream, key=lambda event: (event.chain, event.subject_id)):
        step, head, broken = _walk(events)
        expected = heads.pop(key, None)
        if broken:
            yield broken
        elif expected != (step, head):
            yield Broken(*key, step + 1, "cut")
    for key, (step, _head) in heads.items():
        if step:
            yield Broken(*key, 1, "missing")


def _walk(events: Iterator[Event]) -> tuple[int, str, Broken | None]:
    """Follow one chain to its end; return where it ended and the first event that is wrong."""
    step, head, broken = 0, BEGINNING, None
    for event in events:
        problem = _problem(event, step + 1, head)
        if problem and broken is None:
            broken = Broken(event.chain, event.subject_id, event.step, problem, event.day)
        step, head = event.step, event.hash
    return step, head, broken


def _problem(event: Event, step: int, previous: str) -> str | None:
    if event.step != step:
        return "missing"
    if event.previous != previous:
        return "unchained"
    if event.hash != event_hash(event):
        return "changed"
    return None


def _heads(
    session: Session, subjects: dict[str, type[Stateful]]
) -> dict[tuple[str, str], tuple[int, str]]:
    heads = {
        (row.chain, row.subject_id): (row.step, row.head)
        for row in session.scalars(select(ChainHead))
    }
    for chain, model in subjects.items():
        for subject_id, step, head in session.execute(select(model.id, model.step, model.head)):
            heads[chain, subject_id] = (step, head)
    return heads
