"""Opening balances: a treasurer says what lay in an account, a second person agrees, it is booked.

Once for each account, as one entry over all its funds. The day counts from its beginning: what
is booked on it comes after. The database holds the two people and that the entry is what was
proposed (migrations/sql/0020).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from fund_app.adapters.clock import now
from fund_app.models.bank import BankAccount
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.models.ledger import EntryKind, Fund, JournalEntry, Posting
from fund_app.models.ledger_accounts import GENERAL
from fund_app.models.opening_balances import OpeningBalance, OpeningShare
from fund_app.models.people import Person
from fund_app.models.types import new_ref
from fund_app.queries import bank_reconciliation
from fund_app.services import audit, bank_accounts, ledger_facts
from fund_app.services.bank_matches import translated
from fund_app.services.donation_rows import wait_for_turn
from fund_app.services.ledger_banks import Through
from fund_app.services.ledger_facts import Origin
from fund_app.services.notifications import notify_role
from fund_app.services.transition import INTERNAL, Request, Unknown
from fund_app.services.unit import unit_of_work
from workflows.engine import Refused
from workflows.roles import Actor, Role

PROPOSERS = frozenset({Role.TREASURER})
AGREEING = (Role.TREASURER, Role.BOARD_MEMBER)


class OpeningRefused(Exception):
    """What cannot be taken over; `code` says why, `difference` by how much it is off."""

    def __init__(self, code: str, difference: int = 0) -> None:
        """Keep the reason."""
        super().__init__(code)
        self.code, self.difference = code, difference


@dataclass(frozen=True, slots=True)
class Lay:
    """What lay in an account before anything was booked on a day: its balance, and whose it is.

    Signed minor units of the account's currency; shares by fund code.
    """

    day: date
    balance: int
    shares: Mapping[str, int]


def propose(actor: Actor, account_id: str, lay: Lay, request: Request = INTERNAL) -> str:
    """Propose what lay in an account and tell the board; returns the proposal's id.

    The same request again changes nothing. Raises Unknown, Refused for who is no treasurer,
    OpeningRefused: opened (it was taken over already), proposed (one waits), nothing, sum_differs
    (balance and shares, with the difference), unknown_fund, day_to_come, books_before (entries of
    the account lie before the day), statement_before (its statements begin before the day),
    statement_differs (its first statement opens otherwise, with the difference). An amount that
    is not an int is a TypeError.
    """
    if not actor.has_any(PROPOSERS):
        raise Refused("wrong_role", {"action": "propose_opening"})
    shares = {fund: amount for fund, amount in lay.shares.items() if amount}
    if any(type(amount) is not int for amount in (lay.balance, *shares.values())):
        raise TypeError("an amount must be an int of minor units")
    with unit_of_work() as session:
        account = bank_accounts.locked(session, account_id)
        done = session.get(OpeningBalance, request.id) if request.id else None
        if done is not None:
            if done.bank_account_id != account.id:
                raise Unknown(account_id)
            return done.id
        _require_free(session, account)
        _require_sound(session, lay, shares)
        _require_fitting(session, account, lay.day, lay.balance)
        row = OpeningBalance(
            id=request.id or new_ref(),
            bank_account_id=account.id,
            day=lay.day,
            proposed_at=now(),
            proposed_by=actor.ref,
        )
        session.add(row)
        session.flush()
        for fund, amount in sorted(shares.items()):
            session.add(OpeningShare(opening_balance_id=row.id, fund_code=fund, amount=amount))
        session.flush()
        _note(session, "opening_proposed", actor, account)
        notify_role(session, Role.BOARD_MEMBER)
        return row.id


def agree(actor: Actor, opening_id: str) -> None:
    """Agree as the second person, and book it; doing it twice changes nothing.

    Bank +, OpeningBalances - for each fund. Raises Unknown, Refused: wrong_role,
    second_person_missing for who proposed it; OpeningRefused: withdrawn, proposer_gone, opened,
    period_closed, and books_before, statement_before, statement_differs as by now.
    """
    if not actor.has_any(frozenset(AGREEING)):
        raise Refused("wrong_role", {"action": "agree_opening"})
    with unit_of_work() as session:
        row, account = _locked(session, opening_id)
        if row.ended_at is not None:
            raise OpeningRefused("withdrawn")
        if row.entry_id is not None:
            return
        if row.proposed_by == actor.ref:
            raise Refused("second_person_missing", {"action": "agree_opening"})
        proposer = session.get(Person, row.proposed_by)
        if proposer is None or proposer.roles.isdisjoint(PROPOSERS):
            raise OpeningRefused("proposer_gone")
        # After the account, as where a line is matched: the other way round both would wait.
        wait_for_turn(session, GENERAL)
        shares = shares_of(session, row.id)
        _require_unopened(session, account)
        _require_fitting(session, account, row.day, sum(shares.values()))
        origin = Origin(
            f"opening:{row.id}", row.day, ("opening", row.id), actor.ref,
            through=Through(account.account_code),
        )  # fmt: skip
        entry = ledger_facts.opening_balance(session, origin, shares, account.currency)
        if entry.book_date != row.day:
            raise OpeningRefused("period_closed")
        with translated(session):
            row.entry_id, row.agreed_at, row.agreed_by = entry.id, now(), actor.ref
            session.flush()
        _note(session, "opening_agreed", actor, account)


def withdraw(actor: Actor, opening_id: str) -> None:
    """Take a proposal back that nobody has agreed to; doing it twice changes nothing.

    Raises Unknown, Refused for who is no treasurer, OpeningRefused("opened") once it is booked:
    then its entry is corrected (services/corrections.py).
    """
    if not actor.has_any(PROPOSERS):
        raise Refused("wrong_role", {"action": "withdraw_opening"})
    with unit_of_work() as session:
        row, account = _locked(session, opening_id)
        if row.ended_at is not None:
            return
        if row.entry_id is not None:
            raise OpeningRefused("opened")
        row.ended_at, row.ended_by = now(), actor.ref
        session.flush()
        _note(session, "opening_withdrawn", actor, account)


def end(session: Session, actor: Actor, entry_id: int) -> None:
    """Let an opening balance end whose entry was reversed, so that the right one can follow."""
    row = session.scalar(select(OpeningBalance).where(OpeningBalance.entry_id == entry_id))
    if row is not None:
        row.ended_at, row.ended_by = now(), actor.ref
        session.flush()


def shares_of(session: Session, opening_id: str) -> dict[str, int]:
    """Return the amounts of an opening balance by fund."""
    query = select(OpeningShare).where(OpeningShare.opening_balance_id == opening_id)
    rows = session.scalars(query.order_by(OpeningShare.fund_code))
    return {row.fund_code: row.amount for row in rows}


def _locked(session: Session, opening_id: str) -> tuple[OpeningBalance, BankAccount]:
    query = select(OpeningBalance.bank_account_id).where(OpeningBalance.id == opening_id)
    account_id = session.scalar(query)
    if account_id is None:
        raise Unknown(opening_id)
    account = bank_accounts.locked(session, account_id)
    row = session.get_one(OpeningBalance, opening_id, with_for_update=True, populate_existing=True)
    return row, account


def _require_free(session: Session, account: BankAccount) -> None:
    _require_unopened(session, account)
    waits = select(OpeningBalance.id).where(
        OpeningBalance.bank_account_id == account.id, OpeningBalance.ended_at.is_(None)
    )
    if session.scalar(waits) is not None:
        raise OpeningRefused("proposed")


def _require_unopened(session: Session, account: BankAccount) -> None:
    """Refuse where an opening entry stands on the account, whoever has posted it."""
    undone = aliased(JournalEntry)
    query = (
        select(JournalEntry.id)
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .outerjoin(undone, undone.reverses_id == JournalEntry.id)
        .where(
            JournalEntry.kind == EntryKind.OPENING.value,
            Posting.account_code == account.account_code,
            Posting.currency == account.currency,
            undone.id.is_(None),
        )
    )
    if session.scalar(query.limit(1)) is not None:
        raise OpeningRefused("opened")


def _require_sound(session: Session, lay: Lay, shares: Mapping[str, int]) -> None:
    if not shares:
        raise OpeningRefused("nothing")
    if difference := lay.balance - sum(shares.values()):
        raise OpeningRefused("sum_differs", difference)
    known = set(session.scalars(select(Fund.code).where(Fund.code.in_(shares))))
    if known != set(shares):
        raise OpeningRefused("unknown_fund")
    if lay.day > now().date():
        raise OpeningRefused("day_to_come")


def _require_fitting(session: Session, account: BankAccount, day: date, balance: int) -> None:
    """Refuse what the books before the day, or the first statement, speak against.

    Where the books already hold something between the day and the first statement, a difference
    is no reason: reconciliation names it until the missing entry is there.
    """
    on_account = (
        Posting.account_code == account.account_code,
        Posting.currency == account.currency,
    )
    entries = select(func.count(), func.coalesce(func.sum(Posting.amount), 0)).join(
        JournalEntry, JournalEntry.id == Posting.entry_id
    )
    before, moved = session.execute(entries.where(*on_account, JournalEntry.book_date < day)).one()
    if before and not _is_all_taken_back(session, account, day):
        raise OpeningRefused("books_before", int(moved))
    first = bank_reconciliation.first_statement(account)
    if first is None:
        return
    if first.opens_on < day:
        raise OpeningRefused("statement_before")
    between, _moved = session.execute(
        entries.where(*on_account, JournalEntry.book_date >= day,
                      JournalEntry.book_date < first.opens_on)
    ).one()  # fmt: skip
    if not between and balance != first.opening:
        raise OpeningRefused("statement_differs", balance - first.opening)


def _is_all_taken_back(session: Session, account: BankAccount, day: date) -> bool:
    """Whether all entries before the day are mistakes with their reversals."""
    query = (
        select(JournalEntry.id, JournalEntry.reverses_id)
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .where(
            Posting.account_code == account.account_code,
            Posting.currency == account.currency,
            JournalEntry.book_date < day,
        )
    )
    reversed_by = {row.id: row.reverses_id for row in session.execute(query)}
    paired = {each for each in reversed_by.values() if each is not None}
    return all(reverses in reversed_by or number in paired
               for number, reverses in reversed_by.items())  # fmt: skip


def _note(session: Session, action: str, actor: Actor, account: BankAccount) -> None:
    role = next(each for each in AGREEING if each in actor.roles)
    audit.record(session, HOUSE, HOUSE_ID, action, actor=actor, role=role, reason_code=account.code)
