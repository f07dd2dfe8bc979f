"""`fund doctor` tells what is not in order, and what to do about it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

import config
from config import Settings
from fund_app import cli
from fund_app.adapters import migrations, sandbox
from fund_app.cli import doctor, main
from fund_app.models.events import Event
from fund_app.services import demo_lists, official_lists, people
from workflows.roles import SYSTEM, Role


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set up a fresh installation."""
    monkeypatch.setenv("FUND_ENV", "development")
    monkeypatch.setenv("FUND_HOME", str(tmp_path / "home"))
    result = CliRunner().invoke(main, ["init"])
    assert result.exit_code == 0, result.output
    return tmp_path / "home"


@pytest.mark.usefixtures("installation")
def test_doctor_finds_a_fresh_installation_in_order() -> None:
    result = CliRunner().invoke(main, ["doctor", "--json"])
    found = {finding["check"]: finding["is_ok"] for finding in json.loads(result.output)}
    assert found == dict.fromkeys(
        [
            "python",
            "libraries",
            "documents",
            "uploads cleaned",
            "settings",
            "database",
            "keystore",
            "log of keys",
            "secret",
            "uploads",
            "clock",
            "sign-in",
            "custodians",
            "official lists",
            "backups",
        ],
        True,
    )
    assert result.exit_code == 0


def test_doctor_notices_a_secret_others_can_read(installation: Path) -> None:
    (installation / "secret").chmod(0o644)
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == 1
    assert f"FAIL settings: Others can read {installation / 'secret'}" in result.output


def test_doctor_counts_who_keeps_the_names(app: Flask, settings: Settings) -> None:
    with app.app_context():
        for handle, role, enough in (
            ("ida", Role.COORDINATOR, False),
            ("irina", Role.CUSTODIAN, False),
            ("marta", Role.CUSTODIAN, True),
        ):
            people.add(SYSTEM, handle, handle.title(), [role], "a long walk by the river")
            assert doctor.check_custodians(settings).is_ok is enough, handle


def test_doctor_notices_that_nothing_can_be_paid_without_an_official_list(
    app: Flask, settings: Settings
) -> None:
    with app.app_context():
        people.add(SYSTEM, "ida", "Ida", [Role.COORDINATOR], "a long walk by the river")
        assert doctor.check_lists(settings).is_ok
        people.add(SYSTEM, "fin", "Fin", [Role.FINANCE_OFFICER], "a long walk by the river")
        finding = doctor.check_lists(settings)
        assert (finding.is_ok, finding.found) == (False, "none")
        assert "Nothing can be paid" in finding.advice
        official_lists.import_file(SYSTEM, demo_lists.UN.encode())
        finding = doctor.check_lists(settings)
        assert (finding.is_ok, finding.found) == (True, "un")


def test_doctor_notices_uploads_others_can_read(settings: Settings) -> None:
    settings.upload_dir.chmod(0o755)
    finding = doctor.check_uploads(settings)
    assert (finding.is_ok, finding.found) == (False, "mode 755")


def test_doctor_notices_a_missing_folder_for_uploads(settings: Settings) -> None:
    settings.upload_dir.rmdir()
    assert doctor.check_uploads(settings).found == "missing"


@pytest.mark.both_stores
def test_doctor_finds_the_newest_schema(settings: Settings) -> None:
    newest = migrations.newest()
    found = doctor.check_database(settings)
    assert (found.is_ok, found.found) == (True, f"revision {newest}, needed {newest}")
    assert doctor.check_keystore(settings).is_ok


@pytest.mark.settings(database_url="sqlite:////nowhere/at/all/fund.sqlite3")
def test_doctor_tells_an_unreachable_database_by_kind_only(settings: Settings) -> None:
    assert doctor.check_database(settings).found == "OperationalError"


def test_doctor_refuses_keys_beside_the_data(settings: Settings) -> None:
    both = replace(settings, keystore_url=settings.database_url)
    assert doctor.check_keystore(both).found == "the same database as the data"


@pytest.mark.both_stores
def test_doctor_finds_that_destroyed_keys_leave_the_log(settings: Settings) -> None:
    found = doctor.check_keystore_log(settings)
    assert (found.is_ok, found.found) == (True, "destroyed keys leave it at once")


def test_doctor_says_which_files_can_be_cleaned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "has_bubblewrap", lambda: True)
    monkeypatch.setattr("shutil.which", lambda _name: None)
    finding = doctor.check_cleaners()
    assert finding.is_ok
    assert finding.found == (
        "pictures and PDF, in a sandbox; office documents are refused until there is mat2"
    )


def test_finding_gives_no_advice_where_none_is_needed() -> None:
    assert doctor.Finding("clock", True, "now", "Set it.").advice == ""
    assert doctor.Finding("clock", False, "now", "Set it.").advice == "Set it."


def test_check_clock_passes_while_nothing_has_happened(settings: Settings) -> None:
    assert doctor.check_clock(settings).is_ok


@pytest.mark.both_stores
def test_check_clock_notices_an_event_that_has_not_happened_yet(
    session: Session, settings: Settings
) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    columns = dict.fromkeys(("chain", "action", "source", "dest", "actor_role"), "code")
    digests = dict.fromkeys(("definition", "previous", "hash"), "0" * 64)
    refs = dict.fromkeys(("subject_id", "actor_ref"), "0" * 32)
    session.add(Event(**columns, **digests, **refs, step=1, day=tomorrow.date(), at=tomorrow))
    session.commit()
    finding = doctor.check_clock(settings)
    assert not finding.is_ok
    assert finding.advice == "The clock stands before the last recorded event: set it, or wait."


@pytest.mark.parametrize(
    ("changes", "is_ok", "found"),
    [
        ({}, True, "passkeys"),
        (
            {"allow_totp": True},
            True,
            "passkeys, and codes of an app, which can be phished (FUND_ALLOW_TOTP=yes)",
        ),
        ({"base_url": "https://192.0.2.1"}, False, "a bare number"),
        ({"base_url": "http://127.0.0.1:8000"}, True, "passkeys"),
    ],
)
def test_doctor_says_what_lets_staff_in(
    settings: Settings, changes: dict[str, Any], is_ok: bool, found: str
) -> None:
    finding = doctor.check_sign_in(replace(settings, **changes))
    assert (finding.is_ok, finding.found) == (is_ok, found)


@pytest.mark.parametrize(
    ("said", "allowed"), [(None, False), ("yes", True), ("no", False), ("YES", True)]
)
def test_codes_of_an_app_are_allowed_by_a_clear_yes(
    installation: Path, said: str | None, allowed: bool
) -> None:
    environment = {"FUND_ENV": "development", "FUND_HOME": str(installation)}
    if said is not None:
        environment["FUND_ALLOW_TOTP"] = said
    assert config.from_environment(environment).allow_totp is allowed


def test_any_other_word_about_codes_is_refused(installation: Path) -> None:
    environment = {"FUND_ENV": "development", "FUND_HOME": str(installation)}
    with pytest.raises(config.ConfigurationError, match="FUND_ALLOW_TOTP is 'true'"):
        config.from_environment({**environment, "FUND_ALLOW_TOTP": "true"})


def test_doctor_complains_about_keys_kept_too_long(
    installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert installation.is_dir()
    folder = tmp_path / "backup"
    monkeypatch.setenv("FUND_BACKUP_DIR", str(folder))
    assert CliRunner().invoke(main, ["backup", str(folder)]).exit_code == 0
    settings = cli.settings()
    assert doctor.check_backups(settings).is_ok
    made = next((folder / "keystore").glob("*/made.json"))
    made.write_text('{"made_on": "2020-01-01"}', encoding="utf-8")
    finding = doctor.check_backups(settings)
    assert (finding.is_ok, finding.found) == (False, "1 of keys older than seven days")
