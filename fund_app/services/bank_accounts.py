"""The fund's bank accounts: which there are, and how the bank's own export is read."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum import iban

from fund_app.adapters.clock import now
from fund_app.models.bank import BankAccount
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.models.ledger_accounts import BANK, GENERAL
from fund_app.models.types import new_ref
from fund_app.services import audit, lasting_keys, ledger_chart
from fund_app.services.donation_rows import wait_for_turn
from fund_app.services.transition import Unknown
from fund_app.services.unit import unit_of_work
from workflows.bank import CsvMapping, account_names
from workflows.engine import Refused
from workflows.money import EXPONENTS
from workflows.roles import Actor, Role

PURPOSE = "bank"
TAIL = 4
_CODE = re.compile(r"[A-Z0-9]{2,16}")
_GERMAN = re.compile(r"(\d{8})/0*(\d{1,10})")


class AccountRefused(Exception):
    """An account that cannot be set up; `code` is code, iban, currency or taken."""

    def __init__(self, code: str) -> None:
        """Keep the reason."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class AccountWish:
    """A bank account to be set up: a short code for lists, its currency, its IBAN."""

    code: str
    currency: str
    iban: str = field(repr=False)


def add(actor: Actor, wish: AccountWish) -> str:
    """Set up a bank account of the fund and return its id; the same one again is the same.

    Raises Refused for who is no treasurer, AccountRefused: code (two to sixteen capitals and
    digits), iban (check digits, ISO 13616), currency (unknown), taken (another account has the
    code or the IBAN). The first account of a currency is the ledger's Bank, each further one has
    a ledger account of its own, so that both are compared with their bank to the cent.
    """
    _require_treasurer(actor, "bank_account_added")
    code, number = wish.code.strip().upper(), account_names(wish.iban)
    if _CODE.fullmatch(code) is None:
        raise AccountRefused("code")
    if wish.currency not in EXPONENTS:
        raise AccountRefused("currency")
    if not iban.is_valid(number):
        raise AccountRefused("iban")
    with unit_of_work() as session:
        wait_for_turn(session, GENERAL)
        row = BankAccount(
            id=new_ref(),
            code=code,
            currency=wish.currency,
            iban_digest=digest("account", number),
            iban_tail=number[-TAIL:],
            opened_on=now().date(),
        )
        known = session.scalars(select(BankAccount)).all()
        for other in known:
            if (other.code, other.iban_digest, other.currency) == (
                row.code, row.iban_digest, row.currency,
            ):  # fmt: skip
                return other.id
            if row.code == other.code or row.iban_digest == other.iban_digest:
                raise AccountRefused("taken")
        is_first = wish.currency not in {other.currency for other in known}
        row.account_code = BANK if is_first else ledger_chart.bank_account(session, code)
        session.add(row)
        audit.record(
            session, HOUSE, HOUSE_ID, "bank_account_added", actor=actor, role=Role.TREASURER,
            reason_code=code,
        )  # fmt: skip
        return row.id


def set_mapping(actor: Actor, account_id: str, mapping: CsvMapping) -> None:
    """Say how this bank's CSV is read, from now on; Refused for who is no treasurer, Unknown."""
    _require_treasurer(actor, "bank_mapping_set")
    with unit_of_work() as session:
        row = locked(session, account_id)
        row.csv_mapping = mapping.as_data()
        audit.record(
            session, HOUSE, HOUSE_ID, "bank_mapping_set", actor=actor, role=Role.TREASURER,
            reason_code=row.code,
        )  # fmt: skip


def locked(session: Session, account_id: str) -> BankAccount:
    """Lock an account, so that its statements and matches take turns; raises Unknown."""
    row = session.get(BankAccount, account_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise Unknown(account_id)
    return row


def is_of(account: BankAccount, named: str) -> bool:
    """Whether a statement's own naming means this account.

    An IBAN, an IBAN followed by the currency, or a German bank code and number as MT940 has it.
    """
    text = account_names(named)
    text = text.removesuffix(account.currency) if len(text) > len(account.currency) else text
    return any(
        hmac.compare_digest(digest("account", each), account.iban_digest)
        for each in (text, _german(text))
        if each
    )


def digest(*parts: str) -> str:
    """Return the keyed digest of something the bank wrote, which cannot be guessed back."""
    content = "\x1f".join(parts).encode()
    return hmac.new(lasting_keys.lasting_key(PURPOSE), content, hashlib.sha256).hexdigest()


def _german(text: str) -> str:
    """Return the IBAN of a German bank code and account number, or nothing (ISO 13616)."""
    found = _GERMAN.fullmatch(text)
    if found is None:
        return ""
    basic = found.group(1) + found.group(2).zfill(10)
    return f"DE{iban.calc_check_digits('DE00' + basic)}{basic}"


def _require_treasurer(actor: Actor, action: str) -> None:
    if not actor.has_any(frozenset({Role.TREASURER})):
        raise Refused("wrong_role", {"action": action})
