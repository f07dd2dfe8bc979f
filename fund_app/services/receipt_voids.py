"""A receipt made void: with a reason and a number of its own, and its gifts free for another one.

The treasury does it for a mistake (`correct_receipt` of each of its gifts, which are accepted
again and wait for another receipt); the step that gives a gift back or loses a dispute does it by
itself. That step holds the row of its own gift only, and locking the others would let two refunds
wait for each other; so the worker frees them afterwards, one at a time (`free_gifts`).
"""

from __future__ import annotations

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from fund_app.adapters.clock import now
from fund_app.models.donations import Donation, Donor
from fund_app.models.receipts import Receipt, ReceiptLine
from fund_app.models.sealed import Compartment
from fund_app.services import audit, receipt_issuers, vault
from fund_app.services.notifications import notify_role
from fund_app.services.receipts import CHAIN, TREASURY
from fund_app.services.transition import INTERNAL, Step, Unknown, step
from fund_app.services.unit import unit_of_work
from workflows.engine import Refused
from workflows.roles import SYSTEM, Actor, Role

VOIDED = "receipt_voided"
REASONS = ("wrong_details", "wrong_amount", "gift_gone", "other")
"""Codes finance may choose from; the system's own is `gift_gone`."""
GIFT_GONE = "gift_gone"


def void(actor: Actor, receipt_id: str, reason_code: str) -> None:
    """Make a receipt void; twice changes nothing. The donor's copy is closed first of all.

    Its gifts are accepted again, by the step `correct_receipt`, and can be certified anew. Raises
    Unknown (no such receipt, or somebody outside the treasury), Refused without a reason of
    REASONS.
    """
    role = next((each for each in TREASURY if each in actor.roles), None)
    if role is None:
        raise Unknown(receipt_id)
    if reason_code not in REASONS:
        raise Refused("reason_missing", {"action": "void"})
    with unit_of_work() as session:
        gifts = _locked_gifts(session, receipt_id)
        if not _void(session, receipt_id, reason_code, actor, role):
            return
        for gift in gifts:
            if gift.state == "receipted":
                wish = Step("correct_receipt", actor, {"reason_given": True}, INTERNAL, reason_code)
                step(session, gift, wish)


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


def free_gifts() -> int:
    """Let gifts without a valid receipt wait for another one; returns how many there were.

    They stood on a receipt that became void when another gift of it went back. Each takes the
    step `correct_receipt` in a transaction of its own; doing it again changes nothing.
    """
    with unit_of_work() as session:
        found = list(session.scalars(_left_behind().order_by(Donation.id)))
    return sum(_free(gift_id) for gift_id in found)


def close_copy(session: Session, receipt: Receipt) -> None:
    """Take the donor's key of their copy away, in the caller's unit of work."""
    holder_id = session.scalar(select(Donor.holder_id).where(Donor.id == receipt.donor_id))
    if holder_id is not None:
        vault.revoke(receipt.id, Compartment.PAYOUT, holder_id)
    receipt.copy_until = None


def _left_behind() -> Select[str]:
    """Select gifts whose state says that they are certified and whose lines say otherwise.

    Whoever ended their record is nobody to make a receipt for.
    """
    line = aliased(ReceiptLine)
    valid = exists().where(line.donation_id == Donation.id, ~line.is_void)
    return (
        select(Donation.id)
        .join(ReceiptLine, ReceiptLine.donation_id == Donation.id)
        .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
        .where(ReceiptLine.is_void, Receipt.donor_id == Donation.donor_id)
        .where(Donation.state == "receipted", ~valid)
        .distinct()
    )


def _free(gift_id: str) -> bool:
    """Free one gift under its lock, unless somebody has certified it meanwhile."""
    with unit_of_work() as session:
        gift = session.get_one(Donation, gift_id, with_for_update=True, populate_existing=True)
        if session.scalar(_left_behind().where(Donation.id == gift_id)) is None:
            return False
        wish = Step("correct_receipt", SYSTEM, {"reason_given": True}, INTERNAL, GIFT_GONE)
        step(session, gift, wish)
        return True


def _locked_gifts(session: Session, receipt_id: str) -> list[Donation]:
    """Lock the gifts of a receipt before the receipt itself, as everybody does."""
    mine = select(ReceiptLine.donation_id).where(ReceiptLine.receipt_id == receipt_id)
    query = select(Donation).where(Donation.id.in_(mine)).order_by(Donation.id)
    locked = query.with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(locked))


def _void(session: Session, receipt_id: str, reason_code: str, actor: Actor, role: Role) -> bool:
    """Write the void down; False where the receipt was void already."""
    receipt = session.get(Receipt, receipt_id, with_for_update=True, populate_existing=True)
    if receipt is None:
        raise Unknown(receipt_id)
    if receipt.voided_day is not None:
        return False
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
    return True
