"""What the bank says about a file, recorded by hand; and what is done when it says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.batches import PayoutBatch, PayoutLine
from fund_app.models.disbursements import Disbursement
from fund_app.services import audit, batch_locks, channel_stops, holds, rules
from fund_app.services.disbursements import fire, locked
from fund_app.services.transition import INTERNAL
from fund_app.services.unit import unit_of_work
from workflows.batches import REASON_CODES
from workflows.engine import Refused
from workflows.roles import SYSTEM, Actor, Role

CHAIN = "batch"
AT_THE_BANK = ("exported", "unknown", "sent")


class Verdict(StrEnum):
    """What the bank says: it took all of the file, all but some lines, or nothing of it."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    FILE_REJECTED = "file_rejected"


def answer(actor: Actor, batch_id: str, verdict: Verdict, rejected: Mapping[str, str]) -> None:
    """Record the bank's answer to a file that was handed over.

    rejected: line id to the bank's reason (of REASON_CODES), for PARTLY. Accepted lines are
    sent, rejected ones have failed; of a file that was refused as a whole nothing left, so its
    payments wait again under the same signatures. A payment that is `unknown` is settled by
    the same word. Doing it twice changes nothing. Raises Unknown, Refused (batch_moved_on,
    wrong_role), ValueError for a line of another file or an unlisted reason.
    """
    with unit_of_work() as session:
        batch = batch_locks.take_batch(session, batch_id)
        if not actor.has_any(frozenset({Role.FINANCE_OFFICER})):
            raise Refused("wrong_role", {})
        if batch.state == "answered":
            return
        if batch.state != "handed_over":
            raise Refused("batch_moved_on", {"state": batch.state})
        _require_known(batch, rejected)
        for line in batch.lines:
            if line.answer is None:
                settle(session, actor, line, verdict, rejected.get(line.id))
        session.flush()
        batch.state = "answered"
        audit.record(
            session, CHAIN, batch.id, f"answered_{verdict}", actor=actor, role=Role.FINANCE_OFFICER
        )


def _require_known(batch: PayoutBatch, rejected: Mapping[str, str]) -> None:
    if not set(rejected) <= {line.id for line in batch.lines}:
        raise ValueError("a line of another file")
    if not set(rejected.values()) <= set(REASON_CODES):
        raise ValueError("a reason that is not listed")


def settle(
    session: Session, actor: Actor, line: PayoutLine, verdict: Verdict, reason: str | None
) -> None:
    """Take the bank's word on one line, whose batch the caller has locked; books nothing.

    What never left and was to go a way that is stopped by now is held.

    reason: the bank's code where it refused this very line (verdict PARTLY), else None. What
    the line says of itself by then stays: a payment the bank took and then refused has failed,
    and its line still says that it was taken.
    """
    payment, application = locked(session, line.disbursement_id, INTERNAL)
    if payment.state in AT_THE_BANK:
        is_held = bool(holds.active(session, application.id))
        is_taken = verdict is not Verdict.FILE_REJECTED and reason is None
        if is_held and is_taken and payment.state == "exported":
            # A hold stops what we do, never what we learn; only `send` would be ours to do.
            fire(session, payment, application, "outcome_unknown", actor)
        for action, given in _steps(payment, verdict, is_rejected=reason is not None):
            fire(session, payment, application, action, actor, INTERNAL, given)
        channel_stops.hold_again(session, actor, payment, application)
    if verdict is not Verdict.FILE_REJECTED and line.answer is None:
        line.answer = "accepted" if reason is None else "rejected"
        line.reason = reason


def _steps(
    payment: Disbursement, verdict: Verdict, *, is_rejected: bool
) -> list[tuple[str, dict[str, object]]]:
    proven: dict[str, object] = {"lookup_proven": True}
    if payment.state == "sent":
        return [("fail", {})] if is_rejected or verdict is Verdict.FILE_REJECTED else []
    if verdict is Verdict.FILE_REJECTED:
        if payment.state == "unknown":
            return [("found_not_sent", proven | {"lookup": "not_sent"})]
        return [("take_back", {"file_never_taken": True})]
    if payment.state == "unknown":
        steps: list[tuple[str, dict[str, object]]] = [("found_sent", proven | {"lookup": "sent"})]
        return [*steps, ("fail", {})] if is_rejected else steps
    return [("fail", {})] if is_rejected else [("send", {})]


def look_up_due(moment: datetime) -> int:
    """Make payments `unknown` whose file left long ago without an answer; return how many.

    Long is what the rules of the case give for sending. Whoever of finance is asked to look
    them up at the bank; until then none of them is sent again.
    """
    changed = 0
    for payment_id in _unanswered(moment):
        with unit_of_work() as session:
            payment, application = locked(session, payment_id, INTERNAL)
            if payment.state == "exported" and _is_late(session, payment, application, moment):
                fire(session, payment, application, "outcome_unknown", SYSTEM)
                changed += 1
    return changed


def _unanswered(moment: datetime) -> list[str]:
    statement = (
        select(PayoutLine.disbursement_id)
        .join(PayoutBatch, PayoutBatch.id == PayoutLine.batch_id)
        .join(Disbursement, Disbursement.id == PayoutLine.disbursement_id)
        .where(
            PayoutBatch.state == "handed_over",
            PayoutBatch.handed_over_at < moment,
            PayoutLine.answer.is_(None),
            Disbursement.state == "exported",
        )
        .order_by(PayoutLine.disbursement_id)
    )
    with unit_of_work() as session:
        return list(session.scalars(statement))


def _is_late(
    session: Session, payment: Disbursement, application: Application, moment: datetime
) -> bool:
    statement = (
        select(PayoutBatch.handed_over_at)
        .join(PayoutLine, PayoutLine.batch_id == PayoutBatch.id)
        .where(PayoutLine.disbursement_id == payment.id, PayoutLine.answer.is_(None))
    )
    handed_over_at = session.scalar(statement)
    hours = rules.of(session, application).length("send_hours")
    return handed_over_at is not None and handed_over_at + timedelta(hours=hours) <= moment
