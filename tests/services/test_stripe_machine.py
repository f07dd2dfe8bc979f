"""Whatever the order, however often, and with messages lost: the same trial balance.

Two gifts (one for three funds), a bank debit and a monthly gift are lived through at the
provider; then the messages are told shuffled, some twice, some never. After the poll has asked
for the rest, the books are the provider's account, and a reading of both ties.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.jobs.worker import run_worker
from fund_app.queries import stripe_readings as reads
from fund_app.services import stripe_inbox, stripe_readings
from tests.doubles.stripe_wire import ApiError
from tests.services import test_gift_shares, test_monthly_gifts
from tests.support.gifts import balances, charge, chart, deliver, double, give, settings
from tests.support.stripe import StripeDouble

__all__ = ["chart", "double", "settings"]

ACTS = ("refund", "fail", "dispute", "win", "lose", "arrive", "bounce", "month", "short", "retry")


class Life:
    """What happens at the provider; an act that cannot be just does not happen."""

    def __init__(self, double: StripeDouble) -> None:
        """Begin two card gifts, a debit and a monthly gift, all paid or agreed."""
        self.double, self.book = double, double.book
        self.cards = []
        for begin in (give, test_gift_shares.give):
            _donation, session = begin()
            double.paid(session)
            self.cards.append(charge(double, session))
        _donation, self.debit = give("FAM", 4_000)
        self.book.debit(self.debit)
        _donor, _monthly, page = test_monthly_gifts.agree()
        self.book.pay(page)
        deliver(double, *double.events("checkout.session.completed"))
        self.subscription = str(self.book.get(page)["subscription"])

    def happen(self, act: str, which: int) -> None:
        """Let one thing happen."""
        acts: dict[str, Callable[[str], object]] = {
            "refund": lambda card: self.book.refund({"charge": card, "amount": "1700"}),
            "fail": lambda card: self.book.fail_refund(self._newest("refund", card)),
            "dispute": self.book.open_dispute,
            "win": lambda card: self.book.close_dispute(self._newest("dispute", card), won=True),
            "lose": lambda card: self.book.close_dispute(self._newest("dispute", card), won=False),
            "arrive": lambda _card: self.book.settle_debit(self.debit, succeeded=True),
            "bounce": lambda _card: self.book.settle_debit(self.debit, succeeded=False),
            "month": lambda _card: self.book.next_month(self.subscription),
            "short": lambda _card: self.book.run_short(self.subscription, is_short=which == 0),
            "retry": lambda _card: self.book.retry(self.book.every("invoice")[0]["id"]),
        }
        try:
            acts[act](self.cards[which])
        except (ApiError, LookupError):
            return

    def _newest(self, kind: str, card: str) -> str:
        return str(self.book.every(kind, charge=card)[0]["id"])


def expected(double: StripeDouble) -> tuple[int, int, int]:
    """Return what the provider's lines say of the account, of fees and of lost disputes."""
    lines = double.book.every("balance_transaction")
    lost = sum(row["amount"] for row in double.book.every("dispute", status="lost"))
    return sum(row["net"] for row in lines), sum(row["fee"] for row in lines), lost


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[tuple[str, int]], int, int]:
    """Draw what happens, a seed for the order it is told in, and how much is never told."""
    acts = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 1)), min_size=3, max_size=9)
    return draw(acts), draw(st.integers(0, 10_000)), draw(st.integers(0, 9))


@pytest.mark.slow
@hypothesis_settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=stories())
def test_shuffled_repeated_and_lost_messages_end_in_the_same_books(
    app: Flask,
    chart: None,
    double: StripeDouble,
    clock: ManualClock,
    story: tuple[list[tuple[str, int]], int, int],
) -> None:
    acts, seed, lost = story
    life = Life(double)
    for act, which in acts:
        clock.advance(minutes=1)
        life.happen(act, which)
    lot = random.Random(seed)  # noqa: S311 (an order that can be repeated)
    told = [event for event in double.events() for _copy in range(lot.randint(1, 2))]
    told = [event for event in told if lot.randint(0, 9) >= lost]
    lot.shuffle(told)
    if told:
        deliver(double, *told)
    _ask_for_the_rest(app, clock)
    held = balances()
    account, fees, written_off = expected(double)

    def total(*names: str) -> int:
        return sum(amount for (name, _fund), amount in held.items() if name in names)

    assert total("Stripe") == account
    assert total("ProcessingFees", "DisputeFees") == fees
    assert total("Chargebacks") == written_off
    assert sum(held.values()) == 0
    stripe_readings.take()
    db.session.rollback()
    assert reads.readings()[0].ties


def _ask_for_the_rest(app: Flask, clock: ManualClock) -> None:
    """Let two hours pass with the worker and its poll."""
    for _hour in range(2):
        clock.advance(minutes=30)
        stripe_inbox.poll()
        run_worker(app, once=True)
