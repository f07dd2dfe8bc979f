"""The double keeps the provider's own rules, so that a test against it means something."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest
from stripe import IdempotencyError, InvalidRequestError, StripeClient

from fund_app.adapters.clock import ManualClock
from tests.doubles.stripe_money import fee_of
from tests.doubles.stripe_wire import ApiError, read_form
from tests.support.stripe import API_KEY, StripeDouble, running_stripe

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
SESSION = {
    "mode": "payment",
    "line_items": [{"price_data": {"currency": "eur", "unit_amount": "5000"}, "quantity": "1"}],
    "success_url": "https://f.test/done",
    "cancel_url": "https://f.test/cancelled",
}


@pytest.fixture
def double() -> Iterator[StripeDouble]:
    with running_stripe(ManualClock(NOW)) as double:
        yield double


def client(double: StripeDouble) -> Any:
    return StripeClient(API_KEY, base_addresses={"api": double.url}, max_network_retries=0).v1


def paid(double: StripeDouble) -> str:
    double.book.pay(double.book.open_session(dict(SESSION))["id"])
    return str(double.book.every("charge")[0]["id"])


def choose(double: StripeDouble, session: str, choice: str) -> tuple[int, str, str]:
    """Press a button of the hosted page; returns status, Location and text."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_args: Any, **_more: Any) -> None:
            return None

    opener = urllib.request.build_opener(Stay)
    try:
        answer = opener.open(f"{double.url}/c/pay/{session}", f"choice={choice}".encode())
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("Location", ""), ""
    with answer:
        return answer.status, "", answer.read().decode()


def test_form_reading_keeps_nesting() -> None:
    assert read_form("a[b][0][c]=1&a[b][1][c]=2&d=x") == {
        "a": {"b": [{"c": "1"}, {"c": "2"}]},
        "d": "x",
    }


@pytest.mark.parametrize(("amount", "fee"), [(10_000, 175), (5_000, 100), (33, 25), (34, 26)])
def test_fee_is_the_example(amount: int, fee: int) -> None:
    assert fee_of(amount) == fee


def test_payment_method_types_are_no_longer_known(double: StripeDouble) -> None:
    params = {**SESSION, "payment_method_types": ["card"]}
    with pytest.raises(InvalidRequestError, match="payment_method_types"):
        client(double).checkout.sessions.create(params)


def test_same_key_other_parameters_is_an_error(double: StripeDouble) -> None:
    sessions = client(double).checkout.sessions
    sessions.create(SESSION, {"idempotency_key": "k1"})
    with pytest.raises(IdempotencyError):
        sessions.create({**SESSION, "cancel_url": "https://x"}, {"idempotency_key": "k1"})


def test_key_is_forgotten_after_a_day() -> None:
    clock = ManualClock(NOW)
    with running_stripe(clock) as double:
        sessions = client(double).checkout.sessions
        first = sessions.create(SESSION, {"idempotency_key": "k1"}).id
        clock.advance(hours=23)
        assert sessions.create(SESSION, {"idempotency_key": "k1"}).id == first
        clock.advance(hours=2)
        assert sessions.create(SESSION, {"idempotency_key": "k1"}).id != first


def test_refunds_have_a_limit(double: StripeDouble) -> None:
    charge = paid(double)
    refunds = client(double).refunds
    refunds.create({"charge": charge, "amount": 3000})
    with pytest.raises(InvalidRequestError) as refused:
        refunds.create({"charge": charge, "amount": 2001})
    assert refused.value.code == "amount_too_large"
    refunds.create({"charge": charge, "amount": 2000})
    with pytest.raises(InvalidRequestError) as refused:
        refunds.create({"charge": charge})
    assert refused.value.code == "charge_already_refunded"


def test_failed_refund_brings_the_money_back(double: StripeDouble) -> None:
    refund = double.book.refund({"charge": paid(double), "amount": "5000"})
    double.book.fail_refund(refund["id"])
    assert double.book.balance()["available"] == [{"amount": 4_900, "currency": "eur"}]


def test_dispute_takes_the_money_at_opening(double: StripeDouble) -> None:
    dispute = double.book.open_dispute(paid(double))
    assert double.book.balance()["available"][0]["amount"] == 5_000 - 100 - 5_000 - 2_000
    double.book.close_dispute(dispute["id"], won=True)
    assert double.book.balance()["available"][0]["amount"] == 5_000 - 100 - 2_000


def test_debit_arrives_later(double: StripeDouble) -> None:
    session = double.book.open_session(dict(SESSION))
    double.book.debit(session["id"])
    assert (session["status"], session["payment_status"]) == ("complete", "unpaid")
    assert double.book.every("balance_transaction") == []
    double.book.settle_debit(session["id"], succeeded=True)
    assert session["payment_status"] == "paid"
    with pytest.raises(ApiError):
        double.book.settle_debit(session["id"], succeeded=True)


@pytest.mark.parametrize(
    ("choice", "status", "target"),
    [
        ("pay", 303, "https://f.test/done"),
        ("debit", 303, "https://f.test/done"),
        ("cancel", 303, "https://f.test/cancelled"),
        ("decline", 200, ""),
        ("listed", 303, "https://f.test/done"),
    ],
)
def test_hosted_page_buttons(double: StripeDouble, choice: str, status: int, target: str) -> None:
    session = double.book.open_session(dict(SESSION))["id"]
    answered, location, text = choose(double, session, choice)
    assert (answered, location) == (status, target)
    assert ("declined" in text) == (status == 200)
    assert bool(double.book.every("charge")) == (choice in {"pay", "listed"})


def test_hosted_page_says_that_it_is_a_rehearsal(double: StripeDouble) -> None:
    session = double.book.open_session({**SESSION, "locale": "de"})
    with urllib.request.urlopen(session["url"]) as answer:  # noqa: S310  loopback
        text = answer.read().decode()
    assert "Dies ist eine Probe" in text
    assert "50.00 EUR" in text
    assert "<script" not in text


def test_control_turns_switches(double: StripeDouble) -> None:
    def control(body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        request = urllib.request.Request(  # noqa: S310  loopback
            f"{double.url}/_control/switches", json.dumps(body).encode()
        )
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    status, answer = control({"copies": 5, "delay": 1})
    assert (status, answer["switches"]["copies"], answer["switches"]["delay"]) == (200, 5, 1)
    assert control({"copies": "many"})[0] == 400
    assert control({"surprise": 1})[0] == 400


class _Catcher(BaseHTTPRequestHandler):
    caught: ClassVar[list[str]]
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.caught.append(body["type"])
        self.send_response(200 if len(self.caught) > 1 else 500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        pass


def test_webhooks_are_repeated_until_taken() -> None:
    class Catcher(_Catcher):
        caught: ClassVar[list[str]] = []

    catcher = Catcher
    with ThreadingHTTPServer(("127.0.0.1", 0), catcher) as inbox:
        Thread(target=inbox.serve_forever, args=(0.02,), daemon=True).start()
        url = f"http://127.0.0.1:{inbox.server_address[1]}/"
        with running_stripe(ManualClock(NOW), url) as double:
            double.switches.set("reorder", value=True)
            session = double.book.open_session(dict(SESSION))
            double.book.expire_session(session["id"])
            assert catcher.caught == []
            assert double.server.rehearsal.post.release() == 1
            double.server.rehearsal.post.wait()
        assert catcher.caught == ["checkout.session.expired"] * 2
        assert double.server.rehearsal.post.answers == [500, 200]
        inbox.shutdown()


HELD = {**SESSION, "payment_method_options": {"card": {"capture_method": "manual"}}}


def set_aside(double: StripeDouble, country: str | None = "DE") -> str:
    """Pay a session that only sets the money aside; returns the payment's id."""
    session = double.book.open_session(dict(HELD))
    double.book.pay(session["id"], country)
    return str(session["payment_intent"])


def test_money_set_aside_is_no_money_until_it_is_taken(double: StripeDouble) -> None:
    intent = set_aside(double)
    assert double.book.every("balance_transaction") == []
    answer = client(double).payment_intents.capture(intent)
    assert (answer.status, answer.amount_received) == ("succeeded", 5_000)
    assert double.book.balance()["available"] == [{"amount": 4_900, "currency": "eur"}]
    with pytest.raises(InvalidRequestError) as refused:
        client(double).payment_intents.capture(intent)
    assert refused.value.code == "payment_intent_unexpected_state"
    with pytest.raises(InvalidRequestError):
        client(double).payment_intents.cancel(intent)


def test_money_let_go_never_moves(double: StripeDouble) -> None:
    intent = set_aside(double, "RU")
    assert client(double).payment_intents.cancel(intent).status == "canceled"
    assert double.book.every("balance_transaction") == []
    for act in ("capture", "cancel"):
        with pytest.raises(InvalidRequestError):
            getattr(client(double).payment_intents, act)(intent)


def test_money_set_aside_cannot_be_given_back_and_lapses(double: StripeDouble) -> None:
    intent = set_aside(double)
    charge = double.book.get(intent)["latest_charge"]
    with pytest.raises(InvalidRequestError) as refused:
        client(double).refunds.create({"charge": charge})
    assert refused.value.code == "charge_not_captured"
    session = double.book.every("checkout.session")[0]["id"]
    double.book.lapse(session)
    assert double.book.get(intent)["status"] == "canceled"


def test_rule_of_the_account_blocks_before_any_bank_is_asked(double: StripeDouble) -> None:
    double.switches.set("blocked_countries", "RU,BY")
    session = double.book.open_session(dict(HELD))["id"]
    assert choose(double, session, "listed")[0] == 200
    (blocked,) = double.book.every("charge")
    assert (blocked["status"], blocked["outcome"]["network_status"]) == (
        "failed", "not_sent_to_network",
    )  # fmt: skip
    assert double.book.get(session)["status"] == "open"
    double.book.pay(session, "DE")
    assert len(double.book.every("charge", status="succeeded")) == 1
