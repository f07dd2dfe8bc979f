"""What moves on the double's account: lines, refunds, disputes, payouts, the balance."""

from __future__ import annotations

from tests.doubles.stripe_shelf import Shelf
from tests.doubles.stripe_wire import Json, allow_only, invalid, whole

DISPUTE_FEE = 2000
FEE_PERMILLE, FEE_FIXED = 15, 25
PAYOUT_AFTER = 2 * 24 * 3600


def fee_of(amount: int) -> int:
    """Return the example fee: 1.5 per cent, rounded half up, plus 25 minor units."""
    return (amount * FEE_PERMILLE + 500) // 1000 + FEE_FIXED


class Money(Shelf):
    """The account itself: every line with its fee, and what makes one."""

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

    # -- charges ------------------------------------------------------------------------------

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
