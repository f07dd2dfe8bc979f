"""A gift for several funds: split to the cent when it comes, and over what is left when it goes."""

from __future__ import annotations

import secrets

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.donations import Method
from fund_app.models.ledger import Fund
from fund_app.models.types import new_ref
from fund_app.queries.ledger_gifts import remaining_gift
from fund_app.services import donations
from fund_app.services.donations import BankGift, Wish
from fund_app.services.ledger_facts import refund_shares
from fund_app.services.transition import Request
from fund_app.services.unit import unit_of_work
from tests.support.gifts import CANCEL, SUCCESS, balances, charge, chart, deliver, double, settings
from tests.support.stripe import StripeDouble
from workflows.engine import Refused
from workflows.roles import Actor, Role

__all__ = ["chart", "double", "settings"]
pytestmark = pytest.mark.both_stores

THREE = ("EMG", "FAM", "LEG")


def give(amount: int = 10_000) -> tuple[str, str]:
    """Begin a card gift for three funds up to its page; returns the donation and the session."""
    begun = donations.begin(
        Wish("EMG", amount, Method.CARD, also=("FAM", "LEG")),
        language="en",
        request_id=secrets.token_hex(16),
    )
    assert begun.codename is not None
    donor = Actor(begun.codename.holder_id, frozenset({Role.DONOR}))
    page = donations.check_out(donor, begun.donation_id, success_url=SUCCESS, cancel_url=CANCEL)
    return begun.donation_id, page.id


def of(account: str) -> list[int]:
    """Return what an account holds in each of the three funds."""
    found = balances()
    return [found.get((account, fund), 0) for fund in THREE]


def test_halves_of_a_gift_for_three_funds_go_back_to_the_cent(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    donation, session = give()
    double.paid(session)
    deliver(double)
    assert of("Donations") == [-3_334, -3_333, -3_333]
    paid = charge(double, session)
    double.book.refund({"charge": paid, "amount": "5000"})
    deliver(double)
    assert of("Refunds") == [1_667, 1_667, 1_666]
    double.book.refund({"charge": paid, "amount": "5000"})
    deliver(double)
    assert of("Refunds") == [3_334, 3_333, 3_333]
    assert remaining_gift("donation", donation, "EUR") == dict.fromkeys(THREE, 0)
    assert of("Stripe") == [0, 0, 0]


def test_what_fails_or_is_won_falls_as_it_went(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    _donation, session = give()
    double.paid(session)
    paid = charge(double, session)
    first = double.book.refund({"charge": paid, "amount": "1001"})
    double.book.refund({"charge": paid, "amount": "1001"})
    deliver(double)
    before = of("Refunds")
    double.book.fail_refund(first["id"])
    deliver(double)
    back = [was - now for was, now in zip(before, of("Refunds"), strict=True)]
    assert sorted(back) == [333, 334, 334]
    dispute = double.book.open_dispute(paid)
    deliver(double)
    held = of("Disputes")
    assert sum(held) == 10_000 - 1_001
    double.book.close_dispute(dispute["id"], won=True)
    deliver(double)
    assert of("Disputes") == [0, 0, 0]
    assert balances()["DisputeFees", "GEN"] == 2_000


def test_lost_dispute_is_written_off_where_it_was_opened(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    _donation, session = give()
    double.paid(session)
    paid = charge(double, session)
    double.book.refund({"charge": paid, "amount": "100"})
    double.book.close_dispute(double.book.open_dispute(paid)["id"], won=False)
    deliver(double)
    assert of("Disputes") == [0, 0, 0]
    assert of("Chargebacks") == [3_300, 3_300, 3_300]


def test_transfer_of_another_amount_is_split_as_it_was_announced(app: Flask, chart: None) -> None:
    finance = Actor(new_ref(), frozenset({Role.FINANCE_OFFICER}))
    begun = donations.begin(
        Wish("EMG", 9_000, Method.BANK_TRANSFER, also=("FAM", "LEG")),
        language="en",
        request_id=secrets.token_hex(16),
    )
    for number, amount in enumerate((10_000, 100)):
        line = BankGift("GEN", amount, now().date(), begun.reference, f"line-{number}")
        donations.record_bank_gift(finance, line, Request(new_ref()))
    assert of("Bank") == [3_334 + 34, 3_333 + 33, 3_333 + 33]


def test_parts_are_never_changed_nor_added_later(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    donation, session = give()
    double.paid(session)
    deliver(double)
    for statement in (
        "UPDATE donation_part SET amount = 1",
        "DELETE FROM donation_part",
        f"INSERT INTO donation_part VALUES ('{donation}', 'DIG', 5)",  # noqa: S608
    ):
        with pytest.raises(DBAPIError), unit_of_work() as unit:
            unit.execute(text(statement))
    db.session.rollback()


@given(
    parts=st.lists(st.integers(1, 5_000), min_size=1, max_size=5),
    shares=st.lists(st.integers(1, 100), min_size=1, max_size=12),
)
def test_no_fund_ever_gives_more_than_it_has(parts: list[int], shares: list[int]) -> None:
    left = {f"F{number}": part for number, part in enumerate(parts)}
    for share in shares:
        amount = min(sum(left.values()), share * sum(parts) // 100)
        if amount <= 0:
            continue
        taken = refund_shares(left, amount)
        assert sum(taken.values()) == amount
        for fund, part in taken.items():
            assert 0 < part <= left[fund]
            left[fund] -= part


def test_every_fund_of_a_shared_gift_has_to_be_open_when_it_is_paid(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    begun = donations.begin(
        Wish("EMG", 9_000, Method.CARD, also=("FAM", "LEG")), language="en", request_id=new_ref()
    )
    assert begun.codename is not None
    donor = Actor(begun.codename.holder_id, frozenset({Role.DONOR}))
    with unit_of_work() as session:
        session.get_one(Fund, "LEG").open_for_donations = False
    with pytest.raises(Refused) as refused:
        donations.check_out(donor, begun.donation_id, success_url=SUCCESS, cancel_url=CANCEL)
    assert refused.value.code == "purpose_closed"
    assert double.book.every("checkout.session") == []
