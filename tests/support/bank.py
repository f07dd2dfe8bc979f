"""A bank account of a house, and statements brought to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from fund_app.adapters.bank_files import Upload
from fund_app.extensions import db
from fund_app.models.bank import BankAccount
from fund_app.models.donations import Method
from fund_app.models.ledger import Posting
from fund_app.models.types import new_ref
from fund_app.queries import bank
from fund_app.queries.bank import LineRow
from fund_app.services import bank_accounts, bank_imports, donations, ledger_facts
from fund_app.services.bank_accounts import AccountWish
from fund_app.services.bank_imports import Understood
from fund_app.services.ledger_facts import Origin
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from tests.support.bank_files import DAY, IBAN, Line, camt
from workflows.roles import SYSTEM

SEEDED = 500_000
"""What a house has in the bank before its statements begin."""


def account(treasurer: SignedIn, currency: str = "EUR") -> str:
    """Set up the house's bank account."""
    return bank_accounts.add(treasurer, AccountWish("MAIN", currency, IBAN))


def bring(
    actor: SignedIn, account_id: str, lines: Sequence[Line], *, opening: int = SEEDED, **more: Any
) -> Understood:
    """Import a camt.053 with these lines."""
    return bank_imports.take_in(actor, account_id, Upload(camt(lines, opening=opening, **more)))


def lines(account_id: str, view: str = "all") -> list[LineRow]:
    """Read the lines of an account anew, in order."""
    db.session.rollback()
    return list(bank.lines(account_id, view).rows)


def the_account(account_id: str) -> BankAccount:
    """Read an account anew."""
    db.session.rollback()
    return db.session.get_one(BankAccount, account_id)


def balance(code: str = "Bank", currency: str = "EUR") -> int:
    """Return what the postings of an account add up to."""
    db.session.rollback()
    query = select(func.coalesce(func.sum(Posting.amount), 0)).where(
        Posting.account_code == code, Posting.currency == currency
    )
    return int(db.session.scalar(query) or 0)


def announced(amount: int, fund: str = "EMG") -> tuple[str, str]:
    """Let a donor announce a transfer; returns the donation's id and its reference."""
    wish = donations.Wish(fund, amount, Method.BANK_TRANSFER)
    begun = donations.begin(wish, language="en", request_id=new_ref())
    return begun.donation_id, begun.reference


def paid_out(payout_id: str, gross: int, fee: int) -> None:
    """Let Stripe take in a card gift for EMG and pay it out, less its fee borne by GEN."""
    with unit_of_work() as session:
        source = ("payout", payout_id)
        gift = Origin(f"stripe:{payout_id}:gift", DAY, ("donation", new_ref()), SYSTEM.ref)
        ledger_facts.card_gift(
            session, gift, {"EMG": gross}, fee=fee, net=gross - fee, currency="EUR"
        )
        payout = Origin(f"stripe:{payout_id}", DAY, source, SYSTEM.ref)
        shares = {"EMG": gross, "GEN": -fee}
        ledger_facts.stripe_payout(session, payout, shares, net=gross - fee, currency="EUR")
