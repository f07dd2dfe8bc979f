"""How a monthly gift follows what the provider knows of it, whatever order it was told in.

An agreement decides the state. A month becomes a donation when its money is on its way or there;
from then on that donation lives like any other by card (donation_progress.py).
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.adapters.payments import Agreement, Payment
from fund_app.models.donations import Donation, DonationPart, Method
from fund_app.models.monthly_gifts import MonthlyGift, MonthlyInvoice
from fund_app.services import card_checks, donation_progress, donation_rows, transition
from fund_app.services.donation_progress import CARD_COUNTRY
from fund_app.services.transition import INTERNAL, Step, Unknown, step, take
from workflows.roles import SYSTEM, Actor, Role

GONE = frozenset({"canceled", "incomplete_expired"})
SHORT = frozenset({"past_due", "unpaid"})
FINAL = frozenset({"ended", "refused", "lapsed"})
BEFORE_THE_FIRST = frozenset({"initiated", "checking"})
STOPPABLE = frozenset({"checking", "active", "overdue", "paused"})
"""States in which a donor, or the end of their record, can still stop it."""
COLLECTED = frozenset({"checking", "active", "overdue"})


def follow(session: Session, agreement: Agreement) -> str | None:
    """Make one monthly gift equal to the provider's picture of it, in the caller's unit of work.

    Returns None, or the code of why a person has to look: `not_ours`, `amount_differs`.
    """
    try:
        row = take(session, MonthlyGift, agreement.reference or "", INTERNAL)
    except Unknown:
        return "not_ours"
    if (agreement.amount, agreement.currency) != (row.amount, row.currency):
        return "amount_differs"
    if row.state in FINAL:
        return None
    if leaves_nothing(agreement) and row.state in BEFORE_THE_FIRST:
        row.session = row.subscription = row.next_on = None
        _step(session, row, "refuse", reason_code=CARD_COUNTRY)
        return None
    row.session = row.session or agreement.session
    row.subscription = row.subscription or agreement.subscription
    if row.state == "initiated":
        _begin(session, row, agreement)
    if row.state not in BEFORE_THE_FIRST | FINAL or agreement.status != "trialing":
        _go_on(session, row, agreement)
    if row.donor.ended_on is not None and row.state in STOPPABLE:
        # Agreed on the page before the donor's record ended; nobody could stop it any more.
        _step(session, row, "stop")
    return None


def leaves_nothing(agreement: Agreement) -> bool:
    """Whether a card from a listed country was used and the agreement ended before any month.

    Then nothing stays here that leads to it: only the code of the step that says so.
    """
    return card_checks.is_listed(agreement) and agreement.status in GONE


def was_refused(session: Session, agreement: Agreement) -> bool:
    """Whether this agreement's monthly gift was refused for the card's country."""
    query = select(MonthlyGift.state).where(MonthlyGift.id == agreement.reference)
    return session.scalar(query) == "refused"


def follow_month(session: Session, payment: Payment) -> str | None:
    """Make one month of a monthly gift, and its donation, equal to the provider's picture.

    Returns None or a code, as `follow` does; the agreement has been followed before.
    """
    if payment.amount == 0:
        return None
    query = select(MonthlyGift.id).where(MonthlyGift.subscription == payment.subscription)
    found = session.scalar(query) if payment.subscription else None
    if found is None:
        return "not_ours"
    row = take(session, MonthlyGift, found, INTERNAL)
    if (payment.amount, payment.currency) != (row.amount, row.currency):
        return "amount_differs"
    month = _month(session, row, payment)
    was_paid = month.status == "paid"
    month.status, month.attempts = str(payment.invoice_status), payment.attempts
    month.next_try_on = payment.next_try_on
    donation = _donation(session, row, month, payment)
    if donation is None:
        return None
    if payment.is_paid and not was_paid and row.state in COLLECTED:
        _step(session, row, "collect")
    return donation_progress.follow(session, replace(payment, reference=donation.id))


def run_out(session: Session, monthly_id: str, action: str, clock: str) -> None:
    """Do what a monthly gift's clock asks for when it has run out; Refused if it cannot be."""
    row = take(session, MonthlyGift, monthly_id, INTERNAL)
    step(session, row, Step(action, SYSTEM, {"ran_out": (clock,)}))


def _begin(session: Session, row: MonthlyGift, agreement: Agreement) -> None:
    if agreement.session_status == "expired":
        _step(session, row, "lapse", ran_out=("checkout",))
    elif agreement.subscription is not None:
        _step(session, row, "check")


def _go_on(session: Session, row: MonthlyGift, agreement: Agreement) -> None:
    if row.state in FINAL or agreement.status is None:
        return
    if agreement.status in GONE:
        row.next_on = None
        if row.state != "initiated":
            _step(session, row, "end")
        return
    row.next_on = agreement.next_on
    if agreement.status in SHORT and row.state in {"checking", "active"}:
        _step(session, row, "miss")
    elif agreement.status == "active" and row.state in {"checking", "overdue"}:
        _step(session, row, "collect")


def _month(session: Session, row: MonthlyGift, payment: Payment) -> MonthlyInvoice:
    month = session.get(MonthlyInvoice, payment.session)
    if month is None:
        month = MonthlyInvoice(
            id=payment.session,
            monthly_gift_id=row.id,
            amount=payment.amount,
            status="open",
            asked_day=now().date(),
        )
        session.add(month)
        session.flush()
    return month


def _donation(
    session: Session, row: MonthlyGift, month: MonthlyInvoice, payment: Payment
) -> Donation | None:
    """Return the donation of a month; a new one where the last try's debit failed."""
    is_coming = payment.is_paid or payment.intent_status == "processing"
    known = month.donation
    if known is not None and not (known.state == "failed" and is_coming):
        return known
    if not is_coming and not payment.movements:
        return None
    donation = donation_rows.new(row.fund_code, row.amount, Method.CARD, row.donor)
    donation.parts = [
        DonationPart(fund_code=part.fund_code, amount=part.amount) for part in row.parts
    ]
    giver = Actor(row.donor_id, frozenset({Role.DONOR}))
    transition.begin(session, donation, "donation", giver, {})
    month.donation = donation
    session.flush()
    return donation


def _step(
    session: Session,
    row: MonthlyGift,
    action: str,
    *,
    reason_code: str | None = None,
    ran_out: tuple[str, ...] = (),
) -> None:
    facts = {"amount": row.amount, "card_listed": reason_code == CARD_COUNTRY, "ran_out": ran_out}
    step(session, row, Step(action, SYSTEM, facts, reason_code=reason_code))
