"""Reads about referees: whom a person named, who was asked, what came back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from fund_app.models.applications import Application
from fund_app.models.referees import RefereeRequest
from fund_app.models.sealed import CannotOpen, KeyRingProtocol
from fund_app.queries import answers, pages

QUESTIONS = (
    "referee_name",
    "referee_way",
    "referee_organisation",
    "referee_relation",
    "referee_knows",
    "referee_may_know",
)
ONE_VOUCHES, TWO_VOUCH = 2, 3
"""Levels that one and two independent referees can reach (DOMAIN.md 2.2)."""


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody the person has named; `told` holds what the reader's keys open, by question.

    `sealed` are the questions that have an answer the reader holds no key for.
    """

    item: int
    told: Mapping[str, str]
    sealed: frozenset[str]

    @property
    def may_tell(self) -> str:
        """How much the person allows us to tell: existence unless they said more."""
        return "full" if self.told.get("referee_may_know") == "full" else "existence"

    @property
    def must_ask_first(self) -> bool:
        """Whether the referee may not know that they were named."""
        return self.told.get("referee_knows") != "yes"


@dataclass(frozen=True, slots=True)
class Flagged:
    """An answer that does not count, as somebody without keys meets it."""

    id: str
    case_id: str
    designation: str
    state: str
    answered_on: date
    seen_on: date | None


def named(session: Session, ring: KeyRingProtocol, application_id: str) -> list[Named]:
    """Return the referees of a case in order, as far as the ring opens what was said of them."""
    items: dict[int, dict[str, str]] = {}
    sealed: dict[int, set[str]] = {}
    for (question, item), row in answers.newest(session, application_id).items():
        if question not in QUESTIONS:
            continue
        told = items.setdefault(item, {})
        try:
            told[question] = row.value.open(ring)
        except CannotOpen:
            sealed.setdefault(item, set()).add(question)
    return [
        Named(item, told, frozenset(sealed.get(item, ())))
        for item, told in sorted(items.items())
        if any(told.values()) or item in sealed
    ]


def of_case(session: Session, application_id: str) -> Sequence[RefereeRequest]:
    """Return the requests of a case, the latest first, with who asked."""
    statement = (
        select(RefereeRequest)
        .where(RefereeRequest.application_id == application_id)
        .order_by(RefereeRequest.expires_at.desc(), RefereeRequest.id)
        .options(selectinload(RefereeRequest.asked_by))
    )
    return session.scalars(statement).all()


def standing(row: RefereeRequest, moment: datetime) -> str:
    """Return how a request stands at a moment: its status, or expired once its time is over."""
    return "expired" if row.status == "asked" and row.expires_at <= moment else row.status


def said(row: RefereeRequest, ring: KeyRingProtocol) -> dict[str, str] | None:
    """Return a referee's answer by question, or None where the ring does not open it."""
    try:
        found: dict[str, str] = json.loads(row.answer.open(ring))
    except CannotOpen:
        return None
    return found


def reach(rows: Sequence[RefereeRequest]) -> int:
    """Return up to which level the answers could carry: V2 by one referee, V3 by two.

    Only those written freely count, and only of somebody reached by a way the fund found
    itself. Whether they support what was told, the coordinator decides and records.
    """
    counted = sum(row.status == "answered" and bool(row.counts) and row.way == "found"
                  for row in rows)  # fmt: skip
    return (0, ONE_VOUCHES, TWO_VOUCH)[min(counted, 2)]


def flagged(
    session: Session, *, seen: bool, search: str = "", cursor: str | None = None
) -> pages.Page[Flagged]:
    """Return a page of the answers that do not count, the latest first.

    seen: those somebody has looked after, or those nobody has. search: part of a designation.
    """
    row = RefereeRequest
    statement: Any = (
        select(row.id, Application.id, Application.designation, Application.state,
               row.answered_on, row.seen_on)
        .join(Application, Application.id == row.application_id)
        .where(row.counts.is_(False))
        .where(row.seen_on.is_not(None) if seen else row.seen_on.is_(None))
    )  # fmt: skip
    if search:
        statement = statement.where(Application.designation.icontains(search, autoescape=True))
    statement = pages.after(
        statement, row.answered_on, row.id, cursor, date.fromisoformat, descending=True
    )
    found = [Flagged(*each) for each in session.execute(statement)]
    return pages.page(found, lambda each: (each.answered_on.isoformat(), each.id))
