"""A receipt made void: with a reason and a number of its own, and its gifts free for another one.

Finance does it for a mistake; the step that gives a gift back or loses a dispute does it by
itself. A gift stays `receipted`: whether a valid receipt covers it, its lines say.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.donations import Donor
from fund_app.models.receipts import Receipt, ReceiptLine
from fund_app.models.sealed import Compartment
from fund_app.services import audit, receipt_issuers, vault
from fund_app.services.notifications import notify_role
from fund_app.services.receipts import TREASURY
from fund_app.services.transition import Unknown
from fund_app.services.unit import unit_of_work
from workflows.engine import Refused
from workflows.roles import SYSTEM, Actor, Role

CHAIN = "receipt"
"""The chain of the audit trail in which each receipt has its own."""
VOIDED = "receipt_voided"
REASONS = ("wrong_details", "wrong_amount", "gift_gone", "other")
"""Codes finance may choose from; the system's own is `gift_gone`."""
GIFT_GONE = "gift_gone"


def void(actor: Actor, receipt_id: str, reason_code: str) -> None:
    """Make a receipt void; twice changes nothing. The donor's copy is closed first of all.

    Raises Unknown (no such receipt, or somebody outside the treasury), Refused without a
    reason of REASONS.
    """
    role = next((each for each in TREASURY if each in actor.roles), None)
    if role is None:
        raise Unknown(receipt_id)
    if reason_code not in REASONS:
        raise Refused("reason_missing", {"action": "void"})
    with unit_of_work() as session:
        _void(session, receipt_id, reason_code, actor, role)


def void_of_gift(session: Session, donation_id: str) -> None:
    """Make the valid receipt of a gift void, if there is one, and call finance.

    In the caller's unit of work, after the gift's row was locked: the gift has gone back.
    """
    live = select(ReceiptLine.receipt_id).where(
        ReceiptLine.donation_id == donation_id, ~ReceiptLine.is_void
    )
    receipt_id = session.scalar(live)
    if receipt_id is not None:
        _void(session, receipt_id, GIFT_GONE, SYSTEM, Role.SYSTEM)
        notify_role(session, Role.FINANCE_OFFICER)


def close_copy(session: Session, receipt: Receipt) -> None:
    """Take the donor's key of their copy away, in the caller's unit of work."""
    holder_id = session.scalar(select(Donor.holder_id).where(Donor.id == receipt.donor_id))
    if holder_id is not None:
        vault.revoke(receipt.id, Compartment.PAYOUT, holder_id)
    receipt.copy_until = None


def _void(session: Session, receipt_id: str, reason_code: str, actor: Actor, role: Role) -> None:
    receipt = session.get(Receipt, receipt_id, with_for_update=True, populate_existing=True)
    if receipt is None:
        raise Unknown(receipt_id)
    if receipt.voided_day is not None:
        return
    close_copy(session, receipt)
    receipt_issuers.lock_numbers(session, receipt.issuer_code)
    today = now().date()
    last = select(func.coalesce(func.max(Receipt.void_number), 0)).where(
        Receipt.issuer_code == receipt.issuer_code,
        Receipt.series == receipt.series,
        Receipt.void_year == today.year,
    )
    receipt.void_number = 1 + (session.scalar(last) or 0)
    receipt.voided_day, receipt.void_year = today, today.year
    receipt.void_reason, receipt.voided_by = reason_code, actor.ref
    audit.record(
        session, CHAIN, receipt.id, VOIDED, actor=actor, role=role, reason_code=reason_code
    )
    session.flush()
