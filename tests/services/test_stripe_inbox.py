"""The inbox against the double over HTTP: each fact once, whatever the network does."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from fund_app.adapters.clock import ManualClock
from fund_app.adapters.payments import BadSignature, ProviderUnavailable
from fund_app.extensions import db
from fund_app.jobs.worker import run_worker
from fund_app.models.donations import Donation, Method
from fund_app.models.jobs import Job
from fund_app.models.ledger import JournalEntry
from fund_app.models.stripe import PspBalanceTxn, StripeEvent
from fund_app.queries import ledger
from fund_app.services import donations, stripe_inbox
from tests.doubles.stripe_wire import ApiError
from tests.support.gifts import (
    CANCEL,
    SUCCESS,
    balances,
    charge,
    chart,
    deliver,
    double,
    give,
    settings,
    state,
)
from tests.support.stripe import StripeDouble
from workflows.roles import Actor, Role

__all__ = ["chart", "double", "settings"]

PAID = {
    ("Stripe", "EMG"): 10_000,
    ("Donations", "EMG"): -10_000,
    ("ProcessingFees", "GEN"): 175,
    ("Stripe", "GEN"): -175,
}


def test_card_gift_posts_the_gift_and_its_fee(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    donation, session = give()
    double.book.pay(session)
    deliver(double)
    assert balances() == PAID
    assert state(donation) == "accepted"
    assert ledger.position("EMG", "EUR").spendable == 10_000


def test_five_deliveries_three_in_parallel_are_one_entry(
    app_both: Flask, chart: None, double: StripeDouble
) -> None:
    donation, session = give()
    double.book.pay(session)
    event = double.events("checkout.session.completed")[0]

    def receive_and_process(_number: int) -> None:
        with app_both.app_context():
            deliver(double, event)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(receive_and_process, range(5)))
    assert balances() == PAID
    assert db.session.scalar(select(func.count()).select_from(StripeEvent)) == 1
    jobs = db.session.scalars(select(Job.key).where(Job.kind == stripe_inbox.JOB)).all()
    assert jobs == [f"stripe:{event['id']}"]
    entries = db.session.scalars(select(JournalEntry.idem_key)).all()
    line = double.book.every("balance_transaction")[0]["id"]
    assert entries == [f"stripe:{line}"]
    assert db.session.get_one(Donation, donation).thanked_day is not None


def test_the_worker_processes_what_the_inbox_keeps(
    app_both: Flask, chart: None, double: StripeDouble
) -> None:
    _donation, session = give()
    double.book.pay(session)
    for event in double.events():
        assert stripe_inbox.receive(*double.envelope(event)) is True
        assert stripe_inbox.receive(*double.envelope(event)) is False
    assert balances() == {}
    run_worker(app_both, once=True)
    assert balances() == PAID
    states = set(db.session.scalars(select(StripeEvent.state)))
    assert states == {"done"}


def test_refunds_of_equal_amount_both_post(app: Flask, chart: None, double: StripeDouble) -> None:
    donation, session = give()
    double.paid(session)
    paid = charge(double, session)
    double.book.refund({"charge": paid, "amount": "3000"})
    deliver(double)
    double.book.refund({"charge": paid, "amount": "3000"})
    deliver(double)
    assert balances()["Refunds", "EMG"] == 6_000
    assert balances()["Stripe", "EMG"] == 4_000
    assert state(donation) == "accepted"
    with pytest.raises(Exception, match="Only 4000 is left"):
        double.book.refund({"charge": paid, "amount": "5000"})


def test_whole_refund_ends_the_gift_and_a_failed_one_brings_the_money_back(
    app_both: Flask, chart: None, double: StripeDouble
) -> None:
    donation, session = give()
    double.book.pay(session)
    deliver(double)
    back = double.book.refund({"charge": charge(double, session)})
    deliver(double)
    assert state(donation) == "refunded"
    assert ledger.position("EMG", "EUR").spendable == 0
    double.book.fail_refund(back["id"])
    deliver(double)
    assert ledger.position("EMG", "EUR").spendable == 10_000


@pytest.mark.parametrize(("won", "end", "emg"), [(True, "accepted", 5_000), (False, "refunded", 0)])
def test_dispute_posts_at_opening(  # noqa: PLR0917 - a case and its three results
    app_both: Flask, chart: None, double: StripeDouble, won: bool, end: str, emg: int
) -> None:
    donation, session = give(amount=5_000)
    double.paid(session)
    dispute = double.book.open_dispute(charge(double, session))
    deliver(double)
    assert state(donation) == "disputed"
    assert balances()["Disputes", "EMG"] == 5_000
    assert balances()["DisputeFees", "GEN"] == 2_000
    assert ledger.position("EMG", "EUR").spendable == 0
    double.book.close_dispute(dispute["id"], won=won)
    deliver(double)
    assert state(donation) == end
    assert ledger.position("EMG", "EUR").spendable == emg
    assert ("Disputes", "EMG") not in balances()
    assert balances().get(("Chargebacks", "EMG"), 0) == 5_000 - emg
    assert balances()["DisputeFees", "GEN"] == 2_000


@pytest.mark.parametrize(
    ("arrives", "end", "emg"), [(True, "accepted", 10_000), (False, "failed", 0)]
)
def test_bank_debit_counts_only_when_it_has_arrived(  # noqa: PLR0917 - as above
    app: Flask, chart: None, double: StripeDouble, arrives: bool, end: str, emg: int
) -> None:
    donation, session = give()
    double.book.debit(session)
    deliver(double)
    assert state(donation) == "processing"
    assert balances() == {}
    double.book.settle_debit(session, succeeded=arrives)
    deliver(double)
    assert state(donation) == end
    assert ledger.position("EMG", "EUR").spendable == emg


def test_abandoned_page_ends_the_gift(app: Flask, chart: None, double: StripeDouble) -> None:
    donation, session = give()
    double.book.decline(session)
    deliver(double)
    assert state(donation) == "processing"
    double.book.expire_session(session)
    deliver(double)
    assert (state(donation), balances()) == ("failed", {})


def test_payout_is_split_by_fund_as_in_the_worked_example(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    _first, one = give()
    _second, two = give(amount=5_000)
    double.paid(one)
    double.paid(two)
    double.book.refund({"charge": charge(double, one), "amount": "3000"})
    dispute = double.book.open_dispute(charge(double, two))
    double.book.close_dispute(dispute["id"], won=True)
    payout = double.book.pay_out()
    assert payout["amount"] == 9_725
    deliver(double)
    found = balances()
    assert (found["PayoutTransit", "EMG"], found["PayoutTransit", "GEN"]) == (12_000, -2_275)
    assert ("Stripe", "EMG") not in found
    assert ("Stripe", "GEN") not in found
    assert set(db.session.scalars(select(PspBalanceTxn.payout_id))) == {payout["id"]}


def test_account_with_the_provider_equals_the_ledger(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    for fund in ("EMG", "GEN", "LEG"):
        double.paid(give(fund, 3_333)[1])
    double.book.move("stripe_fee", "fee", -150, 0, {"id": "x", "currency": "eur"})
    double.book.move("reserve_hold", "reserved", -700, 0, {"id": "y", "currency": "eur"})
    deliver(double)
    stripe_inbox.poll()
    held = sum(amount for (account, _), amount in balances().items() if account == "Stripe")
    assert double.book.balance()["available"] == [{"amount": held, "currency": "eur"}]
    assert balances()["SuspensePaid", "GEN"] == 700


def test_poll_finds_what_no_message_told(
    app_both: Flask, chart: None, double: StripeDouble, clock: ManualClock
) -> None:
    donation, session = give()
    double.paid(session)
    assert stripe_inbox.poll() == 6
    assert balances() == PAID
    clock.advance(hours=1)
    assert stripe_inbox.poll() == 0
    clock.advance(hours=1)
    double.book.refund({"charge": charge(double, session)})
    stripe_inbox.poll()
    assert balances()["Refunds", "EMG"] == 10_000
    assert state(donation) == "refunded"


def test_planning_the_poll_is_one_job_an_hour(
    app: Flask, chart: None, double: StripeDouble, clock: ManualClock
) -> None:
    for _ in range(3):
        stripe_inbox.plan_poll()
    clock.advance(hours=1)
    stripe_inbox.plan_poll()
    run_worker(app, once=True)
    jobs = db.session.scalars(select(Job.state).where(Job.kind == stripe_inbox.POLL_JOB)).all()
    assert jobs == ["done", "done"]


def test_unknown_object_is_tried_again_then_parked(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    _donation, session = give()
    double.book.pay(session)
    event = double.events("charge.succeeded")[0]
    event["data"]["object"]["id"] = "ch_not_there"
    stripe_inbox.receive(*double.envelope(event))
    with pytest.raises(stripe_inbox.StillUnknown):
        stripe_inbox.process(event["id"])
    parked = stripe_inbox.process(event["id"], attempt=stripe_inbox.PARK_AFTER)
    row = db.session.get_one(StripeEvent, event["id"])
    assert (parked, row.reason_code, balances()) == ("parked", "object_unknown", {})
    stripe_inbox.reopen(event["id"])
    assert db.session.get_one(StripeEvent, event["id"]).state == "received"


def test_payment_of_another_amount_or_nobody_is_parked(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    donation, session = give()
    double.book.get(session)["amount_total"] = 9_999
    double.book.pay(session)
    event = double.events("checkout.session.completed")[0]
    deliver(double, event)
    assert db.session.get_one(StripeEvent, event["id"]).reason_code == "amount_differs"
    double.book.get(session)["client_reference_id"] = "f" * 32
    charged = double.events("charge.succeeded")[0]
    deliver(double, charged)
    assert db.session.get_one(StripeEvent, charged["id"]).reason_code == "not_ours"
    assert (state(donation), balances()) == ("processing", {})


def test_kinds_we_do_not_follow_are_ignored(app: Flask, chart: None, double: StripeDouble) -> None:
    double.book._emit("customer.created", {"id": "cus_1", "object": "customer"})  # noqa: SLF001
    deliver(double)
    assert db.session.scalars(select(StripeEvent.state)).all() == ["ignored"]


def test_forged_message_leaves_nothing(app: Flask, chart: None, double: StripeDouble) -> None:
    give()
    double.book.expire_session(double.book.every("checkout.session")[0]["id"])
    raw, _header = double.envelope(double.events()[0])
    with pytest.raises(BadSignature):
        stripe_inbox.receive(raw, "t=1,v1=00")
    assert db.session.scalars(select(StripeEvent)).all() == []


def test_message_body_is_never_kept(app: Flask, chart: None, double: StripeDouble) -> None:
    _donation, session = give()
    double.book.pay(session)
    deliver(double)
    kept = [str(vars(row)) for row in db.session.scalars(select(StripeEvent))]
    assert kept
    assert not any("Cardholder" in text or "4242" in text for text in kept)


def test_crash_before_the_commit_changes_nothing_and_a_restart_finishes(
    app_both: Flask, chart: None, double: StripeDouble
) -> None:
    donation, session = give()
    double.book.pay(session)
    event = double.events("checkout.session.completed")[0]
    stripe_inbox.receive(*double.envelope(event))

    def die(_session: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stripe_inbox.process(event["id"], complete=die)
    assert (state(donation), balances()) == ("processing", {})
    assert stripe_inbox.process(event["id"]) == "done"
    assert balances() == PAID


def test_provider_out_of_reach_keeps_the_message_waiting(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    _donation, session = give()
    double.book.pay(session)
    event = double.events("charge.succeeded")[0]
    stripe_inbox.receive(*double.envelope(event))
    double.switches.set("fail_next", 9)
    with pytest.raises(ProviderUnavailable):
        stripe_inbox.process(event["id"])
    double.switches.set("fail_next", 0)
    assert stripe_inbox.process(event["id"]) == "done"
    assert balances() == PAID


def test_lost_answer_at_checkout_leads_to_one_page(
    app: Flask, chart: None, double: StripeDouble, clock: ManualClock
) -> None:
    begun = donations.begin(
        donations.Wish("GEN", 2_500, Method.CARD), language="ru", request_id="r1"
    )
    assert begun.codename is not None
    donor = Actor(begun.codename.holder_id, frozenset({Role.DONOR}))

    def ask() -> str:
        return donations.check_out(
            donor, begun.donation_id, success_url=SUCCESS, cancel_url=CANCEL
        ).id

    double.switches.set("lose_answers", 9)
    with pytest.raises(ProviderUnavailable):
        ask()
    double.switches.set("lose_answers", 0)
    first = ask()
    clock.advance(hours=20)
    assert ask() == first
    assert len(double.book.every("checkout.session")) == 1
    double.book.expire_session(first)
    with pytest.raises(donations.CheckoutOver):
        ask()


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[str], int, int]:
    """Draw what happens to three gifts, and two different orders of telling it."""
    acts = draw(
        st.lists(
            st.sampled_from(["refund", "fail", "dispute", "win", "lose"]), min_size=1, max_size=6
        )
    )
    return acts, draw(st.integers(0, 10_000)), draw(st.integers(1, 3))


@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=stories())
def test_any_order_and_repetition_gives_the_same_balances(
    app: Flask, chart: None, double: StripeDouble, story: tuple[list[str], int, int]
) -> None:
    acts, seed, copies = story
    before = balances()
    _donation, session = give()
    double.paid(session)
    already = {event["id"] for event in double.events()} - {
        event["id"] for event in double.events()[-5:]
    }
    paid = charge(double, session)
    open_dispute: str | None = None
    for act in acts:
        open_dispute = _act(double, paid, act, open_dispute)
    events = [event for event in double.events() if event["id"] not in already] * copies
    random.Random(seed).shuffle(events)  # noqa: S311
    deliver(double, *events)
    gained = {
        key: amount - before.get(key, 0)
        for key, amount in balances().items()
        if amount != before.get(key, 0)
    }
    assert gained == _expected(double, paid)


def _act(double: StripeDouble, paid: str, act: str, dispute: str | None) -> str | None:
    """Let something happen if it can; returns the dispute that is open afterwards."""
    try:
        if act == "refund":
            double.book.refund({"charge": paid, "amount": "1700"})
        elif act == "fail":
            refunds = double.book.every("refund", charge=paid, status="succeeded")
            if refunds:
                double.book.fail_refund(refunds[0]["id"])
        elif act == "dispute" and dispute is None:
            dispute = str(double.book.open_dispute(paid)["id"])
        elif act in {"win", "lose"} and dispute is not None:
            double.book.close_dispute(dispute, won=act == "win")
    except ApiError:
        pass
    return dispute


def _expected(double: StripeDouble, paid: str) -> dict[tuple[str, str], int]:
    """Work the balances out from the double's own account lines."""
    own = {paid}
    own |= {row["id"] for row in double.book.every("refund", charge=paid)}
    disputes = double.book.every("dispute", charge=paid)
    own |= {row["id"] for row in disputes}
    lines = [row for row in double.book.every("balance_transaction") if row["source"] in own]

    def total(*categories: str) -> int:
        return sum(row["amount"] for row in lines if row["reporting_category"] in categories)

    def fees(category: str) -> int:
        return sum(row["fee"] for row in lines if row["reporting_category"] == category)

    lost = sum(row["amount"] for row in disputes if row["status"] == "lost")
    found = {
        ("Donations", "EMG"): -total("charge"),
        ("Refunds", "EMG"): -total("refund", "refund_failure"),
        ("Disputes", "EMG"): -total("dispute", "dispute_reversal") - lost,
        ("Chargebacks", "EMG"): lost,
        ("Stripe", "EMG"): sum(row["amount"] for row in lines),
        ("Stripe", "GEN"): -sum(row["fee"] for row in lines),
        ("ProcessingFees", "GEN"): fees("charge"),
        ("DisputeFees", "GEN"): fees("dispute"),
    }
    return {key: amount for key, amount in found.items() if amount}


def test_watermark_moves_only_after_a_whole_poll(
    app: Flask, chart: None, double: StripeDouble, clock: ManualClock
) -> None:
    _donation, session = give()
    double.paid(session)
    double.switches.set("fail_next", 2)
    with pytest.raises(ProviderUnavailable):
        stripe_inbox.poll()
    double.switches.set("fail_next", 0)
    clock.advance(days=3)
    assert stripe_inbox.poll() == 6
    assert balances() == PAID
