"""Status reports of the bank taken in: each line of a file gets what its status asks for.

Nothing is booked from a report, and nothing of it is kept but codes: what follows is the bank's
answer as somebody would record it by hand (services/batch_answers.py), line by line.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.batches import PayoutBatch, PayoutLine
from fund_app.models.disbursements import Disbursement
from fund_app.models.events import Event
from fund_app.services import audit, batch_locks
from fund_app.services.batch_answers import CHAIN, Verdict, settle
from fund_app.services.unit import unit_of_work
from workflows.engine import Refused
from workflows.roles import Actor, Role
from workflows.status_reports import (
    ACCEPTED,
    DOING,
    NO_REASON,
    Following,
    LineStatus,
    ReportRefused,
    StatusReport,
    follows,
)

READ = "status_report_read"
VERDICTS = {
    Following.SENT: Verdict.ACCEPTED,
    Following.FAILED: Verdict.PARTLY,
    Following.WAITS_AGAIN: Verdict.FILE_REJECTED,
}


@dataclass(frozen=True, slots=True)
class ToldLine:
    """One line of a file: what the bank tells of it ("": nothing), and what follows."""

    line_id: str
    number: int
    disbursement_id: str
    reference: str
    amount: int
    state: str
    status: str
    reason: str
    following: Following


@dataclass(frozen=True, slots=True)
class Understood:
    """A report as understood: the file it is about, and each of its lines."""

    batch_id: str
    number: str
    status: str
    lines: tuple[ToldLine, ...]

    @property
    def is_news(self) -> bool:
        """Whether taking it in changes any payment."""
        return any(line.following in DOING for line in self.lines)


def understand(report: StatusReport) -> Understood:
    """Say what a report brings, and write nothing.

    Raises ReportRefused: unknown_file, unknown_lines (with what is unknown), not_handed_over
    (the bank cannot have the file).
    """
    with unit_of_work() as session:
        return _understood(session, report, for_update=False)


def take_in(actor: Actor, report: StatusReport) -> Understood:
    """Do for each line what its status asks for, and return what it was.

    An accepted line is sent, a refused one has failed, all of a refused file waits again under
    the same signatures; a payment that was `unknown` is settled by the same word. What the
    bank's statement has shown, and what settles nothing, changes nothing; nor does the same
    report once more. Raises what `understand` raises, and Refused for who is not of finance.
    """
    if not actor.has_any(frozenset({Role.FINANCE_OFFICER})):
        raise Refused("wrong_role", {"action": READ})
    with unit_of_work() as session:
        found = _understood(session, report, for_update=True)
        for told in found.lines:
            _settle(session, actor, told)
        session.flush()
        _close(session, found.batch_id)
        if found.is_news or not _is_noted(session, found):
            audit.record(
                session, CHAIN, found.batch_id, READ, actor=actor, role=Role.FINANCE_OFFICER,
                reason_code=found.status or None,
            )  # fmt: skip
        return found


def _settle(session: Session, actor: Actor, told: ToldLine) -> None:
    """Take the bank's word on one line; what is known by other ways gets its answer only."""
    line = session.get_one(PayoutLine, told.line_id)
    is_open = told.following is Following.KNOWN and line.answer is None
    if told.following in DOING or is_open:
        accepted = Verdict.ACCEPTED if told.status in ACCEPTED else Verdict.PARTLY
        verdict = VERDICTS.get(told.following, accepted)
        settle(session, actor, line, verdict, told.reason if verdict is Verdict.PARTLY else None)


def _understood(session: Session, report: StatusReport, *, for_update: bool) -> Understood:
    statement = select(PayoutBatch.id).where(PayoutBatch.number == report.file_number)
    batch_id = session.scalar(statement)
    if batch_id is None:
        raise ReportRefused("unknown_file", [report.file_number])
    if for_update:
        batch_locks.take_batch(session, batch_id)
    batch = session.get_one(PayoutBatch, batch_id)
    if batch.state not in {"handed_over", "answered"}:
        raise ReportRefused("not_handed_over", [batch.number])
    told = {line.reference: line for line in report.lines}
    foreign = sorted(set(told) - {line.end_to_end_id for line in batch.lines})
    if foreign:
        raise ReportRefused("unknown_lines", foreign)
    lines = (_told(session, line, told, report.status) for line in batch.lines)
    return Understood(batch.id, batch.number, report.status, tuple(lines))


def _told(session: Session, line: PayoutLine, told: dict[str, LineStatus], status: str) -> ToldLine:
    payment = session.get_one(Disbursement, line.disbursement_id)
    own = told.get(line.end_to_end_id)
    word = own.status if own else status
    following = follows(word, is_whole_file=own is None, state=payment.state, answer=line.answer)
    return ToldLine(
        line.id, line.number, payment.id, line.end_to_end_id, line.amount, payment.state,
        word, own.reason if own else NO_REASON, following,
    )  # fmt: skip


def _close(session: Session, batch_id: str) -> None:
    """Count a file as answered once the bank has spoken of every line."""
    batch = session.get_one(PayoutBatch, batch_id, populate_existing=True)
    is_settled = all(line.answer is not None for line in batch.lines)
    if batch.state == "handed_over" and is_settled:
        batch.state = "answered"


def _is_noted(session: Session, found: Understood) -> bool:
    """Whether a report of this status was read before, so that once more is no news."""
    statement = select(Event.id).where(
        Event.chain == CHAIN, Event.subject_id == found.batch_id, Event.action == READ,
        Event.reason_code == (found.status or None),
    )  # fmt: skip
    return session.scalar(statement.limit(1)) is not None
