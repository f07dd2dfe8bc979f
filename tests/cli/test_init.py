"""`fund init` sets an installation up and never takes anything away."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from fund_app.adapters.secret_file import make
from fund_app.cli import main


def mode(path: Path) -> int:
    """Return who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the command at an installation that does not exist yet."""
    monkeypatch.setenv("FUND_ENV", "development")
    monkeypatch.setenv("FUND_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_init_makes_everything_private(home: Path) -> None:
    result = CliRunner().invoke(main, ["init"])
    assert result.exit_code == 0, result.output
    assert mode(home) == 0o700
    assert mode(home / "secret") == 0o600
    assert mode(home / "uploads") == 0o700
    assert mode(home / "fund.sqlite3") == 0o600
    assert mode(home / "keystore.sqlite3") == 0o600


def test_init_twice_keeps_the_secret(home: Path) -> None:
    CliRunner().invoke(main, ["init"])
    before = (home / "secret").read_bytes()
    assert CliRunner().invoke(main, ["init"]).exit_code == 0
    assert (home / "secret").read_bytes() == before


def test_make_secret_makes_a_different_one_each_time(tmp_path: Path) -> None:
    assert make(tmp_path / "one")
    assert make(tmp_path / "two")
    assert (tmp_path / "one").read_bytes() != (tmp_path / "two").read_bytes()


def test_make_secret_leaves_an_existing_one_alone(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("kept")
    assert not make(tmp_path / "secret")
    assert (tmp_path / "secret").read_text() == "kept"


@pytest.mark.usefixtures("home")
def test_a_refused_configuration_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUND_ENV", "holiday")
    result = CliRunner().invoke(main, ["init"])
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == (
        "Error: FUND_ENV is 'holiday'; it must be one of: demo, development, production."
    )
