"""Reads for the board: what waits for its word, what went wrong, and numbers too coarse to hurt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot
from fund_app.models.clocks import Clock
from fund_app.models.disbursements import Disbursement
from fund_app.queries import canaries
from workflows import disclosure
from workflows.quarters import Quarter

PASSED = ("approve", "approve_partially")
TROUBLED = ("unknown", "unconfirmed", "frozen_incident", "returned", "failed", "held")


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case that waits for the board, by its designation; amounts in minor units."""

    id: str
    designation: str
    state: str
    awarded: int | None
    currency: str
    due_at: datetime | None
    step: int


@dataclass(frozen=True, slots=True)
class BallotRow:
    """A vote for which nobody is left to draw."""

    id: str
    designation: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """A payment that is in trouble."""

    id: str
    designation: str
    reference: str
    state: str
    amount: int
    currency: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a table, rounded down; None where it is not shown (workflows/disclosure.py)."""

    label: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Promise:
    """How often a promise was kept and broken; None where too few cases are behind it."""

    workflow: str
    clock: str
    kept: int | None
    broken: int | None


_CASE = (
    Application.id,
    Application.designation,
    Application.state,
    Application.awarded,
    Application.currency,
    Application.due_at,
    Application.step,
)


def _cases(session: Session, statement: Select[*tuple[Any, ...]]) -> list[CaseRow]:
    ordered = statement.order_by(Application.due_at, Application.id)
    return [CaseRow(*row) for row in session.execute(ordered)]


def waiting_for_consent(session: Session) -> list[CaseRow]:
    """Return the cases the panel has granted above its own limit. One statement."""
    decided = select(Ballot.application_id).where(
        Ballot.kind == "decision", Ballot.state == "decided", Ballot.result.in_(PASSED)
    )
    live = select(Ballot.application_id).where(
        Ballot.kind == "decision", Ballot.state.not_in(("decided", "void"))
    )
    return _cases(
        session,
        select(*_CASE).where(
            Application.state == "review",
            Application.id.in_(decided),
            Application.id.not_in(live),
        ),
    )


def in_state(session: Session, state: str) -> list[CaseRow]:
    """Return the cases in one state, the nearest due first. One statement."""
    return _cases(session, select(*_CASE).where(Application.state == state))


def case(session: Session, application_id: str) -> CaseRow | None:
    """Return one case, or None. One statement."""
    found = _cases(session, select(*_CASE).where(Application.id == application_id))
    return found[0] if found else None


def without_quorum(session: Session) -> list[BallotRow]:
    """Return the votes that found no quorum. One statement."""
    statement = (
        select(Ballot.id, Application.designation, Ballot.due_at)
        .join(Application, Application.id == Ballot.application_id)
        .where(Ballot.state == "no_quorum")
        .order_by(Ballot.due_at, Ballot.id)
    )
    return [BallotRow(*row) for row in session.execute(statement)]


def incidents(session: Session) -> list[IncidentRow]:
    """Return the payments in trouble, the nearest due first. One statement."""
    statement = (
        select(
            Disbursement.id,
            Application.designation,
            Disbursement.reference,
            Disbursement.state,
            Disbursement.amount,
            Disbursement.currency,
            Disbursement.due_at,
        )
        .join(Application, Application.id == Disbursement.application_id)
        .where(Disbursement.state.in_(TROUBLED))
        .order_by(Disbursement.due_at, Disbursement.id)
    )
    return [IncidentRow(*row) for row in session.execute(statement)]


def by_state(session: Session) -> list[Cell]:
    """Return how many applications are in each state, small numbers left out. One statement."""
    statement = select(Application.state, func.count()).where(
        Application.state != "draft", Application.id.not_in(canaries.invented())
    )
    return _cells(dict(_pairs(session, statement.group_by(Application.state))))


def by_quarter(session: Session) -> list[Cell]:
    """Return how many applications came in each quarter ("2026-Q2"), small numbers left out."""
    counts: dict[str, int] = {}
    statement = select(Application.submitted_on, func.count()).where(
        Application.submitted_on.is_not(None), Application.id.not_in(canaries.invented())
    )
    for day, count in _pairs(session, statement.group_by(Application.submitted_on)):
        quarter = str(Quarter.of(day))
        counts[quarter] = counts.get(quarter, 0) + count
    return _cells(dict(sorted(counts.items())))


def _pairs(session: Session, statement: Select[*tuple[Any, ...]]) -> Sequence[tuple[Any, int]]:
    return [(row[0], row[1]) for row in session.execute(statement)]


def _cells(counts: Mapping[str, int]) -> list[Cell]:
    told = disclosure.suppressed(counts, disclosure.newest())
    return [Cell(label, count) for label, count in told.items()]


def promises(session: Session) -> list[Promise]:
    """Return per clock how often it was kept and broken, small numbers left out.

    One statement.
    """
    statement = (
        select(Clock.subject_type, Clock.name, Clock.state, func.count())
        .where(Clock.state.in_(("kept", "broken")), Clock.subject_id.not_in(canaries.invented()))
        .group_by(Clock.subject_type, Clock.name, Clock.state)
        .order_by(Clock.subject_type, Clock.name)
    )
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for workflow, name, state, count in session.execute(statement):
        counts.setdefault((workflow, name), {})[state] = count
    return [_promise(workflow, name, both) for (workflow, name), both in counts.items()]


def _promise(workflow: str, name: str, both: Mapping[str, int]) -> Promise:
    counts = {state: both.get(state, 0) for state in ("kept", "broken")}
    told = disclosure.suppressed(counts, disclosure.newest())
    return Promise(workflow, name, told["kept"], told["broken"])
