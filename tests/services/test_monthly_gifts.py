"""Monthly gifts against the double over HTTP: agreed, collected, short of money, stopped."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from fund_app.adapters.clock import ManualClock
from fund_app.adapters.payments import ProviderUnavailable
from fund_app.extensions import db
from fund_app.jobs.worker import run_worker
from fund_app.models.donations import Donation, Donor, Method
from fund_app.models.events import Event
from fund_app.models.ledger import Fund
from fund_app.models.monthly_gifts import MonthlyGift, MonthlyInvoice
from fund_app.models.stripe import PspObject, StripeEvent
from fund_app.models.types import new_ref
from fund_app.services import donors, gift_returns, monthly_gifts, stripe_inbox
from fund_app.services.donations import PurposeClosed, Wish
from fund_app.services.transition import INTERNAL, Request, Unknown
from fund_app.services.unit import unit_of_work
from tests.support.gifts import CANCEL, SUCCESS, balances, chart, deliver, double, settings
from tests.support.stripe import StripeDouble
from workflows.engine import Refused
from workflows.roles import Actor, Role

__all__ = ["chart", "double", "settings"]
pytestmark = pytest.mark.settings(refused_card_countries=("RU", "BY"))

ONE_MONTH = {
    ("Stripe", "EMG"): 2_000,
    ("Donations", "EMG"): -2_000,
    ("ProcessingFees", "GEN"): 55,
    ("Stripe", "GEN"): -55,
}


def agree(amount: int = 2_000, also: tuple[str, ...] = ()) -> tuple[Actor, str, str]:
    """Begin a monthly gift up to its page; returns the donor, the gift and the page."""
    wish = Wish("EMG", amount, Method.CARD, also)
    begun = monthly_gifts.begin(wish, language="en", request_id=secrets.token_hex(16))
    assert begun.codename is not None
    donor = Actor(begun.codename.holder_id, frozenset({Role.DONOR}))
    page = monthly_gifts.check_out(
        donor, begun.donation_id, success_url=SUCCESS, cancel_url=CANCEL, note="Taken at once."
    )
    return donor, begun.donation_id, page.id


def standing(monthly_id: str) -> str:
    db.session.rollback()
    return db.session.get_one(MonthlyGift, monthly_id, populate_existing=True).state


def gifts() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Donation.state).order_by(Donation.created_day)))


def subscription(double: StripeDouble, page: str) -> str:
    return str(double.book.get(page)["subscription"])


def press() -> Request:
    return Request(new_ref())


@pytest.mark.both_stores
def test_each_month_is_a_gift_of_its_own(
    app: Flask, chart: None, double: StripeDouble, clock: ManualClock
) -> None:
    _donor, monthly, page = agree()
    double.book.pay(page)
    assert balances() == {}, "nothing is charged on the page"
    deliver(double)
    assert standing(monthly) == "active"
    deliver(double)
    assert balances() == ONE_MONTH
    assert gifts() == ["accepted"]
    clock.advance(days=30)
    double.book.next_month(subscription(double, page))
    deliver(double)
    assert balances() == {key: 2 * amount for key, amount in ONE_MONTH.items()}
    assert gifts() == ["accepted", "accepted"]
    months = db.session.scalars(select(MonthlyInvoice)).all()
    assert [month.status for month in months] == ["paid", "paid"]
    assert len({month.donation_id for month in months}) == 2


@pytest.mark.parametrize("country", ["RU", "BY", None])
def test_card_of_a_listed_country_is_never_charged_and_leaves_nothing(
    app: Flask, chart: None, double: StripeDouble, country: str | None
) -> None:
    _donor, monthly, page = agree()
    double.book.pay(page, country)
    deliver(double)
    deliver(double)
    assert standing(monthly) == "refused"
    assert balances() == {}
    assert gifts() == []
    assert double.book.every("charge") == []
    assert all(row["deleted"] for row in double.book.every("customer"))
    assert double.book.every("payment_method") == []
    row = db.session.get_one(MonthlyGift, monthly)
    assert (row.session, row.subscription) == (None, None)
    assert db.session.scalars(select(PspObject)).all() == []
    events = select(Event.reason_code).where(
        Event.chain == "monthly_gift", Event.action == "refuse"
    )
    assert db.session.scalars(events).all() == ["card_country"]
    kept = set(db.session.scalars(select(StripeEvent.object_id)))
    assert kept == {""}


def test_lost_answer_at_the_start_collects_the_first_month_once(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    _donor, _monthly, page = agree()
    double.book.pay(page)
    double.switches.set("lose_answers", 2)
    with pytest.raises(ProviderUnavailable):
        deliver(double)
    double.switches.set("lose_answers", 0)
    deliver(double)
    deliver(double)
    assert balances() == ONE_MONTH
    assert len(double.book.every("charge")) == 1


def test_month_without_money_is_tried_again_and_then_counts(
    app: Flask, chart: None, double: StripeDouble, clock: ManualClock
) -> None:
    _donor, monthly, page = agree()
    double.book.pay(page)
    deliver(double)
    deliver(double)
    clock.advance(days=30)
    double.book.run_short(subscription(double, page))
    double.book.next_month(subscription(double, page))
    deliver(double)
    assert standing(monthly) == "overdue"
    assert balances() == ONE_MONTH
    invoice = double.book.every("invoice")[0]["id"]
    month = db.session.get_one(MonthlyInvoice, invoice)
    assert (month.attempts, month.donation_id) == (1, None)
    assert month.next_try_on is not None
    double.book.run_short(subscription(double, page), is_short=False)
    double.book.retry(invoice)
    deliver(double)
    assert standing(monthly) == "active"
    assert balances() == {key: 2 * amount for key, amount in ONE_MONTH.items()}


def test_after_the_last_try_the_gift_ends(app: Flask, chart: None, double: StripeDouble) -> None:
    _donor, monthly, page = agree()
    double.book.pay(page)
    deliver(double)
    deliver(double)
    double.book.run_short(subscription(double, page))
    double.book.next_month(subscription(double, page))
    for _try in range(3):
        double.book.retry(double.book.every("invoice")[0]["id"])
    deliver(double)
    assert standing(monthly) == "ended"
    assert balances() == ONE_MONTH


@pytest.mark.both_stores
def test_debit_counts_only_when_it_has_arrived_and_a_failed_one_gives_way(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    _donor, monthly, page = agree()
    double.book.debit(page)
    deliver(double)
    deliver(double)
    assert standing(monthly) == "active"
    assert gifts() == ["processing"]
    assert balances() == {}
    invoice = double.book.every("invoice")[0]["id"]
    double.book.settle_invoice(invoice, succeeded=False)
    deliver(double)
    assert gifts() == ["failed"]
    assert standing(monthly) == "overdue"
    double.book.retry(invoice)
    double.book.settle_invoice(invoice, succeeded=True)
    deliver(double)
    assert sorted(gifts()) == ["accepted", "failed"]
    assert standing(monthly) == "active"
    assert balances() == ONE_MONTH
    charge = double.book.every("charge")[0]["id"]
    dispute = double.book.open_dispute(charge)["id"]
    double.book.close_dispute(dispute, won=False)
    deliver(double)
    assert balances()["Chargebacks", "EMG"] == 2_000
    assert sorted(gifts()) == ["failed", "refunded"]


@pytest.mark.both_stores
def test_donor_pauses_resumes_and_stops(app: Flask, chart: None, double: StripeDouble) -> None:
    donor, monthly, page = agree()
    double.book.pay(page)
    deliver(double)
    deliver(double)
    monthly_gifts.pause(donor, monthly, press())
    assert standing(monthly) == "paused"
    run_worker(app, once=True)
    double.book.next_month(subscription(double, page))
    deliver(double)
    assert balances() == ONE_MONTH
    monthly_gifts.resume(donor, monthly, press())
    run_worker(app, once=True)
    double.book.next_month(subscription(double, page))
    deliver(double)
    assert balances() == {key: 2 * amount for key, amount in ONE_MONTH.items()}
    monthly_gifts.stop(donor, monthly, press())
    assert standing(monthly) == "stopping"
    run_worker(app, once=True)
    assert standing(monthly) == "ended"
    assert double.book.get(subscription(double, page))["status"] == "canceled"


@pytest.mark.both_stores
def test_nobody_else_stops_it_and_an_ended_record_stops_it(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    donor, monthly, page = agree()
    double.book.pay(page)
    deliver(double)
    stranger = Actor(new_ref(), frozenset({Role.DONOR}))
    with pytest.raises(Unknown):
        monthly_gifts.stop(stranger, monthly, press())
    donors.end(donor)
    run_worker(app, once=True)
    assert standing(monthly) == "ended"
    assert double.book.get(subscription(double, page))["status"] == "canceled"
    holders = set(db.session.scalars(select(Donor.holder_id)))
    assert donor.ref not in holders


def test_agreed_before_the_record_ended_and_reported_after_it_is_stopped(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    donor, monthly, page = agree()
    double.book.pay(page)
    donors.end(donor)
    deliver(double)
    run_worker(app, once=True)
    assert standing(monthly) == "ended"
    assert double.book.get(subscription(double, page))["status"] == "canceled"


@pytest.mark.both_stores
def test_same_form_sent_twice_at_the_same_moment_begins_one_gift(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    request_id = secrets.token_hex(16)
    barrier = Barrier(4)

    def press_it(_number: int) -> tuple[str, bool]:
        with app.app_context():
            barrier.wait()
            wish = Wish("EMG", 2_000, Method.CARD)
            begun = monthly_gifts.begin(wish, language="en", request_id=request_id)
            return begun.donation_id, begun.codename is not None

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(press_it, range(4)))
    assert len({monthly for monthly, _fresh in made}) == 1
    assert sum(fresh for _monthly, fresh in made) == 1
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Donor)) == 1


def test_abandoned_page_lapses_and_cannot_be_stopped(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    donor, monthly, page = agree()
    double.book.expire_session(page)
    deliver(double)
    assert standing(monthly) == "lapsed"
    with pytest.raises(Refused):
        monthly_gifts.stop(donor, monthly, INTERNAL)


def test_month_goes_back_like_any_gift(app: Flask, chart: None, double: StripeDouble) -> None:
    _donor, _monthly, page = agree()
    double.book.pay(page)
    deliver(double)
    deliver(double)
    charge = double.book.every("charge")[0]["id"]
    double.book.refund({"charge": charge, "amount": "700"})
    deliver(double)
    assert balances()["Refunds", "EMG"] == 700
    assert gifts() == ["accepted"]
    gift = db.session.scalars(select(Donation.id)).one()
    assert gift_returns._objects(gift)["home"].startswith("in_")  # noqa: SLF001


@pytest.mark.both_stores
def test_messages_nobody_delivered_are_found_by_the_poll(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    _donor, monthly, page = agree()
    double.book.pay(page)
    stripe_inbox.poll()
    run_worker(app, once=True)
    stripe_inbox.poll()
    run_worker(app, once=True)
    assert standing(monthly) == "active"
    assert balances() == ONE_MONTH


THREE = ("EMG", "FAM", "LEG")


def of(account: str) -> list[int]:
    """Return what an account holds in each of the three funds."""
    found = balances()
    return [found.get((account, fund), 0) for fund in THREE]


@pytest.mark.both_stores
def test_shared_gift_splits_every_month_alike_and_is_ended_for_its_donor(
    app: Flask, chart: None, double: StripeDouble, clock: ManualClock
) -> None:
    _donor, monthly, page = agree(10_000, also=("FAM", "LEG"))
    double.book.pay(page)
    deliver(double)
    deliver(double)
    assert of("Donations") == [-3_334, -3_333, -3_333]
    clock.advance(days=30)
    double.book.next_month(subscription(double, page))
    deliver(double)
    assert of("Donations") == [-6_668, -6_666, -6_666]
    newest = double.book.every("charge")[0]["id"]
    double.book.refund({"charge": newest, "amount": "5000"})
    deliver(double)
    assert of("Refunds") == [1_667, 1_667, 1_666], "of that month alone"
    for sql in (
        "UPDATE monthly_gift_part SET amount = 1",
        "DELETE FROM monthly_gift_part",
        f"INSERT INTO monthly_gift_part VALUES ('{monthly}', 'DIG', 5)",  # noqa: S608
    ):
        with pytest.raises(DBAPIError), unit_of_work() as session:
            session.execute(text(sql))
    finance = Actor(new_ref(), frozenset({Role.FINANCE_OFFICER}))
    board = Actor(new_ref(), frozenset({Role.BOARD_MEMBER}))
    for who, reason in ((board, "donor_asked"), (finance, "no such code")):
        with pytest.raises(Refused):
            monthly_gifts.stop_for_donor(who, monthly, reason, press())
    once = press()
    for _twice in range(2):
        monthly_gifts.stop_for_donor(finance, monthly, "donor_asked", once)
    run_worker(app, once=True)
    assert standing(monthly) == "ended"
    assert double.book.get(subscription(double, page))["status"] == "canceled"
    with pytest.raises(Refused):
        monthly_gifts.stop_for_donor(finance, monthly, "donor_asked", press())


@pytest.mark.both_stores
def test_parts_have_to_add_up_before_anything_is_agreed(
    app: Flask, chart: None, double: StripeDouble
) -> None:
    donor, monthly, _page = agree(10_000, also=("FAM",))
    with unit_of_work() as session:
        session.execute(text(f"INSERT INTO monthly_gift_part VALUES ('{monthly}', 'DIG', 5)"))  # noqa: S608
    with pytest.raises(DBAPIError), unit_of_work() as session:
        session.execute(text("UPDATE monthly_gift SET state = 'checking'"))
    with unit_of_work() as session:
        session.get_one(Fund, "FAM").open_for_donations = False
    with pytest.raises(PurposeClosed):
        monthly_gifts.check_out(donor, monthly, success_url=SUCCESS, cancel_url=CANCEL, note="")
