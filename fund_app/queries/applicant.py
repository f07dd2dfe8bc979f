"""What an applicant reads about their own case: neutral words, days, and what is needed next.

Nothing here names a person, a reviewer or a state: a seized phone must tell no more than one
of seven labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application, AwardLine
from fund_app.models.clocks import Clock
from fund_app.models.disbursements import Disbursement
from fund_app.models.documents import Document
from fund_app.models.events import VIEWS, Event
from fund_app.models.holds import Hold
from workflows.catalogue import workflow
from workflows.disbursement import MAY_BE_OUT
from workflows.engine import Workflow
from workflows.holds import HoldKind
from workflows.labels import PublicLabel
from workflows.roles import Role

PROMISES = ("ack", "decide")
"""The clocks whose end is a promise to the applicant, in the order they matter."""

ROUNDED = timedelta(hours=6)
MONEY_OUT = frozenset({"unknown", "sent", "confirmed", "unconfirmed"})
LETTERS = ("award_letter", "refusal_letter")
LOOKS_SHOWN = 50
REPLIED = "answer_info"
ASKED = "request_info"


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """One neutral step and the day it began."""

    label: PublicLabel
    day: date


@dataclass(frozen=True, slots=True)
class CaseView:
    """What the return page shows; `promise` is rounded up to a quarter of a day."""

    label: PublicLabel
    steps: tuple[TimelineStep, ...]
    promise: datetime | None
    is_draft: bool
    is_over: bool
    must_answer: bool
    can_decide: bool
    can_report: bool
    can_withdraw: bool
    can_change_payee: bool
    awaiting_receipt: tuple[str, ...]
    letters: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody, as a role, looked into the case on a day; with a reason where names were opened."""

    role: str
    action: str
    day: date
    reason_code: str | None = None


@dataclass(frozen=True, slots=True)
class Looks:
    """A page of looks; `following` is where the next page begins, if there is one."""

    rows: tuple[Look, ...]
    following: int | None


def own_case(session: Session, holder_id: str) -> Application | None:
    """Return the application of a holder, or None."""
    found: Application | None = session.scalar(
        select(Application).where(Application.holder_id == holder_id)
    )
    return found


def case_view(session: Session, application: Application) -> CaseView:
    """Return what the applicant sees of their case now."""
    definition = workflow(application.workflow, application.workflow_version)
    held = _holds(session, application.id)
    label = definition.public_label(application.state, held)
    asked = HoldKind.INFO_REQUESTED in held
    return CaseView(
        label=label,
        steps=_steps(session, definition, application),
        promise=None if held else _promise(session, application.id),
        is_draft=application.state == definition.initial,
        is_over=label is PublicLabel.CLOSED,
        must_answer=asked,
        can_decide=application.state == "offered",
        can_report=application.state == "active",
        can_withdraw=_leads_on(definition, "withdraw", application.state),
        can_change_payee=_can_change_payee(session, application.id),
        awaiting_receipt=_awaiting_receipt(session, application.id),
        letters=tuple(documents(session, application.id, LETTERS)),
    )


def documents(
    session: Session, application_id: str, kinds: Sequence[str] = ("evidence",)
) -> Sequence[Document]:
    """Return the documents of a case of some kinds, in the order added."""
    statement = (
        select(Document)
        .where(Document.application_id == application_id, Document.kind.in_(kinds))
        .order_by(Document.position)
    )
    return session.scalars(statement).all()


def award(session: Session, application_id: str) -> Sequence[AwardLine]:
    """Return the lines of the award, in order; empty before a decision."""
    statement = (
        select(AwardLine).where(AwardLine.application_id == application_id).order_by(AwardLine.line)
    )
    return session.scalars(statement).all()


def looks(session: Session, application_id: str, *, before: int | None = None) -> Looks:
    """Return a page of who opened the case, the latest first; `before` is where it begins.

    Roles and days, with what was opened and why; never a name. One statement.
    """
    statement = (
        select(Event.actor_role, Event.action, Event.day, Event.reason_code, Event.step)
        .where(Event.subject_id == application_id, Event.chain == VIEWS)
        .order_by(Event.step.desc())
        .limit(LOOKS_SHOWN + 1)
    )
    if before is not None:
        statement = statement.where(Event.step < before)
    found = session.execute(statement).all()
    rows = tuple(Look(*row[:4]) for row in found[:LOOKS_SHOWN])
    return Looks(rows, found[LOOKS_SHOWN - 1].step if len(found) > LOOKS_SHOWN else None)


def _holds(session: Session, application_id: str) -> tuple[str, ...]:
    statement = select(Hold.kind).where(
        Hold.application_id == application_id, Hold.lifted_at.is_(None)
    )
    return tuple(session.scalars(statement.order_by(Hold.kind)))


def _steps(
    session: Session, definition: Workflow, application: Application
) -> tuple[TimelineStep, ...]:
    statement = (
        select(Event.action, Event.dest, Event.day)
        .where(Event.subject_id == application.id, Event.chain == application.workflow)
        .order_by(Event.step)
    )
    found: list[TimelineStep] = []
    asked = False
    for action, dest, day in session.execute(statement):
        asked = (asked or action == ASKED) and action != REPLIED
        label = PublicLabel.NEED_FROM_YOU if asked else definition.state_of[dest].public_label
        if not found or found[-1].label is not label:
            found.append(TimelineStep(label, day))
    return tuple(found)


def _promise(session: Session, application_id: str) -> datetime | None:
    statement = select(Clock.name, Clock.due_at).where(
        Clock.subject_id == application_id, Clock.state == "running", Clock.name.in_(PROMISES)
    )
    due = {row.name: row.due_at for row in session.execute(statement)}
    return next((_rounded_up(due[name]) for name in PROMISES if name in due), None)


def _rounded_up(moment: datetime) -> datetime:
    """Round up to a quarter of a day, so that the promise does not tell the hour of asking."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + -(-(moment - midnight) // ROUNDED) * ROUNDED


def _leads_on(definition: Workflow, action: str, state: str) -> bool:
    return any(step.action == action and state in step.sources for step in definition.steps)


def _can_change_payee(session: Session, application_id: str) -> bool:
    """Whether a payment waits here and none may be out; a hold does not show."""
    statement = select(Disbursement.workflow_version, Disbursement.state).where(
        Disbursement.application_id == application_id
    )
    found = session.execute(statement).all()
    return not any(state in MAY_BE_OUT for _version, state in found) and any(
        step.action == "change_payee" and state in step.sources and Role.APPLICANT in step.by_roles
        for version, state in found
        for step in workflow("disbursement", version).steps
    )


def _awaiting_receipt(session: Session, application_id: str) -> tuple[str, ...]:
    statement = (
        select(Disbursement.id)
        .where(Disbursement.application_id == application_id, Disbursement.state.in_(MONEY_OUT))
        .order_by(Disbursement.reference)
    )
    return tuple(session.scalars(statement))
