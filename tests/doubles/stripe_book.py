"""What the payment provider's double remembers: payments, fees, refunds, disputes, payouts."""

from __future__ import annotations

from collections.abc import Callable

from tests.doubles.stripe_shelf import Emit
from tests.doubles.stripe_subscriptions import Subscriptions
from tests.doubles.stripe_wire import Json, allow_only, invalid, whole

SESSION_LIFE = 24 * 3600
DEBIT = {"type": "sepa_debit", "sepa_debit": {"country": "DE"}}
NO_COUNTRY: frozenset[str] = frozenset()


def _card(country: str | None) -> Json:
    return {"type": "card", "card": {"country": country, "last4": "4242"}}


def _unexpected(intent: Json) -> Exception:
    return invalid(f"This payment is {intent['status']}.", code="payment_intent_unexpected_state")


class Book(Subscriptions):
    """One rehearsal account with the provider's rules: the payment pages and their payments."""

    def __init__(
        self,
        now: Callable[[], int],
        base_url: str,
        emit: Emit,
        blocks: Callable[[], frozenset[str]] = lambda: NO_COUNTRY,
    ) -> None:
        """Use `now` for timestamps, `base_url` for hosted pages, `emit` for every event.

        `blocks` says which card countries the account's own rules stop before any bank is asked.
        """
        super().__init__(now, emit)
        self._blocks = blocks
        self._base_url = base_url

    # -- checkout --------------------------------------------------------------------------

    def open_session(self, params: Json) -> Json:
        """Create a Checkout Session for one payment, or for a subscription."""
        allow_only(
            params, "mode", "line_items", "success_url", "cancel_url", "client_reference_id",
            "locale", "submit_type", "payment_intent_data", "expires_at", "expand",
            "billing_address_collection", "customer_creation", "metadata", "customer_email",
            "allowed_payment_method_types", "payment_method_options", "subscription_data",
            "custom_text",
        )  # fmt: skip
        if params.get("mode") not in {"payment", "subscription"} or not params.get("line_items"):
            raise invalid("This rehearsal wants a mode and line_items.", param="mode")
        if params["mode"] == "subscription":
            self.check_subscription_page(params)
        if "success_url" not in params:
            raise invalid("Missing required param: success_url.", param="success_url")
        prices = [item["price_data"] for item in params["line_items"]]
        total = sum(
            whole(price, "unit_amount") * whole(item, "quantity")
            for price, item in zip(prices, params["line_items"], strict=True)
        )
        session = self._keep(
            "cs_test",
            "checkout.session",
            mode=params["mode"],
            subscription=None,
            status="open",
            payment_status="unpaid",
            amount_total=total,
            currency=prices[0]["currency"],
            client_reference_id=params.get("client_reference_id"),
            locale=params.get("locale"),
            success_url=params["success_url"],
            cancel_url=params.get("cancel_url"),
            customer_email=params.get("customer_email"),
            metadata=params.get("metadata") or {},
            payment_intent=None,
            expires_at=int(params.get("expires_at") or self._now() + SESSION_LIFE),
            asked=params,
        )
        session["url"] = f"{self._base_url}/c/pay/{session['id']}"
        return session

    def expire_session(self, identifier: str) -> Json:
        """Close an open session without a payment."""
        session = self.open_only(identifier)
        session.update(status="expired", url=None)
        self._emit("checkout.session.expired", session)
        return session

    def open_only(self, identifier: str) -> Json:
        """Return a session that still waits for a payment, or refuse."""
        session = self.get(identifier, "checkout.session")
        if session["status"] != "open":
            raise invalid(f"This session is {session['status']} already.")
        return session

    def pay(self, identifier: str, card_country: str | None = "DE") -> Json:
        """Pay an open session by card: at once, or set aside where the session asks for that.

        A card from a country the account's rules block is declined, and no bank hears of it.
        """
        session = self.open_only(identifier)
        if session["mode"] == "subscription":
            return self.subscribe(session, _card(card_country))
        intent = self._intent(session)
        if card_country in self._blocks():
            self._stop(intent, card_country)
            return self.decline(identifier, "blocked_by_rule")
        session.update(status="complete", url=None)
        if intent["capture_method"] == "manual":
            self._set_aside(intent, card_country)
        else:
            session.update(payment_status="paid")
            charge = self._charge(intent, _card(card_country))
            self._succeed(intent, charge)
            self._emit("charge.succeeded", charge)
        self._emit("checkout.session.completed", session)
        return session

    def _stop(self, intent: Json, card_country: str | None) -> None:
        """Keep what a blocked attempt leaves at the provider: a charge no network has seen."""
        charge = self._charge(intent, _card(card_country))
        charge.update(
            status="failed",
            paid=False,
            captured=False,
            balance_transaction=None,
            outcome={"type": "blocked", "network_status": "not_sent_to_network"},
        )
        intent["latest_charge"] = charge["id"]

    def capture(self, identifier: str, params: Json) -> Json:
        """Take what a card has set aside, once; the session keeps saying `unpaid`."""
        allow_only(params, "expand")
        intent = self.get(identifier, "payment_intent")
        if intent["status"] != "requires_capture":
            raise _unexpected(intent)
        charge = self.get(intent["latest_charge"], "charge")
        charge.update(captured=True)
        intent.update(amount_capturable=0)
        self._succeed(intent, charge)
        self._emit("charge.captured", charge)
        return intent

    def cancel(self, identifier: str, params: Json) -> Json:
        """Let go of what a card has set aside: nothing is charged, no line is booked."""
        allow_only(params, "expand", "cancellation_reason")
        intent = self.get(identifier, "payment_intent")
        if intent["status"] in {"succeeded", "canceled"}:
            raise _unexpected(intent)
        self._release(intent)
        return intent

    def lapse(self, identifier: str) -> Json:
        """Let a week pass: the card's bank takes back what was set aside."""
        session = self.get(identifier, "checkout.session")
        intent = self.get(session["payment_intent"], "payment_intent")
        if intent["status"] != "requires_capture":
            raise _unexpected(intent)
        self._release(intent)
        self._emit("charge.expired", self.get(intent["latest_charge"]))
        return session

    def _release(self, intent: Json) -> None:
        intent.update(status="canceled", amount_capturable=0)
        if intent["latest_charge"]:
            charge = self.get(intent["latest_charge"], "charge")
            # Real accounts call it refunded, although no money ever moved.
            charge.update(refunded=True, amount_refunded=charge["amount"])
        self._emit("payment_intent.canceled", intent)

    def _set_aside(self, intent: Json, card_country: str | None) -> None:
        charge = self._charge(intent, _card(card_country))
        charge.update(captured=False, balance_transaction=None)
        intent.update(
            status="requires_capture",
            amount_capturable=intent["amount"],
            latest_charge=charge["id"],
        )
        self._emit("payment_intent.amount_capturable_updated", intent)
        self._emit("charge.succeeded", charge)

    def decline(self, identifier: str, code: str = "generic_decline") -> Json:
        """Refuse one attempt; the session stays open."""
        session = self.open_only(identifier)
        intent = self._intent(session)
        intent.update(
            status="requires_payment_method",
            last_payment_error={
                "type": "card_error",
                "code": "card_declined",
                "decline_code": code,
            },
        )
        self._emit("payment_intent.payment_failed", intent)
        return session

    def debit(self, identifier: str) -> Json:
        """Complete a session by bank debit, whose money arrives (or not) days later."""
        session = self.open_only(identifier)
        if session["mode"] == "subscription":
            return self.subscribe(session, dict(DEBIT))
        self._intent(session).update(status="processing")
        session.update(status="complete", url=None)
        self._emit("checkout.session.completed", session)
        return session

    def settle_debit(self, identifier: str, *, succeeded: bool) -> Json:
        """Let a bank debit arrive or fail."""
        session = self.get(identifier, "checkout.session")
        intent = self.get(session["payment_intent"], "payment_intent")
        if intent["status"] != "processing":
            raise invalid("Only a debit under way can be settled.")
        if succeeded:
            session.update(payment_status="paid")
            charge = self._charge(intent, dict(DEBIT))
            self._succeed(intent, charge)
            self._emit("charge.succeeded", charge)
            self._emit("checkout.session.async_payment_succeeded", session)
        else:
            intent.update(status="requires_payment_method")
            self._emit("payment_intent.payment_failed", intent)
            self._emit("checkout.session.async_payment_failed", session)
        return session

    def _intent(self, session: Json) -> Json:
        if session["payment_intent"]:
            return self.get(session["payment_intent"])
        data = session["asked"].get("payment_intent_data", {})
        card = session["asked"].get("payment_method_options", {}).get("card", {})
        intent = self._keep(
            "pi",
            "payment_intent",
            amount=session["amount_total"],
            amount_received=0,
            amount_capturable=0,
            capture_method=card.get("capture_method") or data.get("capture_method", "automatic"),
            currency=session["currency"],
            status="requires_payment_method",
            latest_charge=None,
            description=data.get("description"),
            metadata=data.get("metadata") or {},
            statement_descriptor_suffix=data.get("statement_descriptor_suffix"),
            receipt_email=None,
        )
        session["payment_intent"] = intent["id"]
        return intent
