"""The provider's account lines, each booked once as the money fact it is.

What a line is decided by its reporting category. The key of its entry is `stripe:` and the
line's own id, so that messages, their repetitions and the poller may all report the same line.
Fees are read from the line, never computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from fund_app.adapters.payments import Dispute, Movement
from fund_app.models import ledger_accounts as chart
from fund_app.models.donations import Donation
from fund_app.models.ledger import JournalEntry, Posting
from fund_app.models.stripe import PspBalanceTxn, PspObject
from fund_app.services import gift_shares
from fund_app.services import ledger_facts as facts
from fund_app.services.ledger_facts import Origin
from workflows.roles import SYSTEM

OPEN, WON, LOST = "open", "won", "lost"
OF_A_GIFT = frozenset({"charge", "refund", "refund_failure", "dispute", "dispute_reversal"})
OF_A_PAYOUT = frozenset({"payout", "payout_reversal"})

Booking = Callable[[Session, Origin, Movement, Donation], JournalEntry]


class NotItemised(Exception):
    """The lines of a payout do not add up to it, so it cannot be split by fund."""

    code = "payout_not_itemised"


def book_gift_lines(
    session: Session, donation: Donation, movements: Iterable[Movement]
) -> list[Movement]:
    """Book the lines of one gift that are not booked yet; returns the new ones.

    The caller has locked the donation, so of two reports of one line the second finds it done.
    A line of a kind gifts do not have goes to suspense.
    """
    return [line for line in movements if _book(session, line, donation)]


def book_other_line(session: Session, movement: Movement) -> bool:
    """Book a line that belongs to no gift: the provider's fee, or one nobody can explain.

    Returns whether it was new. Payouts are booked by `book_payout`.
    """
    return _book(session, movement, None)


def book_payout(session: Session, payout_id: str, movements: Iterable[Movement]) -> None:
    """Book a payout, split by fund as its lines are; `movements` are all lines of the payout.

    Every other line must be booked already. Raises NotItemised when the lines do not add up
    (a payout somebody started by hand): then a person has to look.
    """
    lines = list(movements)
    ids = [line.id for line in lines if line.category not in OF_A_PAYOUT]
    shares = stripe_shares(session, ids)
    for line in lines:
        _remember(session, line, None)
        if line.category in OF_A_PAYOUT:
            _book_payout_line(session, payout_id, line, shares)
    for row in session.scalars(select(PspBalanceTxn).where(PspBalanceTxn.id.in_(ids))):
        row.payout_id = payout_id


def stripe_shares(session: Session, line_ids: Iterable[str]) -> dict[str, int]:
    """Return what the given account lines moved on the provider's account, by fund."""
    total = func.sum(Posting.amount)
    rows = session.execute(
        select(Posting.fund_code, total)
        .join(PspBalanceTxn, PspBalanceTxn.entry_id == Posting.entry_id)
        .where(PspBalanceTxn.id.in_(list(line_ids)), Posting.account_code == chart.STRIPE)
        .group_by(Posting.fund_code)
        .order_by(Posting.fund_code)
    )
    return {fund: int(amount) for fund, amount in rows if amount}


def follow_dispute(session: Session, donation: Donation, dispute: Dispute) -> tuple[str, ...]:
    """Record how far a dispute has come and return what is new: open, won, lost, in order.

    A closed dispute stays closed, whatever an older message says later. Inquiries that take
    no money are no disputes. A lost one is written off; won and opened money is in the lines.
    """
    if dispute.status.startswith("warning"):
        return ()
    now_at = dispute.status if dispute.status in {WON, LOST} else OPEN
    row = session.get(PspObject, dispute.id)
    news: list[str] = []
    if row is None:
        row = PspObject(id=dispute.id, kind="dispute", donation_id=donation.id, status=OPEN)
        session.add(row)
        news.append(OPEN)
    if row.status == OPEN and now_at != OPEN:
        row.status = now_at
        news.append(now_at)
    return tuple(news)


def book_lost_dispute(session: Session, donation: Donation, dispute: Dispute) -> None:
    """Write a lost dispute off; the provider has no line for it, so its key is the dispute's."""
    row = session.scalars(
        select(PspBalanceTxn).where(
            PspBalanceTxn.source == dispute.id, PspBalanceTxn.category == "dispute"
        )
    ).first()
    if row is None:
        return
    origin = Origin(f"stripe:{dispute.id}:lost", row.booked_on, _source(donation), SYSTEM.ref)
    shares = gift_shares.undoing(session, donation, dispute.id, chart.DISPUTES, -row.amount)
    facts.dispute_lost(session, origin, shares, row.currency)


def _book(session: Session, movement: Movement, donation: Donation | None) -> bool:
    row = _remember(session, movement, donation)
    if row.entry_id is not None:
        return False
    origin = Origin(
        key=f"stripe:{movement.id}",
        on=movement.created.date(),
        source=_source(donation) if donation else ("stripe", movement.id),
        actor=SYSTEM.ref,
        at=movement.created,
    )
    if donation is not None and movement.category in _GIFT_BOOKINGS:
        entry = _GIFT_BOOKINGS[movement.category](session, origin, movement, donation)
    elif movement.category == "fee" and movement.net < 0:
        entry = facts.stripe_fee(session, origin, chart.GENERAL, -movement.net, movement.currency)
    else:
        entry = facts.stripe_unknown(session, origin, movement.net, movement.currency)
    row.entry_id = entry.id
    session.flush()
    return True


def _remember(session: Session, movement: Movement, donation: Donation | None) -> PspBalanceTxn:
    values = {
        "id": movement.id,
        "type": movement.type,
        "category": movement.category,
        "amount": movement.amount,
        "fee": movement.fee,
        "net": movement.net,
        "currency": movement.currency,
        "source": movement.source,
        "payout_id": movement.payout,
        "booked_on": movement.created.date(),
        "available_on": movement.available_on,
        "donation_id": donation.id if donation else None,
    }
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(
        dialect.insert(PspBalanceTxn).values(values).on_conflict_do_nothing(index_elements=["id"])
    )
    return session.get_one(PspBalanceTxn, movement.id, populate_existing=True, with_for_update=True)


def _book_payout_line(
    session: Session, payout_id: str, line: Movement, shares: Mapping[str, int]
) -> None:
    row = session.get_one(PspBalanceTxn, line.id)
    if row.entry_id is not None:
        return
    origin = Origin(
        f"stripe:{line.id}", line.created.date(), ("payout", payout_id), SYSTEM.ref, line.created
    )
    if sum(shares.values()) != abs(line.net):
        raise NotItemised
    if line.category == "payout":
        entry = facts.stripe_payout(session, origin, shares, net=-line.net, currency=line.currency)
    else:
        entry = facts.payout_failed(session, origin, shares, line.currency)
    row.entry_id = entry.id
    session.flush()


def _source(donation: Donation) -> tuple[str, str]:
    return ("donation", donation.id)


def _gift(session: Session, origin: Origin, line: Movement, gift: Donation) -> JournalEntry:
    shares = gift_shares.arriving(gift, line.amount)
    return facts.card_gift(
        session, origin, shares, fee=line.fee, net=line.net, currency=line.currency
    )


def _refund(session: Session, origin: Origin, line: Movement, gift: Donation) -> JournalEntry:
    shares = gift_shares.going_back(gift, -line.amount)
    return facts.refund(session, origin, shares, line.currency)


def _refund_failed(
    session: Session, origin: Origin, line: Movement, gift: Donation
) -> JournalEntry:
    shares = gift_shares.undoing(session, gift, line.source, chart.REFUNDS, line.amount)
    return facts.refund_failed(session, origin, shares, line.currency)


def _dispute(session: Session, origin: Origin, line: Movement, gift: Donation) -> JournalEntry:
    shares = gift_shares.going_back(gift, -line.amount)
    return facts.dispute_opened(session, origin, shares, fee=line.fee, currency=line.currency)


def _dispute_won(session: Session, origin: Origin, line: Movement, gift: Donation) -> JournalEntry:
    shares = gift_shares.undoing(session, gift, line.source, chart.DISPUTES, line.amount)
    return facts.dispute_won(
        session, origin, shares, fee_returned=-line.fee, currency=line.currency
    )


_GIFT_BOOKINGS: Mapping[str, Booking] = {
    "charge": _gift,
    "refund": _refund,
    "refund_failure": _refund_failed,
    "dispute": _dispute,
    "dispute_reversal": _dispute_won,
}
