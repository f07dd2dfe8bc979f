"""The provider's door: forged, old, future, repeated, wrong and unknown messages (check 31)."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.jobs.worker import run_worker
from fund_app.models.donations import Donation
from fund_app.models.jobs import Job
from fund_app.models.ledger import JournalEntry
from fund_app.models.stripe import StripeEvent
from fund_app.services import stripe_inbox
from tests.doubles.stripe_wire import sign
from tests.support.gifts import balances, chart, double, give, settings
from tests.support.stripe import WEBHOOK_SECRET, StripeDouble

__all__ = ["chart", "double", "settings"]

pytestmark = pytest.mark.both_stores
URL = "/webhooks/stripe"


@pytest.fixture
def paid(chart: None, double: StripeDouble) -> dict[str, Any]:
    """Give by card; returns the message that says so, not yet delivered."""
    double.book.pay(give()[1])
    return double.events("checkout.session.completed")[0]


def post(app: Flask, raw: bytes, header: str) -> int:
    answer = app.test_client().post(
        URL, base_url="https://fund.test", data=raw, headers={"Stripe-Signature": header}
    )
    return answer.status_code


def entries() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(JournalEntry.idem_key)))


def kept() -> list[tuple[str, str | None]]:
    db.session.rollback()
    rows = db.session.execute(select(StripeEvent.state, StripeEvent.reason_code))
    return [(state, reason) for state, reason in rows]


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_message_from_another_time_leaves_nothing(
    app: Flask, double: StripeDouble, clock: ManualClock, paid: dict[str, Any], seconds: int
) -> None:
    raw = json.dumps(paid).encode()
    header = sign(raw, WEBHOOK_SECRET, int(clock.now().timestamp()) + seconds)
    assert (post(app, raw, header), kept()) == (400, [])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw, header: (raw + b" ", header),
        lambda raw, header: (raw, header.replace("v1=", "v0=")),
        lambda raw, header: (raw, header[:-1] + ("0" if header[-1] != "0" else "1")),
        lambda raw, header: (raw.replace(b"10000", b"99999"), header),
        lambda raw, _header: (raw, sign(raw, "whsec_another", 1_782_820_800)),
    ],
)
def test_forged_message_leaves_nothing(
    app: Flask, double: StripeDouble, paid: dict[str, Any], spoil: Any
) -> None:
    assert (post(app, *spoil(*double.envelope(paid))), kept()) == (400, [])


def test_ten_replays_in_parallel_are_one_line_in_the_ledger(
    app: Flask, double: StripeDouble, paid: dict[str, Any]
) -> None:
    raw, header = double.envelope(paid)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _n: post(app, raw, header), range(10)))
    assert answers == [200] * 10
    assert db.session.scalars(select(Job.kind)).all().count(stripe_inbox.JOB) == 1
    run_worker(app, once=True)
    (line,) = double.book.every("balance_transaction")
    assert entries() == [f"stripe:{line['id']}"]
    assert post(app, raw, header) == 200
    run_worker(app, once=True)
    assert entries() == [f"stripe:{line['id']}"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount_total": 9_999}, "amount_differs"),
        ({"currency": "usd"}, "amount_differs"),
        ({"client_reference_id": "f" * 32}, "not_ours"),
        ({"client_reference_id": None}, "not_ours"),
    ],
)
def test_payment_that_is_not_the_gift_books_nothing(
    app: Flask, double: StripeDouble, paid: dict[str, Any], changes: dict[str, Any], reason: str
) -> None:
    double.book.get(paid["data"]["object"]["id"]).update(changes)
    assert post(app, *double.envelope(paid)) == 200
    run_worker(app, once=True)
    assert (set(kept()), entries(), balances()) == ({("parked", reason)}, [], {})
    assert set(db.session.scalars(select(Donation.state))) == {"processing"}


def test_object_missing_at_the_provider_books_nothing(
    app: Flask, double: StripeDouble, paid: dict[str, Any]
) -> None:
    paid["data"]["object"]["id"] = "cs_test_not_there"
    assert post(app, *double.envelope(paid)) == 200
    for attempt in range(1, stripe_inbox.PARK_AFTER):
        with pytest.raises(stripe_inbox.StillUnknown):
            stripe_inbox.process(paid["id"], attempt=attempt)
    stripe_inbox.process(paid["id"], attempt=stripe_inbox.PARK_AFTER)
    assert (kept(), entries()) == ([("parked", "object_unknown")], [])


def test_message_believes_nothing_it_says_itself(
    app: Flask, double: StripeDouble, paid: dict[str, Any]
) -> None:
    paid["data"]["object"].update(amount_total=1, currency="usd", payment_status="unpaid")
    assert post(app, *double.envelope(paid)) == 200
    run_worker(app, once=True)
    assert balances()["Donations", "EMG"] == -10_000


def test_signed_body_no_database_can_hold_is_refused_and_leaves_nothing(
    app: Flask, double: StripeDouble, paid: dict[str, Any]
) -> None:
    """Signed by the right secret, so that only the body speaks against it."""
    told = paid["data"]["object"]
    odd: list[dict[str, Any]] = [
        {"id": "evt_\0"},
        {"id": "evt_\ud800"},
        {"id": "evt_\u202e"},
        {"id": "e" * 65},
        {"id": 7},
        {"type": "charge\0succeeded"},
        {"created": 10**40},
        {"created": -1},
        {"created": True},
        {"created": float("nan")},
        {"created": float("inf")},
        {"created": [paid["created"]]},
        {"data": [told]},
        {"data": "text"},
        {"data": {"object": [told]}},
        {"data": {"object": {**told, "id": "cs_\0"}}},
        {"data": {"object": {**told, "id": {"id": "cs"}}}},
        {"data": {"object": {**told, "object": "c" * 33}}},
    ]
    bodies = [json.dumps({**paid, **change}).encode() for change in odd]
    bodies += [b"[" * 100_000, b'{"id":' * 40_000, b"\0", b'{"id": "\0"}', b"1e400", b"null"]
    seconds = int(double.clock.now().timestamp())
    for raw in bodies:
        assert post(app, raw, sign(raw, WEBHOOK_SECRET, seconds)) == 400, raw[:200]
    assert (kept(), entries()) == ([], [])
