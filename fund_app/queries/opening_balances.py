"""Reads about opening balances: what was proposed and taken over of each account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from fund_app.extensions import db
from fund_app.models.opening_balances import OpeningBalance, OpeningShare
from fund_app.models.people import Person


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """What lay in an account; signed minor units of its currency, by fund code.

    entry_id: once a second person has agreed. ended_at: withdrawn, or corrected after that.
    """

    id: str
    account_id: str
    day: date
    proposed_at: datetime
    proposed_by: str
    proposer: str | None
    agreed_at: datetime | None
    agreer: str | None
    entry_id: int | None
    ended_at: datetime | None
    shares: Mapping[str, int]

    @property
    def balance(self) -> int:
        """What lay there of all funds together."""
        return sum(self.shares.values())

    @property
    def waits(self) -> bool:
        """Whether it waits for a second person."""
        return self.entry_id is None and self.ended_at is None

    @property
    def stands(self) -> bool:
        """Whether it is in the books."""
        return self.entry_id is not None and self.ended_at is None


def of_account(account_id: str) -> tuple[OpeningRow, ...]:
    """Return an account's opening balances, the newest proposal first. Two statements."""
    return _rows(OpeningBalance.bank_account_id == account_id)


def opening(opening_id: str) -> OpeningRow | None:
    """Return one opening balance, or None. Two statements."""
    return next(iter(_rows(OpeningBalance.id == opening_id)), None)


def _rows(condition: ColumnElement[bool]) -> tuple[OpeningRow, ...]:
    proposer, agreer = aliased(Person), aliased(Person)
    query = (
        select(OpeningBalance, proposer.display_name, agreer.display_name)
        .outerjoin(proposer, proposer.id == OpeningBalance.proposed_by)
        .outerjoin(agreer, agreer.id == OpeningBalance.agreed_by)
        .where(condition)
        .order_by(OpeningBalance.proposed_at.desc(), OpeningBalance.id)
    )
    found = db.session.execute(query).all()
    shares: dict[str, dict[str, int]] = {}
    lines = select(OpeningShare).where(
        OpeningShare.opening_balance_id.in_([row.id for row, _first, _second in found])
    )
    for line in db.session.scalars(lines.order_by(OpeningShare.fund_code)):
        shares.setdefault(line.opening_balance_id, {})[line.fund_code] = line.amount
    return tuple(
        OpeningRow(
            row.id, row.bank_account_id, row.day, row.proposed_at, row.proposed_by, first,
            row.agreed_at, second, row.entry_id, row.ended_at, shares.get(row.id, {}),
        )
        for row, first, second in found
    )  # fmt: skip
