"""MONEY.md 6, checks 1, 5, 6, 9 and 11: gifts by card and debit, with the very figures.

Check 2 stands in test_stripe_inbox.py, check 7 in test_gift_shares.py, check 22 in
test_receipt_issuing.py.
"""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.donations import Donation
from fund_app.models.ledger import JournalEntry
from fund_app.models.stripe import PspBalanceTxn
from fund_app.queries import ledger, receipt_gifts
from fund_app.services import bank_matches, gift_returns, stripe_inbox
from fund_app.services.bank_matches import Choice, MatchRefused
from fund_app.services.gift_returns import TooMuch, Wish
from fund_app.services.transition import Request
from tests.doubles.stripe_wire import ApiError
from tests.support import bank
from tests.support.bank_files import Line
from tests.support.gifts import balances, charge, chart, deliver, double, give, settings, state
from tests.support.house import House
from tests.support.stripe import StripeDouble
from workflows.bank import MatchKind
from workflows.roles import Actor, Role

__all__ = ["chart", "double", "settings"]
pytestmark = pytest.mark.both_stores


def booked() -> int:
    """Return how many entries stand in the journal."""
    return db.session.scalar(select(func.count()).select_from(JournalEntry)) or 0


def moved(before: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """Return what each account of each fund has gained since; zeros left out."""
    found = balances()
    gained = {key: found.get(key, 0) - before.get(key, 0) for key in found | before}
    return {key: amount for key, amount in gained.items() if amount}


def test_worked_example_from_the_gift_to_the_bank(house: House, double: StripeDouble) -> None:
    """Checks 1, 9 and 11: 100.00 with 1.75, 30.00 back, 50.00 disputed and lost, 47.25 out."""
    before, entries = balances(), booked()
    _gift, first = give("EMG", 10_000)
    double.paid(first)
    deliver(double)
    assert moved(before) == {
        ("Stripe", "EMG"): 10_000,
        ("Donations", "EMG"): -10_000,
        ("ProcessingFees", "GEN"): 175,
        ("Stripe", "GEN"): -175,
    }
    assert booked() == entries + 1, "one entry for one fact"
    double.book.refund({"charge": charge(double, first), "amount": "3000"})
    lose_a_dispute(double, before)
    payout = double.book.pay_out()
    deliver(double)
    assert payout["amount"] == 4_725
    lines = select(func.sum(PspBalanceTxn.net)).where(
        PspBalanceTxn.payout_id == payout["id"], PspBalanceTxn.category != "payout"
    )
    assert int(db.session.scalar(lines) or 0) == 4_725
    found = moved(before)
    assert (found["PayoutTransit", "EMG"], found["PayoutTransit", "GEN"]) == (7_000, -2_275)
    arrive_at_the_bank(house, payout["id"])
    found = moved(before)
    assert not [key for key in found if key[0] in {"PayoutTransit", "Stripe"}]
    assert (found["Bank", "EMG"], found["Bank", "GEN"]) == (7_000, -2_275)


def lose_a_dispute(double: StripeDouble, before: dict[tuple[str, str], int]) -> None:
    """Have 50.00 disputed with a fee of 20.00, and lose it: posted when it opens."""
    gift, session = give("EMG", 5_000)
    double.paid(session)
    deliver(double)
    spendable = ledger.position("EMG", "EUR").spendable
    dispute = double.book.open_dispute(charge(double, session))
    deliver(double)
    assert state(gift) == "disputed"
    assert ledger.position("EMG", "EUR").spendable == spendable - 5_000
    assert moved(before)["Disputes", "EMG"] == 5_000
    assert moved(before)["DisputeFees", "GEN"] == 2_000
    double.book.close_dispute(dispute["id"], won=False)
    deliver(double)
    assert ledger.position("EMG", "EUR").spendable == spendable - 5_000
    assert ("Disputes", "EMG") not in moved(before)
    assert moved(before)["Chargebacks", "EMG"] == 5_000


def arrive_at_the_bank(house: House, payout_id: str) -> None:
    """Bring a line of 47.24 and one of 47.25: only the second one is the payout."""
    account_id = bank.account(house["treasurer"])
    bank.bring(house["fin1"], account_id, [Line(4_724, "STRIPE"), Line(4_725, "STRIPE")])
    one_off, whole = (
        next(row for row in bank.lines(account_id, "unmatched") if row.amount == amount)
        for amount in (4_724, 4_725)
    )
    choice = Choice(MatchKind.STRIPE_PAYOUT, payout_id)
    with pytest.raises(MatchRefused, match="amount_differs"):
        bank_matches.accept(house["fin1"], one_off.id, choice)
    bank_matches.accept(house["fin1"], whole.id, choice)
    assert [row.amount for row in bank.lines(account_id, "unmatched")] == [4_724]


@pytest.mark.parametrize("arrives", [True, False])
def test_debit_counts_five_days_later_or_never(
    app: Flask, chart: None, double: StripeDouble, clock: ManualClock, arrives: bool
) -> None:
    """Check 5: the page is done and unpaid; the money comes five days later, or does not."""
    gift, session = give("EMG", 10_000)
    double.book.debit(session)
    assert double.book.get(session)["payment_status"] == "unpaid"
    deliver(double)
    donor = db.session.get_one(Donation, gift).donor_id

    def certifiable() -> list[int]:
        db.session.rollback()
        return [each.amount for each in receipt_gifts.to_certify(db.session(), str(donor), 2026)]

    clock.advance(days=5)
    stripe_inbox.poll()
    assert (balances(), certifiable()) == ({}, [])
    assert ledger.position("EMG", "EUR").spendable == 0
    double.book.settle_debit(session, succeeded=arrives)
    deliver(double)
    expected = 10_000 if arrives else 0
    assert ledger.position("EMG", "EUR").spendable == expected
    assert (state(gift), certifiable()) == (("accepted", [10_000]) if arrives else ("failed", []))


def test_two_equal_refunds_minutes_apart_and_no_third(
    app: Flask, chart: None, double: StripeDouble, clock: ManualClock
) -> None:
    """Check 6: 30.00 twice of 100.00; 50.00 more is refused here and at the provider."""
    gift, session = give("EMG", 10_000)
    double.paid(session)
    paid = charge(double, session)
    for _twice in range(2):
        double.book.refund({"charge": paid, "amount": "3000"})
        clock.advance(minutes=3)
    deliver(double)
    assert (balances()["Refunds", "EMG"], balances()["Stripe", "EMG"]) == (6_000, 4_000)
    lines = double.book.every("balance_transaction", reporting_category="refund")
    keys = set(db.session.scalars(select(JournalEntry.idem_key)))
    assert {f"stripe:{line['id']}" for line in lines} <= keys
    assert len(lines) == 2
    finance = Actor("f" * 32, frozenset({Role.FINANCE_OFFICER}))
    with pytest.raises(TooMuch) as refused:
        gift_returns.ask(finance, gift, Wish(5_000, "donor_asked"), Request(None))
    assert refused.value.left == 4_000
    with pytest.raises(ApiError, match="Only 4000 is left"):
        double.book.refund({"charge": paid, "amount": "5000"})
    assert balances()["Refunds", "EMG"] == 6_000
