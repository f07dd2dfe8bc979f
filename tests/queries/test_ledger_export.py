"""Exports: exact text, the same bytes every time, nothing that breaks a file."""

from __future__ import annotations

import csv

import pytest
from sqlalchemy.orm import Session

from fund_app.queries import ledger_export
from fund_app.queries.ledger_export import FORMATS, decimal_text
from tests.support import books


@pytest.mark.parametrize(("amount", "currency", "text"), [
    (0, "EUR", "0.00"), (5, "EUR", "0.05"), (-5, "EUR", "-0.05"), (-123456, "EUR", "-1234.56"),
    (5, "JPY", "5"), (-1200, "JPY", "-1200"), (5, "KWD", "0.005"),
    (10**15, "EUR", "10000000000000.00"),
])  # fmt: skip
def test_amount_becomes_exact_text(amount: int, currency: str, text: str) -> None:
    assert decimal_text(amount, currency) == text


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_same_journal_gives_the_same_bytes(session: Session, name: str) -> None:
    books.play_worked_example()
    assert list(FORMATS[name]()) == list(FORMATS[name]())


def test_empty_ledger_exports_to_files_both_judges_accept(session: Session) -> None:
    assert books.bean_check("\n".join(FORMATS["beancount"]()) + "\n").returncode == 0
    assert list(FORMATS["hledger"]()) == []
    assert list(FORMATS["csv"]()) == [",".join(ledger_export.CSV_COLUMNS)]


def test_csv_holds_every_posting_and_adds_up_to_nothing(session: Session) -> None:
    books.play_worked_example()
    rows = list(csv.DictReader(ledger_export.comma_separated()))
    cents = [int(row["amount"].replace(".", "")) for row in rows]
    assert sum(cents) == 0
    wired = [row for row in rows if row["foreign_currency"]]
    assert [
        (row["account"], row["amount"], row["foreign_amount"], row["rate"]) for row in wired
    ] == [("Bank", "-1014.08", "-1080.00", "1.0650 bank 2026-06-30")]


def test_promises_stand_under_equity(session: Session) -> None:
    books.play_worked_example()
    opened = [line.split()[2] for line in ledger_export.beancount() if " open " in line]
    assert [name for name in opened if "Commit" in name] == [
        "Equity:Memo:CommitControl:EMG", "Equity:Memo:CommitOpen:EMG",
    ]  # fmt: skip
