"""`fund erase`, `verify-erasure`, `verify-proof`, `retention`, `backup`, `restore`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from fund_app import cli
from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.erasures import Erasure
from fund_app.services import offers, proofs
from fund_app.services.hardening import Cost, Hardening
from tests.support.house import House, build, press

Case = tuple[str, str]


@pytest.fixture
def house(app: Flask, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(cli, "application", lambda: app)
    app.extensions["fund.hardening"] = Hardening(Cost(memory=64, passes=1, lanes=1))
    with app.app_context():
        return build(app, clock)


@pytest.fixture
def case(app: Flask, house: House) -> Case:
    with app.app_context():
        applicant, case_id = house.submitted()
        offers.withdraw(applicant, press())
        return case_id, house.case(case_id).designation


def fund(*words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(cli.main, list(words), input=typed)


def test_erase_asks_and_verify_erasure_proves(app: Flask, case: Case, tmp_path: Path) -> None:
    case_id, name = case
    before = fund("verify-erasure", name)
    assert before.exit_code == 1
    assert "left   wrap:" in before.output
    assert "was never erased" in before.output
    assert fund("erase", name, typed="n\n").exit_code == 1
    assert json.loads(fund("verify-erasure", case_id, "--json").output)["is_gone"] is False
    assert fund("erase", name.upper(), "--yes").exit_code == 0
    after = fund("verify-erasure", case_id)
    assert (after.exit_code, "left" in after.output.split("stays")[0]) == (0, False)
    assert "no key, no sealed text, no file is left" in after.output
    again = json.loads(fund("erase", case_id, "--yes", "--json").output)
    assert again["done"] is True
    with app.test_request_context():
        text = proofs.write(db.session.get_one(Erasure, again["proof"]))
    kept = tmp_path / "page.txt"
    kept.write_text(text, encoding="utf-8")
    assert "Genuine" in fund("verify-proof", str(kept)).output
    kept.write_text(text.replace("2026", "2025", 1), encoding="utf-8")
    assert fund("verify-proof", str(kept)).exit_code == 1
    assert fund("audit", "verify").exit_code == 0


def test_erase_refuses_an_open_case_with_a_sentence(app: Flask, house: House) -> None:
    with app.app_context():
        _, case_id = house.submitted()
    refused = fund("erase", case_id, "--yes")
    assert refused.exit_code == 1
    assert "The case is still open." in refused.output
    assert fund("erase", "No Such Bird 1", "--yes").exit_code == 2


def test_retention_counts_first_and_destroys_only_when_told(case: Case) -> None:
    case_id, name = case
    counted = json.loads(fund("retention", "--now", "2027-07-30", "--json").output)
    assert (counted["cases"], counted["applied"]) == (1, False)
    assert fund("verify-erasure", case_id).exit_code == 1
    kept = ("--keep", name, "--reason", "court", "--until", "2027-06-01")
    assert fund("retention", *kept, "--now", "2027-05-30").exit_code == 0
    assert fund("retention", "--keep", name).exit_code == 2
    assert fund("retention", "--let-go", name).exit_code == 0
    assert fund("retention", "--let-go", name).exit_code == 1
    done = json.loads(fund("retention", "--now", "2027-07-30", "--apply", "--json").output)
    assert (done["cases"], done["applied"]) == (1, True)
    assert fund("verify-erasure", case_id).exit_code == 0


def test_backup_and_restore_speak_plainly(case: Case, tmp_path: Path, clock: ManualClock) -> None:
    folder = str(tmp_path / "backup")
    answer = json.loads(fund("backup", folder, "--json").output)
    assert Path(answer["data"]).is_dir()
    assert Path(answer["keystore"]).is_dir()
    assert "Say --replace" in fund("restore", folder).output
    assert fund("erase", case[0], "--yes").exit_code == 0
    assert "erased again" in fund("restore", folder, "--replace").output
    assert "wrap" not in fund("verify-erasure", case[0]).output
    clock.advance(days=8)
    assert "older than seven days" in fund("restore", folder, "--replace").output
    assert "no whole backup" in fund("restore", str(tmp_path)).output
