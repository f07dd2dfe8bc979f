"""Exports: exact text, the same bytes every time, nothing that breaks a file."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import date, timedelta

import pytest
from beancount import loader
from beancount.core import realization
from sqlalchemy.orm import Session

from fund_app.queries import ledger_export
from fund_app.queries.ledger_export import FORMATS, decimal_text
from fund_app.queries.ledger_spans import WHOLE, Span
from fund_app.services.unit import unit_of_work
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
    assert list(FORMATS[name](WHOLE)) == list(FORMATS[name](WHOLE))


def test_empty_ledger_exports_to_files_both_judges_accept(session: Session) -> None:
    assert books.bean_check("\n".join(FORMATS["beancount"](WHOLE)) + "\n").returncode == 0
    assert list(FORMATS["hledger"](WHOLE)) == []
    assert list(FORMATS["csv"](WHOLE)) == [",".join(ledger_export.CSV_COLUMNS)]


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


@pytest.fixture
def days(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a step of the worked example each day, the first on 1 June 2026."""
    for number, step in enumerate(books.worked_example()):
        monkeypatch.setattr(books, "DAY", date(2026, 6, 1) + timedelta(days=number))
        with unit_of_work() as unit:
            step.act(unit)


def closing(span: Span) -> dict[str, str]:
    """Return what every account holds at the end of a span, as text, empty ones left out."""
    return standing(span, "closing")


def standing(span: Span, column: str) -> dict[str, str]:
    rows = csv.DictReader(ledger_export.balances(span))
    return {
        f"{row['account']}:{row['fund']} {row['currency']}": row[column]
        for row in rows
        if int(row[column].replace(".", ""))
    }


def in_beancount(text: str) -> dict[str, str]:
    entries, errors, _ = loader.load_string(text)
    assert errors == []
    return {
        f"{account.account.partition(':')[2].removeprefix('Memo:')} {position.units.currency}": str(
            position.units.number
        )
        for account in realization.iter_children(realization.realize(entries), leaf_only=True)
        for position in account.balance
    }


SPANS = [
    Span(date(2026, 6, 5), date(2026, 6, 12)),
    Span(since=date(2026, 6, 14)),
    Span(until=date(2026, 6, 9)),
    Span(date(2027, 1, 1), date(2027, 1, 31)),
    Span(date(2020, 1, 1), date(2020, 12, 31)),
]


@pytest.mark.parametrize("span", SPANS)
def test_part_of_the_journal_loads_with_the_balances_of_its_last_day(
    days: None, span: Span
) -> None:
    text = "\n".join(FORMATS["beancount"](span)) + "\n"
    judged = books.bean_check(text)
    assert (judged.returncode, judged.stderr) == (0, "")
    assert in_beancount(text) == closing(span)
    if books.HLEDGER is not None:
        judged = books.hledger_check("\n".join(FORMATS["hledger"](span)) + "\n")
        assert (judged.returncode, judged.stderr) == (0, "")


def test_one_cent_in_the_opening_balances_is_missed_by_no_judge(days: None) -> None:
    for name, judge in (("beancount", books.bean_check), ("hledger", books.hledger_check)):
        if name == "hledger" and books.HLEDGER is None:
            continue
        text = "\n".join(FORMATS[name](SPANS[0])) + "\n"
        flipped = text.replace("GEN  1000.00 EUR", "GEN  1000.01 EUR", 1)
        assert flipped != text
        assert judge(flipped).returncode == 1


def test_parts_join_to_the_whole(days: None) -> None:
    first, second = Span(until=date(2026, 6, 9)), Span(since=date(2026, 6, 10))
    whole = list(FORMATS["csv"](WHOLE))
    assert list(FORMATS["csv"](first)) + list(FORMATS["csv"](second))[1:] == whole
    assert closing(second) == closing(WHOLE)
    assert standing(first, "closing") == standing(second, "opening")


def test_manifest_names_every_file_by_its_checksum(days: None) -> None:
    files = dict(ledger_export.everything(SPANS[0]))
    manifest = json.loads(files.pop("MANIFEST.json"))
    assert (manifest["since"], manifest["until"]) == ("2026-06-05", "2026-06-12")
    assert sorted(files) == [
        "balances-2026-06-05-2026-06-12.csv", "ledger-2026-06-05-2026-06-12.beancount",
        "ledger-2026-06-05-2026-06-12.csv", "ledger-2026-06-05-2026-06-12.journal",
    ]  # fmt: skip
    assert {each["name"]: each["sha256"] for each in manifest["files"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items()
    }


def test_span_as_long_as_days_go_is_judged_like_any_other(days: None) -> None:
    """From year 1, to year 9999, and where beancount cannot write the day any more."""
    ends = (
        (date.min, date.max),
        (date(2026, 6, 5), date.max),
        (date(9999, 1, 1), date.max),
        (date.min, date(500, 1, 1)),
    )
    for since, until in ends:
        span = Span(since, until)
        for name, check in (("beancount", books.bean_check), ("hledger", books.hledger_check)):
            text = "\n".join(FORMATS[name](span)) + "\n"
            judged = check(text)
            assert judged.returncode == 0, (span, judged.stderr)
            # An amount is asserted wherever there is one to assert.
            asserted = [line for line in text.splitlines() if " balance " in line or " = " in line]
            assert bool(asserted) == (until == date.max)
        assert [name for name, _content in ledger_export.everything(span)][-1] == "MANIFEST.json"
    assert closing(Span(date.min, date.max)) == closing(WHOLE)
