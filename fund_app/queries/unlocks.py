"""Reads of unlocks: what waits, what is open, what became of it. No key is needed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from fund_app.models.applications import Application
from fund_app.models.unlocks import ASKED, ENDINGS, OPEN, Unlock
from fund_app.queries.pages import Page, after, page

PEOPLE = (
    joinedload(Unlock.application),
    joinedload(Unlock.asker),
    joinedload(Unlock.first),
    joinedload(Unlock.second),
)


def unlock(session: Session, unlock_id: str) -> Unlock | None:
    """Return one question with its case and its people, or None. One statement."""
    statement = select(Unlock).where(Unlock.id == unlock_id).options(*PEOPLE)
    found: Unlock | None = session.scalar(statement)
    return found


def waiting(session: Session, *, urgent_only: bool = False) -> Sequence[Unlock]:
    """Return the questions nobody has answered fully yet, the oldest first. One statement."""
    statement = select(Unlock).where(Unlock.state == ASKED).options(*PEOPLE)
    if urgent_only:
        statement = statement.where(Unlock.is_urgent)
    return session.scalars(statement.order_by(Unlock.asked_at, Unlock.id)).all()


def count_waiting(session: Session, person_id: str, *, urgent_only: bool = False) -> int:
    """Return how many questions wait for a person's word: not their own, not signed by them."""
    statement = select(func.count()).where(
        Unlock.state == ASKED,
        Unlock.asker_id != person_id,
        func.coalesce(Unlock.first_id, "") != person_id,
    )
    if urgent_only:
        statement = statement.where(Unlock.is_urgent)
    return session.scalar(statement) or 0


def open_now(session: Session) -> Sequence[Unlock]:
    """Return the unlocks that are open, the next to end first. One statement."""
    statement = select(Unlock).where(Unlock.state == OPEN).options(*PEOPLE)
    return session.scalars(statement.order_by(Unlock.ends_at, Unlock.id)).all()


def over(session: Session, search: str, cursor: str | None) -> Page[Unlock]:
    """Return a page of the questions that are over, the latest first. One statement.

    search: part of a designation; empty for all.
    """
    statement: Select[Any] = (
        select(Unlock)
        .join(Application, Application.id == Unlock.application_id)
        .where(Unlock.state.in_(ENDINGS))
        .options(*PEOPLE)
    )
    if search:
        statement = statement.where(
            func.lower(Application.designation).contains(search.lower(), autoescape=True)
        )
    statement = after(
        statement, Unlock.asked_at, Unlock.id, cursor, datetime.fromisoformat, descending=True
    )
    return page(session.scalars(statement).all(), lambda row: (row.asked_at.isoformat(), row.id))


def mine(session: Session, application_id: str, person_id: str) -> Unlock | None:
    """Return the latest question of a person about a case, or None. One statement."""
    statement = (
        select(Unlock)
        .where(Unlock.application_id == application_id, Unlock.asker_id == person_id)
        .options(*PEOPLE)
        .order_by(Unlock.asked_at.desc(), Unlock.id)
        .limit(1)
    )
    found: Unlock | None = session.scalar(statement)
    return found


def own(session: Session, person_id: str) -> Sequence[Unlock]:
    """Return the questions of a person that wait or are open, the latest first. One statement."""
    statement = (
        select(Unlock)
        .where(Unlock.asker_id == person_id, Unlock.state.in_((ASKED, OPEN)))
        .options(*PEOPLE)
        .order_by(Unlock.asked_at.desc(), Unlock.id)
    )
    return session.scalars(statement).all()
