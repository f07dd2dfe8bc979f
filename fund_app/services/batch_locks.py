"""The order of locks where payments and their files meet: cases by id, their payments, files.

Whoever locks several of them does it in this order, so that two people never wait for each
other in a ring. A payment is only ever locked under its case, so that cases are enough.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.batches import PayoutBatch, PayoutLine
from fund_app.services.transition import Unknown


def take_cases(session: Session, application_ids: Select[str]) -> None:
    """Lock the cases a statement names, by id."""
    statement = select(Application.id).where(Application.id.in_(application_ids))
    session.execute(statement.order_by(Application.id).with_for_update()).all()


def take_batch(session: Session, batch_id: str) -> PayoutBatch:
    """Lock the cases of a file and then the file, and return it; raises Unknown."""
    lines = select(PayoutLine.application_id).where(PayoutLine.batch_id == batch_id)
    take_cases(session, lines)
    return alone(session, batch_id)


def alone(session: Session, batch_id: str) -> PayoutBatch:
    """Lock a file whose payments are not moved, and return it; raises Unknown."""
    anew: dict[str, Any] = {"with_for_update": True, "populate_existing": True}
    batch = session.get(PayoutBatch, batch_id, **anew)
    if batch is None:
        raise Unknown(batch_id)
    return batch
