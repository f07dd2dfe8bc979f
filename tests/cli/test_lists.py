"""`fund lists`: a list imported from a file, once; what is none is a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from fund_app import cli
from fund_app.services import demo_lists


@pytest.fixture(autouse=True)
def _same_application(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "application", lambda: app)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, ["lists", *arguments])


def test_list_is_imported_once_and_shown(tmp_path: Path) -> None:
    assert "No list has been imported" in run("show").output
    file = tmp_path / "ConList.csv"
    file.write_text(demo_lists.UK, encoding="utf-8")
    first = run("import", str(file))
    assert (first.exit_code, first.output) == (
        0,
        "uk 02/06/2026: 2 entries, 4 names, 0 left out without a name\n",
    )
    again = json.loads(run("import", str(file), "--json").output)
    assert (again["list"], again["entries"], again["new"]) == ("uk", 2, False)
    shown = json.loads(run("show", "--json").output)
    assert [(row["list"], row["published_on"]) for row in shown] == [("uk", "2026-06-02")]
    assert shown[0]["sha256"] in run("show").output


def test_file_that_is_no_list_is_refused_with_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "bomb.xml"
    file.write_bytes(b'<!DOCTYPE a [<!ENTITY b "c">]><export>&b;</export>')
    refused = run("import", str(file))
    assert refused.exit_code == 1
    assert refused.output == (
        "Error: This file carries a document type or entities; it was not read.\n"
    )
