"""`fund open-data`: the same file as the public page, or a sentence."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from fund_app import cli
from fund_app.services import open_data
from fund_app.services.open_data import Wish
from fund_app.services.vault import SignedIn
from tests.support import awards
from tests.support.client import FundClient
from workflows.roles import Actor, Role


class NoKeys:
    """The ring of somebody who holds no key of any case."""

    def opens(self, _case: str, _compartment: str) -> bool:
        return False


def signed_in(actor: Actor) -> SignedIn:
    return SignedIn(actor.ref, actor.roles, NoKeys())  # type: ignore[arg-type]


def test_command_writes_what_the_page_hands_out(
    app: Flask, client: FundClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cli, "application", lambda: app)
    with app.app_context():
        awards.open_books()
        nothing = CliRunner().invoke(cli.main, ["open-data"])
        assert (nothing.exit_code, "No grant is published." in nothing.output) == (1, True)
        one, other = (awards.person(name, Role.BOARD_MEMBER) for name in ("one", "other"))
        (case_id,) = awards.cases(1, date(2025, 2, 3))
        wish = Wish(awards.designation(case_id), "agreed")
        row = open_data.propose(signed_in(one), wish)
        open_data.confirm(other, row.id)
    printed = CliRunner().invoke(cli.main, ["open-data"]).output
    assert json.loads(printed) == json.loads(client.get("/figures/grants.json").data)
    written = CliRunner().invoke(cli.main, ["open-data", "--out", str(tmp_path / "grants.json")])
    assert "1 grants in" in written.output
    assert (tmp_path / "grants.json").read_text("utf-8") == printed
