"""Promises of the demonstration: monthly gifts, pledges, a debit under way, a dispute, in kind.

As in demo_gifts.py, what the payment provider knows arrives as its picture; nothing is asked
over a network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from flask import current_app

from fund_app.adapters.payments import Agreement, Dispute, Movement, Payment
from fund_app.extensions import db
from fund_app.models.donations import Method
from fund_app.models.ledger_accounts import EMERGENCY, GENERAL
from fund_app.models.pledges import Pledge
from fund_app.models.types import new_ref
from fund_app.services import donations, in_kind_gifts, monthly_gifts, monthly_progress, pledges
from fund_app.services.demo_cases import at
from fund_app.services.demo_gifts import (
    RESERVE,
    Card,
    begin,
    follow,
    movement,
    new_donor,
    payment_of,
)
from fund_app.services.demo_house import SEED, House, press
from fund_app.services.demo_timeline import Story
from fund_app.services.donations import BankGift, Wish
from fund_app.services.in_kind_gifts import InKind
from fund_app.services.pledges import Offer
from fund_app.services.unit import unit_of_work

MONTH = timedelta(days=30)
CURRENCY = "EUR"


@dataclass(frozen=True, slots=True)
class Monthly:
    """Somebody who gives each month: since when, for what, how much, how often, and then what."""

    start: str
    fund: str
    amount: int
    fee: int
    months: int
    short: bool = False
    also: tuple[str, ...] = ()


MONTHLY = (
    Monthly("2026-01-10 11:00", GENERAL, 20_00, 55, 6),
    Monthly("2026-03-05 20:30", GENERAL, 10_00, 40, 4, also=("FAM", "LEG")),
    Monthly("2026-04-21 08:15", GENERAL, 15_00, 48, 2, short=True),
)


@dataclass(frozen=True, slots=True)
class Promise:
    """A pledge: when it was offered, its terms, how many instalments came, and how it ended."""

    start: str
    fund: str
    amount: int
    source: str
    first: date
    count: int
    months: int
    paid: int = 0
    end: str | None = None
    board: bool = False
    """Whether it is large or bound to a purpose, so that the board agrees to it."""


PLEDGES = (
    Promise("2025-01-15 10:00", RESERVE, 12_000_00, "foundation", date(2025, 3, 1), 2, 6, paid=2,
            board=True),
    Promise("2025-11-03 10:00", GENERAL, 1_200_00, "company", date(2026, 1, 15), 4, 3, paid=2),
    Promise("2026-02-10 10:00", "LEG", 3_000_00, "institution", date(2026, 9, 1), 3, 3,
            board=True),
    Promise("2026-01-20 10:00", GENERAL, 800_00, "person", date(2026, 5, 2), 2, 6),
    Promise("2026-05-18 10:00", GENERAL, 5_000_00, "state_body", date(2026, 9, 1), 1, 1,
            end="source_doubtful"),
    Promise("2026-06-26 10:00", "FAM", 2_400_00, "foundation", date(2026, 10, 1), 4, 3),
)  # fmt: skip

IN_KIND = (
    ("2026-02-03 15:00", InKind("translation", 40, 1_600_00, EMERGENCY, date(2026, 2, 1))),
    ("2026-05-27 15:00", InKind("equipment", 6, 2_700_00, "DIG", date(2026, 5, 26))),
    ("2026-06-12 15:00", InKind("housing", 14, None, EMERGENCY, date(2026, 6, 10))),
)
DISPUTED = Card("2026-05-30 13:45", GENERAL, 50_00, 100)
DISPUTE_FEE = 20_00
SHARED = Card("2026-06-27 18:00", EMERGENCY, 100_00, 175)
DEBIT = Card("2026-06-28 17:30", "FAM", 60_00, 0)


def stories(house: House) -> Iterator[tuple[datetime, Story[object]]]:
    """Yield every promise with the moment it begins.

    They draw from lots of their own, so that the cases beside them are drawn as ever.
    """
    lots = Random(SEED)  # noqa: S311 (lots that can be repeated)
    for start, story in _stories(house):
        yield start, _apart(story, lots)


def _apart(story: Story[object], lots: Random) -> Story[None]:
    extensions = current_app.extensions
    while True:
        usual = extensions["fund.lot"]
        extensions["fund.lot"] = lots
        try:
            pause = next(story)
        except StopIteration:
            return
        finally:
            extensions["fund.lot"] = usual
        yield pause


def _stories(house: House) -> Iterator[tuple[datetime, Story[object]]]:
    for number, one in enumerate(MONTHLY, start=1):
        yield at(one.start), _monthly(one, number)
    for number, promise in enumerate(PLEDGES, start=1):
        yield at(promise.start), _pledge(house, promise, number)
    for start, gift in IN_KIND:
        yield at(start), _in_kind(house, gift)
    yield at(DISPUTED.start), _disputed()
    yield at(SHARED.start), _shared()
    yield at(DEBIT.start), _debit()


def _monthly(one: Monthly, number: int) -> Story[None]:
    """Agree on the page; each month is collected until the account is empty, if it ever is."""
    wish = Wish(one.fund, one.amount, Method.CARD, one.also)
    begun = monthly_gifts.begin(wish, language="en", request_id=new_ref(), holder_id=new_donor())
    yield timedelta(minutes=4)
    start = at(one.start) + timedelta(minutes=4)
    agreement = Agreement(
        session=f"cs_demo_m{number}", session_status="complete", reference=begun.donation_id,
        amount=one.amount, currency=CURRENCY, subscription=f"sub_demo_{number}", status="active",
        customer=None, is_paused=False, next_on=(start + MONTH).date(),
    )  # fmt: skip
    for month in range(one.months):
        moment = start + month * MONTH
        name = f"demo_m{number}_{month}"
        card = Card(one.start, one.fund, one.amount, one.fee)
        charge = movement(f"txn_{name}", "charge", one.amount, one.fee, moment)
        payment = payment_of("", card, 0, (charge,))
        _follow_month(replace(agreement, next_on=(moment + MONTH).date()), name, payment)
        yield MONTH
    if one.short:
        with unit_of_work() as session:
            later = (start + one.months * MONTH + timedelta(days=3)).date()
            overdue = replace(agreement, status="past_due", next_on=later)
            _require(monthly_progress.follow(session, overdue))


def _follow_month(agreement: Agreement, name: str, payment: Payment) -> None:
    picture = replace(
        payment, session=f"in_{name}", reference=None, intent=f"pi_{name}", charge=f"ch_{name}",
        subscription=agreement.subscription, invoice_status="paid", attempts=1,
    )  # fmt: skip
    with unit_of_work() as session:
        _require(monthly_progress.follow(session, agreement))
        _require(monthly_progress.follow_month(session, picture))


def _pledge(house: House, promise: Promise, number: int) -> Story[None]:
    plan = pledges.every_month(promise.amount, promise.count, promise.first, promise.months)
    offer = Offer(promise.fund, promise.amount, promise.source, plan)
    pledge_id = pledges.offer(house["finance-1"], offer, press())
    if promise is PLEDGES[-1]:
        return
    yield timedelta(days=2)
    if promise.end is not None:
        pledges.decline(house["board-2"], pledge_id, promise.end, press())
        return
    if not promise.board:
        pledges.accept_small(house["finance-1"], pledge_id, press())
    else:
        pledges.screen(house["finance-1"], pledge_id, press())
        yield timedelta(days=5)
        pledges.agree(
            house["board-2"], pledge_id, press(),
            source_clean=True, restriction_feasible=True, no_beneficiary_data=True,
        )  # fmt: skip
    for each, instalment in enumerate(plan[: promise.paid], start=1):
        today = house.clock.now().date()
        yield timedelta(days=max(0, (instalment.due_on - today).days - 1))
        reference = db.session.get_one(Pledge, pledge_id).reference
        gift = BankGift(
            promise.fund, instalment.amount, house.clock.now().date(), reference,
            f"DEMO-P{number}-{each}", is_source_known=True, source=promise.source,
        )  # fmt: skip
        donations.record_bank_gift(house["finance-2"], gift, press())


def _in_kind(house: House, gift: InKind) -> Story[None]:
    in_kind_gifts.record(house["finance-1"], gift, press())
    yield from ()


def _disputed() -> Story[None]:
    """Give by card; three weeks later the card holder's bank takes the money back at once."""
    begun = begin(new_donor(), DISPUTED.fund, DISPUTED.amount, Method.CARD)
    yield timedelta(minutes=3)
    start = at(DISPUTED.start) + timedelta(minutes=3)
    charge = movement("txn_demo_d", "charge", DISPUTED.amount, DISPUTED.fee, start)
    picture = payment_of(begun.donation_id, DISPUTED, 901, (charge,))
    follow(picture)
    yield timedelta(days=28)
    taken = _taken(start + timedelta(days=28))
    opened = Dispute("dp_demo_1", DISPUTED.amount, "needs_response")
    follow(replace(picture, movements=(charge, taken), disputes=(opened,)))


def _taken(moment: datetime) -> Movement:
    line = movement("txn_demo_dp", "dispute", -DISPUTED.amount, DISPUTE_FEE, moment)
    return replace(line, source="dp_demo_1")


def _shared() -> Story[None]:
    """Give by card for three funds; a part goes back."""
    wish = Wish(SHARED.fund, SHARED.amount, Method.CARD, also=("FAM", "LEG"))
    begun = donations.begin(wish, language="en", request_id=new_ref(), holder_id=new_donor())
    yield timedelta(minutes=3)
    start = at(SHARED.start) + timedelta(minutes=3)
    charge = movement("txn_demo_s", "charge", SHARED.amount, SHARED.fee, start)
    follow(payment_of(begun.donation_id, SHARED, 902, (charge,)))
    yield timedelta(days=2)
    back = movement("txn_demo_s_back", "refund", -50_00, 0, start + timedelta(days=2))
    follow(payment_of(begun.donation_id, SHARED, 902, (charge, back), refunded=50_00))


def _debit() -> Story[None]:
    """Give by debit two days ago: it is on its way, and nothing of it counts."""
    begun = begin(new_donor(), DEBIT.fund, DEBIT.amount, Method.CARD)
    yield timedelta(minutes=3)
    picture = payment_of(begun.donation_id, DEBIT, 903, ())
    follow(replace(picture, is_paid=False, intent_status="processing", charge=None))


def _require(problem: str | None) -> None:
    if problem is not None:
        raise RuntimeError(problem)
