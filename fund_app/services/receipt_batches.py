"""A year's receipts in one go: in short turns, each inside the session of a person with keys.

The worker holds no key of any name, so it cannot do this. A turn issues receipts for some
seconds and ends; the page shows how far it is and asks for the next turn. Each receipt is a
transaction of its own and each outcome is kept, so that whoever is interrupted, or killed, goes
on where it stopped; a colleague may go on as well.
"""

from __future__ import annotations

import time

from sqlalchemy import ColumnElement, Select, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.events import HOUSE
from fund_app.models.receipt_batches import ReceiptBatch, ReceiptBatchItem
from fund_app.models.receipts import Receipt, ReceiptRequest
from fund_app.models.sealed import NoKey
from fund_app.services import audit, receipt_issuing
from fund_app.services.receipt_issuing import CannotIssue
from fund_app.services.receipts import TREASURY
from fund_app.services.transition import Unknown
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.roles import Actor

TURN_SECONDS = 8.0
SUBJECT = "receipts"
BEGUN = "receipt_batch_begun"


class NothingToDo(Exception):
    """Nobody waits for a receipt of that year, or the year is not over; `code` says which."""

    def __init__(self, code: str) -> None:
        """Keep the reason: no_requests or year_not_over."""
        super().__init__(code)
        self.code = code


def begin(actor: Actor, year: int) -> str:
    """Begin with all requests of a year that wait; one that is unfinished already goes on.

    Returns the batch's id. Raises Unknown for somebody outside the treasury, NothingToDo.
    """
    role = next((each for each in TREASURY if each in actor.roles), None)
    if role is None:
        raise Unknown(str(year))
    if year >= now().year:
        raise NothingToDo("year_not_over")
    try:
        with unit_of_work() as session:
            known = session.scalar(_unfinished(year))
            if known is not None:
                return known
            waiting = session.scalars(select(ReceiptRequest.id).where(*_waiting(year))).all()
            if not waiting:
                raise NothingToDo("no_requests")
            batch = ReceiptBatch(year=year, begun_by=actor.ref, begun_on=now().date())
            session.add(batch)
            session.flush()
            session.add_all(
                ReceiptBatchItem(batch_id=batch.id, request_id=each) for each in waiting
            )
            audit.record(session, HOUSE, SUBJECT, BEGUN, actor=actor, role=role)
            return batch.id
    except IntegrityError:
        # Two colleagues pressed at the same moment: the other one's batch is the batch.
        return db.session.scalars(_unfinished(year)).one()


def go_on(actor: SignedIn, batch_id: str, *, seconds: float = TURN_SECONDS) -> bool:
    """Take one turn of a batch; returns whether it is finished now.

    At least one request is answered in each turn. What cannot be issued keeps the reason as its
    outcome and stays open for a later batch. Raises Unknown.
    """
    if not any(role in actor.roles for role in TREASURY):
        raise Unknown(batch_id)
    batch = db.session.get(ReceiptBatch, batch_id, populate_existing=True)
    if batch is None:
        raise Unknown(batch_id)
    until = time.monotonic() + seconds
    while batch.finished_on is None:
        request_id = db.session.scalar(_next(batch_id))
        if request_id is None:
            _finish(batch_id)
            return True
        outcome = _outcome(actor, request_id)
        with unit_of_work() as session:
            _note(session, batch_id, request_id, outcome)
        if time.monotonic() >= until:
            return _is_through(batch_id)
    return True


def _outcome(actor: SignedIn, request_id: str) -> str:
    try:
        receipt_issuing.issue(actor, request_id)
    except Unknown:
        return "gone"
    except NoKey:
        return "no_key"
    except CannotIssue as refused:
        is_there = db.session.scalar(select(exists().where(*_live(request_id))))
        return "issued" if is_there and refused.code == "no_gifts" else refused.code
    return "issued"


def _is_through(batch_id: str) -> bool:
    if db.session.scalar(_next(batch_id)) is not None:
        return False
    _finish(batch_id)
    return True


def _finish(batch_id: str) -> None:
    with unit_of_work() as session:
        batch = session.get_one(ReceiptBatch, batch_id, with_for_update=True)
        batch.finished_on = batch.finished_on or now().date()


def _note(session: Session, batch_id: str, request_id: str, outcome: str) -> None:
    mine = update(ReceiptBatchItem).where(
        ReceiptBatchItem.batch_id == batch_id,
        ReceiptBatchItem.request_id == request_id,
        ReceiptBatchItem.outcome.is_(None),
    )
    session.execute(mine.values(outcome=outcome))


def _next(batch_id: str) -> Select[str]:
    waiting = select(ReceiptBatchItem.request_id).where(
        ReceiptBatchItem.batch_id == batch_id, ReceiptBatchItem.outcome.is_(None)
    )
    return waiting.order_by(ReceiptBatchItem.request_id).limit(1)


def _unfinished(year: int) -> Select[str]:
    return select(ReceiptBatch.id).where(
        ReceiptBatch.year == year, ReceiptBatch.finished_on.is_(None)
    )


def _live(request_id: str) -> tuple[ColumnElement[bool], ...]:
    return (Receipt.request_id == request_id, Receipt.voided_day.is_(None))


def _waiting(year: int) -> tuple[ColumnElement[bool], ...]:
    printed = exists().where(
        Receipt.request_id == ReceiptRequest.id,
        Receipt.voided_day.is_(None),
        Receipt.sha256.is_not(None),
    )
    return (ReceiptRequest.year == year, ReceiptRequest.donor_id.is_not(None), ~printed)
