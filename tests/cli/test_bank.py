"""`fund bank`: files taken in once, refused with a sentence, and nothing of a line shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from fund_app import cli
from fund_app.extensions import db
from fund_app.models.bank import BankLine, BankStatement
from fund_app.models.sealed import Compartment
from fund_app.services import vault
from tests.support import bank
from tests.support.bank_files import Line, camt, mt940
from tests.support.house import House
from tests.support.staff import house

__all__ = ["house"]


@pytest.fixture(autouse=True)
def _same_application(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "application", lambda: app)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.main, ["bank", "import", *map(str, arguments)])


def test_files_are_taken_in_once_and_say_nothing_of_their_lines(
    house: House, tmp_path: Path
) -> None:
    nobody = run("MAIN", __file__)
    assert (nobody.exit_code, "There are: none." in nobody.output) == (1, True)
    account_id = bank.account(house["treasurer"])
    first, second, gap, wrong = (tmp_path / name for name in ("a.xml", "b.sta", "c.xml", "d.xml"))
    first.write_bytes(camt([Line(900, "Zqwords"), Line(-100, "Zqwords")], opening=5_000))
    second.write_bytes(mt940([Line(70, "Zqwords", "R9")], opening=5_800, number="7"))
    gap.write_bytes(camt([Line(5, "Zqwords", "R8")], opening=1, number="9"))
    wrong.write_bytes(camt([Line(5, "Zqwords", "R7")], closing=123))
    done = run("main", first, second)
    assert (done.exit_code, done.output.splitlines()) == (
        0, [f"{first}: 2 new lines of 2.", f"{second}: 1 new lines of 1."],
    )  # fmt: skip
    again = run("MAIN", first, second)
    assert (again.exit_code, again.output.count("nothing was imported twice")) == (0, 2)
    refused = run("MAIN", gap, wrong, first)
    assert refused.exit_code == 1
    assert f"{gap}: not taken. With what is known it would close at 58.75 and says 0.06" in (
        refused.output
    )
    assert f"{wrong}: not taken. Opening balance and lines differ" in refused.output
    assert f"{first}: everything in it is here already" in refused.output
    said = json.loads(run("MAIN", gap, second, "--json").stdout)
    assert [(one["refused"], one.get("new")) for one in said] == [
        ("does_not_connect", None),
        (None, 0),
    ]
    for result in (done, again, refused):
        assert "Zq" not in result.output
    assert {each.amount for each in bank.lines(account_id)} == {900, -100, 70}
    statement = db.session.get_one(BankLine, bank.lines(account_id)[0].id).statement_id
    assert db.session.get_one(BankStatement, statement).imported_by == "system"
    holders = set(vault.holders_of(statement, Compartment.PAYOUT))
    assert house["treasurer"].ref in holders


def test_balances_go_with_one_file(house: House, tmp_path: Path) -> None:
    bank.account(house["treasurer"])
    file = tmp_path / "a.xml"
    file.write_bytes(camt([Line(5)]))
    assert run("MAIN", file, file, "--opening", "1.00").exit_code == 2
    assert run("MAIN", file, "--opening", "some").exit_code == 2
