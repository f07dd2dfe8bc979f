"""What a resolution about a fund or a budget must hold, said early and in codes for words.

The database refuses the same in the end (migrations/sql/0013).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.budgets import Budget
from fund_app.models.funds import RELEASES, FundFloor, ResolutionKind
from fund_app.models.ledger import Fund, FundPosition
from fund_app.models.ledger_accounts import GENERAL
from fund_app.queries import ledger, monthly_gifts
from fund_app.services import ledger_chart
from workflows.money import EXPONENTS, LARGEST

Kind = ResolutionKind


class ResolutionRefused(Exception):
    """A resolution cannot be proposed or confirmed; `code` says why, for the page to explain."""

    def __init__(self, code: str) -> None:
        """Carry a code only."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is proposed; which fields a kind needs stands in models/funds.py.

    `number` is the resolution's place in the minutes, `amount` positive minor units, `lines`
    minor units by cost category (set_budget), `source_id` a case (exceed).
    """

    kind: ResolutionKind
    number: str
    fund_code: str | None = None
    target_code: str | None = None
    programme: str | None = None
    currency: str | None = None
    amount: int | None = None
    ground: str | None = None
    release_ref: str | None = None
    below_floor: bool = False
    source_id: str | None = None
    starts: date | None = None
    ends: date | None = None
    name: str | None = None
    name_ru: str | None = None
    name_de: str | None = None
    restricted: bool | None = None
    carrier_code: str | None = None
    open_for_donations: bool | None = None
    lines: Mapping[str, int] = field(default_factory=dict)


def check(session: Session, draft: Draft) -> None:
    """Raise ResolutionRefused where a draft does not hold as things stand (services/funds.py)."""
    if not draft.number.strip():
        raise ResolutionRefused("no_number")
    amounts = [*draft.lines.values(), *([] if draft.amount is None else [draft.amount])]
    if any(type(amount) is not int for amount in amounts):
        raise TypeError("an amount must be an int of minor units")
    if any(not 0 <= amount <= LARGEST for amount in amounts):
        raise ResolutionRefused("amount")
    if draft.currency is not None and draft.currency not in EXPONENTS:
        raise ResolutionRefused("currency")
    _CHECKS[draft.kind](session, draft)


def _check_transfer(session: Session, draft: Draft) -> None:
    source = _open_fund(session, draft.fund_code, may_be_closed=True)
    _open_fund(session, draft.target_code)
    if draft.fund_code == draft.target_code:
        raise ResolutionRefused("same_fund")
    if not draft.amount:
        raise ResolutionRefused("amount")
    if source.restricted and not (draft.ground in RELEASES and (draft.release_ref or "").strip()):
        raise ResolutionRefused("restricted")
    _require_free(session, draft)


def _check_cover(session: Session, draft: Draft) -> None:
    helped = _open_fund(session, draft.target_code, may_be_closed=True)
    if helped.deficit_fund_code is None or helped.deficit_fund_code != draft.fund_code:
        raise ResolutionRefused("not_its_deficit_fund")
    # Two covers at once take turns, in the order the seals lock positions in.
    positions = (
        select(FundPosition.fund_code)
        .where(
            FundPosition.fund_code.in_([helped.code, helped.deficit_fund_code]),
            FundPosition.currency == draft.currency,
        )
        .order_by(FundPosition.fund_code)
    )
    session.scalars(positions.with_for_update()).all()
    missing = -ledger.position(helped.code, draft.currency or "").available
    if missing <= 0:
        raise ResolutionRefused("not_below_zero")
    if not draft.amount or draft.amount > missing:
        raise ResolutionRefused("more_than_missing" if draft.amount else "amount")
    _require_free(session, draft)


def _require_free(session: Session, draft: Draft) -> None:
    """Say early, in words, what the database would refuse in the end."""
    code, currency = draft.fund_code or "", draft.currency or ""
    left = ledger.position(code, currency).available - (draft.amount or 0)
    if left < 0:
        raise ResolutionRefused("overspent")
    floor = session.get(FundFloor, (code, currency))
    if floor is not None and left < floor.amount and not draft.below_floor:
        raise ResolutionRefused("below_floor")


def _check_open_fund(session: Session, draft: Draft) -> None:
    code = draft.fund_code or ""
    if not ledger_chart.is_fund_code(code):
        raise ResolutionRefused("fund_code")
    if session.get(Fund, code) is not None:
        raise ResolutionRefused("fund_exists")
    if draft.carrier_code is not None:
        _open_fund(session, draft.carrier_code)


def _check_close_fund(session: Session, draft: Draft) -> None:
    fund = _open_fund(session, draft.fund_code)
    if fund.code == GENERAL:
        raise ResolutionRefused("general_fund")
    carried = select(Fund.code).where(
        (Fund.fee_fund_code == fund.code) | (Fund.deficit_fund_code == fund.code),
        Fund.code != fund.code,
        Fund.closed_on.is_(None),
    )
    if session.scalar(carried.limit(1)) is not None:
        raise ResolutionRefused("carries_others")
    positions = [row for row in ledger.positions() if row.fund_code == fund.code]
    if any(row.spendable or row.committed or row.in_transit or row.advanced for row in positions):
        raise ResolutionRefused("fund_not_empty")
    if monthly_gifts.is_given_to(session, fund.code):
        raise ResolutionRefused("monthly_gifts")


def _check_gifts(session: Session, draft: Draft) -> None:
    fund = _open_fund(session, draft.fund_code)
    if fund.open_for_donations == (draft.kind is Kind.OPEN_GIFTS):
        raise ResolutionRefused("already_so")


def _check_floor(session: Session, draft: Draft) -> None:
    _open_fund(session, draft.fund_code)
    if draft.amount is None:
        raise ResolutionRefused("amount")


def _check_budget(session: Session, draft: Draft) -> None:
    if not draft.programme or not draft.lines:
        raise ResolutionRefused("no_lines")
    if draft.starts is None or draft.ends is None or draft.starts > draft.ends:
        raise ResolutionRefused("period")
    other = select(Budget.id).where(
        Budget.programme == draft.programme,
        Budget.currency == draft.currency,
        Budget.starts <= draft.ends,
        Budget.ends >= draft.starts,
        (Budget.starts != draft.starts) | (Budget.ends != draft.ends),
    )
    if session.scalar(other.limit(1)) is not None:
        raise ResolutionRefused("budget_overlap")


def _check_exceed(session: Session, draft: Draft) -> None:
    case = session.get(Application, draft.source_id or "")
    if case is None or case.programme != draft.programme or case.currency != draft.currency:
        raise ResolutionRefused("unknown_case")
    if not draft.amount or draft.amount < (case.awarded or 0):
        raise ResolutionRefused("amount")


def _open_fund(session: Session, code: str | None, *, may_be_closed: bool = False) -> Fund:
    fund = session.get(Fund, code or "")
    if fund is None:
        raise ResolutionRefused("unknown_fund")
    if fund.closed_on is not None and not may_be_closed:
        raise ResolutionRefused("fund_closed")
    return fund


_CHECKS: Mapping[ResolutionKind, Callable[[Session, Draft], None]] = MappingProxyType(
    {
        Kind.TRANSFER: _check_transfer,
        Kind.COVER: _check_cover,
        Kind.OPEN_FUND: _check_open_fund,
        Kind.CLOSE_FUND: _check_close_fund,
        Kind.OPEN_GIFTS: _check_gifts,
        Kind.CLOSE_GIFTS: _check_gifts,
        Kind.SET_FLOOR: _check_floor,
        Kind.SET_BUDGET: _check_budget,
        Kind.EXCEED: _check_exceed,
    }
)
