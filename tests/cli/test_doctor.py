"""`fund doctor` tells what is not in order, and what to do about it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from config import Settings
from fund_app import cli
from fund_app.adapters import migrations
from fund_app.cli import doctor, main
from fund_app.models.events import Event


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
            "settings",
            "database",
            "keystore",
            "uploads",
            "clock",
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
