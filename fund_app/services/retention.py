"""Retention: what is destroyed when its time has come, and what is kept longer for a reason.

P4, who is paid and how: once every payment is accounted for. P2 and P3, the case: a year after
it ended, or 30 days where the person wishes it as short as possible. Drafts: 30 days untouched,
7 on a shared device. Sessions: at their limits. What a crash left over: a day after it was seen.
A case that is on hold, or kept longer by name, waits; statistics never change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from fund_app.adapters import keystore_erasure, scrub
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.applications import Answer, Application
from fund_app.models.disbursements import Disbursement
from fund_app.models.erasures import RetentionHold
from fund_app.models.events import Event
from fund_app.models.holds import Hold
from fund_app.models.sealed import Compartment
from fund_app.queries import erasures as reads
from fund_app.services import erasure_events, erasures, intake, orphans, shredding, vault
from fund_app.services.erasures import CannotErase
from fund_app.services.transition import INTERNAL, Unknown, take
from fund_app.services.unit import unit_of_work
from workflows.catalogue import all_workflows, workflow
from workflows.erasures import KEEPERS, KEPT_REASONS, LONGEST_HOLD, Origin, due_on
from workflows.roles import SYSTEM, Actor, Role

PAID = ("accepted", "active", "reporting", "closed")
"""States in which nobody needs to know any more who was paid, once the payments are over."""

TRIES = 3
"""How often a busy file is asked for; each time waits as long as the database does."""

ACCOUNTED = ("reconciled", "written_off")

Ended = Row[str, date | None, date, bool]


@dataclass(frozen=True, slots=True)
class Due:
    """What is due on a day: ids of cases, and counts; `held` names who has to wait and why."""

    day: date
    cases: tuple[str, ...]
    payees: tuple[str, ...]
    drafts: int
    orphans: int
    held: tuple[tuple[str, str], ...]

    def counts(self) -> dict[str, int]:
        """Return how much of each kind is due, by its code."""
        return {
            "payees": len(self.payees),
            "cases": len(self.cases),
            "drafts": self.drafts,
            "orphans": self.orphans,
            "held": len(self.held),
        }


def due(session: Session, day: date) -> Due:
    """Return what would be destroyed on a day; reads only."""
    ended = _ended(session, day)
    held = _held(session, day)
    return Due(
        day,
        tuple(each for each in ended if each not in held),
        tuple(each for each in _paid(session) if each not in held),
        session.scalar(select(func.count()).select_from(intake.abandoned(day).subquery())) or 0,
        len(orphans.due(session, day)),
        tuple((each, held[each]) for each in ended if each in held),
    )


def apply(day: date) -> Due:
    """Destroy what is due on a day and return what it was; doing it twice does no harm.

    A case that turns out to be open after all (a payment under way) is left for another day.
    """
    erasures.resume()
    erasures.reapply()
    with unit_of_work() as session:
        found = due(session, day)
    for application_id in found.payees:
        forget_payee(application_id)
    erasures.carry_out(*_begun(found.cases))
    intake.sweep_abandoned(day)
    orphans.sweep(day)
    if found.payees or found.drafts or found.orphans:
        any(_clean() for _ in range(TRIES))
    return found


def falls_due(session: Session, application: Application) -> date | None:
    """Return the day on which the clock destroys a case; None while it is open or frozen."""
    ended = next(iter(_ends(session, Application.id == application.id)), None)
    if ended is None or ended.id in _frozen(session):
        return None
    kept = reads.kept(session, application.id, now().date())
    day = _due_on(ended)
    return day if kept is None else max(day, kept.until)


def _begun(application_ids: Sequence[str]) -> Iterator[str]:
    """Yield the numbers of the erasures that may begin; what is open after all waits."""
    for application_id in application_ids:
        try:
            yield erasures.begin(application_id, Origin.RETENTION)
        except CannotErase:
            continue


def forget_payee(application_id: str) -> None:
    """Destroy who was paid and how, the keys first; the applicant gets a fresh key.

    So a case that is opened again can be paid again, and nobody reads the old account.
    """
    store = vault.keystore()
    with unit_of_work() as session:
        application = take(session, Application, application_id, INTERNAL)
        if application_id not in _paid(session):
            return  # somebody plans a payment again, or was quicker
        keystore_erasure.empty_compartment(store, application_id, Compartment.PAYOUT)
        if store.holder(application.holder_id) is not None:
            vault.open_case(application_id, {Compartment.PAYOUT: [application.holder_id]})
        shredding.payout_answers(session, application_id)
        erasure_events.record(session, application_id, "payee_forgotten", (SYSTEM, Role.SYSTEM))


def _clean() -> bool:
    """Take what was just deleted out of the files of both databases; False for a busy one."""
    keys = scrub.scrub(vault.keystore().engine, keystore_erasure.TABLES, wholly=True)
    db.session.rollback()
    return scrub.scrub(db.engine, shredding.tables(), wholly=False) and keys


def keep(by: tuple[Actor, Role], application_id: str, reason_code: str, until: date) -> None:
    """Keep a case longer than its time, for a reason of the list, a year at most.

    by: who, and in which role. A reason given before is replaced; the same one until the same
    day stays as it is. Raises ValueError for another reason or day, CannotErase for a case that
    is destroyed or about to be, Unknown.
    """
    today = now().date()
    if reason_code not in KEPT_REASONS or not today < until <= today + LONGEST_HOLD:
        raise ValueError("a listed reason, and a day within a year")
    _require_keeper(by, application_id)
    with unit_of_work() as session:
        take(session, Application, application_id, INTERNAL)
        erasure = reads.of_case(session, application_id)
        if erasure is not None and erasure.state != "proposed":
            raise CannotErase("erased")
        known = reads.kept(session, application_id, today)
        if known is not None and (known.reason_code, known.until) == (reason_code, until):
            return
        _lift(session, application_id, today)
        session.add(
            RetentionHold(
                application_id=application_id,
                reason_code=reason_code,
                placed_by=by[0].ref,
                placed_on=today,
                until=until,
            )
        )
        erasure_events.record(session, application_id, "kept_longer", by, reason_code)


def let_go(by: tuple[Actor, Role], application_id: str) -> bool:
    """Take a reason to keep a case longer back; False where there is none. Raises Unknown."""
    _require_keeper(by, application_id)
    with unit_of_work() as session:
        take(session, Application, application_id, INTERNAL)
        is_lifted = _lift(session, application_id, now().date())
        if is_lifted:
            erasure_events.record(session, application_id, "kept_no_longer", by)
    return is_lifted


def _require_keeper(by: tuple[Actor, Role], application_id: str) -> None:
    actor, role = by
    if role not in KEEPERS or role not in actor.roles:
        raise Unknown(application_id)


def _lift(session: Session, application_id: str, today: date) -> bool:
    statement = select(RetentionHold).where(
        RetentionHold.application_id == application_id, RetentionHold.lifted_on.is_(None)
    )
    known = session.scalar(statement)
    if known is None:
        return False
    known.lifted_on = today
    session.flush()
    return True


def _ended(session: Session, day: date) -> list[str]:
    """Return the cases that ended long enough ago, the longest first."""
    return [row.id for row in _ends(session) if _due_on(row) <= day]


def _due_on(row: Ended) -> date:
    return due_on(row.retention_on, row.ended_on, shortest_wished=row.shortest_wished)


def _ends(session: Session, *which: ColumnElement[bool]) -> Sequence[Ended]:
    """Return named day, last day and wish of the cases that have ended, the longest first."""
    finals = {
        state.code for each in all_workflows() if each.name == "emergency"
        for state in each.states if state.final
    }  # fmt: skip
    last = (
        select(func.max(Event.day))
        .where(Event.chain == Application.workflow, Event.subject_id == Application.id)
        .scalar_subquery()
    )
    statement = select(
        Application.id,
        Application.retention_on,
        last.label("ended_on"),
        Application.shortest_wished,
    ).where(
        Application.state.in_(finals),
        Application.submitted_on.is_not(None),
        Application.erased_on.is_(None),
        *which,
    )
    return session.execute(statement.order_by(last, Application.id)).all()


def _paid(session: Session) -> Sequence[str]:
    """Return the cases whose payments are all over and which still know who was paid."""
    over = [state.code for state in workflow("disbursement").states if state.final]

    def payments(*states: str) -> Select[str]:
        return select(Disbursement.application_id).where(Disbursement.state.in_(states))

    live = select(Disbursement.application_id).where(Disbursement.state.not_in(over))
    statement = (
        select(Application.id)
        .where(
            Application.state.in_(PAID),
            Application.erased_on.is_(None),
            Application.id.in_(payments(*ACCOUNTED)),
            Application.id.not_in(live),
            Application.id.in_(
                select(Answer.application_id).where(Answer.compartment == Compartment.PAYOUT)
            ),
        )
        .order_by(Application.id)
    )
    return session.scalars(statement).all()


def _held(session: Session, day: date) -> dict[str, str]:
    """Return the cases that wait, with the code of why."""
    return _frozen(session) | {
        row.application_id: row.reason_code for row in reads.kept_cases(session, day)
    }


def _frozen(session: Session) -> dict[str, str]:
    """Return the cases that are on hold, with its kind."""
    active = select(Hold.application_id, Hold.kind).where(Hold.lifted_at.is_(None))
    return {row.application_id: row.kind for row in session.execute(active)}
