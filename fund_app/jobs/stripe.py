"""Jobs of the payment provider: process one message, ask for what no message has told."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from fund_app.jobs.context import JobContext, outside
from fund_app.services import stripe_inbox


@outside
def process_event(_session: Session, payload: Mapping[str, str | int], context: JobContext) -> None:
    """Process one message; it is marked done together with what it changed."""
    stripe_inbox.process(str(payload["event"]), attempt=context.attempt, complete=context.complete)


@outside
def poll(_session: Session, _payload: Mapping[str, str | int], _context: JobContext) -> None:
    """Ask the provider for the last hours; doing it twice changes nothing."""
    stripe_inbox.poll()
