"""The ledger's own check: every posting is added up again and compared with what is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, literal, select

from fund_app.extensions import db
from fund_app.models.budgets import Budget, BudgetCharge
from fund_app.models.ledger import (
    Account,
    AccountBalance,
    AccountType,
    CommitmentState,
    EntrySeal,
    FundPosition,
    GrantCommitment,
    JournalEntry,
    Posting,
    Tranche,
    TrancheState,
)

Key = tuple[str | int, ...]
Amounts = Mapping[Key, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something stored that the postings do not confirm; amounts in minor units."""

    what: str
    where: str
    stored: tuple[int, ...]
    recomputed: tuple[int, ...]


def recompute_check() -> tuple[Difference, ...]:
    """Add up every posting again and return what does not agree; empty means all is well.

    Compared are the balances and positions the seals keep, each entry's sum per fund and
    currency (real and memo apart), each fund's open promises with the tranches that are still
    planned, that every entry is sealed, each budget line with what was charged to it, and each
    award's charges with what is left of the award. Twelve statements, whatever the size.
    """
    return (
        *_compared("account_balance", _balances(), _balances_again()),
        *_compared("fund_position", _positions(), _positions_again()),
        *_compared("entry", {}, _unbalanced()),
        *_compared("promises", _promised(), _planned()),
        *_compared("unsealed", _unsealed(), {}),
        *_compared("budget", _used(), _charged()),
        *_compared("award", _charged_to_awards(), _awards_charged()),
    )


def _compared(what: str, stored: Amounts, recomputed: Amounts) -> Iterator[Difference]:
    for key in sorted(stored.keys() | recomputed.keys(), key=str):
        here, there = stored.get(key, ()), recomputed.get(key, ())
        if here != there:
            yield Difference(what, "/".join(map(str, key)), here, there)


def _amounts(query: Select[*tuple[Any, ...]], width: int) -> Amounts:
    """Read rows of `width` key columns and as many sums as there are after them."""
    return {
        tuple(row[:width]): tuple(int(amount) for amount in row[width:])
        for row in db.session.execute(query)
    }


def _balances() -> Amounts:
    key = (AccountBalance.account_code, AccountBalance.fund_code, AccountBalance.currency)
    return _amounts(select(*key, AccountBalance.balance), len(key))


def _balances_again() -> Amounts:
    key = (Posting.account_code, Posting.fund_code, Posting.currency)
    return _amounts(select(*key, func.sum(Posting.amount)).group_by(*key), len(key))


def _positions() -> Amounts:
    key = (FundPosition.fund_code, FundPosition.currency)
    return _amounts(select(*key, FundPosition.spendable, FundPosition.committed), len(key))


def _positions_again() -> Amounts:
    key = (Posting.fund_code, Posting.currency)
    query = (
        select(
            *key,
            func.sum(case((Account.spendable, Posting.amount), else_=0)),
            -func.sum(case((Account.commit_leg, Posting.amount), else_=0)),
        )
        .join(Account, Account.code == Posting.account_code)
        .group_by(*key)
    )
    return _amounts(query, len(key))


def _unbalanced() -> Amounts:
    is_memo = Account.type == AccountType.MEMO.value
    key = (Posting.entry_id, Posting.fund_code, Posting.currency)
    query = (
        select(*key, func.sum(Posting.amount))
        .join(Account, Account.code == Posting.account_code)
        .group_by(*key, is_memo)
        .having(func.sum(Posting.amount) != 0)
    )
    return _amounts(query, len(key))


def _promised() -> Amounts:
    key = (FundPosition.fund_code, FundPosition.currency)
    return _amounts(
        select(*key, FundPosition.committed).where(FundPosition.committed != 0), len(key)
    )


def _planned() -> Amounts:
    key = (GrantCommitment.fund_code, GrantCommitment.currency)
    owed = func.sum(Tranche.amount - Tranche.cancelled)
    query = (
        select(*key, owed)
        .join(Tranche, Tranche.commitment_id == GrantCommitment.id)
        .where(
            Tranche.state == TrancheState.PLANNED.value,
            GrantCommitment.state == CommitmentState.OPEN.value,
        )
        .group_by(*key)
    )
    return _amounts(query, len(key))


def _unsealed() -> Amounts:
    query = (
        select(JournalEntry.id, literal(1))
        .outerjoin(EntrySeal, EntrySeal.entry_id == JournalEntry.id)
        .where(EntrySeal.entry_id.is_(None))
    )
    return _amounts(query, 1)


def _used() -> Amounts:
    return _amounts(select(Budget.id, Budget.used).where(Budget.used != 0), 1)


def _charged() -> Amounts:
    total = func.sum(BudgetCharge.amount)
    query = select(BudgetCharge.budget_id, total).group_by(BudgetCharge.budget_id)
    return _amounts(query.having(total != 0), 1)


def _charged_to_awards() -> Amounts:
    key = BudgetCharge.commitment_id
    return _amounts(select(key, func.sum(BudgetCharge.amount)).group_by(key), 1)


def _awards_charged() -> Amounts:
    key = Tranche.commitment_id
    query = select(key, func.sum(Tranche.amount - Tranche.cancelled)).where(
        key.in_(select(BudgetCharge.commitment_id))
    )
    return _amounts(query.group_by(key), 1)
