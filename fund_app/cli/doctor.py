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
from ipaddress import ip_address
from urllib.parse import urlsplit

import click
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.exc import SQLAlchemyError

import config
from fund_app import cli
from fund_app.adapters import keystore, migrations, sandbox, scrub
from fund_app.adapters.clock import ShiftedClock, SystemClock
from fund_app.adapters.keystore_keys import DeploymentSecrets
from fund_app.adapters.keystore_schema import SCHEMA_VERSION
from fund_app.extensions import prepare_engine
from fund_app.models.events import Event
from fund_app.models.people import Person, RoleGrant
from fund_app.models.screenings import OfficialList
from fund_app.services import backups
from fund_app.services.payee_looks import PAYERS
from workflows.roles import Role
from workflows.unlocks import SIGNATURES

SMALLEST_PYTHON = (3, 11)
OTHERS = stat.S_IRWXG | stat.S_IRWXO
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+) \\$", re.MULTILINE)


CODENAMED = ("staff", "applicant", "donor")
"""Kinds of holders whose key moves to another secret when they sign in."""


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
    findings = [check_python(), check_libraries(), check_documents(), check_cleaners()]
    try:
        settings = cli.settings()
    except config.ConfigurationError as refused:
        return [*findings, Finding("settings", False, str(refused))]
    findings.append(Finding("settings", True, f"{settings.environment}, secret private"))
    checks: tuple[Callable[[config.Settings], Finding], ...] = (
        check_database,
        check_keystore,
        check_keystore_log,
        check_secret,
        check_uploads,
        check_clock,
        check_sign_in,
        check_custodians,
        check_lists,
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


def check_cleaners() -> Finding:
    """Which files can be cleaned; without the tools office documents are refused, safely."""
    if sandbox.has_office_cleaner():
        return Finding("uploads cleaned", True, "pictures, PDF and office documents, in a sandbox")
    where = "in a sandbox" if sandbox.has_bubblewrap() else "in a process apart, without a sandbox"
    missing = "mat2" if sandbox.has_bubblewrap() else "mat2 and a working bubblewrap"
    found = f"pictures and PDF, {where}; office documents are refused until there is {missing}"
    return Finding("uploads cleaned", True, found)


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


def check_keystore_log(settings: config.Settings) -> Finding:
    """Whether a key that was destroyed is gone from the keystore's own log as well."""
    try:
        with _engine(settings.keystore_url) as engine:
            reasons = scrub.lingering(engine)
    except SQLAlchemyError as refused:
        return _unreachable("log of keys", refused)
    found = ", ".join(reasons) or "destroyed keys leave it at once"
    advice = "Destroyed keys stay in it for a while: docs/operations.md, PostgreSQL."
    return Finding("log of keys", not reasons, found, advice)


def check_secret(settings: config.Settings) -> Finding:
    """Whose keys are sealed under another secret than the present one, and under which."""
    deployment = DeploymentSecrets(settings.secret, settings.previous_secret)
    try:
        with _engine(settings.keystore_url) as engine:
            elsewhere = keystore.Keystore(engine).count_sealed_elsewhere(deployment.name)
    except SQLAlchemyError as refused:
        return _unreachable("secret", refused)
    count = sum(elsewhere.values())
    if settings.previous_secret is None:
        found = f"{count} keys are sealed under a secret that is not here"
        advice = "Put the secret's file back; during a rotation the previous one beside it."
        return Finding("secret", not count, found if count else "one, and every key's", advice)
    kinds = ", ".join(f"{elsewhere.get(kind, 0)} {kind}" for kind in CODENAMED)
    found = f"the previous one is still needed by {count} keys ({kinds})"
    return Finding("secret", bool(count), found, "Run: fund rotate-keys")


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


def check_sign_in(settings: config.Settings) -> Finding:
    """Whether staff can use passkeys at the public address, and what else lets them in."""
    host = urlsplit(settings.base_url).hostname or ""
    found = "passkeys"
    if settings.allow_totp:
        found += ", and codes of an app, which can be phished (FUND_ALLOW_TOTP=yes)"
    try:
        is_reachable = ip_address(host).is_loopback  # which has a name too: localhost
    except ValueError:
        is_reachable = True
    advice = "Give FUND_BASE_URL a name: browsers keep no passkey for a number."
    return Finding("sign-in", is_reachable, found if is_reachable else "a bare number", advice)


def check_custodians(settings: config.Settings) -> Finding:
    """Whether enough people keep the names of cases: it takes two to open one.

    Before anybody works here there is nothing to keep. With nobody in the office names stay
    sealed for everybody but the applicants themselves.
    """
    held = (
        select(func.count()).select_from(RoleGrant).join(Person).where(Person.disabled_on.is_(None))
    )
    try:
        with _engine(settings.database_url) as engine, engine.connect() as connection:
            anybody = connection.scalar(held) or 0
            keepers = connection.scalar(held.where(RoleGrant.role == Role.CUSTODIAN)) or 0
    except SQLAlchemyError as refused:
        return _unreachable("custodians", refused)
    advice = "Name at least two, better three: fund user add HANDLE --role custodian"
    return Finding("custodians", not anybody or keepers >= SIGNATURES, str(keepers), advice)


def check_lists(settings: config.Settings) -> Finding:
    """Whether there is an official list to screen payees in: without one nothing can be paid.

    Before anybody makes payments here there is nothing to screen.
    """
    held = (
        select(func.count())
        .select_from(RoleGrant)
        .join(Person)
        .where(Person.disabled_on.is_(None), RoleGrant.role.in_(PAYERS))
    )
    used = select(OfficialList.code).where(OfficialList.is_newest.is_(True))
    try:
        with _engine(settings.database_url) as engine, engine.connect() as connection:
            anybody = connection.scalar(held) or 0
            codes = list(connection.scalars(used.order_by(OfficialList.code)))
    except SQLAlchemyError as refused:
        return _unreachable("official lists", refused)
    found = ", ".join(codes) or "none"
    advice = "Nothing can be paid until one is imported: fund lists import FILE"
    return Finding("official lists", not anybody or bool(codes), found, advice)


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
