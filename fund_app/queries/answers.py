"""Reads of what somebody answered: the newest version of each answer, opened with their key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.applications import Answer
from fund_app.models.sealed import KeyRingProtocol, NoKey

MINIMUM = (
    "for_whom",
    "safe_now",
    "deadline",
    "language",
    "channel",
    "country_now",
    "narrative",
    "need_most",
)
"""The eight questions an application needs (forms/emergency.py asks them)."""

CONSENTS = ("information_read", "processing_consent", "truth")

Place = tuple[str, int]
"""Question and item (0 where a question is asked once)."""


@dataclass(frozen=True, slots=True)
class CostLine:
    """One cost somebody asks for; `amount` in minor units of `currency`."""

    item: int
    category: str
    what: str
    amount: int
    currency: str
    needed_by: date | None
    payee: str


def newest(session: Session, application_id: str) -> dict[Place, Answer]:
    """Return the newest version of every answer of an application, still sealed."""
    statement = (
        select(Answer)
        .where(Answer.application_id == application_id)
        .order_by(Answer.question, Answer.item, Answer.version)
    )
    return {(row.question, row.item): row for row in session.scalars(statement)}


def opened(
    session: Session, ring: KeyRingProtocol, application_id: str, *, compartment: str | None = None
) -> dict[Place, str]:
    """Return every answer the ring can open; what it cannot open is left out.

    `compartment` narrows to one compartment, so that no more is opened than is shown.
    """
    found: dict[Place, str] = {}
    for place, answer in newest(session, application_id).items():
        if compartment is not None and answer.compartment != compartment:
            continue
        try:
            found[place] = answer.value.open(ring)
        except NoKey:
            continue
    return found


def given(session: Session, application_id: str) -> frozenset[str]:
    """Return the keys of the questions that have an answer; needs no key."""
    statement = select(Answer.question).where(Answer.application_id == application_id).distinct()
    return frozenset(session.scalars(statement))


def missing(session: Session, application_id: str) -> tuple[str, ...]:
    """Return which of the eight minimum questions have no answer yet; needs no key."""
    there = given(session, application_id)
    return tuple(key for key in MINIMUM if key not in there)


def has_consented(session: Session, application_id: str) -> bool:
    """Whether all three ticks of consent are recorded; needs no key."""
    return given(session, application_id).issuperset(CONSENTS)


def cost_lines(answers: Mapping[Place, str]) -> tuple[CostLine, ...]:
    """Return the cost lines among opened answers, in order; a line without amount is none."""
    items = sorted({item for question, item in answers if question == "cost_amount"})
    return tuple(
        CostLine(
            item=item,
            category=answers.get(("cost_category", item), "") or "other",
            what=answers.get(("cost_what", item), ""),
            amount=int(answers["cost_amount", item]),
            currency=answers.get(("cost_currency", item), "") or "EUR",
            needed_by=_day(answers.get(("cost_needed_by", item), "")),
            payee=answers.get(("cost_payee", item), ""),
        )
        for item in items
        if answers["cost_amount", item]
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
