"""The provider's adapter, spoken to over HTTP with the real library."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from fund_app.adapters.clock import ManualClock
from fund_app.adapters.payments import (
    BadSignature,
    CheckoutOrder,
    NoProvider,
    NotConfigured,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnknown,
)
from fund_app.adapters.stripe import StripeProvider
from tests.doubles.stripe_wire import sign
from tests.support.stripe import API_KEY, WEBHOOK_SECRET, StripeDouble, running_stripe

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "charge.succeeded",
    "created": int(NOW.timestamp()),
    "livemode": False,
    "data": {"object": {"id": "ch_1", "object": "charge"}},
}


def order(reference: str = "a" * 32, amount: int = 10_000) -> CheckoutOrder:
    return CheckoutOrder(
        reference, amount, "EUR", "de", "Contribution", "https://f.test/done", "https://f.test/no"
    )


@pytest.fixture
def double() -> Iterator[StripeDouble]:
    with running_stripe(ManualClock(NOW)) as double:
        yield double


@pytest.fixture
def provider(double: StripeDouble) -> StripeProvider:
    return StripeProvider(API_KEY, double.url, [WEBHOOK_SECRET, "whsec_next"])


def test_checkout_sends_nothing_about_the_donor(
    double: StripeDouble, provider: StripeProvider
) -> None:
    page = provider.create_checkout_session(order())
    asked = double.book.get(page.id)["asked"]
    assert asked == {
        "mode": "payment",
        "client_reference_id": "a" * 32,
        "locale": "de",
        "allowed_payment_method_types": ["card", "sepa_debit"],
        "payment_method_options": {"card": {"capture_method": "manual"}},
        "submit_type": "pay",
        "customer_creation": "if_required",
        "billing_address_collection": "auto",
        "success_url": "https://f.test/done",
        "cancel_url": "https://f.test/no",
        "line_items": [
            {
                "quantity": "1",
                "price_data": {
                    "currency": "eur",
                    "unit_amount": "10000",
                    "product_data": {"name": "Contribution"},
                },
            }
        ],
    }


def test_checkout_with_a_lost_answer_is_one_page(
    double: StripeDouble, provider: StripeProvider
) -> None:
    double.switches.set("lose_answers", 9)
    with pytest.raises(ProviderUnavailable):
        provider.create_checkout_session(order())
    double.switches.set("lose_answers", 0)
    page = provider.create_checkout_session(order())
    assert [row["id"] for row in double.book.every("checkout.session")] == [page.id]


def test_checkout_repeats_a_stored_failure_under_the_same_key(
    double: StripeDouble, provider: StripeProvider
) -> None:
    double.switches.set("fail_next", 1)
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            provider.create_checkout_session(order())
    assert double.book.every("checkout.session") == []


def test_checkout_refuses_the_same_key_for_another_amount(provider: StripeProvider) -> None:
    provider.create_checkout_session(order())
    with pytest.raises(ProviderRefused):
        provider.create_checkout_session(order(amount=20_000))


def test_find_checkout_session_knows_our_reference(provider: StripeProvider) -> None:
    made = provider.create_checkout_session(order("b" * 32))
    provider.create_checkout_session(order("c" * 32))
    since = NOW - timedelta(hours=1)
    assert provider.find_checkout_session("b" * 32, since) == made
    assert provider.find_checkout_session("d" * 32, since) is None
    assert provider.find_checkout_session("b" * 32, NOW + timedelta(hours=1)) is None


def test_retrieve_payment_reads_down_to_the_account_lines(
    double: StripeDouble, provider: StripeProvider
) -> None:
    page = provider.create_checkout_session(order())
    double.paid(page.id)
    charge = double.book.every("charge")[0]
    first = double.book.refund({"charge": charge["id"], "amount": "3000"})
    double.book.refund({"charge": charge["id"], "amount": "3000"})
    double.book.fail_refund(first["id"])
    dispute = double.book.open_dispute(charge["id"])
    payment = provider.retrieve_payment(page.id)
    assert (payment.is_paid, payment.amount, payment.amount_refunded) == (True, 10_000, 3_000)
    assert [(line.category, line.amount, line.fee, line.net) for line in payment.movements] == [
        ("charge", 10_000, 175, 9_825),
        ("refund", -3_000, 0, -3_000),
        ("refund_failure", 3_000, 0, 3_000),
        ("refund", -3_000, 0, -3_000),
        ("dispute", -7_000, 2_000, -9_000),
    ]
    assert [(row.id, row.status) for row in payment.disputes] == [(dispute["id"], "needs_response")]
    assert payment.movements[0].available_on == date(2026, 7, 2)


def test_money_set_aside_is_taken_or_let_go_once(
    double: StripeDouble, provider: StripeProvider
) -> None:
    taken, let_go = (
        provider.create_checkout_session(order(reference)).id for reference in ("d" * 32, "e" * 32)
    )
    double.book.pay(taken, "DE")
    double.book.pay(let_go, "BY")
    first, second = provider.retrieve_payment(taken), provider.retrieve_payment(let_go)
    assert [(row.is_on_hold, row.is_paid, row.movements) for row in (first, second)] == [
        (True, False, ()), (True, False, ()),
    ]  # fmt: skip
    assert [(row.is_card, row.card_country) for row in (first, second)] == [
        (True, "DE"), (True, "BY"),
    ]  # fmt: skip
    provider.capture(str(first.intent), "d:take")
    provider.capture(str(first.intent), "d:take")
    provider.cancel(str(second.intent), "e:let-go")
    assert provider.retrieve_payment(taken).is_paid
    assert provider.retrieve_payment(let_go).intent_status == "canceled"
    with pytest.raises(ProviderRefused, match="payment_intent_unexpected_state"):
        provider.capture(str(second.intent), "e:take")


def test_country_of_a_card_is_not_in_what_is_printed(
    double: StripeDouble, provider: StripeProvider
) -> None:
    page = provider.create_checkout_session(order())
    double.book.pay(page.id, "BY")
    assert "BY" not in repr(provider.retrieve_payment(page.id))


def test_refund_with_a_lost_answer_is_one_refund(
    double: StripeDouble, provider: StripeProvider
) -> None:
    charge = double.paid(provider.create_checkout_session(order()).id)
    double.switches.set("lose_answers", 9)
    with pytest.raises(ProviderUnavailable):
        provider.create_refund(charge, 3_000, "r" * 32)
    double.switches.set("lose_answers", 0)
    made = provider.create_refund(charge, 3_000, "r" * 32)
    assert provider.refunds_of(charge) == (made,)
    with pytest.raises(ProviderRefused, match="amount_too_large"):
        provider.create_refund(charge, 7_001, "s" * 32)


@pytest.mark.parametrize("noun", ["charge", "refund", "dispute", "payment_intent"])
def test_home_of_finds_the_way_back(
    noun: str, double: StripeDouble, provider: StripeProvider
) -> None:
    page = provider.create_checkout_session(order())
    double.paid(page.id)
    charge = double.book.every("charge")[0]
    double.book.refund({"charge": charge["id"], "amount": "100"})
    double.book.open_dispute(charge["id"])
    assert provider.home_of(noun, double.book.every(noun)[0]["id"]) == page.id


def test_home_of_a_foreign_kind_is_none(provider: StripeProvider) -> None:
    assert provider.home_of("customer", "cus_1") is None


def test_unknown_object_is_unknown(provider: StripeProvider) -> None:
    with pytest.raises(ProviderUnknown):
        provider.retrieve_payment("cs_test_nobody")


def test_unreachable_provider_is_unavailable() -> None:
    provider = StripeProvider(API_KEY, "http://127.0.0.1:9", [WEBHOOK_SECRET])
    with pytest.raises(ProviderUnavailable):
        provider.retrieve_payment("cs_test_1")


def test_balance_transactions_of_a_payout_add_up_to_it(
    double: StripeDouble, provider: StripeProvider
) -> None:
    for reference, amount in (("a" * 32, 10_000), ("b" * 32, 5_000)):
        double.paid(provider.create_checkout_session(order(reference, amount)).id)
    charges = double.book.every("charge")
    double.book.refund({"charge": charges[1]["id"], "amount": "3000"})
    lost = double.book.open_dispute(charges[0]["id"])
    double.book.close_dispute(lost["id"], won=True)
    double.book.move("stripe_fee", "fee", -2_275 + 2_000, 0, {"id": "x", "currency": "eur"})
    payout = double.book.pay_out()
    lines = provider.list_balance_transactions(payout=payout["id"])
    assert sum(line.net for line in lines) == 0
    assert sum(line.net for line in lines if line.type != "payout") == payout["amount"]


def test_list_reads_every_page(double: StripeDouble, provider: StripeProvider) -> None:
    source = {"id": "x", "currency": "eur"}
    for _ in range(230):
        double.book.move("stripe_fee", "fee", -1, 0, source)
    assert len(provider.list_balance_transactions(since=NOW)) == 230
    assert provider.list_balance_transactions(since=NOW + timedelta(seconds=1)) == ()


def test_list_events_is_oldest_first(double: StripeDouble, provider: StripeProvider) -> None:
    double.paid(provider.create_checkout_session(order()).id)
    kinds = [head.type for head in provider.list_events(NOW)]
    assert kinds == [
        "payment_intent.amount_capturable_updated",
        "charge.succeeded",
        "checkout.session.completed",
        "payment_intent.succeeded",
        "charge.captured",
    ]


@pytest.mark.parametrize("secret", [WEBHOOK_SECRET, "whsec_next"])
def test_webhook_is_accepted_with_any_current_secret(provider: StripeProvider, secret: str) -> None:
    raw = json.dumps(EVENT).encode()
    head = provider.verify_webhook(raw, sign(raw, secret, int(NOW.timestamp())), NOW)
    assert (head.id, head.type, head.object_id) == ("evt_1", "charge.succeeded", "ch_1")


def _refusal(provider: StripeProvider, raw: bytes, header: str | None) -> str:
    with pytest.raises(BadSignature) as refused:
        provider.verify_webhook(raw, header, NOW)
    return refused.value.code


@pytest.mark.parametrize(("seconds", "code"), [(-301, "old"), (301, "future"), (86_400, "future")])
def test_webhook_time_is_checked_both_ways(
    provider: StripeProvider, seconds: int, code: str
) -> None:
    raw = json.dumps(EVENT).encode()
    header = sign(raw, WEBHOOK_SECRET, int(NOW.timestamp()) + seconds)
    assert _refusal(provider, raw, header) == code


def test_webhook_with_a_bad_header_is_refused(provider: StripeProvider) -> None:
    raw = json.dumps(EVENT).encode()
    stamp = int(NOW.timestamp())
    good = sign(raw, WEBHOOK_SECRET, stamp)
    assert _refusal(provider, raw, None) == "missing"
    assert _refusal(provider, raw, "") == "missing"
    assert _refusal(provider, raw, f"t={stamp},v1=é") == "not_ascii"
    assert _refusal(provider, raw, "v1=abc") == "mismatch"
    assert _refusal(provider, raw, good.replace("v1=", "v0=")) == "mismatch"
    assert _refusal(provider, raw, sign(raw, "whsec_other", stamp)) == "mismatch"
    assert _refusal(provider, raw + b" ", good) == "mismatch"
    assert _refusal(provider, raw, f"t={stamp},{good}") == "mismatch"


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"[1]", b"{}", b"not json"])
def test_webhook_with_a_bad_body_is_refused(provider: StripeProvider, raw: bytes) -> None:
    header = sign(raw, WEBHOOK_SECRET, int(NOW.timestamp()))
    assert _refusal(provider, raw, header) in {"not_json", "wrong_mode", "mismatch"}


def test_webhook_of_the_other_mode_is_refused(provider: StripeProvider) -> None:
    raw = json.dumps({**EVENT, "livemode": True}).encode()
    header = sign(raw, WEBHOOK_SECRET, int(NOW.timestamp()))
    assert _refusal(provider, raw, header) == "wrong_mode"


@pytest.mark.parametrize("field", ["id", "type", "created"])
def test_webhook_without_a_field_is_refused(provider: StripeProvider, field: str) -> None:
    body: dict[str, Any] = {name: value for name, value in EVENT.items() if name != field}
    raw = json.dumps(body).encode()
    assert _refusal(provider, raw, sign(raw, WEBHOOK_SECRET, int(NOW.timestamp()))) == "not_json"


def test_no_provider_refuses_everything() -> None:
    with pytest.raises(NotConfigured):
        NoProvider().create_checkout_session(order())
    assert NoProvider().is_configured is False
