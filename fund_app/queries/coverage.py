"""Reads of what carries an award: its fund, and whether that and its budget lines hold it.

Those who decide see it before they decide, as a yes or no and without a figure: what is left of
a fund or of a line is no part of the file they read. It never forbids a vote; an award nothing
holds waits for the board or for money (MONEY.md 3.2, docs/decisions/0031).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.ledger import Fund
from fund_app.models.ledger_accounts import EMERGENCY, GENERAL
from fund_app.queries import budgets, funds

PROMISED = "fast_track"
"""The state in which a part of what is asked for was promised before the panel's word."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What would not hold an award: budget lines by category, and whether the funds would not."""

    lines: tuple[str, ...]
    is_fund_short: bool

    @property
    def is_short(self) -> bool:
        """Whether an award of this size would have to wait."""
        return bool(self.lines) or self.is_fund_short


def by_category(lines: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return the amounts of a file's opened cost lines by category, in minor units."""
    found: dict[str, int] = {}
    for line in lines:
        found[line["category"]] = found.get(line["category"], 0) + line["amount"]
    return found


def coverage(
    session: Session, application: Application, asked: Mapping[str, int], day: date
) -> Coverage:
    """Return what would not hold a case's amounts by cost category, in minor units, on a day.

    What a fast track has promised already is taken off first. A few statements.
    """
    left = dict(asked)
    if application.state == PROMISED:
        for category, amount in budgets.categories(application).items():
            left[category] = max(left.get(category, 0) - amount, 0)
    whole, currency = sum(left.values()), application.currency
    lines = budgets.lines_on(session, application.programme, currency, day)
    is_limited = lines and budgets.exceeding(session, application) is None
    short = budgets.short_of(lines, left) if is_limited else {}
    code = fund_with(session, application.programme, whole, currency)
    return Coverage(tuple(sorted(short)), whole > funds.free(code, currency))


def used_up(session: Session, application: Application, day: date) -> Coverage:
    """Return which of a case's lines and funds hold nothing at all; needs no key to its amounts."""
    categories = [code for code in (application.line_categories or "").split(",") if code]
    return coverage(session, application, dict.fromkeys(categories, 1), day)


def funds_for(session: Session, programme: str) -> list[str]:
    """Return the funds that may carry a programme, the narrowest first, the general one last."""
    statement = (
        select(Fund.code)
        .where(Fund.programme == programme, Fund.closed_on.is_(None))
        .order_by(Fund.code)
    )
    restricted = [code for code in session.scalars(statement) if code != GENERAL]
    return [*sorted(restricted, key=lambda code: (code != EMERGENCY, code)), GENERAL]


def fund_with(session: Session, programme: str, amount: int, currency: str) -> str:
    """Return the first fund of a programme that has the amount free, else the general fund."""
    codes = funds_for(session, programme)
    for code in codes:
        if funds.free(code, currency) >= amount:
            return code
    return codes[-1]
