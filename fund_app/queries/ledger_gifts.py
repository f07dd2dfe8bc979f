"""What became of gifts: what of one can still be refunded, what restricted money did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, select

from fund_app.extensions import db
from fund_app.models import ledger_accounts as codes
from fund_app.models.ledger import Fund, JournalEntry, Posting
from workflows.quarters import Quarter


@dataclass(frozen=True, slots=True)
class RestrictedUse:
    """What the money of one restricted fund did in a range of days, in minor units.

    `received` are gifts, `given_back` refunds and lost disputes, `granted` grants owed to
    people or handed out by partners, `costs` fees, exchange differences and losses the fund
    bore itself.
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


def restricted_use(since: date, until: date) -> tuple[RestrictedUse, ...]:
    """Return what each restricted fund's money did in these days (inclusive). One statement.

    Funds in which nothing moved are left out.
    """
    costs = (
        codes.PROCESSING_FEES,
        codes.DISPUTE_FEES,
        codes.BANK_FEES,
        codes.FX_DIFFERENCE,
        codes.LOSSES,
    )
    query = (
        select(
            Posting.fund_code,
            Posting.currency,
            -_sum_of(Posting.account_code == codes.DONATIONS),
            _sum_of(Posting.account_code.in_((codes.REFUNDS, codes.CHARGEBACKS))),
            _sum_of(Posting.account_code == codes.GRANTS),
            _sum_of(Posting.account_code.in_(costs)),
        )
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .join(Fund, Fund.code == Posting.fund_code)
        .where(Fund.restricted, JournalEntry.book_date.between(since, until))
        .group_by(Posting.fund_code, Posting.currency)
        .order_by(Posting.fund_code, Posting.currency)
    )
    return tuple(
        RestrictedUse(fund, currency, *(int(amount) for amount in amounts))
        for fund, currency, *amounts in db.session.execute(query)
    )


def paid_cases(fund_code: str, currency: str) -> dict[Quarter, frozenset[str]]:
    """Return which cases had money from a fund in each quarter, ever. One statement.

    Whatever moved on the account of grants counts, what came back as well.
    """
    return _cases(codes.GRANTS, fund_code, currency)


def promised_cases(fund_code: str, currency: str) -> dict[Quarter, frozenset[str]]:
    """Return for which cases promises of a fund were made or ended in each quarter, ever.

    What is set aside for a gift that is held is no promise to a case. One statement.
    """
    return _cases(codes.COMMIT_OPEN, fund_code, currency)


def _cases(account: str, fund_code: str, currency: str) -> dict[Quarter, frozenset[str]]:
    query = (
        select(JournalEntry.book_date, JournalEntry.source_id)
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .where(
            Posting.account_code == account,
            Posting.fund_code == fund_code,
            Posting.currency == currency,
            JournalEntry.source_type != "donation",
        )
        .distinct()
    )
    found: dict[Quarter, set[str]] = {}
    for day, source_id in db.session.execute(query):
        found.setdefault(Quarter.of(day), set()).add(source_id)
    return {quarter: frozenset(cases) for quarter, cases in found.items()}


def _sum_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, Posting.amount), else_=0))
