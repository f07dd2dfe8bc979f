"""`fund doctor`: checks whether this installation is fit to serve people."""

from __future__ import annotations

import json
import re
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC
from importlib import metadata

import click
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.exc import SQLAlchemyError

import config
from fund_app import cli
from fund_app.adapters import keystore, migrations
from fund_app.adapters.clock import ShiftedClock, SystemClock
from fund_app.adapters.keystore_schema import SCHEMA_VERSION
from fund_app.extensions import prepare_engine
from fund_app.models.events import Event
from fund_app.services import backups

SMALLEST_PYTHON = (3, 11)
OTHERS = stat.S_IRWXG | stat.S_IRWXO
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+) \\$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and what to do when it is not all right."""

    check: str
    is_ok: bool
    found: str
    advice: str = ""

    def __post_init__(self) -> None:
        """Give no advice where none is needed."""
        if self.is_ok:
            object.__setattr__(self, "advice", "")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
def doctor(as_json: bool) -> None:
    """Check this installation; the exit code is 1 when something needs attention."""
    findings = examine()
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            click.echo(_line(finding))
    if not all(finding.is_ok for finding in findings):
        raise SystemExit(1)


def examine() -> list[Finding]:
    """Run every check; those that need settings are left out when there are none."""
    findings = [check_python(), check_libraries(), check_documents()]
    try:
        settings = cli.settings()
    except config.ConfigurationError as refused:
        return [*findings, Finding("settings", False, str(refused))]
    findings.append(Finding("settings", True, f"{settings.environment}, secret private"))
    checks: tuple[Callable[[config.Settings], Finding], ...] = (
        check_database,
        check_keystore,
        check_uploads,
        check_clock,
        check_backups,
    )
    return [*findings, *(check(settings) for check in checks)]


def check_python() -> Finding:
    """Whether this Python is new enough."""
    found = ".".join(str(part) for part in sys.version_info[:3])
    advice = "Install Python 3.11 or newer."
    return Finding("python", sys.version_info >= SMALLEST_PYTHON, found, advice)


def check_libraries() -> Finding:
    """Whether the libraries are the ones that were tested together."""
    lock = (config.ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = PINNED.findall(lock)
    other = [f"{name} {pin}" for name, pin in pinned if _installed(name) != pin]
    found = f"{len(pinned) - len(other)} of {len(pinned)} as locked"
    return Finding("libraries", not other, found, f"Not as locked: {', '.join(other)}")


def check_documents() -> Finding:
    """Whether documents can be typeset, and at full speed."""
    try:
        from weasyprint.text import ffi  # noqa: PLC0415 (loading Pango is what is checked)
    except OSError as missing:
        return Finding("documents", False, str(missing), "Run: make setup")
    if not ffi.harfbuzz_subset:
        return Finding("documents", False, "libharfbuzz-subset is missing", "Run: make setup")
    return Finding("documents", True, f"Pango {ffi.pango.pango_version()}, harfbuzz-subset")


def check_database(settings: config.Settings) -> Finding:
    """Whether the application database answers and has the newest schema."""
    newest = migrations.newest()
    try:
        present = migrations.present(settings.database_url)
    except SQLAlchemyError as refused:
        return _unreachable("database", refused)
    found = f"revision {present}, needed {newest}"
    return Finding("database", present == newest, found, "Run: fund init")


def check_keystore(settings: config.Settings) -> Finding:
    """Whether the keystore answers, has its schema and is a database of its own."""
    if settings.keystore_url == settings.database_url:
        advice = "Set FUND_KEYSTORE_URL to a database of its own."
        return Finding("keystore", False, "the same database as the data", advice)
    try:
        with _engine(settings.keystore_url) as engine:
            present = keystore.Keystore(engine).schema_version()
    except SQLAlchemyError as refused:
        return _unreachable("keystore", refused)
    found = f"schema {present}, needed {SCHEMA_VERSION}"
    return Finding("keystore", present == SCHEMA_VERSION, found, "Run: fund init")


def check_uploads(settings: config.Settings) -> Finding:
    """Whether the folder for uploads exists and only its owner can look into it."""
    advice = f"Run: mkdir -p {settings.upload_dir} && chmod 700 {settings.upload_dir}"
    if not settings.upload_dir.is_dir():
        return Finding("uploads", False, "missing", advice)
    mode = stat.S_IMODE(settings.upload_dir.stat().st_mode)
    return Finding("uploads", not mode & OTHERS, f"mode {mode:o}", advice)


def check_clock(settings: config.Settings) -> Finding:
    """Whether the clock stands after everything that has happened already."""
    clock = ShiftedClock(settings.clock_file) if settings.clock_file else SystemClock()
    now = clock.now()
    try:
        with _engine(settings.database_url) as engine, engine.connect() as connection:
            last = connection.scalar(select(func.max(Event.at)))
    except SQLAlchemyError as refused:
        return _unreachable("clock", refused)
    advice = "The clock stands before the last recorded event: set it, or wait."
    is_ok = last is None or last <= now
    return Finding("clock", is_ok, now.astimezone(UTC).isoformat(timespec="seconds"), advice)


def check_backups(settings: config.Settings) -> Finding:
    """Whether a backup of the keystore lies about that is older than seven days."""
    if settings.backup_dir is None:
        return Finding("backups", True, "FUND_BACKUP_DIR is not set; not looked at")
    clock = ShiftedClock(settings.clock_file) if settings.clock_file else SystemClock()
    old = backups.too_old(settings.backup_dir, clock.now().date())
    advice = "They still open what was erased since. Run: fund backup, or remove them."
    return Finding("backups", not old, f"{len(old)} of keys older than seven days", advice)


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    prepare_engine(engine)
    try:
        yield engine
    finally:
        engine.dispose()


def _unreachable(check: str, refused: SQLAlchemyError) -> Finding:
    # Only the kind: the text of a driver's error may repeat an address with its password.
    return Finding(check, False, type(refused).__name__, "Is the server running? fund init?")


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _line(finding: Finding) -> str:
    state = "ok  " if finding.is_ok else "FAIL"
    advice = f"\n     {finding.advice}" if finding.advice else ""
    return f"{state} {finding.check}: {finding.found}{advice}"
