"""The payment provider: hosted checkout, what it knows of a payment, its signed messages.

Stripe is for money coming in only. What leaves the house is an amount, a currency, a language
and a random reference: no name, no address, no description, no metadata. What comes back is cut
down to ids, amounts and states before anybody else sees it; the country a card was issued in is
read to decide (services/card_checks.py) and kept nowhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import stripe
from stripe import StripeClient, WebhookSignature
from stripe.params.checkout import SessionCreateParams

from fund_app.adapters import stripe_words as words
from fund_app.adapters.payments import (
    EXTENSION,
    Agreement,
    BadSignature,
    CheckoutOrder,
    CheckoutPage,
    Dispute,
    EventHead,
    Movement,
    NoProvider,
    Payment,
    Provider,
    Refund,
)
from fund_app.adapters.stripe_agreements import LANGUAGES, METHODS, StripeAgreements, of_invoice
from fund_app.adapters.stripe_words import PAGE, translated

if TYPE_CHECKING:
    from flask import Flask

TOLERANCE = timedelta(minutes=5)
"""How far a message's own time may be from ours, into the past and into the future."""
NETWORK_RETRIES = 1


class StripeProvider(StripeAgreements):
    """Stripe, or a double that speaks its language."""

    is_configured = True

    def __init__(self, api_key: str, api_base: str, webhook_secrets: Sequence[str]) -> None:
        """Talk to `api_base` with `api_key`; a message may be signed with any of the secrets."""
        self._secrets = tuple(secret for secret in webhook_secrets if secret)
        self._is_live = "_live_" in api_key
        self._client = StripeClient(
            api_key,
            base_addresses={"api": api_base},
            max_network_retries=NETWORK_RETRIES,
        ).v1

    def create_checkout_session(self, order: CheckoutOrder) -> CheckoutPage:
        """Open a hosted payment page; the order's reference is also the idempotency key.

        A card is only set aside there, never charged (docs/decisions/0022-card-countries.md).
        Neither the page nor the payment says what it is for. Raises ProviderUnavailable when the
        answer was lost: call again with the same order and the page is still one page.
        """
        params: SessionCreateParams = {
            "mode": "payment",
            "client_reference_id": order.reference,
            "locale": LANGUAGES.get(order.language, "en"),
            "allowed_payment_method_types": [*METHODS],
            "payment_method_options": {"card": {"capture_method": "manual"}},
            "submit_type": "pay",
            "customer_creation": "if_required",
            "billing_address_collection": "auto",
            "success_url": order.success_url,
            "cancel_url": order.cancel_url,
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": order.currency.lower(),
                        "unit_amount": order.amount,
                        "product_data": {"name": order.label},
                    },
                }
            ],
        }
        with translated():
            session = self._client.checkout.sessions.create(
                params, {"idempotency_key": order.reference}
            )
        return CheckoutPage(session.id, session.url)

    def find_checkout_session(self, reference: str, since: datetime) -> CheckoutPage | None:
        """Look a page up by our reference among those made since a moment."""
        with translated():
            pages = self._client.checkout.sessions.list(
                {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
            )
            for session in pages.auto_paging_iter():
                if session.client_reference_id == reference:
                    return CheckoutPage(session.id, session.url)
        return None

    def retrieve(self, home: str) -> Payment | Agreement | None:
        """Read what `home_of` led to; None for a subscription that began on no page.

        Raises ProviderUnknown, ProviderUnavailable.
        """
        with translated():
            if home.startswith("sub_"):
                return self._agreement_of(home)
            if not home.startswith("in_"):
                session = self._session(home)
                if session.mode == "subscription":
                    return self._agreement(session)
                return self._payment(session, session.payment_intent)
        return self.retrieve_payment(home)

    def retrieve_payment(self, home: str) -> Payment:
        """Read the payment of a page, or of one month (an invoice), down to its account lines.

        Raises ProviderUnknown, ProviderUnavailable.
        """
        with translated():
            if home.startswith("in_"):
                row, subscription, name = self._invoice(home)
                intent = self._intent(name) if name else None
                return of_invoice(row, subscription, self._payment(row, intent))
            session = self._session(home)
            return self._payment(session, session.payment_intent)

    def _session(self, name: str) -> Any:
        return self._client.checkout.sessions.retrieve(
            name, {"expand": ["payment_intent.latest_charge.balance_transaction"]}
        )

    def _intent(self, name: str) -> Any:
        return self._client.payment_intents.retrieve(
            name, {"expand": ["latest_charge.balance_transaction"]}
        )

    def _payment(self, page: Any, intent: Any) -> Payment:
        charge: Any = intent.latest_charge if intent else None
        movements: list[Movement] = []
        disputes: tuple[Dispute, ...] = ()
        if charge:
            if charge.balance_transaction:
                movements.append(words.movement(charge.balance_transaction))
            movements += self._refund_movements(charge.id)
            disputes, more = self._disputes(charge.id)
            movements += more
        is_card, country = words.card_country(charge and charge.payment_method_details)
        is_session = page.object == "checkout.session"
        return Payment(
            session=page.id,
            reference=page.client_reference_id if is_session else None,
            session_status=str(page.status),
            is_paid=_is_paid(page, intent),
            amount=int((page.amount_total if is_session else page.total) or 0),
            currency=str(page.currency).upper(),
            intent=intent.id if intent else None,
            intent_status=intent.status if intent else None,
            charge=charge.id if charge else None,
            amount_refunded=charge.amount_refunded if charge else 0,
            movements=tuple(sorted(movements, key=lambda line: line.created)),
            disputes=disputes,
            is_card=is_card,
            card_country=country,
        )

    def capture(self, intent: str, key: str) -> None:
        """Take the money a card has set aside, all of it.

        The provider does this at most once for a payment, whatever the key. Raises
        ProviderRefused when there is nothing set aside (any more), ProviderUnavailable when the
        answer was lost: then read the payment again before anything else.
        """
        with translated():
            self._client.payment_intents.capture(intent, {}, {"idempotency_key": key})

    def cancel(self, intent: str, key: str) -> None:
        """Let go of the money a card has set aside; raises as `capture` does."""
        with translated():
            self._client.payment_intents.cancel(intent, {}, {"idempotency_key": key})

    def create_refund(self, charge: str, amount: int, key: str) -> Refund:
        """Give back `amount` minor units of a charge; the same key again is the same refund.

        The provider forgets a key after a day, so look at `refunds_of` before trying again.
        Raises ProviderRefused for more than is left or a disputed charge, ProviderUnavailable
        when the answer was lost.
        """
        with translated():
            row = self._client.refunds.create(
                {"charge": charge, "amount": amount}, {"idempotency_key": key}
            )
        return words.refund(row)

    def refunds_of(self, charge: str) -> tuple[Refund, ...]:
        """List what has gone back or is on its way back of a charge, oldest first."""
        with translated():
            rows = self._client.refunds.list({"charge": charge, "limit": PAGE})
            return tuple(words.refund(row) for row in list(rows.auto_paging_iter())[::-1])

    def _refund_movements(self, charge: str) -> list[Movement]:
        fields = ("balance_transaction", "failure_balance_transaction")
        refunds = self._client.refunds.list(
            {"charge": charge, "limit": PAGE, "expand": [f"data.{name}" for name in fields]}
        )
        rows = list(refunds.auto_paging_iter())[::-1]
        found = [getattr(row, name) for row in rows for name in fields]
        return [words.movement(line) for line in found if line]

    def _disputes(self, charge: str) -> tuple[tuple[Dispute, ...], list[Movement]]:
        rows = list(
            self._client.disputes.list({"charge": charge, "limit": PAGE}).auto_paging_iter()
        )
        lines = [words.movement(line) for row in rows for line in row.balance_transactions]
        return tuple(Dispute(row.id, row.amount, row.status) for row in rows), lines

    def home_of(self, object_type: str, object_id: str) -> str | None:
        """Return the page, invoice or subscription an object belongs to, for `retrieve`.

        None when it belongs to none: then it did not begin with us.
        """
        if object_type in {"checkout.session", "invoice", "subscription"}:
            return object_id
        with translated():
            intent = self._intent_of(object_type, object_id)
            if intent is None:
                return None
            found = self._client.checkout.sessions.list({"payment_intent": intent, "limit": 1})
            return found.data[0].id if found.data else self._invoice_of(intent)

    def balance(self) -> dict[str, int]:
        """Return what the account holds, available or not yet, by currency in minor units."""
        with translated():
            row: Any = self._client.balance.retrieve()
        held: dict[str, int] = {}
        for part in (*row.available, *row.pending):
            code = part.currency.upper()
            held[code] = held.get(code, 0) + part.amount
        return held

    def _intent_of(self, object_type: str, object_id: str) -> str | None:
        read: dict[str, Callable[[str], Any]] = {
            "charge": self._client.charges.retrieve,
            "refund": self._client.refunds.retrieve,
            "dispute": self._client.disputes.retrieve,
        }
        if object_type == "payment_intent":
            return object_id
        if object_type not in read:
            return None
        intent = read[object_type](object_id).payment_intent
        return intent if intent is None or isinstance(intent, str) else str(intent.id)

    def list_balance_transactions(
        self, *, since: datetime | None = None, payout: str | None = None
    ) -> tuple[Movement, ...]:
        """List account lines since a moment or of one payout, oldest first."""
        params: dict[str, Any] = {"limit": PAGE}
        if since is not None:
            params["created"] = {"gte": int(since.timestamp())}
        if payout is not None:
            params["payout"] = payout
        with translated():
            rows = self._client.balance_transactions.list(params)  # type: ignore[arg-type]
            return tuple(words.movement(row) for row in list(rows.auto_paging_iter())[::-1])

    def list_events(self, since: datetime) -> tuple[EventHead, ...]:
        """List messages made since a moment, oldest first."""
        with translated():
            rows = self._client.events.list(
                {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
            )
            return tuple(_head(row.to_dict(), b"") for row in list(rows.auto_paging_iter())[::-1])

    def verify_webhook(self, raw: bytes, header: str | None, now: datetime) -> EventHead:
        """Check a message's signature and time against `now` (aware, UTC).

        Refused with BadSignature: no or non-ASCII header, no matching secret, a time more than
        five minutes in the past or in the future, no JSON, a live message for test keys or the
        other way round. The library accepts future times and breaks on non-ASCII, hence here.
        """
        if not header:
            raise BadSignature("missing")
        if not header.isascii():
            raise BadSignature("not_ascii")
        if not any(_is_signed(raw, header, secret) for secret in self._secrets):
            raise BadSignature("mismatch")
        _refuse_wrong_time(header, now)
        body = _read_json(raw)
        if body.get("livemode") is not self._is_live:
            raise BadSignature("wrong_mode")
        return _head(body, raw)


def configure(app: Flask, *, api_key: str, api_base: str, webhook_secret: str) -> None:
    """Put the provider at app.extensions["fund.stripe"]; without a key, the one that refuses.

    webhook_secret may hold several secrets separated by commas, for the days of a rotation.
    """
    secrets = [part.strip() for part in webhook_secret.split(",")]
    provider: Provider = StripeProvider(api_key, api_base, secrets) if api_key else NoProvider()
    app.extensions[EXTENSION] = provider


def _is_signed(raw: bytes, header: str, secret: str) -> bool:
    try:
        return bool(WebhookSignature.verify_header(raw, header, secret))
    except (stripe.SignatureVerificationError, ValueError, TypeError):
        return False


def _refuse_wrong_time(header: str, now: datetime) -> None:
    stamps = [part[2:] for part in header.split(",") if part.startswith("t=")]
    if len(stamps) != 1 or not stamps[0].isdigit():
        raise BadSignature("mismatch")
    seconds = int(stamps[0]) - int(now.timestamp())
    if seconds < -TOLERANCE.total_seconds():
        raise BadSignature("old")
    if seconds > TOLERANCE.total_seconds():
        raise BadSignature("future")


def _read_json(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadSignature("not_json") from None
    if not isinstance(body, dict):
        raise BadSignature("not_json")
    return body


def _head(body: dict[str, Any], raw: bytes) -> EventHead:
    """Read what is kept of a message; BadSignature where a field is not what the column holds.

    JSON can carry what a database refuses or cuts: NUL, lone surrogates, endless numbers.
    """
    try:
        subject = (body.get("data") or {}).get("object") or {}
        return EventHead(
            id=_code(body["id"], 64),
            type=_code(body["type"], 64),
            object_id=_code(subject.get("id") or "", 80),
            object_type=_code(subject.get("object") or "", 32),
            created=words.moment(_seconds(body["created"])),
            digest=hashlib.sha256(raw).hexdigest(),
        )
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError, OSError):
        raise BadSignature("not_json") from None


def _code(value: object, longest: int) -> str:
    """Return an id or a kind of the provider: printable ASCII, as long as its column at most."""
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError("not a code")
    if not (value.isascii() and value.isprintable()):
        raise ValueError("not a code")
    return value


def _seconds(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("not a moment")
    return value


def _is_paid(page: Any, intent: Any) -> bool:
    # A page whose money was taken later may go on saying that it is unpaid.
    has_succeeded = intent is not None and intent.status == "succeeded"
    said = page.payment_status if page.object == "checkout.session" else page.status
    return has_succeeded or bool(said == "paid")
