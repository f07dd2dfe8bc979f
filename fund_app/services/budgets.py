"""What awards use of a programme's budget: charged when promised, given back when cancelled.

A programme without a budget for the day is not limited by one. Every category of an award is
charged to the line of its own or, without one, to the rest. What facts cost (fees, rates,
losses) is never charged: a budget limits decisions.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.budgets import Budget, BudgetCharge
from fund_app.models.ledger import GrantCommitment, JournalEntry
from fund_app.queries import budgets as reads
from fund_app.services.ledger import refusal
from workflows.money import split


def fitting(session: Session, application: Application, day: date) -> int | None:
    """Return how much of an award its budget lines hold on a day; None: nothing limits it.

    Equal to the award where every line holds its part. None as well where the board resolved
    that this award may go beyond (services/funds.py, kind exceed).
    """
    lines = reads.lines_on(session, application.programme, application.currency, day)
    if not lines or reads.exceeding(session, application) is not None:
        return None
    parts = reads.by_line(lines, reads.categories(application))
    return sum(min(part, max(lines[category].left, 0)) for category, part in parts.items())


def charge(session: Session, application: Application, commitment: GrantCommitment) -> None:
    """Take an award just promised from its budget lines, within the same transaction.

    Raises Overspent("over_budget") when a line does not hold its part and no resolution lets
    the award go beyond; of many at once, exactly those succeed that fit. A repeated call
    changes nothing.
    """
    known = select(BudgetCharge.id).where(BudgetCharge.commitment_id == commitment.id)
    if session.scalar(known.limit(1)) is not None:
        return
    entry_id = commitment.approve_entry_id
    day = _day_of(session, commitment)
    lines = reads.lines_on(session, application.programme, commitment.currency, day, lock=True)
    if not lines:
        return
    beyond = reads.exceeding(session, application)
    for category, part in sorted(reads.by_line(lines, reads.categories(application)).items()):
        line = lines[category]
        session.add(
            BudgetCharge(
                budget_id=line.id,
                entry_id=entry_id,
                commitment_id=commitment.id,
                amount=part,
                resolution_id=beyond if part > line.left else None,
            )
        )
        _flush(session)


def give_back(session: Session, commitment_id: str, entry_id: int, amount: int) -> None:
    """Give a cancelled part of an award back to the lines it was taken from.

    Split over what is still charged, by largest remainder, so that the lines end at zero
    together with the award.
    """
    charged: dict[str, int] = {}
    rows = select(BudgetCharge.budget_id, BudgetCharge.amount, BudgetCharge.entry_id).where(
        BudgetCharge.commitment_id == commitment_id
    )
    for row in session.execute(rows.order_by(BudgetCharge.id)):
        if row.entry_id == entry_id:
            return
        charged[row.budget_id] = charged.get(row.budget_id, 0) + row.amount
    if not charged or sum(charged.values()) <= 0:
        return
    locked = select(Budget.id).where(Budget.id.in_(charged)).order_by(Budget.category)
    session.scalars(locked.with_for_update()).all()
    for budget_id, part in zip(charged, split(amount, list(charged.values())), strict=True):
        if part:
            session.add(
                BudgetCharge(
                    budget_id=budget_id, entry_id=entry_id, commitment_id=commitment_id,
                    amount=-part,
                )
            )  # fmt: skip
            _flush(session)


def _day_of(session: Session, commitment: GrantCommitment) -> date:
    return session.get_one(JournalEntry, commitment.approve_entry_id).book_date


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise refusal(error) from error
