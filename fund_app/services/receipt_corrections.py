"""A receipt corrected: void with a number of its own, and another one in its place.

Two transactions, each whole: first the old one is void and its gifts are accepted again, then the
new one is written with what the ledger holds of them. Who is interrupted between finds the old
one void and the request open, as after any void, and presses once more.
"""

from __future__ import annotations

from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.receipts import Receipt
from fund_app.services import receipt_issuing, receipt_voids
from fund_app.services.receipt_issuing import CannotIssue
from fund_app.services.receipts import TREASURY
from fund_app.services.transition import Unknown
from fund_app.services.vault import SignedIn
from workflows.engine import Refused

REASONS = ("wrong_amount", "gift_gone", "other")
"""Reasons of a void after which the treasury can issue anew by itself.

After `wrong_details` it cannot: the donor alone writes for whom a receipt is made out.
"""


def correct(actor: SignedIn, receipt_id: str, reason_code: str) -> str | None:
    """Make a receipt void and issue the one that replaces it; returns the new one's id.

    None where nothing is left that could be certified: then it is void and nothing more. Twice
    issues once. Raises Unknown, Refused without a reason of REASONS, and, before anything is
    void, NoKey and CannotIssue (issuer_missing, notice_too_old).
    """
    if reason_code not in REASONS:
        raise Refused("reason_missing", {"action": "correct_receipt"})
    receipt = db.session.get(Receipt, receipt_id, populate_existing=True)
    if receipt is None or receipt.request_id is None or not actor.has_any(frozenset(TREASURY)):
        raise Unknown(receipt_id)
    request_id = receipt.request_id
    receipt_issuing.require_ready(actor, request_id)
    receipt_voids.void(actor, receipt_id, reason_code)
    try:
        made = receipt_issuing.issue(actor, request_id)
    except CannotIssue as refused:
        if refused.code != "no_gifts":
            raise
        made = ()
    return _in_place_of(receipt_id) or next(iter(made), None)


def _in_place_of(receipt_id: str) -> str | None:
    return db.session.scalar(select(Receipt.id).where(Receipt.replaces_id == receipt_id))
