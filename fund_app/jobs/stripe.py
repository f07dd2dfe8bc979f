"""Jobs of the payment provider: process a message, ask for what none has told, give back."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from fund_app.jobs.context import JobContext, outside
from fund_app.services import gift_returns, monthly_gifts, stripe_inbox, stripe_readings


@outside
def process_event(_session: Session, payload: Mapping[str, str | int], context: JobContext) -> None:
    """Process one message; it is marked done together with what it changed."""
    stripe_inbox.process(str(payload["event"]), attempt=context.attempt, complete=context.complete)


@outside
def poll(_session: Session, _payload: Mapping[str, str | int], _context: JobContext) -> None:
    """Ask the provider for the last hours; doing it twice changes nothing."""
    stripe_inbox.poll()


@outside
def give_back(_session: Session, payload: Mapping[str, str | int], context: JobContext) -> None:
    """Send back what two people agreed on; a second try finds what the first one did."""
    gift_returns.send(str(payload["return"]), context.complete)


@outside
def tell_of_monthly_gift(
    _session: Session, payload: Mapping[str, str | int], context: JobContext
) -> None:
    """Have the provider pause, resume or stop collecting, as the donor said."""
    monthly_gifts.tell(str(payload["monthly_gift"]), context.key, context.complete)


@outside
def take_reading(_session: Session, _payload: Mapping[str, str | int], context: JobContext) -> None:
    """Read the provider's account and lay it beside our books."""
    stripe_readings.take(context.complete)
