"""Gifts that go back: agreed by two, sent once, booked to the cent; held gifts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from fund_app.adapters.clock import ManualClock
from fund_app.adapters.payments import ProviderUnavailable
from fund_app.extensions import db
from fund_app.jobs.worker import run_worker
from fund_app.models.events import Event
from fund_app.models.gift_returns import GiftReturn
from fund_app.queries import ledger
from fund_app.services import donations, gift_returns, ledger_grants, people
from fund_app.services.donations import BankGift
from fund_app.services.gift_returns import LineTaken, TooMuch, UnderWay, Wish
from fund_app.services.ledger_facts import Origin
from fund_app.services.transition import Request, Unknown
from fund_app.services.unit import unit_of_work
from tests.support.gifts import balances, charge, chart, deliver, double, give, settings, state
from tests.support.house import press
from tests.support.stripe import StripeDouble
from workflows.engine import Refused
from workflows.roles import SYSTEM, Actor, Role

__all__ = ["chart", "double", "settings"]

DAY = date(2026, 6, 30)


@pytest.fixture
def signers(app: Flask, chart: None) -> dict[str, Actor]:
    """Take two people of finance and two of the board on, and somebody who is both."""
    roles = {
        "fin1": [Role.FINANCE_OFFICER],
        "fin2": [Role.FINANCE_OFFICER],
        "board1": [Role.BOARD_MEMBER],
        "board2": [Role.BOARD_MEMBER],
        "both": [Role.FINANCE_OFFICER, Role.BOARD_MEMBER],
    }
    return {
        handle: Actor(
            people.add(SYSTEM, handle, handle, held, "a long walk by the river"), frozenset(held)
        )
        for handle, held in roles.items()
    }


def paid(double: StripeDouble, amount: int = 10_000, fund: str = "EMG") -> tuple[str, str]:
    """Give by card and let it arrive; returns the donation and the session."""
    donation, session = give(fund, amount)
    double.book.pay(session)
    deliver(double)
    return donation, session


def transfer(
    signers: dict[str, Actor], amount: int, line: str = "1/1", *, known: bool = True
) -> str:
    gift = BankGift("EMG", amount, DAY, "", line, is_source_known=known)
    return donations.record_bank_gift(signers["fin1"], gift, press())


def ask(signers: dict[str, Actor], donation: str, amount: int) -> str:
    wish = Wish(amount, "donor_asked")
    return gift_returns.ask(signers["fin1"], donation, wish, Request(None))


def row(return_id: str) -> GiftReturn:
    db.session.rollback()
    return db.session.get_one(GiftReturn, return_id, populate_existing=True)


def refunds(double: StripeDouble) -> list[int]:
    return [each["amount"] for each in double.book.every("refund")]


def trail(donation: str) -> list[tuple[str, str, str | None]]:
    query = select(Event.action, Event.actor_ref, Event.reason_code)
    rows = db.session.execute(query.where(Event.subject_id == donation).order_by(Event.step))
    return [(action, who, reason) for action, who, reason in rows]


@pytest.mark.both_stores
def test_part_of_a_card_gift_goes_back_after_two_agreed(
    app: Flask, signers: dict[str, Actor], double: StripeDouble
) -> None:
    donation, _session = paid(double)
    wanted = ask(signers, donation, 3_050)
    run_worker(app, once=True)
    assert (refunds(double), row(wanted).state) == ([], "asked")
    gift_returns.agree(signers["board1"], wanted)
    run_worker(app, once=True)
    assert (refunds(double), row(wanted).state) == ([3_050], "done")
    assert balances() == {
        ("Stripe", "EMG"): 6_950,
        ("Donations", "EMG"): -10_000,
        ("Refunds", "EMG"): 3_050,
        ("ProcessingFees", "GEN"): 175,
        ("Stripe", "GEN"): -175,
    }
    assert state(donation) == "accepted"
    assert trail(donation)[-1] == ("refund_partly", signers["fin1"].ref, "donor_asked")
    deliver(double)
    assert balances()["Refunds", "EMG"] == 3_050


def test_rest_of_a_card_gift_ends_it(
    app: Flask, signers: dict[str, Actor], double: StripeDouble
) -> None:
    donation, _session = paid(double)
    for amount in (3_333, 6_667):
        gift_returns.agree(signers["board1"], ask(signers, donation, amount))
        run_worker(app, once=True)
    assert (state(donation), sorted(refunds(double))) == ("refunded", [3_333, 6_667])
    assert ledger.position("EMG", "EUR").spendable == 0
    with pytest.raises(TooMuch):
        ask(signers, donation, 1)


def test_what_nobody_may_ask_for_or_agree_to_leaves_the_gift_as_it_is(
    app: Flask, signers: dict[str, Actor], double: StripeDouble
) -> None:
    donation, _session = paid(double)
    for amount in (0, -1, 10_001):
        with pytest.raises(TooMuch) as too_much:
            ask(signers, donation, amount)
        assert too_much.value.left == 10_000
    for who in ("board1", "board2"):
        with pytest.raises(Refused) as wrong:
            gift_returns.ask(signers[who], donation, Wish(500, "other"), Request(None))
        assert wrong.value.code == "wrong_role"
    for asker, second in (("fin1", "fin2"), ("both", "both"), ("fin1", "fin1")):
        wanted = gift_returns.ask(signers[asker], donation, Wish(500, "other"), Request(None))
        with pytest.raises(Refused) as refused:
            gift_returns.agree(signers[second], wanted)
        assert refused.value.code == "second_person_missing"
        assert row(wanted).state == "asked"
        gift_returns.withdraw(signers["fin2"], wanted)
    run_worker(app, once=True)
    assert (refunds(double), state(donation)) == ([], "accepted")


def test_spent_money_does_not_go_back(
    app: Flask, signers: dict[str, Actor], double: StripeDouble
) -> None:
    donation, _session = paid(double)
    wanted = ask(signers, donation, 10_000)
    held = transfer(signers, 2_000_000, known=False)
    assert state(held) == "held"
    # The fund holds far more, but a held gift's money is nobody's to spend.
    with unit_of_work() as session:
        origin = Origin("g1", DAY, ("application", "x"), SYSTEM.ref)
        ledger_grants.approve_grant(session, origin, "EMG", [ledger_grants.Part(1)], "EUR")
    with pytest.raises(Refused) as refused:
        gift_returns.agree(signers["board1"], wanted)
    assert refused.value.code == "refund_not_covered"


def test_one_return_at_a_time_and_the_same_wish_is_one(
    app: Flask, signers: dict[str, Actor], double: StripeDouble
) -> None:
    donation, _session = paid(double)
    wanted = ask(signers, donation, 500)
    assert ask(signers, donation, 500) == wanted
    with pytest.raises(UnderWay):
        ask(signers, donation, 501)
    gift_returns.withdraw(signers["fin2"], wanted)
    again = ask(signers, donation, 501)
    gift_returns.decline(signers["board1"], again)
    assert (row(wanted).state, row(again).state) == ("withdrawn", "declined")
    for return_id in (wanted, again):
        with pytest.raises(Refused):
            gift_returns.agree(signers["board1"], return_id)
    with pytest.raises(Unknown):
        gift_returns.agree(signers["board1"], "0" * 32)


@pytest.mark.both_stores
def test_ten_agreements_in_parallel_send_once(
    app: Flask, signers: dict[str, Actor], double: StripeDouble
) -> None:
    donation, _session = paid(double)
    wanted = ask(signers, donation, 4_000)

    def press_it(number: int) -> None:
        with app.app_context():
            with suppress(Refused):
                gift_returns.agree(signers["board1" if number % 2 else "board2"], wanted)
            gift_returns.send(wanted)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(press_it, range(10)))
    run_worker(app, once=True)
    assert (refunds(double), row(wanted).state) == ([4_000], "done")
    assert balances()["Refunds", "EMG"] == 4_000
    assert state(donation) == "accepted"


@pytest.mark.parametrize("hours", [1, 30])
def test_lost_answer_is_looked_up_and_sent_once(
    app: Flask, signers: dict[str, Actor], double: StripeDouble, clock: ManualClock, hours: int
) -> None:
    donation, _session = paid(double)
    wanted = ask(signers, donation, 4_000)
    gift_returns.agree(signers["board1"], wanted)
    double.switches.set("lose_answers", 9)
    with pytest.raises(ProviderUnavailable):
        gift_returns.send(wanted)
    double.switches.set("lose_answers", 0)
    assert row(wanted).state == "agreed"
    clock.advance(hours=hours)
    gift_returns.send(wanted)
    gift_returns.send(wanted)
    assert (refunds(double), row(wanted).state) == ([4_000], "done")
    assert balances()["Refunds", "EMG"] == 4_000
    assert state(donation) == "accepted"


def test_message_before_the_answer_ends_the_same_way(
    app: Flask, signers: dict[str, Actor], double: StripeDouble
) -> None:
    donation, _session = paid(double)
    wanted = ask(signers, donation, 4_000)
    gift_returns.agree(signers["board1"], wanted)
    double.switches.set("lose_answers", 9)
    with pytest.raises(ProviderUnavailable):
        gift_returns.send(wanted)
    double.switches.set("lose_answers", 0)
    deliver(double)
    assert row(wanted).state == "done"
    assert trail(donation)[-1] == ("refund_partly", signers["fin1"].ref, "donor_asked")
    gift_returns.send(wanted)
    assert refunds(double) == [4_000]


def test_refund_made_at_the_provider_is_not_taken_for_ours(
    app: Flask, signers: dict[str, Actor], double: StripeDouble, clock: ManualClock
) -> None:
    donation, session = paid(double)
    double.book.refund({"charge": charge(double, session), "amount": "4000"})
    deliver(double)
    clock.advance(hours=1)
    wanted = ask(signers, donation, 4_000)
    gift_returns.agree(signers["board1"], wanted)
    run_worker(app, once=True)
    assert (refunds(double), row(wanted).state) == ([4_000, 4_000], "done")
    assert trail(donation)[-2][1] == SYSTEM.ref


def test_what_the_provider_refuses_has_failed_and_may_be_asked_anew(
    app: Flask, signers: dict[str, Actor], double: StripeDouble
) -> None:
    donation, session = paid(double)
    wanted = ask(signers, donation, 4_000)
    gift_returns.agree(signers["board1"], wanted)
    dispute = double.book.open_dispute(charge(double, session))
    run_worker(app, once=True)
    assert (refunds(double), row(wanted).state) == ([], "failed")
    double.book.close_dispute(dispute["id"], won=True)
    deliver(double)
    assert ask(signers, donation, 4_000) != wanted


def test_refund_that_comes_back_has_failed(
    app: Flask, signers: dict[str, Actor], double: StripeDouble
) -> None:
    donation, _session = paid(double)
    wanted = ask(signers, donation, 4_000)
    gift_returns.agree(signers["board1"], wanted)
    run_worker(app, once=True)
    double.book.fail_refund(double.book.every("refund")[0]["id"])
    deliver(double)
    assert row(wanted).state == "failed"
    assert ledger.position("EMG", "EUR").spendable == 10_000


@pytest.mark.both_stores
def test_bank_gift_goes_back_by_a_line_of_the_bank(app: Flask, signers: dict[str, Actor]) -> None:
    donation = transfer(signers, 25_000)
    wanted = ask(signers, donation, 10_000)
    with pytest.raises(Refused):
        gift_returns.record_sent(signers["fin2"], wanted, line="7/1", day=DAY)
    gift_returns.agree(signers["board2"], wanted)
    for _ in range(2):
        gift_returns.record_sent(signers["fin2"], wanted, line="7/1", day=DAY)
    assert balances() == {
        ("Bank", "EMG"): 15_000, ("Donations", "EMG"): -25_000, ("Refunds", "EMG"): 10_000,
    }  # fmt: skip
    assert state(donation) == "accepted"
    rest = ask(signers, donation, 15_000)
    gift_returns.agree(signers["board2"], rest)
    with pytest.raises(LineTaken):
        gift_returns.record_sent(signers["fin2"], rest, line="7/1", day=DAY)
    gift_returns.record_sent(signers["fin2"], rest, line="7/2", day=DAY)
    assert (state(donation), ledger.position("EMG", "EUR").spendable) == ("refunded", 0)


def test_large_gift_nobody_has_looked_into_is_booked_and_held(
    app: Flask, signers: dict[str, Actor]
) -> None:
    donation = transfer(signers, 1_000_000, known=False)
    assert state(donation) == "held"
    position = ledger.position("EMG", "EUR")
    assert (position.spendable, position.available) == (1_000_000, 0)
    with pytest.raises(Refused):
        gift_returns.accept(signers["fin1"], donation, press(), is_source_known=False)
    with pytest.raises(Refused):
        gift_returns.accept(signers["board1"], donation, press(), is_source_known=True)
    gift_returns.accept(signers["fin1"], donation, press(), is_source_known=True)
    assert state(donation) == "accepted"
    assert ledger.position("EMG", "EUR").available == 1_000_000


@pytest.mark.both_stores
def test_held_bank_gift_is_refused_by_the_board_and_sent_back(
    app: Flask, signers: dict[str, Actor]
) -> None:
    donation = transfer(signers, 1_000_000, known=False)
    for who, reason in (("fin1", "source_doubtful"), ("board1", "no such code")):
        with pytest.raises(Refused):
            gift_returns.refuse(signers[who], donation, reason, Request(None))
    wanted = gift_returns.refuse(signers["board1"], donation, "source_doubtful", Request(None))
    assert state(donation) == "held"
    with pytest.raises(UnderWay):
        gift_returns.accept(signers["fin1"], donation, press(), is_source_known=True)
    gift_returns.record_sent(signers["fin1"], wanted, line="9/9", day=DAY)
    assert state(donation) == "refused"
    assert trail(donation)[-1] == ("refuse", signers["board1"].ref, "source_doubtful")
    position = ledger.position("EMG", "EUR")
    assert (position.spendable, position.available) == (0, 0)


def test_held_card_gift_is_refused_and_refunded(
    app: Flask, signers: dict[str, Actor], double: StripeDouble
) -> None:
    donation, session = give()
    double.book.pay(session, "RU")
    double.book.capture(double.book.get(session)["payment_intent"], {})
    deliver(double)
    assert (state(donation), ledger.position("EMG", "EUR").available) == ("held", 0)
    gift_returns.refuse(signers["board1"], donation, "source_doubtful", Request(None))
    run_worker(app, once=True)
    assert (state(donation), refunds(double)) == ("refused", [10_000])
    position = ledger.position("EMG", "EUR")
    assert (position.spendable, position.available) == (0, 0)


@pytest.mark.both_stores
@pytest.mark.parametrize("won", [True, False])
def test_held_gift_whose_dispute_is_won_is_held_again_and_lost_leaves_nothing(
    app: Flask, signers: dict[str, Actor], double: StripeDouble, won: bool
) -> None:
    donation, session = give()
    double.book.pay(session, "BY")
    double.book.capture(double.book.get(session)["payment_intent"], {})
    deliver(double)
    dispute = double.book.open_dispute(charge(double, session))
    deliver(double)
    assert (state(donation), ledger.position("EMG", "EUR").committed) == ("disputed", 0)
    double.book.close_dispute(dispute["id"], won=won)
    deliver(double)
    deliver(double)
    position = ledger.position("EMG", "EUR")
    if not won:
        assert (state(donation), position.spendable, position.committed) == ("refunded", 0, 0)
        return
    assert (state(donation), position.spendable, position.available) == ("held", 10_000, 0)
    gift_returns.accept(signers["fin1"], donation, press(), is_source_known=True)
    assert (state(donation), ledger.position("EMG", "EUR").available) == ("accepted", 10_000)


@pytest.mark.both_stores
def test_database_itself_wants_two_people_and_keeps_what_was_asked_for(
    app: Flask, signers: dict[str, Actor], double: StripeDouble
) -> None:
    donation, _session = paid(double)
    asker, other = signers["fin1"].ref, signers["board1"].ref
    wish: dict[str, Any] = {
        "donation_id": donation, "kind": "refund", "amount": 1, "currency": "EUR",
        "reason_code": "other", "state": "asked", "asked_by": asker, "asked_on": DAY,
    }  # fmt: skip
    for changes in (
        {"amount": 10_001},
        {"state": "agreed"},
        {"state": "agreed", "answered_by": asker},
        {"state": "done", "answered_by": other},
    ):
        with pytest.raises(DatabaseError), unit_of_work() as session:
            session.add(GiftReturn(**{**wish, **changes}))
    ask(signers, donation, 1)
    for sql in ("UPDATE gift_return SET amount = 2", "DELETE FROM gift_return"):
        with pytest.raises(DatabaseError), unit_of_work() as session:
            session.execute(text(sql))
