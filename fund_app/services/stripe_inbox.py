"""The inbox of the payment provider: messages are hints, what counts is what is read again.

receive() keeps a message and answers at once. process() reads the object it names anew, takes
what a card has set aside or lets it go (card_checks.py), and makes our facts equal to the
provider's: the account lines are booked, the donation takes the
steps that follow. poll() asks for whatever no message has told. All three may run twice, in any
order and beside each other; every fact is recorded once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.adapters.payments import (
    EXTENSION,
    Agreement,
    EventHead,
    Movement,
    Payment,
    Provider,
    ProviderUnknown,
)
from fund_app.extensions import db
from fund_app.models.jobs import Lane
from fund_app.models.stripe import PspBalanceTxn, PspWatermark, StripeEvent
from fund_app.services import (
    card_checks,
    donation_progress,
    jobs,
    monthly_progress,
    stripe_facts,
)
from fund_app.services.unit import unit_of_work

JOB = "stripe_event"
"""Kind of the job that processes one message; its payload is {"event": id}."""
POLL_JOB = "stripe_poll"
PARK_AFTER = 6
"""Attempts at an object the provider does not know before a person has to look."""
OVERLAP = timedelta(hours=2)
FIRST_LOOK = timedelta(days=30)
FOLLOWED = frozenset(
    {
        "checkout.session", "payment_intent", "charge", "refund", "dispute", "invoice",
        "subscription",
    }
)  # fmt: skip
SOURCES = {
    "ch": "charge",
    "py": "charge",
    "re": "refund",
    "pyr": "refund",
    "dp": "dispute",
    "du": "dispute",
}

Complete = Callable[[Session], None]


class StillUnknown(Exception):
    """The provider does not know the object yet; try again later."""

    code = "object_unknown"


@dataclass(frozen=True, slots=True)
class _Found:
    """What a look at the provider gave for one message."""

    payment: Payment | None = None
    agreement: Agreement | None = None
    payout: str | None = None
    movements: tuple[Movement, ...] = ()
    parked: str | None = None


def provider() -> Provider:
    """Return the application's payment provider."""
    found: Provider = current_app.extensions[EXTENSION]
    return found


def receive(raw: bytes, header: str | None) -> bool:
    """Keep a message of the provider and plan its processing; returns whether it is new.

    raw: the body's bytes as they came. header: the signature. Raises BadSignature, and then
    nothing is kept. No other work is done here: the provider waits for the answer.
    """
    head = provider().verify_webhook(raw, header, now())
    with unit_of_work() as session:
        return _keep(session, head)


def process(event_id: str, *, attempt: int = 1, complete: Complete | None = None) -> str:
    """Process one message and return the state it is in afterwards.

    attempt: 1 for the first; from PARK_AFTER on an object the provider does not know parks the
    message for a person instead of raising StillUnknown. complete: called in the same
    transaction (the job marks itself done). Raises ProviderUnavailable when there is no answer.
    """
    event = db.session.get(StripeEvent, event_id)
    if event is None or event.state in {"done", "ignored"}:
        return _finish(event_id, None, None, complete)
    found = _look(event.object_type, event.object_id, attempt)
    return _finish(event_id, found, attempt, complete)


def poll() -> int:
    """Ask for messages and account lines since the last time, with an overlap.

    Messages nobody delivered enter the inbox; lines nobody booked are booked. Returns how many
    of either were missing. Does nothing without a provider.
    """
    if not provider().is_configured:
        return 0
    started = now()
    since = _watermark() - OVERLAP
    with unit_of_work() as session:
        missing = sum(_keep(session, head) for head in provider().list_events(since))
    for movement in _unbooked(provider().list_balance_transactions(since=since)):
        _settle(movement)
        missing += 1
    with unit_of_work() as session:
        session.merge(PspWatermark(name="all", seen_at=started))
    return missing


def plan_poll() -> None:
    """Put the poll of this hour into the queue, once, whoever asks and how often."""
    if not provider().is_configured:
        return
    with unit_of_work() as session:
        hour = now().strftime("%Y-%m-%dT%H")
        jobs.enqueue(session, POLL_JOB, {}, key=f"stripe:poll:{hour}", lane=Lane.STRIPE)


def reopen(event_id: str) -> None:
    """Take a parked message up again, after a person has looked; nothing for any other.

    Raises LookupError for a message nobody sent.
    """
    with unit_of_work() as session:
        event = session.get(StripeEvent, event_id, with_for_update=True)
        if event is None:
            raise LookupError("no such message")
        if event.state != "parked":
            return
        event.state, event.reason_code = "received", None
        key = f"stripe:{event.id}:again:{event.attempts}"
        jobs.enqueue(session, JOB, {"event": event.id}, key=key, lane=Lane.STRIPE)


def _keep(session: Session, head: EventHead) -> bool:
    values = {
        "id": head.id,
        "type": head.type,
        "object_id": head.object_id,
        "object_type": head.object_type,
        "created_at": head.created,
        "body_digest": head.digest,
        "state": "received",
        "attempts": 0,
    }
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(StripeEvent).values(values)
    inserted: Any = session.execute(
        statement.on_conflict_do_nothing(index_elements=["id"]).returning(StripeEvent.id)
    ).scalar()
    if inserted is None:
        return False
    jobs.enqueue(session, JOB, {"event": head.id}, key=f"stripe:{head.id}", lane=Lane.STRIPE)
    return True


def _look(object_type: str, object_id: str, attempt: int) -> _Found | None:
    """Read the object anew, outside any transaction; None: not a kind we follow."""
    if object_type not in FOLLOWED and object_type != "payout":
        return None
    try:
        if object_type == "payout":
            lines = provider().list_balance_transactions(payout=object_id)
            return _Found(payout=object_id, movements=lines)
        return _read(object_type, object_id, str(attempt))
    except ProviderUnknown:
        if attempt < PARK_AFTER:
            raise StillUnknown from None
        return _Found(parked="object_unknown")


def _read(object_type: str, object_id: str, turn: str) -> _Found:
    """Read what an object belongs to, and take or let go what waits for a look at its card."""
    home = provider().home_of(object_type, object_id)
    found = provider().retrieve(home) if home is not None else None
    if found is None:
        return _Found(parked="not_ours")
    if isinstance(found, Payment) and found.subscription is None:
        return _Found(payment=card_checks.settle(provider(), found, turn))
    payment = found if isinstance(found, Payment) else None
    agreement = provider().retrieve(str(found.subscription)) if payment else found
    if not isinstance(agreement, Agreement):
        return _Found(parked="not_ours")
    return _Found(payment, card_checks.settle_agreement(provider(), agreement, turn))


def _finish(
    event_id: str, found: _Found | None, attempt: int | None, complete: Complete | None
) -> str:
    if found is not None and found.payout:
        # Each line in its own unit: a payout can have thousands.
        for movement in _unbooked(found.movements):
            _settle(movement)
    with unit_of_work() as session:
        event = session.get(StripeEvent, event_id, with_for_update=True, populate_existing=True)
        if event is not None and attempt is not None:
            event.attempts += 1
            reason = _apply(session, found)
            event.state = "parked" if reason else "done" if found else "ignored"
            event.reason_code = reason
            if found is None:
                event.object_id = ""
            else:
                _forget(session, event, found)
        if complete is not None:
            complete(session)
        return event.state if event is not None else "ignored"


def _apply(session: Session, found: _Found | None) -> str | None:
    """Make our facts equal to what was found; returns why a person has to look, if so."""
    if found is None or found.parked:
        return found.parked if found else None
    if found.agreement is not None:
        reason = monthly_progress.follow(session, found.agreement)
        if reason is None and found.payment is not None:
            reason = monthly_progress.follow_month(session, found.payment)
        return reason
    if found.payment is not None:
        return donation_progress.follow(session, found.payment)
    try:
        with session.begin_nested():
            stripe_facts.book_payout(session, str(found.payout), found.movements)
    except stripe_facts.NotItemised as error:
        return error.code
    return None


def _forget(session: Session, event: StripeEvent, found: _Found) -> None:
    """Forget what a message was about where what it led to leaves nothing (a refused card).

    Messages that still wait keep their object until their turn; one that another worker has in
    its hands is left to that worker.
    """
    objects = _nothing_left_of(session, found)
    if not objects:
        return
    dealt_with = select(StripeEvent).where(
        StripeEvent.object_id.in_(objects), StripeEvent.state == "done"
    )
    earlier = session.scalars(dealt_with.with_for_update(skip_locked=True)).all()
    for each in (event, *earlier):
        each.object_id = ""


def _nothing_left_of(session: Session, found: _Found) -> list[str]:
    if found.agreement is not None:
        if not monthly_progress.was_refused(session, found.agreement):
            return []
        ids = (found.agreement.session, found.agreement.subscription, found.payment)
        return [each.session if isinstance(each, Payment) else each for each in ids if each]
    if found.payment is None or not donation_progress.leaves_nothing(found.payment):
        return []
    payment = found.payment
    return [each for each in (payment.session, payment.intent, payment.charge) if each]


def _unbooked(movements: Iterable[Movement]) -> list[Movement]:
    lines = [line for line in movements if line.category not in stripe_facts.OF_A_PAYOUT]
    ids = [line.id for line in lines]
    booked = select(PspBalanceTxn.id).where(
        PspBalanceTxn.id.in_(ids), PspBalanceTxn.entry_id.is_not(None)
    )
    done = set(db.session.scalars(booked))
    return [line for line in lines if line.id not in done]


def _settle(movement: Movement) -> None:
    """Book one line nobody has told us about, through its gift where it has one."""
    kind = SOURCES.get((movement.source or "").split("_")[0])
    found = None
    if kind is not None and movement.source is not None:
        with suppress(ProviderUnknown):
            found = _read(kind, movement.source, "poll")
    with unit_of_work() as session:
        if found is None or _apply(session, found) is not None:
            stripe_facts.book_other_line(session, movement)


def _watermark() -> Any:
    row = db.session.get(PspWatermark, "all")
    return row.seen_at if row is not None else now() - FIRST_LOOK
