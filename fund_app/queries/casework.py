"""Reads for those who carry cases: clocks of a whole page, leads, panels. No key is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from fund_app.models.applications import Application, ReviewFile
from fund_app.models.ballots import Ballot, Seat
from fund_app.models.clocks import Clock
from fund_app.models.people import Person, RoleGrant
from workflows.roles import Role

LIVE_CLOCKS = ("running", "paused")
ENDED_BALLOTS = ("decided", "void")
SHOWN_DECIDED = 20


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One clock that runs or stands still, as a list shows it."""

    name: str
    state: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class CaseRow:
    """Another case, as somebody who looks for duplicates meets it."""

    id: str
    designation: str
    state: str
    submitted_on: date | None


def live_clocks(session: Session, subject_ids: Sequence[str]) -> dict[str, list[ClockRow]]:
    """Return the clocks that run or stand still, nearest first, per subject, in one statement."""
    found: dict[str, list[ClockRow]] = {}
    statement = (
        select(Clock.subject_id, Clock.name, Clock.state, Clock.due_at)
        .where(Clock.subject_id.in_(subject_ids), Clock.state.in_(LIVE_CLOCKS))
        .order_by(Clock.due_at, Clock.name)
    )
    for subject_id, name, state, due_at in session.execute(statement):
        found.setdefault(subject_id, []).append(ClockRow(name, state, due_at))
    return found


def coordinators(session: Session) -> list[tuple[str, str]]:
    """Return (id, name) of everybody who may lead a case, ordered by name."""
    statement = (
        select(Person.id, Person.display_name)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == Role.COORDINATOR, Person.disabled_on.is_(None))
        .order_by(Person.display_name, Person.id)
    )
    return [(person_id, name) for person_id, name in session.execute(statement)]


def same_mark(session: Session, application: Application) -> list[CaseRow]:
    """Return the other cases that carry the same mark: perhaps the same person, perhaps not."""
    if application.contact_mark is None:
        return []
    statement = (
        select(
            Application.id,
            Application.designation,
            Application.state,
            Application.submitted_on,
        )
        .where(
            Application.contact_mark == application.contact_mark,
            Application.id != application.id,
            Application.state.not_in(("draft", "merged")),
        )
        .order_by(Application.submitted_on, Application.id)
    )
    return [CaseRow(*row) for row in session.execute(statement)]


def review_file(session: Session, application_id: str) -> ReviewFile | None:
    """Return the file for the panel, still sealed, or None before it is written."""
    statement = select(ReviewFile).where(ReviewFile.application_id == application_id)
    found: ReviewFile | None = session.scalar(statement)
    return found


def latest_ballot(session: Session, application_id: str) -> Ballot | None:
    """Return the latest vote on a case with its seats, or None."""
    statement = (
        select(Ballot)
        .where(Ballot.application_id == application_id)
        .order_by(Ballot.due_at.is_(None), Ballot.decided_on.desc(), Ballot.id)
        .options(selectinload(Ballot.seats).selectinload(Seat.vote))
        .limit(1)
    )
    found: Ballot | None = session.scalar(statement)
    return found


def ballot(session: Session, ballot_id: str) -> Ballot | None:
    """Return a vote with its seats and its case, or None."""
    statement = (
        select(Ballot)
        .where(Ballot.id == ballot_id)
        .options(selectinload(Ballot.seats).selectinload(Seat.vote))
    )
    found: Ballot | None = session.scalar(statement)
    return found


def tied_ballots(session: Session) -> list[tuple[Ballot, Application]]:
    """Return the votes a chair has to decide, next due first."""
    statement = (
        select(Ballot, Application)
        .join(Application, Application.id == Ballot.application_id)
        .where(Ballot.state == "chair_vote")
        .order_by(Ballot.due_at, Ballot.id)
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def decided_for(session: Session, reviewer_id: str) -> list[tuple[Ballot, Application]]:
    """Return the latest votes a reviewer took part in that are decided, the latest first."""
    statement = (
        select(Ballot, Application)
        .join(Seat, Seat.ballot_id == Ballot.id)
        .join(Application, Application.id == Ballot.application_id)
        .where(
            Seat.reviewer_id == reviewer_id,
            Seat.status != "recused",
            Ballot.state == "decided",
        )
        .order_by(Ballot.decided_on.desc(), Ballot.id)
        .limit(SHOWN_DECIDED)
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def voted_seats(session: Session, reviewer_id: str) -> frozenset[str]:
    """Return the ids of a reviewer's own seats that have a vote in the box."""
    statement = select(Seat.id).where(Seat.reviewer_id == reviewer_id, Seat.vote.has())
    return frozenset(session.scalars(statement))


def count_live(session: Session, lead_id: str) -> int:
    """Return how many open cases somebody leads."""
    statement = select(func.count()).where(
        Application.lead_id == lead_id, Application.due_at.is_not(None)
    )
    return session.scalar(statement) or 0


def by_designation(session: Session, designation: str) -> str | None:
    """Return the id of the case of this name (capitals aside), drafts left out, or None."""
    statement = select(Application.id).where(
        func.lower(Application.designation) == designation.strip().lower(),
        Application.state != "draft",
    )
    found: str | None = session.scalar(statement)
    return found


def recused_from(session: Session, reviewer_id: str) -> frozenset[str]:
    """Return the ids of the cases somebody has stepped back from."""
    statement = (
        select(Ballot.application_id)
        .join(Seat, Seat.ballot_id == Ballot.id)
        .where(Seat.reviewer_id == reviewer_id, Seat.status == "recused")
    )
    return frozenset(session.scalars(statement))
