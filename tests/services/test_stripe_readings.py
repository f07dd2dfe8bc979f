"""The reconciliation: the provider's account beside our ledger, to the cent and by line."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.jobs.worker import run_worker
from fund_app.queries import stripe_readings as reads
from fund_app.services import ledger_facts, stripe_readings
from fund_app.services.ledger_facts import Origin
from fund_app.services.unit import unit_of_work
from tests.support.gifts import charge, chart, deliver, double, give, settings
from tests.support.stripe import StripeDouble
from workflows.roles import SYSTEM

__all__ = ["chart", "double", "settings"]
pytestmark = pytest.mark.both_stores


def paid(double: StripeDouble) -> str:
    _donation, session = give()
    double.paid(session)
    return charge(double, session)


def latest(clock: ManualClock) -> reads.ReadingRow:
    """Take a reading a minute later and return it."""
    clock.advance(minutes=1)
    stripe_readings.take()
    db.session.rollback()
    return reads.readings()[0]


def test_reading_ties_after_gifts_refunds_disputes_and_a_payout(
    app: Flask, chart: None, double: StripeDouble, clock: ManualClock
) -> None:
    first, second = paid(double), paid(double)
    double.book.refund({"charge": first, "amount": "3000"})
    double.book.open_dispute(second)
    deliver(double)
    reading = latest(clock)
    assert reading.ties
    assert reading.theirs == reading.ours == 20_000 - 2 * 175 - 3_000 - 10_000 - 2_000
    payout = double.book.pay_out()
    deliver(double)
    reading = latest(clock)
    assert (reading.theirs, reading.ties) == (0, True)
    (row,) = reads.payouts()
    assert (row.payout_id, row.by_line, row.sent) == (payout["id"], 4_650, 4_650)
    assert row.on_its_way == 4_650


def test_line_nobody_has_booked_is_named(
    app: Flask, chart: None, double: StripeDouble, clock: ManualClock
) -> None:
    paid(double)
    deliver(double)
    _donation, session = give()
    double.paid(session)
    reading = latest(clock)
    assert not reading.ties
    assert reading.difference == 9_825
    (gap,) = reading.gaps
    assert (gap.kind, gap.theirs, gap.ours) == ("not_booked", 9_825, None)
    deliver(double)
    assert latest(clock).ties


def test_entry_no_line_stands_behind_is_named(
    app: Flask, chart: None, double: StripeDouble, clock: ManualClock
) -> None:
    paid(double)
    deliver(double)
    with unit_of_work() as session:
        origin = Origin("by-hand", clock.now().date(), ("test", "x"), SYSTEM.ref)
        entry = ledger_facts.stripe_fee(session, origin, "GEN", 1, "EUR")
    reading = latest(clock)
    assert (reading.difference, reading.gaps[0].kind) == (1, "not_theirs")
    assert reading.gaps[0].txn_id == f"entry:{entry.id}"


def test_line_the_provider_took_away_is_named(
    app: Flask, chart: None, double: StripeDouble, clock: ManualClock
) -> None:
    paid(double)
    deliver(double)
    (line,) = double.book.every("balance_transaction")
    line["net"] += 1
    assert latest(clock).gaps[0].kind == "differs"
    del double.book.objects[line["id"]]
    double.book.move("adjustment", "other_adjustment", 5, 0, {"currency": "eur", "id": "x"})
    assert {gap.kind for gap in latest(clock).gaps} == {"not_theirs", "not_booked"}


def test_reading_is_planned_once_a_day_and_stays_as_it_was(
    app: Flask, chart: None, double: StripeDouble, clock: ManualClock
) -> None:
    assert stripe_readings.plan() is True
    assert stripe_readings.plan() is False
    assert stripe_readings.plan(at_once=True) is True
    run_worker(app, once=True)
    assert len(reads.readings()) == 0, "an account that never moved has no currency to read"
    paid(double)
    deliver(double)
    assert latest(clock).ties
    with pytest.raises(DBAPIError), unit_of_work() as session:
        session.execute(text("UPDATE stripe_reading SET ours = ours + 1"))
