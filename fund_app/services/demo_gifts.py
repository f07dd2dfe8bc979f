"""Gifts of the demonstration: what institutions and people gave, by card and by bank transfer.

A card gift arrives here as the provider's picture of its payment, the way the inbox hands it
on; nothing is asked over a network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from fund_app.adapters.payments import Movement, Payment
from fund_app.extensions import db
from fund_app.models.donations import Donation, Donor, Method
from fund_app.models.ledger_accounts import EMERGENCY, GENERAL
from fund_app.models.receipts import ReceiptRequest
from fund_app.models.types import new_ref
from fund_app.services import (
    codenames,
    donation_progress,
    donation_rows,
    donations,
    gift_returns,
    ledger_chart,
    ledger_facts,
    receipts,
)
from fund_app.services.demo_cases import at
from fund_app.services.demo_house import House, press
from fund_app.services.demo_timeline import Story
from fund_app.services.donations import BankGift, Wish
from fund_app.services.gift_returns import Wish as ReturnWish
from fund_app.services.ledger_facts import Origin
from fund_app.services.personas import persona
from fund_app.services.receipts import Details
from fund_app.services.unit import unit_of_work
from workflows.roles import SYSTEM, Actor, Role

CURRENCY = donation_rows.CURRENCY
RESERVE = "RES"
BEGINNING = date(2024, 1, 2)

OPENING = ((GENERAL, 3_400_00), (EMERGENCY, 2_000_00), ("LEG", 1_800_00), ("FAM", 900_00),
           ("DIG", 600_00), (RESERVE, 40_000_00))  # fmt: skip
"""What the bank held when the books were opened, by fund."""

INSTITUTIONS = (
    ("2024-03-18", EMERGENCY, 4_000_00), ("2025-02-11", EMERGENCY, 6_000_00),
    ("2025-09-23", "LEG", 1_500_00), ("2026-01-29", EMERGENCY, 12_000_00),
    ("2026-06-15", EMERGENCY, 8_000_00),
)  # fmt: skip
"""Transfers of institutions: day, fund, minor units."""

PEOPLE = (
    ("2024-05-07", GENERAL, 250_00), ("2024-11-21", EMERGENCY, 80_00),
    ("2025-04-16", "FAM", 120_00), ("2025-12-30", GENERAL, 400_00), ("2026-05-12", "DIG", 60_00),
)  # fmt: skip
"""Transfers of people nobody has asked who they are."""


@dataclass(frozen=True, slots=True)
class Card:
    """A gift by card: when, for which fund, how much, what the provider took, what went back."""

    start: str
    fund: str
    amount: int
    fee: int
    back: int = 0


OWN_CARDS = (
    Card("2025-02-14 10:20", GENERAL, 120_00, 205),
    Card("2025-09-01 19:45", "LEG", 75_50, 138),
    Card("2025-11-11 08:05", GENERAL, 60_00, 115, back=60_00),
    Card("2025-12-20 16:30", EMERGENCY, 200_00, 325),
    Card("2026-04-03 12:10", EMERGENCY, 45_00, 93),
    Card("2026-06-20 20:55", "DIG", 30_00, 70),
)
"""What the donor whose door card is on the first page has given by card."""

OWN_TRANSFERS = (("2025-05-09", EMERGENCY, 500_00), ("2026-01-15", "FAM", 1_000_00))
OTHER_CARDS = (
    Card("2024-09-14 06:40", EMERGENCY, 100_00, 175),
    Card("2025-07-27 22:15", GENERAL, 25_00, 63),
    Card("2026-03-08 09:00", EMERGENCY, 50_00, 100, back=20_00),
)

REFUSED = Card("2026-06-27 21:10", EMERGENCY, 40_00, 0)
"""A card of a listed country: nothing was charged."""
HELD = ("2026-06-26", GENERAL, 15_000_00)
"""A large transfer nobody has looked into yet."""
RECEIPTS = (
    ("2026-01-12 18:00", 2025, "DE", Details("Alex Example", "Sample Street 1\n10115 Berlin")),
    ("2026-02-03 09:30", 2025, "AT", Details("Kim Example", "Sample Lane 2\n1010 Vienna")),
)
"""When somebody asked for a tax receipt, for which year and country, and for whom: the first is
the donor of the door page, whose request the treasurer has opened."""


def open_books() -> None:
    """Make the reserve and take over what the bank held."""
    with unit_of_work() as session:
        ledger_chart.add_fund(session, RESERVE, restricted=False, open_for_donations=False)
        for fund, amount in OPENING:
            source = ("opening", f"demo-{fund}")
            origin = Origin(f"opening:{fund}", BEGINNING, source, SYSTEM.ref)
            ledger_facts.opening_balance(session, origin, {fund: amount}, CURRENCY)


def stories(house: House) -> Iterator[tuple[datetime, Story[object]]]:
    """Yield every gift with the moment it begins; the order numbers the bank's lines."""
    own = _own_donor()
    lines = iter(f"DEMO-{number:04d}" for number in range(1, 1000))
    for day, fund, amount in INSTITUTIONS:
        yield at(f"{day} 09:00"), announced(house, new_donor(), fund, amount, next(lines))
    for day, fund, amount in PEOPLE:
        yield at(f"{day} 09:30"), _transfer(house, fund, amount, "\N{SUNFLOWER}", next(lines))
    for day, fund, amount in OWN_TRANSFERS:
        yield at(f"{day} 10:00"), announced(house, own, fund, amount, next(lines))
    for number, card in enumerate((*OWN_CARDS, *OTHER_CARDS), start=1):
        holder = own if card in OWN_CARDS else new_donor()
        yield at(card.start), _card(holder, card, number)
    yield at("2026-06-29 18:20"), _promised(own)
    yield at(REFUSED.start), _refused(own, len(OWN_CARDS) + len(OTHER_CARDS) + 1)
    yield at(f"{HELD[0]} 09:00"), _held(house, *HELD[1:], next(lines))
    for start, year, country, details in RECEIPTS:
        who = own if details is RECEIPTS[0][-1] else None
        yield at(start), _receipt(house, who, year, country, details)
    yield at("2026-06-28 10:00"), _return_asked(house, own)


def _own_donor() -> str:
    """Make the donor of the door page, known by a codename that is no secret."""
    entrant = codenames.donors().begin()
    known = persona("donor")
    if known is not None:
        codenames.donors().bind_known(entrant.holder_id, entrant.private_key, known.codename)
    return entrant.holder_id


def new_donor() -> str:
    """Make a donor nobody comes back as; returns the holder's id."""
    return codenames.donors().begin().holder_id


def begin(holder_id: str, fund: str, amount: int, method: Method) -> donations.Begun:
    """Begin a gift of a donor."""
    wish = Wish(fund, amount, method)
    return donations.begin(wish, language="en", request_id=new_ref(), holder_id=holder_id)


def announced(house: House, holder_id: str, fund: str, amount: int, line: str) -> Story[None]:
    """Announce a bank transfer; two days later finance sees it on the account."""
    begun = begin(holder_id, fund, amount, Method.BANK_TRANSFER)
    yield timedelta(days=2)
    _seen(house, fund, amount, f"\N{SPARKLING HEART} {begun.reference.lower()}", line)


def _transfer(house: House, fund: str, amount: int, reference: str, line: str) -> Story[None]:
    _seen(house, fund, amount, reference, line)
    yield from ()


def _seen(house: House, fund: str, amount: int, reference: str, line: str) -> None:
    day = house.clock.now().date()
    gift = BankGift(fund, amount, day, reference, line, is_source_known=True)
    donations.record_bank_gift(house["finance-1"], gift, press())


def _promised(holder_id: str) -> Story[None]:
    begin(holder_id, EMERGENCY, 150_00, Method.BANK_TRANSFER)
    yield from ()


def _held(house: House, fund: str, amount: int, line: str) -> Story[None]:
    gift = BankGift(fund, amount, house.clock.now().date(), "", line)
    donations.record_bank_gift(house["finance-2"], gift, press())
    yield from ()


def _refused(holder_id: str, number: int) -> Story[None]:
    """Give by a card of a listed country: the money was set aside and let go."""
    begun = begin(holder_id, REFUSED.fund, REFUSED.amount, Method.CARD)
    yield timedelta(minutes=2)
    payment = payment_of(begun.donation_id, REFUSED, number, ())
    follow(
        replace(payment, is_paid=False, intent_status="canceled", is_card=True, card_country="RU")
    )


def _receipt(
    house: House, holder_id: str | None, year: int, country: str, details: Details
) -> Story[None]:
    """Ask for a tax receipt; the first one asked for is opened by the treasurer days later."""
    donor = Actor(holder_id or _giver(), frozenset({Role.DONOR}))
    receipts.ask(donor, details, year=year, country=country)
    if holder_id is None:
        return
    yield timedelta(days=6)
    found = select(ReceiptRequest.id).join(Donor).where(Donor.holder_id == holder_id)
    receipts.look(house["treasurer"], db.session.scalars(found).one())


def _giver() -> str:
    """Make somebody who has announced a transfer."""
    holder_id = new_donor()
    begin(holder_id, GENERAL, 90_00, Method.BANK_TRANSFER)
    return holder_id


def _return_asked(house: House, holder_id: str) -> Story[None]:
    """Let finance ask for a part of a gift to go back; the board has not answered yet."""
    found = (
        select(Donation.id)
        .join(Donor)
        .where(Donor.holder_id == holder_id, Donation.fund_code == "LEG")
    )
    gift_id = db.session.scalars(found).one()
    gift_returns.ask(house["finance-1"], gift_id, ReturnWish(25_00, "donor_asked"), press())
    yield from ()


def _card(holder_id: str, card: Card, number: int) -> Story[None]:
    """Give by card; days later a part or the whole may go back."""
    begun = begin(holder_id, card.fund, card.amount, Method.CARD)
    yield timedelta(minutes=3)
    start = at(card.start) + timedelta(minutes=3)
    charge = movement(f"txn_demo_{number:04d}", "charge", card.amount, card.fee, start)
    follow(payment_of(begun.donation_id, card, number, (charge,)))
    if not card.back:
        return
    yield timedelta(days=3)
    later = start + timedelta(days=3)
    back = movement(f"txn_demo_{number:04d}_back", "refund", -card.back, 0, later)
    follow(payment_of(begun.donation_id, card, number, (charge, back), refunded=card.back))


def follow(payment: Payment) -> None:
    """Hand the provider's picture of a payment on, as the inbox does."""
    with unit_of_work() as session:
        problem = donation_progress.follow(session, payment)
    if problem is not None:
        raise RuntimeError(problem)


def payment_of(
    donation_id: str,
    card: Card,
    number: int,
    movements: tuple[Movement, ...],
    *,
    refunded: int = 0,
) -> Payment:
    """Return the provider's picture of a card gift with these account lines."""
    return Payment(
        session=f"cs_demo_{number:04d}",
        reference=donation_id,
        session_status="complete",
        is_paid=True,
        amount=card.amount,
        currency=CURRENCY,
        intent=f"pi_demo_{number:04d}",
        intent_status="succeeded",
        charge=f"ch_demo_{number:04d}",
        amount_refunded=refunded,
        movements=movements,
        disputes=(),
    )


def movement(name: str, category: str, amount: int, fee: int, created: datetime) -> Movement:
    """Return one of the provider's account lines."""
    return Movement(
        id=name,
        type=category,
        category=category,
        amount=amount,
        fee=fee,
        net=amount - fee,
        currency=CURRENCY,
        source=None,
        payout=None,
        created=created,
        available_on=(created + timedelta(days=4)).date(),
    )
