"""Gifts by card against the double: begun, paid, told to the inbox, and what the books say."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from config import Settings
from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.donations import Donation, Method
from fund_app.queries import ledger
from fund_app.services import donations, ledger_chart, stripe_inbox
from fund_app.services.unit import unit_of_work
from tests.support.stripe import StripeDouble, running_stripe
from workflows.roles import Actor, Role

SUCCESS, CANCEL = "https://fund.test/donate/done", "https://fund.test/donate/cancelled"


@pytest.fixture
def double(clock: ManualClock) -> Iterator[StripeDouble]:
    with running_stripe(clock) as double:
        yield double


@pytest.fixture
def settings(settings: Settings, double: StripeDouble) -> Settings:
    return replace(settings, **double.settings)


@pytest.fixture
def chart(app: Flask) -> Iterator[None]:
    with app.app_context():
        with unit_of_work() as session:
            ledger_chart.seed_chart(session)
        yield


def give(fund: str = "EMG", amount: int = 10_000) -> tuple[str, str]:
    """Begin a card gift up to its payment page; returns the donation and the session."""
    wish = donations.Wish(fund, amount, Method.CARD)
    begun = donations.begin(wish, language="en", request_id=secrets.token_hex(16))
    assert begun.codename is not None
    donor = Actor(begun.codename.holder_id, frozenset({Role.DONOR}))
    page = donations.check_out(donor, begun.donation_id, success_url=SUCCESS, cancel_url=CANCEL)
    return begun.donation_id, page.id


def deliver(double: StripeDouble, *events: dict[str, Any]) -> None:
    """Bring events to the inbox and process each, as the worker would."""
    for event in events or double.events():
        stripe_inbox.receive(*double.envelope(event))
        stripe_inbox.process(event["id"])


def balances() -> dict[tuple[str, str], int]:
    """Return what every account of every fund holds, zeros left out."""
    db.session.rollback()
    rows = ledger.trial_balance()
    return {(row.account_code, row.fund_code): row.balance for row in rows if row.balance}


def state(donation_id: str) -> str:
    db.session.rollback()
    return db.session.get_one(Donation, donation_id, populate_existing=True).state


def charge(double: StripeDouble, session: str) -> str:
    intent = double.book.get(double.book.get(session)["payment_intent"])
    return str(intent["latest_charge"])
