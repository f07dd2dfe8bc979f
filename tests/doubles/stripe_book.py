"""What the payment provider's double remembers: payments, fees, refunds, disputes, payouts."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from tests.doubles.stripe_wire import Json, allow_only, invalid, missing, whole

SESSION_LIFE = 24 * 3600
DISPUTE_FEE = 2000
FEE_PERMILLE, FEE_FIXED = 15, 25
PAYOUT_AFTER = 2 * 24 * 3600
NO_COUNTRY: frozenset[str] = frozenset()

Emit = Callable[[str, Json], None]


def fee_of(amount: int) -> int:
    """Return the example fee: 1.5 per cent, rounded half up, plus 25 minor units."""
    return (amount * FEE_PERMILLE + 500) // 1000 + FEE_FIXED


def _card(country: str | None) -> Json:
    return {"type": "card", "card": {"country": country, "last4": "4242"}}


def _unexpected(intent: Json) -> Exception:
    return invalid(f"This payment is {intent['status']}.", code="payment_intent_unexpected_state")


class Book:
    """All objects of one rehearsal account, in memory, with the provider's rules."""

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
        self._now = now
        self._blocks = blocks
        self._base_url = base_url
        self._emit = emit
        self.objects: dict[str, Json] = {}

    # -- reading ---------------------------------------------------------------------------

    def get(self, identifier: str, kind: str | None = None) -> Json:
        """Return one object or raise the provider's 404."""
        found = self.objects.get(identifier)
        if found is None or (kind is not None and found["object"] != kind):
            raise missing(identifier)
        return found

    def every(self, kind: str, **filters: Any) -> list[Json]:
        """Return the objects of one kind, newest first, that have all the given values."""
        rows = [row for row in self.objects.values() if row["object"] == kind]
        wanted = {name: value for name, value in filters.items() if value is not None}
        rows = [row for row in rows if all(row.get(n) == v for n, v in wanted.items())]
        return rows[::-1]

    def _keep(self, prefix: str, kind: str, **values: Any) -> Json:
        row = {
            "id": f"{prefix}_{secrets.token_hex(12)}",
            "object": kind,
            "created": self._now(),
            "livemode": False,
            **values,
        }
        self.objects[row["id"]] = row
        return row

    # -- checkout --------------------------------------------------------------------------

    def open_session(self, params: Json) -> Json:
        """Create a Checkout Session for one payment."""
        allow_only(
            params, "mode", "line_items", "success_url", "cancel_url", "client_reference_id",
            "locale", "submit_type", "payment_intent_data", "expires_at", "expand",
            "billing_address_collection", "customer_creation", "metadata", "customer_email",
            "allowed_payment_method_types", "payment_method_options",
        )  # fmt: skip
        if params.get("mode") != "payment" or not params.get("line_items"):
            raise invalid("This rehearsal knows only mode=payment with line_items.", param="mode")
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
            mode="payment",
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
            debit = {"type": "sepa_debit", "sepa_debit": {"country": "DE"}}
            charge = self._charge(intent, debit)
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

    def _charge(self, intent: Json, details: Json) -> Json:
        return self._keep(
            "ch",
            "charge",
            amount=intent["amount"],
            amount_refunded=0,
            captured=True,
            currency=intent["currency"],
            paid=True,
            refunded=False,
            disputed=False,
            dispute=None,
            status="succeeded",
            payment_intent=intent["id"],
            payment_method_details=details,
            billing_details={"name": "A Cardholder", "email": None},
            metadata=intent["metadata"],
        )

    def _succeed(self, intent: Json, charge: Json) -> None:
        charge["balance_transaction"] = self.move(
            "charge", "charge", charge["amount"], fee_of(charge["amount"]), charge
        )["id"]
        intent.update(
            status="succeeded", amount_received=intent["amount"], latest_charge=charge["id"]
        )
        self._emit("payment_intent.succeeded", intent)

    # -- money -----------------------------------------------------------------------------

    def move(self, kind: str, category: str, amount: int, fee: int, source: Json) -> Json:
        """Book one balance transaction; net is always amount minus fee."""
        return self._keep(
            "txn",
            "balance_transaction",
            type=kind,
            reporting_category=category,
            amount=amount,
            fee=fee,
            net=amount - fee,
            currency=source["currency"],
            source=source["id"],
            available_on=self._now() + PAYOUT_AFTER,
            status="pending",
            payout=None,
            fee_details=[{"type": "stripe_fee", "amount": fee, "currency": source["currency"]}]
            if fee
            else [],
        )

    def refund(self, params: Json) -> Json:
        """Give back all or a part; more than is left is refused, the fee stays paid."""
        allow_only(params, "charge", "payment_intent", "amount", "reason", "metadata", "expand")
        charge = self._charge_of(params)
        left = charge["amount"] - charge["amount_refunded"]
        amount = whole(params, "amount") if "amount" in params else left
        if not charge["captured"]:
            raise invalid("This charge has not been captured.", code="charge_not_captured")
        if charge["disputed"]:
            raise invalid("This charge is disputed.", code="charge_disputed")
        if left == 0:
            raise invalid("This charge has been refunded.", code="charge_already_refunded")
        if amount > left:
            raise invalid(
                f"Only {left} is left to refund.", param="amount", code="amount_too_large"
            )
        refund = self._keep(
            "re", "refund", amount=amount, currency=charge["currency"], charge=charge["id"],
            payment_intent=charge["payment_intent"], status="succeeded",
            failure_balance_transaction=None, reason=params.get("reason"),
            metadata=params.get("metadata") or {},
        )  # fmt: skip
        refund["balance_transaction"] = self.move("refund", "refund", -amount, 0, refund)["id"]
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self._emit("refund.created", refund)
        self._emit("charge.refunded", charge)
        return refund

    def _charge_of(self, params: Json) -> Json:
        if "charge" in params:
            return self.get(params["charge"], "charge")
        intent = self.get(params.get("payment_intent", ""), "payment_intent")
        return self.get(intent["latest_charge"] or "", "charge")

    def fail_refund(self, identifier: str) -> Json:
        """Let a refund come back from the bank: the money returns to the balance."""
        refund = self.get(identifier, "refund")
        if refund["status"] != "succeeded":
            raise invalid("Only a refund that went out can come back.")
        charge = self.get(refund["charge"], "charge")
        back = self.move("refund_failure", "refund_failure", refund["amount"], 0, refund)
        refund.update(status="failed", failure_balance_transaction=back["id"])
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        self._emit("refund.failed", refund)
        return refund

    def open_dispute(self, charge_id: str) -> Json:
        """Let the cardholder's bank take the money back at once, with a fee."""
        charge = self.get(charge_id, "charge")
        if charge["disputed"]:
            raise invalid("This charge is disputed already.")
        amount = charge["amount"] - charge["amount_refunded"]
        dispute = self._keep(
            "dp", "dispute", amount=amount, currency=charge["currency"], charge=charge["id"],
            payment_intent=charge["payment_intent"], status="needs_response", reason="general",
            balance_transactions=[], metadata={},
        )  # fmt: skip
        taken = self.move("adjustment", "dispute", -amount, DISPUTE_FEE, dispute)
        dispute["balance_transactions"].append(taken)
        charge.update(disputed=True, dispute=dispute["id"])
        self._emit("charge.dispute.created", dispute)
        self._emit("charge.dispute.funds_withdrawn", dispute)
        return dispute

    def close_dispute(self, identifier: str, *, won: bool) -> Json:
        """Decide a dispute; when it is won the amount (not the fee) comes back."""
        dispute = self.get(identifier, "dispute")
        if dispute["status"] != "needs_response":
            raise invalid("This dispute is closed.")
        dispute["status"] = "won" if won else "lost"
        if won:
            back = self.move("adjustment", "dispute_reversal", dispute["amount"], 0, dispute)
            dispute["balance_transactions"].append(back)
            self._emit("charge.dispute.funds_reinstated", dispute)
        self._emit("charge.dispute.closed", dispute)
        return dispute

    def pay_out(self, currency: str = "eur") -> Json:
        """Send the whole balance of one currency to the bank account, itemised."""
        waiting = [
            row
            for row in self.every("balance_transaction", currency=currency)
            if row["payout"] is None
        ]
        amount = sum(row["net"] for row in waiting)
        if amount <= 0:
            raise invalid("There is nothing to pay out.", code="balance_insufficient")
        payout = self._keep(
            "po", "payout", amount=amount, currency=currency, status="paid", automatic=True,
            arrival_date=self._now() + PAYOUT_AFTER, reconciliation_status="completed", metadata={},
        )  # fmt: skip
        for row in waiting:
            row.update(payout=payout["id"], status="available")
        moved = self.move("payout", "payout", -amount, 0, payout)
        moved["payout"] = payout["id"]
        payout["balance_transaction"] = moved["id"]
        self._emit("payout.created", payout)
        self._emit("payout.paid", payout)
        self._emit("payout.reconciliation_completed", payout)
        return payout

    def balance(self) -> Json:
        """Return what the account holds per currency."""
        held: dict[str, int] = {}
        for row in self.every("balance_transaction"):
            held[row["currency"]] = held.get(row["currency"], 0) + row["net"]
        return {
            "object": "balance",
            "livemode": False,
            "available": [{"amount": held[code], "currency": code} for code in sorted(held)],
            "pending": [],
        }
