"""Monthly gifts at Stripe: the page on which one is agreed, and what collects it each month.

The page starts with days in which nothing is charged, and only ends them (`start_collecting`)
once the card's country has been looked at (docs/decisions/0028-monthly-gifts.md).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from stripe.params.checkout import SessionCreateParams

from fund_app.adapters.payments import Agreement, CheckoutOrder, CheckoutPage, Payment
from fund_app.adapters.stripe_words import card_country, day, translated

if TYPE_CHECKING:
    from stripe._v1_services import V1Services

LANGUAGES = {"en": "en", "ru": "ru", "de": "de"}
METHODS = ("card", "sepa_debit")
"""What the hosted page may offer: a card, whose country we can look at before we take the money,
and a debit of an account in the euro area. Nothing else can appear there by a switch at Stripe."""
LOOK_DAYS = 30
"""So long the page charges nothing by itself; the look at the card takes minutes."""


class StripeAgreements:
    """What of the provider is about agreements; StripeProvider is made of it."""

    _client: V1Services

    def create_agreement_page(self, order: CheckoutOrder) -> CheckoutPage:
        """Open a hosted page on which somebody agrees to give each month.

        The order's reference is also the idempotency key; `order.note` is shown beside the
        button. Nothing is charged there. Raises ProviderUnavailable when the answer was lost.
        """
        params: SessionCreateParams = {
            "mode": "subscription",
            "client_reference_id": order.reference,
            "locale": LANGUAGES.get(order.language, "en"),
            "allowed_payment_method_types": [*METHODS],
            "billing_address_collection": "auto",
            "success_url": order.success_url,
            "cancel_url": order.cancel_url,
            "subscription_data": {"trial_period_days": LOOK_DAYS},
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": order.currency.lower(),
                        "unit_amount": order.amount,
                        "recurring": {"interval": "month"},
                        "product_data": {"name": order.label},
                    },
                }
            ],
        }
        if order.note:
            params["custom_text"] = {"submit": {"message": order.note}}
        with translated():
            session = self._client.checkout.sessions.create(
                params, {"idempotency_key": order.reference}
            )
        return CheckoutPage(session.id, session.url)

    def start_collecting(self, subscription: str, key: str) -> None:
        """Charge the first month now, and each month from today on; once, whatever the key.

        Raises ProviderRefused when the agreement is past its first days, ProviderUnavailable
        when the answer was lost: then read the agreement again.
        """
        with translated():
            self._client.subscriptions.update(
                subscription,
                {"trial_end": "now", "proration_behavior": "none"},
                {"idempotency_key": key},
            )

    def set_collecting(self, subscription: str, *, paused: bool, key: str) -> None:
        """Let the months pass uncollected, or collect them again; raises as above."""
        pause: Any = {"behavior": "void"} if paused else ""
        with translated():
            self._client.subscriptions.update(
                subscription, {"pause_collection": pause}, {"idempotency_key": key}
            )

    def stop_collecting(self, subscription: str) -> None:
        """End an agreement now. Raises ProviderUnknown when it has ended already."""
        with translated():
            self._client.subscriptions.cancel(subscription)

    def forget_customer(self, customer: str) -> None:
        """Remove whoever agreed from the provider, with the card; the agreement ends.

        Raises ProviderUnknown when that has happened already.
        """
        with translated():
            self._client.customers.delete(customer)

    def _agreement(self, session: Any) -> Agreement:
        """Read what a completed or open page has led to."""
        row = self._subscription(session.subscription)
        method: Any = row.default_payment_method if row else None
        is_card, country = card_country(method)
        return Agreement(
            session=session.id,
            session_status=str(session.status),
            reference=session.client_reference_id,
            amount=int(session.amount_total or 0) if row is None else _amount(row),
            currency=str(session.currency).upper(),
            subscription=row.id if row else None,
            status=str(row.status) if row else None,
            customer=_id(row.customer) if row else None,
            is_paused=bool(row and row.pause_collection),
            next_on=_next(row) if row else None,
            is_card=is_card,
            card_country=country,
        )

    def _subscription(self, identifier: Any) -> Any:
        if identifier is None:
            return None
        return self._client.subscriptions.retrieve(
            str(_id(identifier)), {"expand": ["default_payment_method"]}
        )

    def _agreement_of(self, subscription: str) -> Agreement | None:
        found = self._client.checkout.sessions.list({"subscription": subscription, "limit": 1})
        return self._agreement(found.data[0]) if found.data else None

    def _invoice_of(self, intent: str) -> str | None:
        paid: Any = {"type": "payment_intent", "payment_intent": intent}
        found = self._client.invoice_payments.list({"payment": paid, "limit": 1})
        return _id(found.data[0].invoice) if found.data else None

    def _invoice(self, identifier: str) -> tuple[Any, str | None, str | None]:
        """Return an invoice with the subscription it belongs to and its last payment intent."""
        row: Any = self._client.invoices.retrieve(identifier, {"expand": ["payments"]})
        about = row.parent.subscription_details if row.parent else None
        payments = [one.payment.payment_intent for one in row.payments.data]
        intent = _id(payments[-1]) if payments else None
        return row, (_id(about.subscription) if about else None), intent


def of_invoice(row: Any, subscription: str | None, found: Payment) -> Payment:
    """Return the payment of a month: `found` is what is known of its charge."""
    states = {"paid": "complete", "open": "complete", "draft": "open"}
    return Payment(
        session=row.id,
        reference=None,
        session_status=states.get(row.status, "expired"),
        is_paid=row.status == "paid" or found.is_paid,
        amount=int(row.total),
        currency=str(row.currency).upper(),
        intent=found.intent,
        intent_status=found.intent_status,
        charge=found.charge,
        amount_refunded=found.amount_refunded,
        movements=found.movements,
        disputes=found.disputes,
        is_card=found.is_card,
        card_country=found.card_country,
        subscription=subscription,
        invoice_status=str(row.status),
        attempts=int(row.attempt_count),
        next_try_on=day(row.next_payment_attempt),
    )


def _amount(row: Any) -> int:
    return sum(int(item.price.unit_amount) * int(item.quantity) for item in row["items"].data)


def _next(row: Any) -> date | None:
    if row.status in {"canceled", "incomplete_expired"}:
        return None
    return day(min((item.current_period_end for item in row["items"].data), default=None))


def _id(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else str(value.id)
