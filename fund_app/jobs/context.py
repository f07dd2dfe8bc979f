"""What a handler is told and may say: its job, whether it leaves the process, when to give up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from sqlalchemy.orm import Session

from fund_app.models.jobs import checked_token
from fund_app.services import leases


class GiveUp(Exception):
    """Trying again would not help; the job goes to the dead letters with this code."""

    def __init__(self, code: str) -> None:
        """Remember why, as a code of up to 64 characters."""
        super().__init__(code)
        self.code = checked_token(code)


class JobContext:
    """One attempt at one job.

    key: hand it on as idempotency key to whatever is asked outside.
    attempt: 1 for the first try.
    """

    def __init__(self, held: leases.Lease) -> None:
        """Stand for one attempt; the worker makes it."""
        self.key = held.key
        self.attempt = held.attempt
        self.is_complete = False
        self._held = held

    def complete(self, session: Session) -> None:
        """Mark the job done in the handler's own transaction, so that both happen or neither.

        For handlers marked `outside`: first ask the outside, then open one unit of work,
        write what came of it, and complete. Raises LeaseLost, which must be let through.
        """
        leases.complete(session, self._held)
        self.is_complete = True


Handler = Callable[[Session, Mapping[str, str | int], JobContext], None]
SomeHandler = TypeVar("SomeHandler", bound=Handler)

_OUTSIDE: set[Handler] = set()


def outside(handler: SomeHandler) -> SomeHandler:
    """Mark a handler that speaks to something outside: it starts without a transaction.

    Every other handler runs inside one writing transaction which also marks the job done:
    it happens exactly once, and must not wait for a network.
    """
    _OUTSIDE.add(handler)
    return handler


def is_outside(handler: Handler) -> bool:
    """Whether the handler was marked `outside`."""
    return handler in _OUTSIDE
