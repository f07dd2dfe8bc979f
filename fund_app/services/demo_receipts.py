"""Receipts of the demonstration: one of each country, one made void and replaced, a year in one go.

The fund's numbers and notices are made up; they lead to no tax office.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.ledger_accounts import EMERGENCY, GENERAL
from fund_app.models.receipts import ReceiptRequest
from fund_app.services import (
    demo_gifts,
    gift_aid,
    receipt_batches,
    receipt_issuers,
    receipt_issuing,
    receipt_voids,
    receipts,
)
from fund_app.services.demo_cases import at
from fund_app.services.demo_house import House
from fund_app.services.demo_timeline import Story
from fund_app.services.receipts import Details
from workflows.roles import Actor, Role

ISSUERS = {
    "DE": {
        "name": "Solidarity Fund (Muster) e. V.",
        "address": "Musterweg 1\n10115 Berlin",
        "purposes": "der Hilfe für politisch, rassistisch oder religiös Verfolgte",
        "tax_office": "Musterstadt",
        "tax_number": "00/000/00000",
        "notice_kind": "exemption_notice",
        "notice_day": "2024-04-11",
        "assessment_period": "2020 bis 2022",
        "machine_day": "2024-05-06",
        "place": "Berlin",
    },
    "GB": {
        "name": "Solidarity Fund (Sample) UK",
        "address": "1 Sample Road\nLondon",
        "charity_number": "0000000",
        "hmrc_reference": "XX00000",
    },
    "US": {
        "name": "Solidarity Fund (Sample) Inc.",
        "address": "1 Sample Avenue\nNew York, NY",
        "ein": "00-0000000",
    },
    "INT": {
        "name": "Solidarity Fund (Sample)",
        "address": "Musterweg 1\n10115 Berlin, Germany",
        "registration": "",
    },
}
YEAR = 2025


@dataclass(frozen=True, slots=True)
class Giver:
    """Somebody who gave by bank transfer in the year and asks for a receipt of a country."""

    country: str
    fund: str
    gifts: tuple[tuple[str, int], ...]
    details: Details


GIVERS = (
    Giver(
        "GB", EMERGENCY, (("2025-03-10", 60_00), ("2025-10-20", 90_00)),
        Details("Robin Example", "2 Sample Road\nLeeds LS1 1AA"),
    ),
    Giver(
        "US", GENERAL, (("2025-11-27", 300_00),),
        Details("Jamie Example", "3 Sample Street\nPortland, OR"),
    ),
    Giver(
        "FR", "LEG", (("2025-06-02", 45_00), ("2025-06-30", 45_00)),
        Details("Camille Example", "4 rue Exemple\n75000 Paris"),
    ),
)  # fmt: skip


def stories(house: House) -> Iterator[tuple[datetime, Story[object]]]:
    """Yield who issues, who gave and asks, the receipt made void, and the year in one go."""
    yield at("2025-01-07 11:00"), _issuers(house)
    lines = iter(f"DEMO-R{number:03d}" for number in range(1, 100))
    for giver in GIVERS:
        holder_id = demo_gifts.new_donor()
        for day, amount in giver.gifts:
            story = demo_gifts.announced(house, holder_id, giver.fund, amount, next(lines))
            yield at(f"{day} 11:00"), story
        if giver.country == "GB":
            yield at("2025-04-02 18:00"), _declared(holder_id, giver.details)
        yield at("2026-02-10 19:00"), _asked(holder_id, giver)
    yield at("2026-05-18 10:00"), _replaced(house)
    yield at("2026-06-12 10:00"), _whole_year(house)


def _issuers(house: House) -> Story[None]:
    for code, facts in ISSUERS.items():
        receipt_issuers.record(house["treasurer"], code, facts)
    yield from ()


def _declared(holder_id: str, details: Details) -> Story[None]:
    gift_aid.declare(Actor(holder_id, frozenset({Role.DONOR})), details, with_past=False)
    yield from ()


def _asked(holder_id: str, giver: Giver) -> Story[None]:
    donor = Actor(holder_id, frozenset({Role.DONOR}))
    receipts.ask(donor, giver.details, year=YEAR, country=giver.country)
    yield from ()


def _replaced(house: House) -> Story[None]:
    """Issue the German receipt, notice days later that it was wrong, and issue another one."""
    german = select(ReceiptRequest.id).where(
        ReceiptRequest.country == "DE", ReceiptRequest.year == YEAR
    )
    request_id = db.session.scalars(german).one()
    (first,) = receipt_issuing.issue(house["treasurer"], request_id)
    yield timedelta(days=6)
    receipt_voids.void(house["treasurer"], first, "wrong_details")
    yield timedelta(days=2)
    receipt_issuing.issue(house["finance-1"], request_id)


def _whole_year(house: House) -> Story[None]:
    batch_id = receipt_batches.begin(house["treasurer"], YEAR)
    while not receipt_batches.go_on(house["treasurer"], batch_id):
        yield timedelta(minutes=1)
    yield from ()
