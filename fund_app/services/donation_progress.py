"""How a card gift follows what the provider knows of its payment, whatever order it was told in.

The account lines are booked always: they are facts. The steps are taken only where the gift's
state has them, so that an old picture after a newer one changes nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.adapters.payments import Movement, Payment
from fund_app.models.donations import Donation, Method
from fund_app.models.events import Event
from fund_app.models.gift_returns import GiftReturn
from fund_app.models.stripe import PspBalanceTxn, PspObject
from fund_app.services import card_checks, stripe_facts
from fund_app.services.transition import INTERNAL, Step, Unknown, step, take
from workflows import gift_policy
from workflows.roles import SYSTEM, Actor, Role

DISPUTABLE = frozenset({"cleared", "held", "accepted", "receipted"})
REFUNDABLE = frozenset({"accepted", "receipted"})
CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the provider's clock may be from ours."""
CARD_COUNTRY = "card_country"
"""Why a gift failed: the card is from a listed country, and its money was let go."""


def follow(session: Session, payment: Payment) -> str | None:
    """Make one gift equal to the provider's picture of it, in the caller's unit of work.

    Returns None, or the code of why a person has to look: `not_ours` (no gift of ours has this
    reference), `amount_differs` (amount or currency are not the gift's). Then nothing is written.
    """
    try:
        donation = take(session, Donation, payment.reference or "", INTERNAL)
    except Unknown:
        return "not_ours"
    if donation.method != Method.CARD:
        return "not_ours"
    if (payment.amount, payment.currency) != (donation.amount, donation.currency):
        return "amount_differs"
    if leaves_nothing(payment):
        session.execute(delete(PspObject).where(PspObject.donation_id == donation.id))
    else:
        _know(session, donation, payment)
    new = _lines_to_book(session, payment)
    _arrive(session, donation, payment)
    _dispute(session, donation, payment)
    _refund(session, donation, payment, new)
    # Whatever no step has booked is a fact all the same.
    stripe_facts.book_gift_lines(session, donation, payment.movements)
    return None


def card_limit() -> int:
    """Return below which amount a card may give: larger gifts go by bank, and are looked into."""
    return gift_policy.in_force(now()).look_from


def leaves_nothing(payment: Payment) -> bool:
    """Whether a card from a listed country was used and no money moved.

    Then nothing stays here that leads to the payment: only the code of the step that says so.
    """
    return card_checks.is_listed(payment) and not payment.movements


def card_facts(donation: Donation) -> dict[str, Any]:
    """Return what the guards of a card gift look at when the provider reports something.

    A refund or dispute the provider reports has happened: it is recorded, not weighed.
    """
    return {
        "amount": donation.amount,
        "gift_clean": donation.amount < card_limit(),
        "co_signer": None,
        "refund_covered": True,
    }


def _know(session: Session, donation: Donation, payment: Payment) -> None:
    objects = {
        payment.page: ("checkout.session", payment.session_status),
        payment.intent: ("payment_intent", payment.intent_status),
        payment.charge: ("charge", None),
    }
    for identifier, (kind, status) in objects.items():
        if identifier is not None:
            session.merge(
                PspObject(id=identifier, kind=kind, donation_id=donation.id, status=status)
            )


def _lines_to_book(session: Session, payment: Payment) -> list[Movement]:
    ids = [line.id for line in payment.movements]
    known = set(session.scalars(select(PspBalanceTxn.id).where(PspBalanceTxn.id.in_(ids))))
    return [line for line in payment.movements if line.id not in known]


def _arrive(session: Session, donation: Donation, payment: Payment) -> None:
    if donation.state == "initiated" and payment.session_status == "complete":
        _step(session, donation, "process", payment, purpose_open=True)
    if donation.state != "processing":
        return
    if payment.is_paid and payment.movements:
        donation.received_day = payment.movements[0].created.date()
        _step(session, donation, "succeed", payment)
        _judge(session, donation, payment)
    elif payment.session_status == "expired" or _came_to_nothing(payment):
        is_refused = card_checks.is_listed(payment) and payment.session_status == "complete"
        reason = CARD_COUNTRY if is_refused else None
        _step(session, donation, "fail", payment, reason_code=reason)


def _judge(session: Session, donation: Donation, payment: Payment) -> None:
    """Accept what arrived, or hold it where the money came from a listed country after all.

    That takes somebody who charges a card by hand, past the look at its country.
    """
    if card_checks.is_listed(payment):
        _step(session, donation, "screen_hit", payment, reason_code=CARD_COUNTRY, gift_clean=False)
    else:
        _step(session, donation, "accept", payment)


def _came_to_nothing(payment: Payment) -> bool:
    return (
        payment.session_status == "complete"
        and not payment.is_paid
        and payment.intent_status in {"requires_payment_method", "canceled"}
    )


def _dispute(session: Session, donation: Donation, payment: Payment) -> None:
    for dispute in payment.disputes:
        for news in stripe_facts.follow_dispute(session, donation, dispute):
            if news == stripe_facts.OPEN and donation.state in DISPUTABLE:
                _step(session, donation, "dispute", payment)
            elif donation.state == "disputed" and news == stripe_facts.WON:
                _win(session, donation, payment)
            elif donation.state == "disputed" and news == stripe_facts.LOST:
                _step(session, donation, "dispute_lost", payment)
            if news == stripe_facts.LOST:
                stripe_facts.book_gift_lines(session, donation, payment.movements)
                stripe_facts.book_lost_dispute(session, donation, dispute)


def _win(session: Session, donation: Donation, payment: Payment) -> None:
    """Put a gift back where it was disputed: accepted, or held where nobody had judged it."""
    query = select(Event.id).where(
        Event.chain == "donation", Event.subject_id == donation.id, Event.action == "accept"
    )
    was_accepted = session.scalar(query.limit(1)) is not None
    action = "dispute_won" if was_accepted else "dispute_won_unjudged"
    _step(session, donation, action, payment, was_accepted=was_accepted)


def _refund(session: Session, donation: Donation, payment: Payment, new: list[Movement]) -> None:
    agreed = _agreed_return(session, donation, new)
    if donation.state == "held" and agreed is not None and agreed.kind == "refuse":
        _record_return(session, donation, "refuse", agreed, payment)
        return
    if donation.state not in REFUNDABLE:
        return
    if not any(line.category == "refund" for line in new):
        return
    action = "refund" if payment.amount_refunded >= donation.amount else "refund_partly"
    if agreed is not None:
        _record_return(session, donation, action, agreed, payment)
    else:
        _step(session, donation, action, payment)


def _agreed_return(session: Session, donation: Donation, new: list[Movement]) -> GiftReturn | None:
    """Find the return two people agreed on among the new lines, and note how it ended.

    A refund that came back from the card's bank has failed, whoever asked for it.
    """
    for line in new:
        if line.category == "refund_failure":
            _note_failure(session, line)
    sent = session.scalar(
        select(GiftReturn)
        .where(
            GiftReturn.donation_id == donation.id,
            GiftReturn.state == "agreed",
            GiftReturn.sent_at.is_not(None),
        )
        .with_for_update()
    )
    found = next((each for each in new if sent is not None and _is_of(each, sent)), None)
    if sent is None or found is None:
        return None
    sent.state, sent.provider_id, sent.done_on = "done", found.source, found.created.date()
    session.flush()
    if any(each.category == "refund_failure" and each.source == found.source for each in new):
        _note_failure(session, found)
    return sent


def _is_of(line: Movement, sent: GiftReturn) -> bool:
    return (
        line.category == "refund"
        and -line.amount == sent.amount
        and sent.sent_at is not None
        and line.created >= sent.sent_at - CLOCKS_DIFFER
    )


def _note_failure(session: Session, line: Movement) -> None:
    returned = session.scalar(select(GiftReturn).where(GiftReturn.provider_id == line.source))
    if returned is not None and line.source is not None:
        returned.state = "failed"
        session.flush()


def decided_by(agreed: GiftReturn) -> tuple[Actor, dict[str, Any]]:
    """Return in whose name a return is recorded, with the facts the guards of its step ask for.

    Both were weighed when it was agreed; now it has happened and is recorded as they decided.
    """
    if agreed.kind == "refuse":
        return Actor(agreed.asked_by, frozenset({Role.BOARD_MEMBER})), {"reason_given": True}
    second = Actor(str(agreed.answered_by), frozenset({Role.BOARD_MEMBER}))
    first = Actor(agreed.asked_by, frozenset({Role.FINANCE_OFFICER}))
    return first, {"co_signer": second, "refund_covered": True}


def _record_return(
    session: Session, donation: Donation, action: str, agreed: GiftReturn, payment: Payment
) -> None:
    who, facts = decided_by(agreed)
    wish = Step(action, who, facts, reason_code=agreed.reason_code, data=payment)
    step(session, donation, wish)


def _step(
    session: Session,
    donation: Donation,
    action: str,
    payment: Payment,
    *,
    reason_code: str | None = None,
    **more: Any,
) -> None:
    given = {**card_facts(donation), **more}
    step(session, donation, Step(action, SYSTEM, given, reason_code=reason_code, data=payment))


def run_out(session: Session, donation_id: str, action: str, clock: str) -> None:
    """Do what a gift's clock asks for when it has run out; Refused if it cannot be."""
    donation = take(session, Donation, donation_id, INTERNAL)
    step(session, donation, Step(action, SYSTEM, {"ran_out": (clock,)}))
