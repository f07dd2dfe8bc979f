"""`fund ledger`: the books from the command line."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import text

from fund_app import cli
from fund_app.cli import main
from fund_app.services.unit import unit_of_work
from tests.support import books


@pytest.fixture(autouse=True)
def books_of_the_example(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "application", lambda: app)
    with app.app_context():
        books.play_worked_example()


def fund(*words: str) -> Result:
    return CliRunner().invoke(main, ["ledger", *words])


def test_check_says_that_the_books_agree() -> None:
    result = fund("check")
    assert (result.exit_code, result.output) == (0, "The books agree.\n")
    assert json.loads(fund("check", "--json").output) == {
        "differences": [], "altered_entries": [],
    }  # fmt: skip


def test_check_names_the_entry_somebody_altered(app: Flask) -> None:
    with app.app_context(), unit_of_work() as unit:
        for statement in (
            "DROP TRIGGER posting_stays",
            "UPDATE posting SET amount = 99999 WHERE entry_id = 1 AND line = 1",
            "UPDATE posting SET amount = -99999 WHERE entry_id = 1 AND line = 2",
        ):
            unit.execute(text(statement))
    result = fund("check")
    assert (result.exit_code, result.output.splitlines()) == (1, [
        "account_balance Bank/GEN/EUR: (91725,) stored, (91724,) added up",
        "account_balance Donations/GEN/EUR: (-100000,) stored, (-99999,) added up",
        "fund_position GEN/EUR: (91725, 0) stored, (91724, 0) added up",
        "entry 1: the content is not what was recorded",
    ])  # fmt: skip


def test_balances_show_accounts_and_funds() -> None:
    lines = fund("balances").output.splitlines()
    assert lines[-2:] == [
        "EMG EUR: spendable 1245.92, committed 0.00, available 1245.92",
        "GEN EUR: spendable 917.25, committed 0.00, available 917.25",
    ]
    found = json.loads(fund("balances", "--json").output)
    assert [(one["fund_code"], one["available"]) for one in found["funds"]] == [
        ("EMG", 124592), ("GEN", 91725),
    ]  # fmt: skip


def test_export_writes_what_the_judges_accept() -> None:
    assert books.bean_check(fund("export", "--format", "beancount").output).returncode == 0
    as_lines = json.loads(fund("export", "--format", "csv", "--json").output)
    assert "\n".join(as_lines["lines"]) + "\n" == fund("export", "--format", "csv").output


def test_export_in_an_unknown_format_is_refused() -> None:
    assert fund("export", "--format", "excel").exit_code == 2


def test_part_of_the_journal_and_a_folder_of_everything(tmp_path: Path) -> None:
    out = tmp_path / "books"
    of_period = fund("export", "--format", "balances", "--period", "2026").output
    assert of_period == fund(
        "export", "--format", "balances", "--since", "2026-01-01", "--until", "2026-12-31"
    ).output  # fmt: skip
    assert "Bank,asset,EMG,EUR,0.00,6260.00,5014.08,1245.92" in of_period
    assert fund("export", "--out", str(out)).output == f"5 files in {out}\n"
    manifest = json.loads((out / "MANIFEST.json").read_text("utf-8"))
    assert {each["name"]: each["sha256"] for each in manifest["files"]} == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in out.iterdir()
        if path.name != "MANIFEST.json"
    }


@pytest.mark.parametrize(("words", "told"), [
    ((), "Give either --format for one format or --out for all of them."),
    (("--format", "csv", "--period", "1999"), "There is no period of this code."),
    (("--format", "csv", "--period", "2026", "--since", "2026-01-01"), "Give either --period"),
    (("--format", "csv", "--since", "2026-02-01", "--until", "2026-01-01"), "lies before --since"),
])  # fmt: skip
def test_export_that_contradicts_itself_is_refused(words: tuple[str, ...], told: str) -> None:
    result = fund("export", *words)
    assert (result.exit_code, told in result.output) == (2, True)
