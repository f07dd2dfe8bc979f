"""Stripe's words turned into ours: account lines, refunds, moments, and its errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import stripe

from fund_app.adapters.payments import (
    Movement,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnknown,
    Refund,
)

NOT_FOUND = 404
PAGE = 100


@contextmanager
def translated() -> Iterator[None]:
    """Turn the library's errors into ours; its texts may repeat what was sent, so they end here."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError):
        raise ProviderUnavailable("no_answer") from None
    except stripe.InvalidRequestError as error:
        if error.http_status == NOT_FOUND:
            raise ProviderUnknown("no_such_object") from None
        raise ProviderRefused(error.code or "refused") from None
    except (stripe.AuthenticationError, stripe.PermissionError, stripe.IdempotencyError):
        raise ProviderRefused("refused") from None
    except stripe.CardError as error:
        raise ProviderRefused(error.code or "declined") from None
    except stripe.StripeError:
        raise ProviderUnavailable("their_failure") from None


def movement(row: Any) -> Movement:
    """Return an account line."""
    return Movement(
        id=row.id,
        type=row.type,
        category=row.reporting_category,
        amount=row.amount,
        fee=row.fee,
        net=row.net,
        currency=row.currency.upper(),
        source=row.source if row.source is None or isinstance(row.source, str) else row.source.id,
        payout=getattr(row, "payout", None),
        created=moment(row.created),
        available_on=moment(row.available_on).date(),
    )


def refund(row: Any) -> Refund:
    """Return a refund."""
    return Refund(row.id, row.amount, str(row.status), moment(row.created))


def moment(seconds: int) -> datetime:
    """Return Stripe's seconds as a moment (UTC)."""
    return datetime.fromtimestamp(seconds, UTC)


def day(seconds: int | None) -> date | None:
    """Return the day of Stripe's seconds (UTC), or None."""
    return None if seconds is None else moment(seconds).date()


def card_country(details: Any) -> tuple[bool, str | None]:
    """Return whether a payment method is a card, and in which country it was issued."""
    card: Any = getattr(details, "card", None)
    return (card is not None, card.country if card is not None else None)
