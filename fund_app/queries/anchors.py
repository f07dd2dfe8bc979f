"""Reads of anchors, and of what they are worked out from."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.models.anchors import Anchor
from fund_app.models.events import Event
from fund_app.queries.pages import SIZE, Page


def newest(session: Session) -> Anchor | None:
    """Return the newest anchor, or None before the first. One statement."""
    found: Anchor | None = session.scalar(select(Anchor).order_by(Anchor.day.desc()).limit(1))
    return found


def of_day(session: Session, day: date) -> Anchor | None:
    """Return the anchor of a day, or None. One statement."""
    return session.get(Anchor, day)


def all_anchors(session: Session) -> list[Anchor]:
    """Return every anchor, the oldest first. One statement."""
    return list(session.scalars(select(Anchor).order_by(Anchor.day)))


def anchors(session: Session, before: str | None = None) -> Page[Anchor]:
    """Return a page of anchors, the newest first; `before` is the cursor, a day."""
    statement = select(Anchor).order_by(Anchor.day.desc()).limit(SIZE + 1)
    try:
        cursor = date.fromisoformat(before or "")
    except ValueError:
        cursor = None
    if cursor is not None:
        statement = statement.where(Anchor.day < cursor)
    rows = session.scalars(statement).all()
    kept = rows[:SIZE]
    return Page(kept, kept[-1].day.isoformat() if len(rows) > SIZE else None)


def moved(session: Session, day: date) -> list[tuple[str, str, int, str]]:
    """Return where every chain stood that moved on a day: chain, subject, step, hash."""
    last = (
        select(Event.chain, Event.subject_id, func.max(Event.step).label("step"))
        .where(Event.day == day)
        .group_by(Event.chain, Event.subject_id)
        .subquery()
    )
    statement = select(Event.chain, Event.subject_id, Event.step, Event.hash).join(
        last,
        (last.c.chain == Event.chain)
        & (last.c.subject_id == Event.subject_id)
        & (last.c.step == Event.step),
    )
    rows = [(row.chain, row.subject_id, row.step, row.hash) for row in session.execute(statement)]
    # Sorted here: two engines order text in two ways.
    return sorted(rows)


def hash_of(session: Session, chain: str, subject_id: str, step: int) -> str | None:
    """Return the hash of one event, or None where it is not there."""
    found: str | None = session.scalar(
        select(Event.hash).where(
            Event.chain == chain, Event.subject_id == subject_id, Event.step == step
        )
    )
    return found


def step_of(session: Session, chain: str, subject_id: str, day: date) -> int:
    """Return the first step a chain made on a day, 0 without one."""
    statement = select(func.min(Event.step)).where(
        Event.chain == chain, Event.subject_id == subject_id, Event.day == day
    )
    return session.scalar(statement) or 0
