"""The chart of accounts and the funds an installation starts with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from fund_app.models.ledger import LONGEST_ACCOUNT, LONGEST_FUND, Account, AccountType, Fund
from fund_app.models.ledger_accounts import (
    ADVANCES,
    BANK,
    BANK_FEES,
    BANK_TRANSIT,
    CHARGEBACKS,
    COMMIT_CONTROL,
    COMMIT_OPEN,
    DISPUTE_FEES,
    DISPUTES,
    DONATIONS,
    EMERGENCY,
    EXCHANGES,
    FUND_TRANSFERS,
    FX_CLEARING,
    FX_DIFFERENCE,
    GENERAL,
    GRANTS,
    GRANTS_PAYABLE,
    LOSSES,
    OPENING_BALANCES,
    PAYOUT_TRANSIT,
    PROCESSING_FEES,
    REFUNDS,
    STRIPE,
    SUSPENSE_PAID,
    SUSPENSE_RECEIVED,
)
from fund_app.services.ledger import LedgerRefused

_SPENDABLE = True
_ACCOUNTS: tuple[tuple[str, AccountType, bool], ...] = (
    (BANK, AccountType.ASSET, _SPENDABLE),
    (STRIPE, AccountType.ASSET, _SPENDABLE),
    (PAYOUT_TRANSIT, AccountType.ASSET, _SPENDABLE),
    (BANK_TRANSIT, AccountType.ASSET, _SPENDABLE),
    (FX_CLEARING, AccountType.ASSET, _SPENDABLE),
    (DISPUTES, AccountType.ASSET, not _SPENDABLE),
    (SUSPENSE_PAID, AccountType.ASSET, not _SPENDABLE),
    (GRANTS_PAYABLE, AccountType.LIABILITY, _SPENDABLE),
    (SUSPENSE_RECEIVED, AccountType.LIABILITY, _SPENDABLE),
    (DONATIONS, AccountType.INCOME, not _SPENDABLE),
    (REFUNDS, AccountType.INCOME, not _SPENDABLE),
    (CHARGEBACKS, AccountType.INCOME, not _SPENDABLE),
    (GRANTS, AccountType.EXPENSE, not _SPENDABLE),
    (PROCESSING_FEES, AccountType.EXPENSE, not _SPENDABLE),
    (DISPUTE_FEES, AccountType.EXPENSE, not _SPENDABLE),
    (BANK_FEES, AccountType.EXPENSE, not _SPENDABLE),
    (FX_DIFFERENCE, AccountType.EXPENSE, not _SPENDABLE),
    (LOSSES, AccountType.EXPENSE, not _SPENDABLE),
    (OPENING_BALANCES, AccountType.EQUITY, not _SPENDABLE),
    (FUND_TRANSFERS, AccountType.EQUITY, not _SPENDABLE),
    (EXCHANGES, AccountType.EQUITY, not _SPENDABLE),
    (COMMIT_CONTROL, AccountType.MEMO, not _SPENDABLE),
    (COMMIT_OPEN, AccountType.MEMO, not _SPENDABLE),
)
"""Spendable accounts add up to what a fund can spend; payables and unexplained receipts count
against it, so that money nobody has explained yet can neither be promised nor paid out."""

_RESTRICTED_FUNDS = (
    (EMERGENCY, "emergency"),
    ("LEG", "emergency"),
    ("FAM", "emergency"),
    ("DIG", "emergency"),
)
"""Emergency window, legal defence, family and prisoner support, digital security: the four
budgets emergency cases draw on."""

_FUND_CODE = re.compile(rf"[A-Z][A-Z0-9]{{1,{LONGEST_FUND - 1}}}")
_PARTNER_CODE = re.compile(r"[A-Z0-9][A-Za-z0-9-]{0,31}")


def seed_chart(session: Session) -> None:
    """Make the accounts and the first funds; what is there already stays as it is.

    GEN is unrestricted and carries the fees and losses of the others; EMG, LEG, FAM and DIG
    are restricted to the emergency programme (MONEY.md 3.4, DOMAIN.md 4.4).
    """
    connection = session.connection()
    for code, kind, spendable in _ACCOUNTS:
        _add(connection, Account, _account(code, kind, spendable=spendable))
    add_fund(session, GENERAL, restricted=False)
    for code, programme in _RESTRICTED_FUNDS:
        add_fund(session, code, restricted=True, programme=programme, carried_by=GENERAL)


@dataclass(frozen=True, slots=True)
class FundNames:
    """What a fund is called in each language; where one is missing, the English name stands."""

    en: str | None = None
    ru: str | None = None
    de: str | None = None


UNNAMED = FundNames()


def add_fund(
    session: Session,
    code: str,
    *,
    restricted: bool,
    programme: str | None = None,
    carried_by: str | None = None,
    open_for_donations: bool = True,
    names: FundNames = UNNAMED,
) -> None:
    """Add a fund unless there is one of that code.

    `carried_by` is the fund that bears its fees and losses; left out, it bears its own. `names`
    are for funds the catalogues do not know.
    Raises LedgerRefused("fund_code") for a code that is not 2 to 16 capitals and digits: the
    code becomes part of account names in exports.
    """
    if not is_fund_code(code):
        raise LedgerRefused("fund_code")
    row = {
        "code": code,
        "restricted": restricted,
        "programme": programme,
        "fee_fund_code": carried_by,
        "deficit_fund_code": carried_by,
        "open_for_donations": open_for_donations,
        "name": names.en,
        "name_ru": names.ru,
        "name_de": names.de,
    }
    _add(session.connection(), Fund, row)


def is_fund_code(code: str) -> bool:
    """Whether a code is 2 to 16 capitals and digits, a capital first."""
    return _FUND_CODE.fullmatch(code) is not None


def advance_account(session: Session, partner_code: str) -> str:
    """Return the account of cash advanced to a partner, made on first use.

    `partner_code` is an opaque code (letters, digits, hyphen; up to 32), never a name; anything
    else raises LedgerRefused("partner_code"). The account is not spendable: what a partner
    holds is not at hand.
    """
    if not _PARTNER_CODE.fullmatch(partner_code):
        raise LedgerRefused("partner_code")
    code = f"{ADVANCES}:{partner_code}"
    _add(session.connection(), Account, _account(code, AccountType.ASSET, spendable=False))
    return code


def bank_account(session: Session, short_code: str) -> str:
    """Return the ledger account of a further bank account in a currency, made on first use.

    `Bank-<its short code>`: beside Bank and not below it, because a colon would make it a part of
    Bank wherever a fund has the same code (the exports join account and fund with one).
    """
    code = f"{BANK}-{short_code}"
    _add(session.connection(), Account, _account(code, AccountType.ASSET, spendable=True))
    return code


def _account(code: str, kind: AccountType, *, spendable: bool) -> dict[str, Any]:
    if len(code) > LONGEST_ACCOUNT:
        raise LedgerRefused("account_code")
    return {
        "code": code,
        "type": kind.value,
        "spendable": spendable,
        "commit_leg": code == COMMIT_OPEN,
    }


def _add(connection: Connection, model: type[Any], row: dict[str, Any]) -> None:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(dialect.insert(model).on_conflict_do_nothing(index_elements=["code"]), row)
