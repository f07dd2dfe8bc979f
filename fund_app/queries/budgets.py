"""Reads about programmes' budgets: what is planned, promised, paid and left, line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, selectinload

from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.budgets import REST, Budget, BudgetCharge, BudgetLine
from fund_app.models.funds import FundResolution, ResolutionKind
from fund_app.models.ledger import GrantCommitment, JournalEntry, Tranche, TrancheState
from fund_app.queries.ledger import LONGEST_CURSOR
from fund_app.queries.pages import SIZE, Page
from fund_app.queries.resolutions import ResolutionRow, signed_resolutions
from workflows.money import split


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """A programme's budget of one period in one currency, in minor units."""

    programme: str
    currency: str
    starts: date
    ends: date
    planned: int
    used: int

    @property
    def left(self) -> int:
        """What awards may still use; below zero where the board let them go beyond."""
        return self.planned - self.used


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of a budget; `used` is promised and paid together.

    `promised` is not owed yet, `paid` is owed, on its way, or with the people.
    """

    id: str
    category: str
    planned: int
    used: int
    paid: int

    @property
    def promised(self) -> int:
        """What awards have promised and the fund does not owe yet."""
        return self.used - self.paid

    @property
    def left(self) -> int:
        """What awards may still use of the line."""
        return self.planned - self.used


@dataclass(frozen=True, slots=True)
class BudgetDetail:
    """A budget with its lines by category."""

    whole: BudgetRow
    lines: tuple[LineRow, ...]


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """What one entry took from a line or gave back; `number` of the resolution beyond it."""

    id: int
    entry_id: int
    book_date: date
    kind: str
    source_id: str
    amount: int
    number: str | None


def budgets() -> tuple[BudgetRow, ...]:
    """Return every budget, the latest first. One statement."""
    key = (Budget.programme, Budget.currency, Budget.starts, Budget.ends)
    query = (
        select(*key, func.sum(Budget.planned), func.sum(Budget.used))
        .group_by(*key)
        .order_by(Budget.starts.desc(), Budget.programme, Budget.currency)
    )
    return tuple(BudgetRow(*row[:4], int(row[4]), int(row[5])) for row in db.session.execute(query))


def budget(programme: str, currency: str, starts: date) -> BudgetDetail | None:
    """Return one budget with its lines, or None. Three statements."""
    rows = db.session.scalars(
        select(Budget)
        .where(Budget.programme == programme, Budget.currency == currency, Budget.starts == starts)
        .order_by(Budget.category == REST, Budget.category)
        .execution_options(populate_existing=True)
    ).all()
    if not rows:
        return None
    paid = _paid([row.id for row in rows])
    lines = tuple(
        LineRow(row.id, row.category, row.planned, row.used, paid.get(row.id, 0)) for row in rows
    )
    whole = BudgetRow(
        programme, currency, starts, rows[0].ends,
        sum(row.planned for row in rows), sum(row.used for row in rows),
    )  # fmt: skip
    return BudgetDetail(whole, lines)


def line(budget_id: str) -> Budget | None:
    """Return one line, or None. One statement."""
    return db.session.get(Budget, budget_id, populate_existing=True)


def charges(budget_id: str, cursor: str | None = None) -> Page[ChargeRow]:
    """Return a page of what a line's used amount is made of, the newest first. One statement.

    Together they add up to it to the cent. A cursor that is none means the first page.
    """
    query = (
        select(
            BudgetCharge.id, JournalEntry.id, JournalEntry.book_date, JournalEntry.kind,
            GrantCommitment.source_id, BudgetCharge.amount, FundResolution.number,
        )
        .join(JournalEntry, JournalEntry.id == BudgetCharge.entry_id)
        .join(GrantCommitment, GrantCommitment.id == BudgetCharge.commitment_id)
        .outerjoin(FundResolution, FundResolution.id == BudgetCharge.resolution_id)
        .where(BudgetCharge.budget_id == budget_id)
        .order_by(BudgetCharge.id.desc())
    )  # fmt: skip
    if cursor and cursor.isascii() and cursor.isdigit() and len(cursor) < LONGEST_CURSOR:
        query = query.where(BudgetCharge.id < int(cursor))
    found = db.session.execute(query.limit(SIZE + 1)).all()
    kept = tuple(ChargeRow(*row) for row in found[:SIZE])
    return Page(kept, str(kept[-1].id) if len(found) > SIZE else None)


def versions(
    session: Session, programme: str, currency: str, starts: date
) -> tuple[ResolutionRow, ...]:
    """Return the versions of a budget that were proposed, the newest first. One statement."""
    rows: Any = session.execute(
        signed_resolutions()
        .where(
            FundResolution.kind == ResolutionKind.SET_BUDGET,
            FundResolution.programme == programme,
            FundResolution.currency == currency,
            FundResolution.starts == starts,
        )
        .order_by(
            FundResolution.decided_on.is_(None).desc(),
            FundResolution.decided_on.desc(),
            FundResolution.proposed_on.desc(),
            FundResolution.number.desc(),
        )
    )
    return tuple(ResolutionRow(*row) for row in rows)


def lines_of(session: Session, resolution_id: str) -> dict[str, int]:
    """Return the lines of a version as it was signed, by category, in minor units."""
    query = select(BudgetLine.category, BudgetLine.amount).where(
        BudgetLine.resolution_id == resolution_id
    )
    rows = session.execute(query.order_by(BudgetLine.category == REST, BudgetLine.category))
    return {row.category: row.amount for row in rows}


def lines_on(
    session: Session, programme: str, currency: str, day: date, *, lock: bool = False
) -> dict[str, Budget]:
    """Return the lines that limit a programme's awards on a day, by category; none: no limit."""
    query = (
        select(Budget)
        .where(
            Budget.programme == programme,
            Budget.currency == currency,
            Budget.starts <= day,
            Budget.ends >= day,
        )
        .order_by(Budget.category)
        .execution_options(populate_existing=True)
    )
    rows = session.scalars(query.with_for_update() if lock else query)
    return {row.category: row for row in rows}


def categories(application: Application) -> dict[str, int]:
    """Return an award by cost category, in minor units; the parts are the whole of it."""
    parts: dict[str, int] = {}
    for row in application.award_lines:
        if row.awarded:
            parts[row.category] = parts.get(row.category, 0) + row.awarded
    whole = application.awarded or 0
    if sum(parts.values()) == whole:
        return parts
    if not parts:
        return {REST: whole}
    shares = split(whole, list(parts.values()))
    return {category: share for category, share in zip(parts, shares, strict=True) if share}


def by_line(lines: Mapping[str, Budget], parts: Mapping[str, int]) -> dict[str, int]:
    """Gather the parts of an award by the line each falls on: its own, or the rest."""
    gathered: dict[str, int] = {}
    for category, part in parts.items():
        found = category if category in lines else REST
        gathered[found] = gathered.get(found, 0) + part
    return gathered


def short_of(lines: Mapping[str, Budget], parts: Mapping[str, int]) -> dict[str, int]:
    """Return by how much each line falls short of amounts by category; lines that hold are out."""
    return {
        category: part - max(lines[category].left, 0)
        for category, part in by_line(lines, parts).items()
        if part > lines[category].left
    }


def exceeding(session: Session, application: Application) -> str | None:
    """Return the resolution that lets this award go beyond its budget lines, or None."""
    query = select(FundResolution.id).where(
        FundResolution.kind == ResolutionKind.EXCEED,
        FundResolution.state == "confirmed",
        FundResolution.source_id == application.id,
        FundResolution.programme == application.programme,
        FundResolution.currency == application.currency,
        FundResolution.amount >= (application.awarded or 0),
    )
    found: str | None = session.scalar(query.order_by(FundResolution.id).limit(1))
    return found


def shortages(session: Session, case_ids: Sequence[str], day: date) -> dict[str, dict[str, int]]:
    """Return, for awards their budget does not hold on a day, by how much each line is short.

    Awards the board let go beyond are not among them.
    """
    found: dict[str, dict[str, int]] = {}
    limits: dict[tuple[str, str], dict[str, Budget]] = {}
    query = select(Application).where(Application.id.in_(case_ids))
    for application in session.scalars(query.options(selectinload(Application.award_lines))):
        key = (application.programme, application.currency)
        if key not in limits:
            limits[key] = lines_on(session, *key, day)
        lines = limits[key]
        if not lines or exceeding(session, application) is not None:
            continue
        short = short_of(lines, categories(application))
        if short:
            found[application.id] = short
    return found


def _paid(budget_ids: Sequence[str]) -> dict[str, int]:
    """Return what of each line is owed or paid: every award's part, split as it was charged."""
    taken: dict[str, dict[str, int]] = {}
    query = select(
        BudgetCharge.commitment_id, BudgetCharge.budget_id, func.sum(BudgetCharge.amount)
    ).where(BudgetCharge.budget_id.in_(budget_ids))
    key = (BudgetCharge.commitment_id, BudgetCharge.budget_id)
    for commitment_id, budget_id, amount in db.session.execute(query.group_by(*key).order_by(*key)):
        if amount:
            taken.setdefault(commitment_id, {})[budget_id] = int(amount)
    left_planned = case(
        (Tranche.state == TrancheState.PLANNED.value, 0), else_=Tranche.amount - Tranche.cancelled
    )
    gone = (
        select(Tranche.commitment_id, func.sum(left_planned))
        .where(
            Tranche.commitment_id.in_(
                select(BudgetCharge.commitment_id).where(BudgetCharge.budget_id.in_(budget_ids))
            )
        )
        .group_by(Tranche.commitment_id)
    )
    paid: dict[str, int] = {}
    for commitment_id, amount in db.session.execute(gone):
        parts = taken.get(commitment_id, {})
        if not parts:
            continue
        for budget_id, share in zip(parts, split(int(amount), list(parts.values())), strict=True):
            paid[budget_id] = paid.get(budget_id, 0) + share
    return paid
