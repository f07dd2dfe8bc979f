"""The demonstration's bank: an account, its June statement, some lines matched and some not.

The statement is made from what the books hold of June, so that both tie to the cent but for two
lines nobody has recorded: a fee, and a transfer of somebody nobody knows. A debit nobody could
explain is in suspense; a part of it has turned out to be a fee. A second account, in dollars, has
just been set up: what lay there is proposed.
"""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO

from sqlalchemy import func, select

from fund_app.adapters.bank_files import Upload
from fund_app.extensions import db
from fund_app.models.ledger import JournalEntry, Posting
from fund_app.queries import bank, bank_candidates
from fund_app.queries.bank_candidates import UnseenEntry
from fund_app.services import (
    bank_accounts,
    bank_clearings,
    bank_imports,
    bank_matches,
    opening_balances,
    periods,
)
from fund_app.services.bank_accounts import AccountWish
from fund_app.services.bank_matches import Choice
from fund_app.services.demo_house import House
from fund_app.services.opening_balances import Lay
from workflows.bank import CsvMapping, MatchKind, Sign
from workflows.money import Money

IBAN = "DE89370400440532013000"
"""The example of the standard; no bank account."""
CURRENCY = "EUR"
FIRST, LAST = date(2026, 6, 1), date(2026, 6, 29)
SEEN_UNTIL = date(2026, 6, 19)
"""Up to this day finance has said what each line is."""
UNKNOWN = (date(2026, 6, 27), 35_00, "Transfer from a friend of the fund")
FEE = (date(2026, 6, 29), -6_90, "Account charge June")
UNEXPLAINED = (date(2026, 6, 18), -48_00, "Card payment 4711")
TURNED_OUT = -18_00
"""What of it was a fee, as the bank has said since."""
SECOND_IBAN, SECOND_CURRENCY = "GB29NWBK60161331926819", "USD"
LAID = Lay(date(2026, 6, 29), 1_250_00, {"GEN": 1_000_00, "LEG": 250_00})
"""What is said to have lain in the second account, and whose it was."""
CLOSED, PROPOSED = "2024", "2025"

MAPPING = CsvMapping(
    booked="Booked", date_format="ymd-", decimal_mark=".", sign=Sign.SIGNED, amount="Amount",
    balance="Balance", bank_ref="Number", texts=("Words",), delimiter=",",
)  # fmt: skip


def arrange(house: House) -> None:
    """Bring the June statement, match its first half, close one year and propose the next."""
    account_id = bank_accounts.add(house["treasurer"], AccountWish("MAIN", CURRENCY, IBAN))
    bank_accounts.set_mapping(house["treasurer"], account_id, MAPPING)
    statement = _statement(account_id)
    bank_imports.take_in(house["finance-1"], account_id, Upload(statement.encode()))
    _match_seen(house, account_id)
    _keep_unexplained(house, account_id)
    periods.propose(house["treasurer"], CLOSED)
    periods.close(house["board-2"], CLOSED)
    periods.propose(house["treasurer"], PROPOSED)
    _begin_second_account(house)


def _begin_second_account(house: House) -> None:
    """Set up an account in dollars; what lay there is proposed and waits for a second person."""
    wish = AccountWish("USD1", SECOND_CURRENCY, SECOND_IBAN)
    account_id = bank_accounts.add(house["treasurer"], wish)
    opening_balances.propose(house["treasurer"], account_id, LAID)


def _statement(account_id: str) -> str:
    entries = _entries(account_id)
    references = bank_candidates.references(entries)
    lines = [(each.book_date, each.rest, references.get(each.entry_id, "")) for each in entries]
    lines = sorted([*lines, UNEXPLAINED, UNKNOWN, FEE], key=lambda line: line[0])
    written = StringIO()
    rows = csv.writer(written)
    rows.writerow(("Booked", "Amount", "Balance", "Number", "Words"))
    balance = _balance_before(FIRST)
    for number, (day, amount, words) in enumerate(lines, start=1):
        balance += amount
        rows.writerow((day, _decimal(amount), _decimal(balance), f"JUNE-{number:03d}", words))
    return written.getvalue()


def _entries(account_id: str) -> tuple[UnseenEntry, ...]:
    account = bank.account(account_id)
    return () if account is None else bank_candidates.unseen_entries(account, FIRST, LAST)


def _match_seen(house: House, account_id: str) -> None:
    """Tie the lines of the first weeks to what was recorded by hand, as finance did then."""
    waiting = list(_entries(account_id))
    for line in bank.open_lines(account_id):
        entry = next(
            (
                each
                for each in waiting
                if (each.book_date, each.rest) == (line.booked_on, line.rest)
            ),
            None,
        )
        if entry is None or line.booked_on > SEEN_UNTIL:
            continue
        waiting.remove(entry)
        choice = Choice(MatchKind.ENTRY, str(entry.entry_id))
        bank_matches.accept(house["finance-1"], line.id, choice)


def _keep_unexplained(house: House, account_id: str) -> None:
    """Put the debit nobody knows into the books, and clear what is known of it by now."""
    finance = house["finance-1"]
    line = next(
        each
        for each in bank.open_lines(account_id)
        if (each.booked_on, each.amount) == UNEXPLAINED[:2]
    )
    kept = bank_matches.accept(finance, line.id, Choice(MatchKind.SUSPENSE))
    bank_clearings.clear(finance, kept, Choice(MatchKind.FEE, amount=TURNED_OUT))


def _balance_before(day: date) -> int:
    query = (
        select(func.coalesce(func.sum(Posting.amount), 0))
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(
            Posting.account_code == "Bank",
            Posting.currency == CURRENCY,
            JournalEntry.book_date < day,
        )
    )
    return int(db.session.scalar(query) or 0)


def _decimal(amount: int) -> str:
    return str(Money(amount, CURRENCY).as_decimal())
