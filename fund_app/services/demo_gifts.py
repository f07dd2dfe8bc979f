"""Gifts of the demonstration: what institutions and people gave, by card and by bank transfer.

A card gift arrives here as the provider's picture of its payment, the way the inbox hands it
on; nothing is asked over a network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fund_app.adapters.payments import Movement, Payment
from fund_app.models.donations import Method
from fund_app.models.ledger_accounts import EMERGENCY, GENERAL
from fund_app.models.types import new_ref
from fund_app.services import codenames, donation_progress, donations, ledger_chart, ledger_facts
from fund_app.services.demo_cases import at
from fund_app.services.demo_house import House, press
from fund_app.services.demo_timeline import Story
from fund_app.services.donations import BankGift, Wish
from fund_app.services.ledger_facts import Origin
from fund_app.services.personas import persona
from fund_app.services.unit import unit_of_work
from workflows.roles import SYSTEM

CURRENCY = donations.CURRENCY
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


def open_books() -> None:
    """Make the reserve and take over what the bank held."""
    with unit_of_work() as session:
        ledger_chart.add_fund(session, RESERVE, restricted=False, open_for_donations=False)
        for fund, amount in OPENING:
            source = ("opening", f"demo-{fund}")
            origin = Origin(f"opening:{fund}", BEGINNING, source, SYSTEM.ref)
            ledger_facts.opening_balance(session, origin, fund, amount, CURRENCY)


def stories(house: House) -> Iterator[tuple[datetime, Story[object]]]:
    """Yield every gift with the moment it begins; the order numbers the bank's lines."""
    own = _own_donor()
    lines = iter(f"DEMO-{number:04d}" for number in range(1, 1000))
    for day, fund, amount in INSTITUTIONS:
        yield at(f"{day} 09:00"), _announced(house, _donor(), fund, amount, next(lines))
    for day, fund, amount in PEOPLE:
        yield at(f"{day} 09:30"), _transfer(house, fund, amount, "\N{SUNFLOWER}", next(lines))
    for day, fund, amount in OWN_TRANSFERS:
        yield at(f"{day} 10:00"), _announced(house, own, fund, amount, next(lines))
    for number, card in enumerate((*OWN_CARDS, *OTHER_CARDS), start=1):
        holder = own if card in OWN_CARDS else _donor()
        yield at(card.start), _card(holder, card, number)
    yield at("2026-06-29 18:20"), _promised(own)


def _own_donor() -> str:
    """Make the donor of the door page, known by a codename that is no secret."""
    entrant = codenames.donors().begin()
    known = persona("donor")
    if known is not None:
        codenames.donors().bind_known(entrant.holder_id, entrant.private_key, known.codename)
    return entrant.holder_id


def _donor() -> str:
    return codenames.donors().begin().holder_id


def _begin(holder_id: str, fund: str, amount: int, method: Method) -> donations.Begun:
    wish = Wish(fund, amount, method)
    return donations.begin(wish, language="en", request_id=new_ref(), holder_id=holder_id)


def _announced(house: House, holder_id: str, fund: str, amount: int, line: str) -> Story[None]:
    begun = _begin(holder_id, fund, amount, Method.BANK_TRANSFER)
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
    _begin(holder_id, EMERGENCY, 150_00, Method.BANK_TRANSFER)
    yield from ()


def _card(holder_id: str, card: Card, number: int) -> Story[None]:
    """Give by card; days later a part or the whole may go back."""
    begun = _begin(holder_id, card.fund, card.amount, Method.CARD)
    yield timedelta(minutes=3)
    start = at(card.start) + timedelta(minutes=3)
    charge = _movement(f"txn_demo_{number:04d}", "charge", card.amount, card.fee, start)
    _follow(_payment(begun.donation_id, card, number, (charge,)))
    if not card.back:
        return
    yield timedelta(days=3)
    later = start + timedelta(days=3)
    back = _movement(f"txn_demo_{number:04d}_back", "refund", -card.back, 0, later)
    _follow(_payment(begun.donation_id, card, number, (charge, back), refunded=card.back))


def _follow(payment: Payment) -> None:
    with unit_of_work() as session:
        problem = donation_progress.follow(session, payment)
    if problem is not None:
        raise RuntimeError(problem)


def _payment(
    donation_id: str,
    card: Card,
    number: int,
    movements: tuple[Movement, ...],
    *,
    refunded: int = 0,
) -> Payment:
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


def _movement(name: str, category: str, amount: int, fee: int, created: datetime) -> Movement:
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
