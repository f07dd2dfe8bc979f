"""Reads for those who end a hold: which cases it stands on, and who has signed first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.countersignatures import Countersignature
from fund_app.models.holds import Hold
from fund_app.models.people import Person
from workflows.holds import HoldKind

ENDINGS = ("resume", "close_suspended")
"""The two ways out of a freeze; each takes two people."""

WISHED = ("directive_continue", "directive_close")
"""The ways out of a person event that take two people."""


@dataclass(frozen=True, slots=True)
class SuspensionRow:
    """A case that stands still by its designation, since when (UTC), and its step."""

    id: str
    designation: str
    since: datetime
    step: int


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """A first signature that still counts: under which action, by whom, on which day."""

    action: str
    person_id: str
    person: str
    given_on: date


def suspended(session: Session) -> list[SuspensionRow]:
    """Return every case that is frozen now, the longest first. One statement."""
    return held(session, HoldKind.SUSPENDED_SECURITY)


def held(session: Session, kind: HoldKind) -> list[SuspensionRow]:
    """Return every case on which a hold of a kind stands, the longest first. One statement."""
    statement = (
        select(Application.id, Application.designation, Hold.placed_at, Application.step)
        .join(Hold, Hold.application_id == Application.id)
        .where(Hold.kind == kind, Hold.lifted_at.is_(None))
        .order_by(Hold.placed_at, Application.id)
    )
    return [SuspensionRow(*row) for row in session.execute(statement)]


def somebody_fell_silent(session: Session) -> bool:
    """Whether a case stands frozen by the person themself. One statement."""
    statement = (
        select(Hold.id)
        .join(Application, Application.id == Hold.application_id)
        .where(
            Hold.kind == HoldKind.SUSPENDED_SECURITY,
            Hold.lifted_at.is_(None),
            Hold.placed_by == Application.holder_id,
        )
    )
    return session.scalar(statement.limit(1)) is not None


def case(session: Session, application_id: str) -> Application | None:
    """Return a case that is or was frozen; None for every other id. One statement."""
    frozen = select(Hold.application_id).where(Hold.kind == HoldKind.SUSPENDED_SECURITY)
    statement = select(Application).where(
        Application.id == application_id, Application.id.in_(frozen)
    )
    found: Application | None = session.scalar(statement)
    return found


def first_signatures(
    session: Session, ids: Sequence[str], actions: Sequence[str] = ENDINGS
) -> dict[str, list[SignatureRow]]:
    """Return who has signed first for the end of a hold, per case. One statement.

    Only what counts at the present step of a case is there.
    """
    statement = (
        select(
            Countersignature.subject_id,
            Countersignature.action,
            Countersignature.person_id,
            Person.display_name,
            Countersignature.given_on,
        )
        .join(Person, Person.id == Countersignature.person_id)
        .join(Application, Application.id == Countersignature.subject_id)
        .where(
            Countersignature.subject_id.in_(ids),
            Countersignature.action.in_(actions),
            Countersignature.step == Application.step,
            Countersignature.is_used.is_(False),
        )
        .order_by(Countersignature.action.desc(), Countersignature.given_on, Countersignature.id)
    )
    found: dict[str, list[SignatureRow]] = {}
    for subject_id, action, person_id, person, given_on in session.execute(statement):
        row = SignatureRow(action, person_id, person, given_on)
        found.setdefault(subject_id, []).append(row)
    return found
