"""What became of gifts: what of one can still be refunded, what restricted money did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select

from fund_app.extensions import db
from fund_app.models import ledger_accounts as codes
from fund_app.models.ledger import AccountType, Fund, JournalEntry, Posting
from fund_app.queries import told_quarters
from fund_app.queries.told_quarters import Stretch
from workflows.quarters import Quarter

SPENT = (codes.GRANTS, codes.FX_DIFFERENCE, codes.LOSSES)
"""What is told as spent on the purpose: grants, and with them the differences of exchange and
the losses of single payments, which would be told of one case by themselves."""

OWNED = (AccountType.ASSET, AccountType.LIABILITY)
"""What is told as carried over: all a fund owns minus what it owes. Cash that a partner still
has to account for is in it; counted by what can be spent, it would be a line about one payment."""


@dataclass(frozen=True, slots=True)
class RestrictedUse:
    """What the money of one restricted fund did in a stretch of quarters, in minor units.

    `received` are gifts, `given_back` refunds and lost disputes, `granted` what SPENT holds,
    `costs` fees the fund bore itself.
    """

    fund_code: str
    currency: str
    received: int
    given_back: int
    granted: int
    costs: int


def remaining_gift(source_type: str, source_id: str, currency: str) -> dict[str, int]:
    """Return per fund what of one gift was neither refunded, charged back nor is disputed.

    It is what a further refund may still take (see services.ledger_facts.refund_shares).
    Funds in order of code; one statement.
    """
    given = (codes.DONATIONS, codes.REFUNDS, codes.CHARGEBACKS, codes.DISPUTES)
    query = (
        select(Posting.fund_code, -func.sum(Posting.amount))
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(
            JournalEntry.source_type == source_type,
            JournalEntry.source_id == source_id,
            Posting.currency == currency,
            Posting.account_code.in_(given),
        )
        .group_by(Posting.fund_code)
        .order_by(Posting.fund_code)
    )
    return {fund: int(left) for fund, left in db.session.execute(query)}


def restricted_use(stretch: Stretch) -> tuple[RestrictedUse, ...]:
    """Return what each restricted fund's money did in a stretch of quarters. One statement.

    Funds in which nothing moved are left out.
    """
    costs = (codes.PROCESSING_FEES, codes.DISPUTE_FEES, codes.BANK_FEES)
    query = (
        select(
            Posting.fund_code,
            Posting.currency,
            -_sum_of(Posting.account_code == codes.DONATIONS),
            _sum_of(Posting.account_code.in_((codes.REFUNDS, codes.CHARGEBACKS))),
            _sum_of(Posting.account_code.in_(SPENT)),
            _sum_of(Posting.account_code.in_(costs)),
        )
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .join(Fund, Fund.code == Posting.fund_code)
        .where(Fund.restricted, stretch.within)
        .group_by(Posting.fund_code, Posting.currency)
        .order_by(Posting.fund_code, Posting.currency)
    )
    return tuple(
        RestrictedUse(fund, currency, *(int(amount) for amount in amounts))
        for fund, currency, *amounts in db.session.execute(query)
    )


def paid_cases(fund_code: str, currency: str) -> dict[Quarter, frozenset[str]]:
    """Return which cases had money from a fund in each frozen quarter. Two statements.

    Whatever moved on the accounts of SPENT counts, what came back as well.
    """
    return _cases(SPENT, fund_code, currency)


def promised_cases(fund_code: str, currency: str) -> dict[Quarter, frozenset[str]]:
    """Return for which cases promises of a fund were made or ended in each frozen quarter.

    What is set aside for a gift that is held is no promise to a case. Two statements.
    """
    return _cases((codes.COMMIT_OPEN,), fund_code, currency)


def funds_of(case_id: str) -> tuple[tuple[str, str], ...]:
    """Return from which funds, in which currencies, a case was promised or paid something.

    One statement.
    """
    query = (
        select(Posting.fund_code, Posting.currency)
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(
            JournalEntry.source_type != "donation",
            JournalEntry.source_id == case_id,
            Posting.account_code.in_((*SPENT, codes.COMMIT_OPEN)),
        )
        .distinct()
    )
    return tuple((fund, currency) for fund, currency in db.session.execute(query))


def _cases(accounts: Sequence[str], fund_code: str, currency: str) -> dict[Quarter, frozenset[str]]:
    query = (
        select(JournalEntry.book_date, JournalEntry.id, JournalEntry.source_id)
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .where(
            Posting.account_code.in_(accounts),
            Posting.fund_code == fund_code,
            Posting.currency == currency,
            JournalEntry.source_type != "donation",
        )
        .distinct()
    )
    known = told_quarters.cuts()
    found: dict[Quarter, set[str]] = {}
    for day, entry_id, source_id in db.session.execute(query):
        quarter = told_quarters.belongs(known, day, entry_id)
        if quarter is not None:
            found.setdefault(quarter, set()).add(source_id)
    return {quarter: frozenset(cases) for quarter, cases in found.items()}


def _sum_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, Posting.amount), else_=0))
