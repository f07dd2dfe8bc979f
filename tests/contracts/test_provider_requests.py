"""What the payment provider is told: an amount, a currency, a neutral word, our random reference.

Whole stories run against the double, and everything that was ever sent to it is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from fund_app.adapters.clock import ManualClock
from fund_app.jobs.worker import run_worker
from fund_app.services import donations, gift_returns, monthly_gifts, people
from fund_app.services.gift_returns import Wish
from fund_app.services.transition import Request
from tests.doubles.stripe_wire import Json
from tests.services.test_monthly_gifts import agree
from tests.support.gifts import charge, chart, deliver, double, give, settings
from tests.support.stripe import StripeDouble
from workflows.roles import SYSTEM, Actor, Role

__all__ = ["chart", "double", "settings"]

REFERENCE = r"[0-9a-f]{32}"
CHECKOUT = {
    "mode": "payment",
    "client_reference_id": REFERENCE,
    "locale": "en|de|ru",
    "submit_type": "pay",
    "customer_creation": "if_required",
    "billing_address_collection": "auto",
    "success_url": r"https://fund\.test/donate/done",
    "cancel_url": r"https://fund\.test/donate/cancelled",
    "allowed_payment_method_types.0": "card",
    "allowed_payment_method_types.1": "sepa_debit",
    "payment_method_options.card.capture_method": "manual",
    "line_items.0.quantity": "1",
    "line_items.0.price_data.currency": "eur",
    "line_items.0.price_data.unit_amount": r"\d+",
    "line_items.0.price_data.product_data.name": "Contribution",
}
AGREED = {
    **{name: form for name, form in CHECKOUT.items() if name.startswith(("line_items", "allowed"))},
    "mode": "subscription",
    "client_reference_id": REFERENCE,
    "locale": "en|de|ru",
    "billing_address_collection": "auto",
    "success_url": CHECKOUT["success_url"],
    "cancel_url": CHECKOUT["cancel_url"],
    "subscription_data.trial_period_days": "30",
    "custom_text.submit.message": "Taken at once.",
    "line_items.0.price_data.recurring.interval": "month",
}
CHANGED = {"trial_end": "now", "proration_behavior": "none", "pause_collection.behavior": "void",
           "pause_collection": ""}  # fmt: skip
REFUND = {"charge": r"ch_[0-9a-f]+", "amount": r"\d+"}
ALLOWED = {
    r"checkout/sessions": CHECKOUT,
    r"payment_intents/pi_[0-9a-f]+/(capture|cancel)": {},
    r"subscriptions/sub_[0-9a-f]+": CHANGED,
    r"customers/cus_[0-9a-f]+": {},
    r"refunds": REFUND,
}


def flat(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value that was sent, with the path to it."""
    if isinstance(value, dict):
        for name, child in value.items():
            yield from flat(child, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from flat(child, f"{path}.{number}")
    else:
        yield path, str(value)


def told_too_much(path: str, sent: Json) -> list[str]:
    """Return what was sent to a path and is on no list, or has another form than agreed."""
    known = next((forms for form, forms in ALLOWED.items() if re.fullmatch(form, path)), None)
    if known is None:
        return [path]
    if sent.get("mode") == "subscription":
        known = AGREED
    return [
        f"{path}: {name}={value}"
        for name, value in flat(sent)
        if not re.fullmatch(known.get(name, "(?!)"), value)
    ]


@pytest.fixture
def lived_through(
    app: Flask, chart: None, double: StripeDouble, clock: ManualClock
) -> list[tuple[str, Json]]:
    """Live through gifts that are taken, refused, debited, given back; return what was sent."""
    finance = Actor(
        people.add(SYSTEM, "fin", "Fin", [Role.FINANCE_OFFICER], "a long walk by the river"),
        frozenset({Role.FINANCE_OFFICER}),
    )
    board = Actor(
        people.add(SYSTEM, "bo", "Bo", [Role.BOARD_MEMBER], "a long walk by the river"),
        frozenset({Role.BOARD_MEMBER}),
    )
    taken, session = give("LEG", 12_345)
    double.book.pay(session)
    double.book.pay(give("FAM")[1], "RU")
    double.book.debit(give("DIG")[1])
    donor, monthly, page = agree()
    double.book.pay(page)
    double.book.pay(agree()[2], "RU")
    deliver(double)
    for act in (monthly_gifts.pause, monthly_gifts.resume, monthly_gifts.stop):
        act(donor, monthly, Request(None))
        run_worker(app, once=True)
    wanted = gift_returns.ask(finance, taken, Wish(345, "donor_asked"), Request(None))
    gift_returns.agree(board, wanted)
    run_worker(app, once=True)
    assert len(double.book.every("refund", charge=charge(double, session))) == 1
    return double.server.rehearsal.asked


def test_provider_is_told_nothing_but_amount_currency_and_our_reference(
    lived_through: list[tuple[str, Json]],
) -> None:
    paths = {re.sub(r"(pi|sub|cus)_[0-9a-f]+", r"\1", path) for path, _ in lived_through}
    assert paths == {
        "checkout/sessions", "payment_intents/pi/capture", "payment_intents/pi/cancel", "refunds",
        "subscriptions/sub", "customers/cus",
    }  # fmt: skip
    assert [each for path, sent in lived_through for each in told_too_much(path, sent)] == []


def test_nothing_the_provider_keeps_names_purpose_or_person(
    lived_through: list[tuple[str, Json]], double: StripeDouble
) -> None:
    for kind in (
        "checkout.session",
        "payment_intent",
        "charge",
        "refund",
        "subscription",
        "invoice",
    ):
        for row in double.book.every(kind):
            assert row.get("metadata", {}) == {}, kind
            for name in ("description", "receipt_email", "customer_email"):
                assert row.get(name) is None, (kind, name)
            assert row.get("statement_descriptor_suffix") is None


@pytest.mark.parametrize(
    "more",
    [
        {"customer_email": "a@b.org"},
        {"metadata": {"fund": "LEG"}},
        {"payment_intent_data": {"description": "For prisoners"}},
        {"payment_intent_data": {"receipt_email": "a@b.org"}},
        {"customer_creation": "always"},
        {"submit_type": "donate"},
        {"client_reference_id": "EMG-2026-0001"},
    ],
)
def test_contract_notices_a_word_too_many(more: Json) -> None:
    assert len(told_too_much("checkout/sessions", more)) == 1


def test_label_is_the_same_for_every_purpose() -> None:
    assert donations.LABEL == "Contribution"
