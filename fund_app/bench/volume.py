"""The books at volume: the trial balance read, and everything added up again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, insert, select

from fund_app.adapters.clock import now
from fund_app.bench.installation import Installation
from fund_app.bench.measuring import Effort, Figure, race
from fund_app.extensions import db
from fund_app.models.ledger import EntryKind, EntrySeal, JournalEntry, Period, Posting
from fund_app.models.types import new_ref
from fund_app.queries import ledger
from fund_app.queries.ledger_check import recompute_check
from fund_app.services.unit import unit_of_work
from workflows.roles import SYSTEM

FULL = (100_000, 1_000_000)
QUICK = (60, 240)
"""Entries that are added up again; postings at which the trial balance is read."""
SHORT = 2
BATCH = 5_000
FUNDS = ("EMG", "GEN", "LEG", "FAM", "DIG")
CURRENCY = "EUR"


def volume(site: Installation, effort: Effort) -> Iterator[Figure]:
    """Fill the books and measure the check and the trial balance, beside one bare addition."""
    entries, postings = FULL if effort.rounds > SHORT else QUICK
    few = Effort(min(effort.rounds, 3), 1, effort.small, effort.large)
    with site.app.app_context():
        _fill(entries)
        yield race(
            f"everything added up again, {entries:,} entries",
            recompute_check,
            "one sum over the postings, by account",
            _added_up,
            few,
        )
        _fill(postings // 2 - entries)
        yield race(
            f"the trial balance at {postings:,} postings",
            ledger.trial_balance,
            "one sum over the postings, by account",
            _added_up,
            few,
        )


def _fill(count: int) -> None:
    """Write bank gifts, sealed, many to a transaction; their triggers run as for any entry."""
    for start in range(0, count, BATCH):
        with unit_of_work() as session:
            connection = session.connection()
            first = (session.scalar(select(func.max(JournalEntry.id))) or 0) + 1
            numbers = range(first, first + min(BATCH, count - start))
            day = now().date()
            period = session.scalar(
                select(Period.code).where(Period.starts <= day, Period.ends >= day)
            )
            connection.execute(
                insert(JournalEntry),
                [
                    {
                        "id": number, "idem_key": f"volume:{new_ref()}",
                        "kind": EntryKind.BANK_GIFT.value, "book_date": day,
                        "event_time": now() - timedelta(seconds=1), "period_code": period,
                        "source_type": "bench", "source_id": str(number),
                        "actor": SYSTEM.ref, "content_hash": "0" * 64,
                    }
                    for number in numbers
                ],
            )  # fmt: skip
            connection.execute(
                insert(Posting),
                [
                    {
                        "entry_id": number, "line": line, "account_code": account,
                        "fund_code": FUNDS[number % len(FUNDS)], "currency": CURRENCY,
                        "amount": sign * (number % 99 + 1),
                    }
                    for number in numbers
                    for line, (account, sign) in enumerate(
                        (("Bank", 1), ("Donations", -1)), start=1
                    )
                ],
            )  # fmt: skip
            connection.execute(
                insert(EntrySeal),
                [
                    {"entry_id": number, "sealed_at": now(), "sealed_by": SYSTEM.ref}
                    for number in numbers
                ],
            )


def _added_up() -> None:
    key = (Posting.account_code, Posting.fund_code, Posting.currency)
    db.session.execute(select(*key, func.sum(Posting.amount)).group_by(*key)).all()
