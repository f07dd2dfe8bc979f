"""What the fund asks of a payment provider, and the words both speak: small frozen values.

Stripe's own objects end in fund_app/adapters/stripe.py; nobody else sees one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

EXTENSION = "fund.stripe"
ON_HOLD = "requires_capture"
"""State of a payment whose money the card's bank has set aside and nobody has taken yet."""


class ProviderError(Exception):
    """Something went wrong with the provider; the text is a code, never what it answered."""


class ProviderUnavailable(ProviderError):
    """No usable answer (network, overload, their failure): try again with the same key."""


class ProviderUnknown(ProviderError):
    """The provider has no such object."""


class ProviderRefused(ProviderError):
    """The provider understood and said no; trying again would not help."""


class NotConfigured(ProviderError):
    """This installation takes no cards."""


class BadSignature(Exception):
    """A message that is not provably from the provider and fresh; `code` says why."""

    def __init__(self, code: str) -> None:
        """Keep the reason: missing, not_ascii, mismatch, old, future, not_json, wrong_mode."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class CheckoutOrder:
    """What a hosted payment page needs to know; `reference` is random and ours."""

    reference: str
    amount: int
    currency: str
    language: str
    label: str
    success_url: str
    cancel_url: str
    note: str = ""
    """Shown beside the button of a page for a monthly gift: when the first month is taken."""


@dataclass(frozen=True, slots=True)
class CheckoutPage:
    """A hosted payment page: the provider's id and its address."""

    id: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the provider's own account: net = amount - fee, in minor units."""

    id: str
    type: str
    category: str
    amount: int
    fee: int
    net: int
    currency: str
    source: str | None
    payout: str | None
    created: datetime
    available_on: date


@dataclass(frozen=True, slots=True)
class Dispute:
    """A cardholder's bank wants the money back; status as the provider names it."""

    id: str
    amount: int
    status: str


@dataclass(frozen=True, slots=True)
class Payment:
    """Everything the provider knows of one hosted payment, as it stands now."""

    session: str
    reference: str | None
    session_status: str
    is_paid: bool
    amount: int
    currency: str
    intent: str | None
    intent_status: str | None
    charge: str | None
    amount_refunded: int
    movements: tuple[Movement, ...]
    disputes: tuple[Dispute, ...]
    is_card: bool = False
    card_country: str | None = field(default=None, repr=False)
    """Where the card was issued (ISO 3166), read to decide and never stored."""
    subscription: str | None = None
    """Set for one month of a monthly gift; `session` is then the provider's id of the invoice."""
    invoice_status: str | None = None
    attempts: int = 0
    next_try_on: date | None = None

    @property
    def page(self) -> str | None:
        """The provider's id of the payment page; None for a month of a monthly gift."""
        return self.session if self.subscription is None else None

    @property
    def is_on_hold(self) -> bool:
        """Whether the money is set aside on the card and waits to be taken or let go."""
        return self.intent_status == ON_HOLD


@dataclass(frozen=True, slots=True)
class Agreement:
    """Everything the provider knows of one agreement to give each month, as it stands now."""

    session: str
    session_status: str
    reference: str | None
    amount: int
    currency: str
    subscription: str | None
    status: str | None
    customer: str | None = field(repr=False)
    is_paused: bool
    next_on: date | None
    is_card: bool = False
    card_country: str | None = field(default=None, repr=False)
    """Where the card was issued (ISO 3166), read to decide and never stored."""

    @property
    def is_waiting(self) -> bool:
        """Whether nothing is collected yet, until somebody has looked at the card."""
        return self.status == "trialing"


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back to a card: minor units, and when it was asked for."""

    id: str
    amount: int
    status: str
    created: datetime


@dataclass(frozen=True, slots=True)
class EventHead:
    """A message cut down to what the inbox keeps: nothing of its content."""

    id: str
    type: str
    object_id: str
    object_type: str
    created: datetime
    digest: str


class Provider(Protocol):
    """What the fund asks of a payment provider."""

    is_configured: bool

    def create_checkout_session(self, order: CheckoutOrder) -> CheckoutPage:
        """Open a hosted payment page; the order's reference is also the idempotency key."""
        ...

    def find_checkout_session(self, reference: str, since: datetime) -> CheckoutPage | None:
        """Look a page up by our reference among those made since a moment."""
        ...

    def retrieve_payment(self, home: str) -> Payment:
        """Read the payment of a page, or of one month, down to its account lines."""
        ...

    def retrieve(self, home: str) -> Payment | Agreement | None:
        """Read whatever `home_of` led to."""
        ...

    def create_agreement_page(self, order: CheckoutOrder) -> CheckoutPage:
        """Open a hosted page on which a monthly gift is agreed; nothing is charged there."""
        ...

    def start_collecting(self, subscription: str, key: str) -> None:
        """Charge the first month now and each month from today on."""
        ...

    def set_collecting(self, subscription: str, *, paused: bool, key: str) -> None:
        """Let the months pass uncollected, or collect them again."""
        ...

    def stop_collecting(self, subscription: str) -> None:
        """End an agreement now."""
        ...

    def forget_customer(self, customer: str) -> None:
        """Remove whoever agreed, with the card; the agreement ends."""
        ...

    def capture(self, intent: str, key: str) -> None:
        """Take the money a card has set aside, all of it."""
        ...

    def cancel(self, intent: str, key: str) -> None:
        """Let go of the money a card has set aside; nothing is charged."""
        ...

    def create_refund(self, charge: str, amount: int, key: str) -> Refund:
        """Give back a part of a charge or all of it."""
        ...

    def refunds_of(self, charge: str) -> tuple[Refund, ...]:
        """List what has gone back or is on its way back of a charge, oldest first."""
        ...

    def home_of(self, object_type: str, object_id: str) -> str | None:
        """Return the page, invoice or subscription an object belongs to; None when to none."""
        ...

    def balance(self) -> dict[str, int]:
        """Return what the account holds, available or not yet, by currency in minor units."""
        ...

    def list_balance_transactions(
        self, *, since: datetime | None = None, payout: str | None = None
    ) -> tuple[Movement, ...]:
        """List account lines since a moment or of one payout, oldest first."""
        ...

    def list_events(self, since: datetime) -> tuple[EventHead, ...]:
        """List messages made since a moment, oldest first."""
        ...

    def verify_webhook(self, raw: bytes, header: str | None, now: datetime) -> EventHead:
        """Check a message's signature and time; raises BadSignature."""
        ...


class NoProvider:
    """An installation without keys: every question is answered with NotConfigured."""

    is_configured = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Answer any of the provider's functions with the same refusal."""

        def refuse(*_args: object, **_more: object) -> Any:
            raise NotConfigured(name)

        return refuse
