"""Donors with money that has arrived, and issuers: what tests of receipts begin with."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.donations import Donation, Donor, Method
from fund_app.models.receipts import Receipt, ReceiptLine, ReceiptRequest
from fund_app.models.types import new_ref
from fund_app.services import codenames, donations, gift_returns, receipt_issuers, receipts, vault
from fund_app.services.gift_returns import Wish
from fund_app.services.receipts import Details
from fund_app.services.transition import Request
from fund_app.services.vault import SignedIn
from tests.support.house import House, press
from workflows.roles import Role

DETAILS = Details("Ada Zqname", "Zqstreet 7\n10115 Zqtown")
FACTS = {
    "DE": {
        "name": "Solidarity Fund e. V.",
        "address": "Musterweg 1\n10115 Berlin",
        "purposes": "der Hilfe für politisch Verfolgte",
        "tax_office": "Berlin",
        "tax_number": "27/000/00000",
        "notice_kind": "exemption_notice",
        "notice_day": "2024-05-02",
        "assessment_period": "2021 bis 2023",
        "machine_day": "2024-06-03",
        "place": "Berlin",
    },
    "GB": {
        "name": "Solidarity Fund UK",
        "address": "1 Sample Road\nLondon",
        "charity_number": "0000001",
        "hmrc_reference": "XX00001",
    },
    "US": {"name": "Solidarity Fund Inc.", "address": "1 Sample Ave\nNY", "ein": "00-0000001"},
    "INT": {"name": "Solidarity Fund", "address": "Musterweg 1, Berlin", "registration": ""},
}


def set_up_issuers(house: House) -> None:
    """Write down who issues under every pack, as the treasurer does."""
    for code, facts in FACTS.items():
        receipt_issuers.record(house["treasurer"], code, facts)


def donor(language: str = "de") -> SignedIn:
    """Make a donor with a codename, signed in, without a gift."""
    made = codenames.donors().create(language)
    ring = vault.ring_for(made.holder_id, made.private_key)
    return SignedIn(made.holder_id, frozenset({Role.DONOR}), ring)


def give(house: House, who: SignedIn, day: date, amount: int, *, language: str = "de") -> str:
    """Let money of a donor arrive by bank transfer on a day; returns the donation's id."""
    wish = donations.Wish("GEN", amount, Method.BANK_TRANSFER)
    begun = donations.begin(wish, language=language, request_id=new_ref(), holder_id=who.ref)
    line = donations.BankGift("GEN", amount, day, begun.reference, new_ref(), is_source_known=True)
    return donations.record_bank_gift(house["fin1"], line, Request(new_ref()))


def ask(who: SignedIn, year: int = 2025, country: str = "DE", details: Details = DETAILS) -> str:
    """Ask for a receipt; returns the request's id."""
    receipts.ask(who, details, year=year, country=country)
    db.session.rollback()
    mine = (
        select(ReceiptRequest.id)
        .join(Donor)
        .where(Donor.holder_id == who.ref, ReceiptRequest.year == year)
    )
    return db.session.scalars(mine).one()


def receipt(receipt_id: str) -> Receipt:
    """Read a receipt anew."""
    db.session.rollback()
    return db.session.get_one(Receipt, receipt_id, populate_existing=True)


def lines(receipt_id: str) -> list[tuple[str, int, bool]]:
    """Read the lines of a receipt anew: gift, amount, void or not, in their order."""
    db.session.rollback()
    query = select(ReceiptLine).where(ReceiptLine.receipt_id == receipt_id)
    found = db.session.scalars(query.order_by(ReceiptLine.line))
    return [(line.donation_id, line.amount, line.is_void) for line in found]


def twelve(house: House, who: SignedIn) -> list[str]:
    """Let a gift arrive on the third of every month of 2025; returns their ids."""
    return [give(house, who, date(2025, month, 3), 10_000 + month) for month in range(1, 13)]


def send_back(house: House, gift: str, amount: int) -> None:
    """Give an amount of a bank gift back: asked, agreed to, gone."""
    back = gift_returns.ask(house["fin1"], gift, Wish(amount, "donor_asked"), press())
    gift_returns.agree(house["board"], back)
    gift_returns.record_sent(house["fin1"], back, line=f"back-{back}", day=date(2026, 6, 30))


def state(gift: str) -> str:
    """Read anew where a gift stands."""
    db.session.rollback()
    return db.session.get_one(Donation, gift, populate_existing=True).state
