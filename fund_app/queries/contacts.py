"""Reads of what was done to reach a person; the accounts open with the key of the narrative."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.models.contacts import CONTACTS, ContactAttempt
from fund_app.models.events import Event
from fund_app.models.people import Person
from fund_app.models.sealed import CannotOpen, KeyRingProtocol


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What is sealed of an attempt: channel and means as codes, and what was written."""

    channel: str
    means: tuple[str, ...]
    note: str
    reason: str
    is_duress: bool


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt to reach a person; `account` is None where the ring does not open it."""

    made_on: date
    by: str
    result: str
    is_against_plan: bool
    account: AccountRow | None


def attempts(
    session: Session, ring: KeyRingProtocol | None, application_id: str
) -> list[AttemptRow]:
    """Return the attempts of a case, the latest first. One statement."""
    statement = (
        select(ContactAttempt, Person.display_name)
        .join(Person, Person.id == ContactAttempt.by_id)
        .where(ContactAttempt.application_id == application_id)
        .order_by(ContactAttempt.position.desc())
    )
    return [
        AttemptRow(row.made_on, name, row.result, row.is_against_plan, _account(row, ring))
        for row, name in session.execute(statement)
    ]


def plan_changed_on(session: Session, application_id: str) -> date | None:
    """Return the day on which the person last changed their plan, or None."""
    statement = select(func.max(Event.day)).where(
        Event.subject_id == application_id,
        Event.chain == CONTACTS,
        Event.action == "plan_changed",
    )
    found: date | None = session.scalar(statement)
    return found


def _account(row: ContactAttempt, ring: KeyRingProtocol | None) -> AccountRow | None:
    if ring is None:
        return None
    try:
        told = json.loads(row.account.open(ring))
    except CannotOpen:
        return None
    return AccountRow(
        told["channel"], tuple(told["means"]), told["note"], told["reason"], told["is_duress"]
    )
