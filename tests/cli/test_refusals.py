"""Start-up is refused with a sentence and an exit code where an installation is not safe."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import config
from fund_app.cli import main

STARTS = (["serve", "--port", "0"], ["worker", "--once"], ["user", "disable", "nobody"])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set up production as `fund init` leaves it."""
    home = tmp_path / "home"
    for name in config.DEBUGGING:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FUND_ENV", "production")
    monkeypatch.setenv("FUND_HOME", str(home))
    monkeypatch.setenv("FUND_BASE_URL", "https://fund.test")
    monkeypatch.setenv("FUND_MAIL_URL", (tmp_path / "mail").as_uri())
    with _own_umask():
        made = run("init")
    assert made.exit_code == 0, made.output
    return home


@contextmanager
def _own_umask() -> Iterator[None]:
    """Give the umask back that `fund init` sets for its own process."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def refusal() -> str:
    """Return the sentence every command that starts anything answers, and doctor as well."""
    answers = [run(*words) for words in STARTS]
    assert [answer.exit_code for answer in answers] == [1, 1, 1]
    sentences = {answer.output for answer in answers}
    assert len(sentences) == 1
    assert run("doctor").exit_code == 1
    return sentences.pop().removeprefix("Error: ").strip()


def settings() -> config.Settings:
    return config.from_environment(os.environ)


def test_fresh_installation_starts(home: Path) -> None:
    assert settings().environment == "production"
    assert run("worker", "--once").exit_code == 0


@pytest.mark.parametrize("secret", ["a" * 64, "abc" * 30, "0123456789" * 5])
def test_secret_that_repeats_is_refused(home: Path, secret: str) -> None:
    (home / "secret").write_text(secret)
    assert refusal().startswith(f"The secret in {home / 'secret'} repeats a few bytes")


def test_short_secret_is_refused(home: Path) -> None:
    (home / "secret").write_text("abcdefghijklmnopqrstuvwxyz")
    assert refusal().startswith(f"The secret in {home / 'secret'} is shorter than 32 bytes.")


def test_secret_of_a_demonstration_is_refused_in_production(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "secret").unlink()
    monkeypatch.setenv("FUND_ENV", "demo")
    with _own_umask():
        assert run("init").exit_code == 0
    monkeypatch.setenv("FUND_ENV", "production")
    assert refusal().startswith("FUND_SECRET_FILE holds a demonstration's secret.")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_secret_others_can_read_is_refused(home: Path, mode: int) -> None:
    (home / "secret").chmod(mode)
    assert refusal() == f"Others can read {home / 'secret'}. Run: chmod 600 {home / 'secret'}"


def test_previous_secret_others_can_read_is_refused(home: Path) -> None:
    (home / "secret.previous").write_bytes((home / "secret").read_bytes())
    (home / "secret.previous").chmod(0o644)
    assert refusal().startswith(f"Others can read {home / 'secret.previous'}.")


@pytest.mark.parametrize(
    ("folder", "name"), [(".", "FUND_DATABASE_URL"), ("uploads", "FUND_UPLOAD_DIR")]
)
def test_folder_others_can_look_into_is_refused(home: Path, folder: str, name: str) -> None:
    place = home / folder
    place.chmod(0o750)
    assert refusal() == f"{name}: others can look into {place}. Run: chmod 700 {place}"


def test_missing_keystore_is_refused_and_not_made_in_passing(home: Path) -> None:
    (home / "keystore.sqlite3").unlink()
    answers = [run(*words) for words in STARTS]
    assert [answer.exit_code for answer in answers] == [1, 1, 1]
    assert all("there is no keystore" in answer.output for answer in answers)
    assert not (home / "keystore.sqlite3").exists()


def test_empty_keystore_is_refused(home: Path) -> None:
    for file in home.glob("keystore.sqlite3*"):
        file.unlink()
    (home / "keystore.sqlite3").touch(mode=0o600)
    assert "there is no keystore" in run("worker", "--once").output


@pytest.mark.parametrize(
    "url", ["sqlite:///{0}/fund.sqlite3", "sqlite:///{0}/uploads/../fund.sqlite3"]
)
def test_keystore_in_the_database_of_the_data_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("FUND_KEYSTORE_URL", url.format(home))
    assert refusal().startswith("FUND_KEYSTORE_URL and FUND_DATABASE_URL name the same database.")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("postgresql+psycopg://fund@db/fund", "postgresql://fund_keys@db/fund"),
        ("postgresql://fund@/fund?host=/run/pg", "postgresql://keys@/fund?host=/run/pg"),
    ],
)
def test_one_database_by_two_roles_is_still_one(
    home: Path, monkeypatch: pytest.MonkeyPatch, one: str, other: str
) -> None:
    monkeypatch.setenv("FUND_DATABASE_URL", one)
    monkeypatch.setenv("FUND_KEYSTORE_URL", other)
    with pytest.raises(config.ConfigurationError, match="the same database"):
        settings()
    monkeypatch.setenv("FUND_KEYSTORE_URL", "fund_keys".join(other.rsplit("fund", 1)))
    assert settings().keystore_url != one


@pytest.mark.parametrize("name", config.DEBUGGING)
def test_debugging_is_refused_in_production(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "1")
    assert refusal().startswith(f"{name} is set: in production it would show")
    monkeypatch.setenv(name, "0")
    assert settings().environment == "production"


def test_address_without_encryption_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUND_BASE_URL", "http://fund.test")
    assert refusal() == "FUND_BASE_URL must start with https:// in production."


def test_missing_secret_is_refused(home: Path) -> None:
    (home / "secret").unlink()
    assert refusal().startswith(f"The secret file {home / 'secret'} is missing.")
