"""How a gift for several funds falls on them: when it arrives, and when a part of it goes back.

Arriving, it is split by the parts it was begun with, by largest remainder. Going back, it is
split over what of each fund can still go back, so that no fund ever gives more than it was given
(MONEY.md 3.4). What undoes an earlier line (a refund that failed, a dispute that was won or lost)
falls exactly as that line did.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.models.donations import Donation
from fund_app.models.ledger import Posting
from fund_app.models.stripe import PspBalanceTxn
from fund_app.queries.ledger_gifts import remaining_gift
from workflows.money import split


def arriving(donation: Donation, amount: int) -> dict[str, int]:
    """Return what falls on each fund of `amount` minor units that arrive, by fund code."""
    if not donation.parts:
        return {donation.fund_code: amount}
    return _split(amount, {part.fund_code: part.amount for part in donation.parts})


def going_back(donation: Donation, amount: int) -> dict[str, int]:
    """Return what each fund gives of `amount` minor units that go back or are taken back.

    It is split over what can still go back. More than that can only be taken from outside (a
    debit that was refunded is charged back as well): then it falls as the gift did.
    """
    left = remaining_gift("donation", donation.id, donation.currency)
    left = {fund: rest for fund, rest in left.items() if rest > 0}
    if amount > sum(left.values()):
        return arriving(donation, amount)
    return _split(amount, left)


def undoing(
    session: Session, donation: Donation, source: str | None, account: str, amount: int
) -> dict[str, int]:
    """Return how `amount` falls where it undoes what the provider's object `source` moved.

    account: where that earlier line was booked (refunds, disputes).
    """
    total = func.sum(Posting.amount)
    query = (
        select(Posting.fund_code, total)
        .join(PspBalanceTxn, PspBalanceTxn.entry_id == Posting.entry_id)
        .where(
            PspBalanceTxn.source == source,
            Posting.account_code == account,
            Posting.amount > 0,
        )
        .group_by(Posting.fund_code)
        .order_by(Posting.fund_code)
    )
    moved = {str(fund): int(found) for fund, found in session.execute(query)}
    return _split(amount, moved) if moved else arriving(donation, amount)


def _split(amount: int, weights: Mapping[str, int]) -> dict[str, int]:
    shares = split(amount, list(weights.values()))
    return {fund: share for fund, share in zip(weights, shares, strict=True) if share}
