"""The double's subscriptions: agreed on a payment page, collected by invoice, month by month.

Shapes follow the API since 2025: an invoice names its subscription under `parent` and its
payments under `payments`; the end of the paid period stands on the subscription's items.
"""

from __future__ import annotations

from typing import Any

from tests.doubles.stripe_money import Money
from tests.doubles.stripe_wire import Json, allow_only, invalid, missing, whole

DAY = 24 * 3600
MONTH = 30 * DAY
RETRY_AFTER = 3 * DAY
MOST_ATTEMPTS = 4
GONE = frozenset({"canceled", "incomplete_expired"})


class Subscriptions(Money):
    """Customers, payment methods, subscriptions and invoices of one rehearsal account."""

    def check_subscription_page(self, params: Json) -> None:
        """Refuse what a page for a subscription may not carry."""
        for name in ("payment_intent_data", "submit_type", "customer_creation"):
            if name in params:
                raise invalid(f"You can not pass `{name}` in `subscription` mode.", param=name)
        if "capture_method" in params.get("payment_method_options", {}).get("card", {}):
            raise invalid(
                "Subscriptions are captured automatically.", param="payment_method_options"
            )
        for item in params["line_items"]:
            if item["price_data"].get("recurring", {}).get("interval") != "month":
                raise invalid("The price has to recur.", param="line_items")

    def subscribe(self, session: Json, details: Json) -> Json:
        """Complete a page for a subscription; with a trial nothing is charged yet."""
        customer = self._keep("cus", "customer", email="somebody@example.test", deleted=False)
        method = self._keep("pm", "payment_method", customer=customer["id"], **details)
        trial = session["asked"].get("subscription_data", {}).get("trial_period_days")
        ends = self._now() + int(trial) * DAY if trial else None
        item = {
            "id": f"si_{session['id']}",
            "object": "subscription_item",
            "quantity": 1,
            "current_period_end": ends or self._now() + MONTH,
            "price": {"unit_amount": session["amount_total"], "currency": session["currency"]},
        }
        subscription = self._keep(
            "sub", "subscription", customer=customer["id"], currency=session["currency"],
            default_payment_method=method["id"], status="trialing" if trial else "active",
            trial_end=ends, pause_collection=None, cancel_at_period_end=False, ended_at=None,
            items={"object": "list", "has_more": False, "url": "", "data": [item]},
            latest_invoice=None, metadata={}, is_short=False,
        )  # fmt: skip
        session.update(
            status="complete", url=None, subscription=subscription["id"], customer=customer["id"],
            payment_status="no_payment_required" if trial else "paid",
        )  # fmt: skip
        self._emit("customer.subscription.created", subscription)
        if trial:
            nothing = self._invoice(subscription, 0, "subscription_create")
            nothing.update(status="paid")
            self._emit("invoice.paid", nothing)
        else:
            self._collect(subscription, "subscription_create")
        self._emit("checkout.session.completed", session)
        return session

    def change_subscription(self, identifier: str, params: Json) -> Json:
        """End the trial now, or pause and resume collecting."""
        allow_only(params, "trial_end", "pause_collection", "proration_behavior", "expand")
        subscription = self._live(identifier)
        if "pause_collection" in params:
            subscription["pause_collection"] = params["pause_collection"] or None
        if "trial_end" in params:
            if params["trial_end"] != "now" or subscription["status"] != "trialing":
                raise invalid("There is no trial to end.", param="trial_end")
            subscription.update(status="active", trial_end=self._now())
            self._collect(subscription, "subscription_cycle")
        self._emit("customer.subscription.updated", subscription)
        return subscription

    def cancel_subscription(self, identifier: str, params: Json) -> Json:
        """End a subscription at once."""
        allow_only(params, "expand", "invoice_now", "prorate")
        subscription = self._live(identifier)
        subscription.update(status="canceled", ended_at=self._now())
        self._emit("customer.subscription.deleted", subscription)
        return subscription

    def delete_customer(self, identifier: str) -> Json:
        """Remove a customer for good; its subscriptions end."""
        customer = self.get(identifier, "customer")
        if customer["deleted"]:
            raise missing(identifier)
        for row in self.every("subscription", customer=identifier):
            if row["status"] not in GONE:
                self.cancel_subscription(row["id"], {})
        for method in self.every("payment_method", customer=identifier):
            del self.objects[method["id"]]
        customer.update(deleted=True, email=None)
        self._emit("customer.deleted", customer)
        return customer

    # -- time passes ---------------------------------------------------------------------------

    def next_month(self, identifier: str) -> Json:
        """Let the paid period end: an invoice is made, and collected unless that is paused."""
        subscription = self._live(identifier)
        self._collect(subscription, "subscription_cycle")
        return subscription

    def run_short(self, identifier: str, *, is_short: bool = True) -> Json:
        """Let the account behind a subscription be empty, or filled again."""
        subscription = self._live(identifier)
        subscription["is_short"] = is_short
        return subscription

    def retry(self, identifier: str) -> Json:
        """Try an open invoice once more, as the provider does after some days."""
        invoice = self.get(identifier, "invoice")
        if invoice["status"] != "open":
            raise invalid("Only an open invoice is tried again.")
        subscription = self.get(invoice["parent"]["subscription_details"]["subscription"])
        self._attempt_invoice(subscription, invoice)
        if invoice["status"] == "open" and invoice["attempt_count"] >= MOST_ATTEMPTS:
            invoice.update(status="uncollectible", next_payment_attempt=None)
            self._emit("invoice.marked_uncollectible", invoice)
            self.cancel_subscription(subscription["id"], {})
        return invoice

    def settle_invoice(self, identifier: str, *, succeeded: bool) -> Json:
        """Let the debit of an invoice arrive or fail, days after it was started."""
        invoice = self.get(identifier, "invoice")
        intent = self.get(invoice["payments"]["data"][-1]["payment"]["payment_intent"])
        if intent["status"] != "processing":
            raise invalid("Only a debit under way can be settled.")
        subscription = self.get(invoice["parent"]["subscription_details"]["subscription"])
        if succeeded:
            self._arrive(subscription, invoice, intent)
        else:
            self._fail(subscription, invoice, intent)
        return invoice

    # -- inside --------------------------------------------------------------------------------

    def _live(self, identifier: str) -> Json:
        subscription = self.get(identifier, "subscription")
        if subscription["status"] in GONE:
            raise missing(identifier)
        return subscription

    def _invoice(self, subscription: Json, amount: int, reason: str) -> Json:
        invoice = self._keep(
            "in", "invoice", customer=subscription["customer"], amount_due=amount, amount_paid=0,
            total=amount, currency=subscription["currency"], status="open", attempted=False,
            attempt_count=0, next_payment_attempt=None, billing_reason=reason,
            payments={"object": "list", "has_more": False, "url": "", "data": []},
            parent={
                "type": "subscription_details",
                "quote_details": None,
                "subscription_details": {"subscription": subscription["id"], "metadata": {}},
            },
        )  # fmt: skip
        subscription["latest_invoice"] = invoice["id"]
        return invoice

    def _collect(self, subscription: Json, reason: str) -> None:
        item = subscription["items"]["data"][0]
        item["current_period_end"] = self._now() + MONTH
        invoice = self._invoice(subscription, whole(item["price"], "unit_amount"), reason)
        self._emit("invoice.created", invoice)
        if subscription["pause_collection"]:
            invoice.update(status="void")
            self._emit("invoice.voided", invoice)
            return
        self._attempt_invoice(subscription, invoice)

    def _attempt_invoice(self, subscription: Json, invoice: Json) -> None:
        invoice.update(attempted=True, attempt_count=invoice["attempt_count"] + 1)
        intent = self._intent_of(invoice)
        method = self.get(subscription["default_payment_method"], "payment_method")
        if method["type"] == "sepa_debit":
            intent.update(status="processing")
            self._emit("payment_intent.processing", intent)
        elif subscription["is_short"]:
            self._fail(subscription, invoice, intent)
        else:
            self._arrive(subscription, invoice, intent)

    def _intent_of(self, invoice: Json) -> Json:
        paid_with: list[Any] = invoice["payments"]["data"]
        if paid_with:
            return self.get(paid_with[-1]["payment"]["payment_intent"])
        intent = self._keep(
            "pi", "payment_intent", amount=invoice["total"], amount_received=0,
            amount_capturable=0, capture_method="automatic", currency=invoice["currency"],
            status="requires_payment_method", latest_charge=None, metadata={}, receipt_email=None,
        )  # fmt: skip
        paid_with.append(
            self._keep(
                "inpay", "invoice_payment", invoice=invoice["id"], status="open",
                amount_requested=invoice["total"], amount_paid=None, is_default=True,
                currency=invoice["currency"],
                payment={"type": "payment_intent", "payment_intent": intent["id"]},
            )
        )  # fmt: skip
        return intent

    def _arrive(self, subscription: Json, invoice: Json, intent: Json) -> None:
        method = self.get(subscription["default_payment_method"], "payment_method")
        kind = method["type"]
        charge = self._charge(intent, {"type": kind, kind: method[kind]})
        self._succeed(intent, charge)
        self._emit("charge.succeeded", charge)
        invoice.update(status="paid", amount_paid=invoice["total"], next_payment_attempt=None)
        invoice["payments"]["data"][-1].update(status="paid", amount_paid=invoice["total"])
        if subscription["status"] == "past_due":
            subscription["status"] = "active"
            self._emit("customer.subscription.updated", subscription)
        self._emit("invoice.paid", invoice)

    def _fail(self, subscription: Json, invoice: Json, intent: Json) -> None:
        intent.update(status="requires_payment_method")
        self._emit("payment_intent.payment_failed", intent)
        invoice.update(next_payment_attempt=self._now() + RETRY_AFTER)
        self._emit("invoice.payment_failed", invoice)
        if subscription["status"] == "active":
            subscription["status"] = "past_due"
            self._emit("customer.subscription.updated", subscription)
