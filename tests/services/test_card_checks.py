"""Cards of listed countries: never charged, nothing booked, nothing kept but a code."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fund_app.adapters.clock import ManualClock
from fund_app.adapters.payments import ProviderUnavailable
from fund_app.extensions import db
from fund_app.models.donations import Donation
from fund_app.models.events import Event
from fund_app.models.ledger import JournalEntry
from fund_app.models.stripe import PspBalanceTxn, PspObject, StripeEvent
from fund_app.services import donation_progress, stripe_inbox
from fund_app.services.unit import unit_of_work
from tests.support.gifts import balances, chart, deliver, double, give, settings, state
from tests.support.stripe import StripeDouble

__all__ = ["chart", "double", "settings"]

PAID = {
    ("Stripe", "EMG"): 10_000,
    ("Donations", "EMG"): -10_000,
    ("ProcessingFees", "GEN"): 175,
    ("Stripe", "GEN"): -175,
}


def events(donation_id: str) -> list[tuple[str, str | None]]:
    """Return the steps of a gift with their reason codes."""
    query = select(Event.action, Event.reason_code).where(Event.subject_id == donation_id)
    return [(action, reason) for action, reason in db.session.execute(query.order_by(Event.step))]


def posts(double: StripeDouble, ending: str) -> int:
    """Return how often the double was asked to do something."""
    return sum(path.endswith(ending) for path, _ in double.server.rehearsal.asked)


def intent(double: StripeDouble, session: str) -> dict[str, Any]:
    return double.book.get(double.book.get(session)["payment_intent"])


def kept(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("country", ["RU", "BY", None])
def test_card_of_a_listed_or_unknown_country_is_let_go(
    app: Flask, chart: None, double: StripeDouble, country: str | None
) -> None:
    donation, session = give()
    double.book.pay(session, country)
    deliver(double)
    assert intent(double, session)["status"] == "canceled"
    assert double.book.every("balance_transaction") == []
    assert (state(donation), balances()) == ("failed", {})
    assert events(donation)[-1] == ("fail", "card_country")
    assert (posts(double, "/cancel"), posts(double, "/capture")) == (1, 0)


@pytest.mark.both_stores
def test_nothing_leads_back_to_a_refused_card(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    donation, session = give()
    double.book.pay(session, "RU")
    deliver(double)
    deliver(double)
    stripe_inbox.poll()
    assert [kept(model) for model in (PspObject, PspBalanceTxn, JournalEntry)] == [0, 0, 0]
    assert set(db.session.scalars(select(StripeEvent.object_id))) == {""}
    assert set(db.session.scalars(select(StripeEvent.state))) == {"done"}
    row = db.session.get_one(Donation, donation)
    traces = [str(vars(each)) for each in (row, *db.session.scalars(select(Event)))]
    payment = intent(double, session)
    words = [session, payment["id"], payment["latest_charge"], "'RU'"]
    assert [word for word in words if any(word in trace for trace in traces)] == []


@pytest.mark.parametrize("country", ["DE", "KZ"])
def test_card_of_another_country_is_taken_once(
    app: Flask, chart: None, double: StripeDouble, country: str
) -> None:
    donation, session = give()
    double.book.pay(session, country)
    deliver(double)
    assert (state(donation), balances()) == ("accepted", PAID)
    assert posts(double, "/capture") == 1


@pytest.mark.both_stores
@pytest.mark.parametrize(("country", "end"), [("DE", "accepted"), ("BY", "failed")])
def test_ten_messages_in_parallel_take_or_let_go_once(
    app: Flask, chart: None, double: StripeDouble, country: str, end: str
) -> None:
    donation, session = give()
    double.book.pay(session, country)
    told = double.events() * 4

    def receive_and_process(event: dict[str, Any]) -> None:
        with app.app_context():
            deliver(double, event)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(receive_and_process, told))
    deliver(double)
    assert state(donation) == end
    assert balances() == (PAID if end == "accepted" else {})
    assert kept(JournalEntry) == (1 if end == "accepted" else 0)
    assert len(double.book.every("balance_transaction")) == kept(JournalEntry)


@pytest.mark.parametrize(("country", "end"), [("DE", "accepted"), ("RU", "failed")])
def test_lost_answer_is_looked_up_and_not_repeated(
    app: Flask, chart: None, double: StripeDouble, country: str, end: str
) -> None:
    donation, session = give()
    double.book.pay(session, country)
    event = double.events("checkout.session.completed")[0]
    stripe_inbox.receive(*double.envelope(event))
    double.switches.set("lose_answers", 9)
    with pytest.raises(ProviderUnavailable):
        stripe_inbox.process(event["id"])
    assert (state(donation), balances()) == ("processing", {})
    double.switches.set("lose_answers", 0)
    assert stripe_inbox.process(event["id"], attempt=2) == "done"
    assert state(donation) == end
    assert balances() == (PAID if end == "accepted" else {})


def test_failure_the_provider_repeats_is_tried_under_a_new_key(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    donation, session = give()
    double.book.pay(session)
    event = double.events("checkout.session.completed")[0]
    stripe_inbox.receive(*double.envelope(event))
    payment = stripe_inbox.provider().retrieve_payment(session)
    key = f"{donation}:take:1"
    failure = (500, {"error": {"type": "api_error", "message": "Something went wrong."}})
    rehearsal = double.server.rehearsal
    double.switches.set("fail_next", 1)
    rehearsal.answer("POST", f"payment_intents/{payment.intent}/capture", {}, key)
    assert rehearsal.keys[key][2:] == failure
    with pytest.raises(ProviderUnavailable):
        stripe_inbox.process(event["id"], attempt=1)
    assert stripe_inbox.process(event["id"], attempt=2) == "done"
    assert balances() == PAID


@pytest.mark.both_stores
def test_crash_after_letting_go_ends_the_same_way(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    donation, session = give()
    double.book.pay(session, "RU")
    event = double.events("checkout.session.completed")[0]
    stripe_inbox.receive(*double.envelope(event))

    def die(_session: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stripe_inbox.process(event["id"], complete=die)
    assert (state(donation), intent(double, session)["status"]) == ("processing", "canceled")
    assert stripe_inbox.process(event["id"]) == "done"
    assert events(donation)[-1] == ("fail", "card_country")


def test_refused_donor_may_give_anew_with_another_card(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    double.book.pay(give()[1], "RU")
    deliver(double)
    double.book.pay(give()[1], "DE")
    deliver(double)
    assert balances() == PAID


def test_rule_of_the_account_leaves_the_page_open(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    double.switches.set("blocked_countries", "RU,BY")
    donation, session = give()
    double.book.pay(session, "RU")
    deliver(double)
    assert (state(donation), kept(PspObject)) == ("processing", 0)
    assert set(db.session.scalars(select(StripeEvent.object_id))) == {""}
    assert posts(double, "/capture") + posts(double, "/cancel") == 0
    double.book.pay(session, "DE")
    deliver(double)
    assert (state(donation), balances()) == ("accepted", PAID)


def test_money_nobody_took_lapses_without_a_reproach(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    donation, session = give()
    double.book.pay(session, "DE")
    double.book.lapse(session)
    deliver(double)
    assert (state(donation), balances()) == ("failed", {})
    assert events(donation)[-1] == ("fail", None)


def test_money_for_a_gift_that_has_ended_is_let_go(
    app: Flask, chart: None, double: StripeDouble, clock: ManualClock
) -> None:
    donation, session = give()
    picture = stripe_inbox.provider().retrieve_payment(session)
    with unit_of_work() as unit:
        expired = type(picture)(
            **{name: getattr(picture, name) for name in picture.__slots__}
            | {"session_status": "expired"}
        )
        donation_progress.follow(unit, expired)
    assert state(donation) == "failed"
    double.book.pay(session, "DE")
    deliver(double)
    assert intent(double, session)["status"] == "canceled"
    assert balances() == {}


def test_payment_of_another_amount_is_neither_taken_nor_let_go(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    _donation, session = give()
    double.book.get(session)["amount_total"] = 9_999
    double.book.pay(session, "DE")
    deliver(double)
    assert intent(double, session)["status"] == "requires_capture"
    assert set(db.session.scalars(select(StripeEvent.reason_code))) == {"amount_differs"}
    assert posts(double, "/capture") + posts(double, "/cancel") == 0


@pytest.mark.both_stores
def test_card_charged_by_hand_past_the_look_is_booked_and_held(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    donation, session = give()
    double.book.pay(session, "RU")
    double.book.capture(intent(double, session)["id"], {})
    deliver(double)
    set_aside = {("CommitControl", "EMG"): 10_000, ("CommitOpen", "EMG"): -10_000}
    assert (state(donation), balances()) == ("held", PAID | set_aside)


@pytest.mark.settings(refused_card_countries=("KZ",))
def test_list_of_countries_is_a_setting(app: Flask, chart: None, double: StripeDouble) -> None:
    (one, first), (two, second) = give(), give()
    double.book.pay(first, "RU")
    double.book.pay(second, "KZ")
    deliver(double)
    assert (state(one), state(two)) == ("accepted", "failed")
