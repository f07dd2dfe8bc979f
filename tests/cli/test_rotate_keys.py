"""`fund rotate-keys` on the files of a real installation, interrupted and run again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fund_app import cli
from fund_app.adapters import secret_file
from fund_app.services import codenames, lasting_keys, staff_keys, vault

PASSPHRASE = "a long walk by the river"


def run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(cli.main, list(words), input=typed)


def rotated() -> dict[str, int | bool]:
    result = run("rotate-keys", "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, int | bool] = json.loads(result.stdout)
    return found


def doctor() -> dict[str, tuple[bool, str]]:
    found = json.loads(run("doctor", "--json").stdout)
    return {finding["check"]: (finding["is_ok"], finding["found"]) for finding in found}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Set up an installation with one person and one applicant's codename."""
    monkeypatch.setenv("FUND_ENV", "development")
    monkeypatch.setenv("FUND_HOME", str(tmp_path / "home"))
    before = os.umask(0o022)
    assert run("init").exit_code == 0
    added = run(
        "user", "add", "ida", "--name", "Ida", "--role", "administrator", typed=f"{PASSPHRASE}\n"
    )
    assert added.exit_code == 0, added.output
    yield tmp_path / "home"
    os.umask(before)


def person_id() -> str:
    (found,) = vault.keystore().holder_ids("staff")
    return found


def test_rotation_runs_until_nobody_needs_the_previous_secret(home: Path) -> None:
    first = (home / "secret").read_bytes()
    with cli.application().app_context():
        name = codenames.applicants().create("en")
        lasting = lasting_keys.lasting_key("contact-mark")
    assert rotated() == {
        "votes_moved": 0, "staff": 1, "applicants": 1, "donors": 0, "previous_needed": True,
    }  # fmt: skip
    second = (home / "secret").read_bytes()
    assert second != first
    assert (home / "secret.previous").read_bytes() == first
    assert (home / "secret.previous").stat().st_mode & 0o777 == 0o600
    assert doctor()["secret"] == (
        True, "the previous one is still needed by 2 keys (1 staff, 1 applicant, 0 donor)",
    )  # fmt: skip
    assert rotated()["previous_needed"] is True
    assert (home / "secret").read_bytes() == second
    with cli.application().app_context():
        assert staff_keys.unlock_staff(person_id(), PASSPHRASE) is not None
        assert codenames.applicants().sign_in(name.phrase) is not None
        assert lasting_keys.lasting_key("contact-mark") == lasting
    assert doctor()["secret"][0] is False
    assert rotated()["previous_needed"] is False
    assert not (home / "secret.previous").exists()
    assert doctor()["secret"] == (True, "one, and every key's")
    with cli.application().app_context():
        assert staff_keys.unlock_staff(person_id(), PASSPHRASE) is not None
        assert codenames.applicants().sign_in(name.digits) is not None
        assert lasting_keys.lasting_key("contact-mark") == lasting


def test_rotation_interrupted_before_the_files_change_goes_on(home: Path) -> None:
    first = (home / "secret").read_bytes()
    waiting = secret_file.begin(home / "secret")
    with cli.application().app_context():
        assert staff_keys.unlock_staff(person_id(), PASSPHRASE) is not None
    rotated()
    assert (home / "secret").read_bytes() == waiting
    assert (home / "secret.previous").read_bytes() == first
    assert not (home / "secret.next").exists()


def test_rotation_interrupted_between_the_two_files_goes_on(home: Path) -> None:
    first = (home / "secret").read_bytes()
    waiting = secret_file.begin(home / "secret")
    os.link(home / "secret", home / "secret.previous")
    with cli.application().app_context():
        assert staff_keys.unlock_staff(person_id(), PASSPHRASE) is not None
    rotated()
    assert (home / "secret").read_bytes() == waiting
    assert (home / "secret.previous").read_bytes() == first
    with cli.application().app_context():
        assert staff_keys.unlock_staff(person_id(), PASSPHRASE) is not None


def test_lost_secret_is_noticed_by_doctor(home: Path) -> None:
    (home / "secret").unlink()
    secret_file.make(home / "secret")
    assert doctor()["secret"] == (False, "1 keys are sealed under a secret that is not here")


def test_cases_get_new_keys(home: Path) -> None:
    result = run("rotate-keys", "--cases", "--json")
    assert result.exception is None, (result.output, result.exception)
    assert json.loads(result.stdout) == {"renewed": 0}
