"""Gifts in kind: recorded by finance, never posted; a mistake is struck and stays to be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from fund_app.adapters.clock import now
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.models.in_kind_gifts import CATEGORIES, InKindGift
from fund_app.models.ledger import Fund
from fund_app.models.ledger_accounts import GENERAL
from fund_app.services import audit, donation_rows
from fund_app.services.transition import Request, Unknown
from fund_app.services.unit import unit_of_work
from workflows.engine import Refused
from workflows.roles import Actor, Role

FINANCE = frozenset({Role.FINANCE_OFFICER})


@dataclass(frozen=True, slots=True)
class InKind:
    """What was given: a code of CATEGORIES, how many, and an estimate in minor units, if any."""

    category: str
    quantity: int
    value: int | None
    fund_code: str
    day: date


def record(actor: Actor, gift: InKind, request: Request) -> str:
    """Record a gift in kind and return its id; nothing is posted.

    The same request again is the same gift. Raises Refused for another office, ValueError for
    an unknown category, LookupError for an unknown fund.
    """
    if not actor.has_any(FINANCE):
        raise Refused("wrong_role", {"action": "record_in_kind"})
    if gift.category not in CATEGORIES:
        raise ValueError("no such category")
    with unit_of_work() as session:
        donation_rows.wait_for_turn(session, GENERAL)
        known = select(InKindGift.id).where(InKindGift.request_id == request.id)
        found = session.scalar(known) if request.id else None
        if found is not None:
            return found
        if session.get(Fund, gift.fund_code) is None:
            raise LookupError("no such fund")
        row = InKindGift(
            category=gift.category,
            quantity=gift.quantity,
            value=gift.value,
            currency=donation_rows.CURRENCY,
            fund_code=gift.fund_code,
            received_day=gift.day,
            recorded_by=actor.ref,
            request_id=request.id,
        )
        session.add(row)
        session.flush()
        audit.record(
            session, HOUSE, HOUSE_ID, "in_kind_recorded", actor=actor, role=Role.FINANCE_OFFICER
        )
        return row.id


def strike(actor: Actor, gift_id: str) -> None:
    """Strike a gift in kind recorded by mistake; striking it twice changes nothing."""
    if not actor.has_any(FINANCE):
        raise Refused("wrong_role", {"action": "strike_in_kind"})
    with unit_of_work() as session:
        row = session.get(InKindGift, gift_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise Unknown(gift_id)
        if row.struck_on is None:
            row.struck_on, row.struck_by = now().date(), actor.ref
            audit.record(
                session, HOUSE, HOUSE_ID, "in_kind_struck", actor=actor, role=Role.FINANCE_OFFICER
            )
