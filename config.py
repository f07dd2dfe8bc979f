"""Settings: one frozen value read from the environment, handed to create_app.

Rule for defaults: a default is valid for production and fit for the public, or start-up
refuses and says why. Only the demonstration may run on what it makes up itself.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
SMALLEST_SECRET = 32
FEWEST_DIFFERENT = 12
"""Of 32 random bytes this many differ but once in more than 10^20 installations."""
DEMO_MARK = b"demo-"
"""How a secret made for a demonstration begins, so that production can refuse it."""
DEBUGGING = ("FLASK_DEBUG", "PYTHONDEVMODE", "PYTHONINSPECT")
SWITCHED_OFF = frozenset({"", "0", "false", "no", "off"})
ANOTHER_SECRET = "Remove the file and run 'fund init' if nothing is sealed under it yet."  # noqa: S105
OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Environment(StrEnum):
    """Where the software runs; decides which shortcuts exist at all."""

    DEMO = "demo"
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class ConfigurationError(Exception):
    """Start-up is refused; the message says which setting and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between two installations of the same code."""

    environment: Environment
    secret: bytes = field(repr=False)
    database_url: str
    keystore_url: str
    upload_dir: Path
    mail_url: str
    base_url: str
    onion_url: str | None
    stripe_api_key: str = field(repr=False)
    stripe_webhook_secret: str = field(repr=False)
    stripe_api_base: str
    clock_file: Path | None
    bank_holder: str = ""
    bank_iban: str = ""
    bank_bic: str = ""
    previous_secret: bytes | None = field(default=None, repr=False)
    """The secret before this one, while somebody's key is still sealed under it."""
    allow_totp: bool = False
    """Whether staff may sign in with a code of an app instead of a passkey."""
    refused_card_countries: tuple[str, ...] = ("RU", "BY")
    anchor_dir: Path | None = None
    backup_dir: Path | None = None
    trusted_proxies: int = 0
    """How many proxies of our own pass X-Forwarded-For on; 0: the header is not read."""

    @property
    def is_demo(self) -> bool:
        """Whether the demonstration's shortcuts (door page, movable clock) may exist."""
        return self.environment is Environment.DEMO

    @property
    def is_https(self) -> bool:
        """Whether the public address is encrypted, which decides the cookie's form."""
        return urlsplit(self.base_url).scheme == "https"


def from_environment(environ: Mapping[str, str]) -> Settings:
    """Read and check the settings; raises ConfigurationError with a plain sentence."""
    environment = _environment(environ)
    home = home_of(environ)
    secret_at = secret_file(environ)
    secret = _secret(secret_at)
    base_url = environ.get("FUND_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    settings = Settings(
        environment=environment,
        secret=secret,
        database_url=environ.get("FUND_DATABASE_URL", f"sqlite:///{home / 'fund.sqlite3'}"),
        keystore_url=environ.get("FUND_KEYSTORE_URL", f"sqlite:///{home / 'keystore.sqlite3'}"),
        upload_dir=Path(environ.get("FUND_UPLOAD_DIR", home / "uploads")),
        mail_url=environ.get("FUND_MAIL_URL", ""),
        base_url=base_url,
        onion_url=environ.get("FUND_ONION_URL") or None,
        stripe_api_key=environ.get("STRIPE_API_KEY", ""),
        stripe_webhook_secret=environ.get("STRIPE_WEBHOOK_SECRET", ""),
        stripe_api_base=environ.get("STRIPE_API_BASE", "https://api.stripe.com"),
        clock_file=home / "clock" if environment is Environment.DEMO else None,
        bank_holder=environ.get("FUND_BANK_HOLDER", ""),
        bank_iban=environ.get("FUND_BANK_IBAN", ""),
        bank_bic=environ.get("FUND_BANK_BIC", ""),
        previous_secret=_previous(secret_at),
        allow_totp=_yes_or_no(environ, "FUND_ALLOW_TOTP"),
        refused_card_countries=_countries(environ.get("FUND_REFUSED_CARD_COUNTRIES", "RU,BY")),
        anchor_dir=Path(environ.get("FUND_ANCHOR_DIR", home / "anchors")),
        backup_dir=Path(environ["FUND_BACKUP_DIR"]) if environ.get("FUND_BACKUP_DIR") else None,
        trusted_proxies=_trusted_proxies(environ),
    )
    _refuse_one_store(settings)
    if environment is Environment.PRODUCTION:
        _refuse_debugging(environ)
        _refuse_unsafe(settings)
        _refuse_open_folders(settings)
    return settings


def home_of(environ: Mapping[str, str]) -> Path:
    """Return the folder of this installation: FUND_HOME, or var/ beside this file."""
    return Path(environ.get("FUND_HOME", ROOT / "var"))


def secret_file(environ: Mapping[str, str]) -> Path:
    """Return where the secret lies: FUND_SECRET_FILE, or `secret` in the installation's folder."""
    return Path(environ.get("FUND_SECRET_FILE", home_of(environ) / "secret"))


def previous_secret_file(secret: Path) -> Path:
    """Return where the secret before this one lies during a rotation (`fund rotate-keys`)."""
    return secret.with_name(f"{secret.name}.previous")


def _trusted_proxies(environ: Mapping[str, str]) -> int:
    written = environ.get("FUND_TRUSTED_PROXY", "0")
    if written not in set("0123456789"):
        raise ConfigurationError(
            f"FUND_TRUSTED_PROXY is {written!r}; it must be how many proxies of your own stand"
            " before the fund, from 0 to 9."
        )
    return int(written)


def _environment(environ: Mapping[str, str]) -> Environment:
    name = environ.get("FUND_ENV", Environment.PRODUCTION)
    try:
        return Environment(name)
    except ValueError:
        known = ", ".join(Environment)
        raise ConfigurationError(f"FUND_ENV is {name!r}; it must be one of: {known}.") from None


def _yes_or_no(environ: Mapping[str, str], name: str) -> bool:
    """Read a switch; anything but yes and no is refused, so that no slip turns one on."""
    said = environ.get(name, "no").strip().lower()
    if said not in {"yes", "no", ""}:
        raise ConfigurationError(f"{name} is {said!r}; it must be yes or no.")
    return said == "yes"


def _countries(text: str) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(part.strip().upper() for part in text.split(",") if part.strip()))
    wrong = [code for code in codes if not (len(code) == 2 and code.isascii() and code.isalpha())]  # noqa: PLR2004
    if wrong:
        raise ConfigurationError(
            f"FUND_REFUSED_CARD_COUNTRIES holds {', '.join(wrong)}; it takes codes of two letters"
            " with commas between, as in RU,BY."
        )
    return codes


def _secret(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        secret = path.read_bytes().strip()
    except FileNotFoundError:
        raise ConfigurationError(
            f"The secret file {path} is missing. Run 'fund init' to make one."
        ) from None
    if mode & OTHERS:
        raise ConfigurationError(f"Others can read {path}. Run: chmod 600 {path}")
    if len(secret) < SMALLEST_SECRET:
        raise ConfigurationError(
            f"The secret in {path} is shorter than {SMALLEST_SECRET} bytes. {ANOTHER_SECRET}"
        )
    if len(set(secret)) < FEWEST_DIFFERENT:
        raise ConfigurationError(
            f"The secret in {path} repeats a few bytes and could be guessed. {ANOTHER_SECRET}"
        )
    return secret


def _previous(secret: Path) -> bytes | None:
    path = previous_secret_file(secret)
    return _secret(path) if path.exists() else None


def _refuse_one_store(settings: Settings) -> None:
    """Erasing means deleting a key where no backup of the data has it: never in one database."""
    if _store(settings.database_url) == _store(settings.keystore_url):
        raise ConfigurationError(
            "FUND_KEYSTORE_URL and FUND_DATABASE_URL name the same database."
            " Set FUND_KEYSTORE_URL to a database of its own."
        )


def _store(url: str) -> tuple[object, ...]:
    """Return what tells one database from another: the file, or host, port and name."""
    parts = urlsplit(url)
    kind = parts.scheme.partition("+")[0]
    if kind == "sqlite":
        return kind, str(sqlite_file(url) or url)
    query = sorted(pair for pair in parts.query.split("&") if pair.startswith(("host=", "port=")))
    return kind, parts.hostname, parts.port, parts.path, *query


def sqlite_file(url: str) -> Path | None:
    """Return the file of a SQLite address, resolved; None for another kind of database."""
    scheme, _, path = url.partition(":///")
    return Path(path).resolve() if scheme.startswith("sqlite") and path else None


def _refuse_debugging(environ: Mapping[str, str]) -> None:
    for name in DEBUGGING:
        if environ.get(name, "").strip().lower() not in SWITCHED_OFF:
            raise ConfigurationError(
                f"{name} is set: in production it would show what people confided."
                f" Run: unset {name}"
            )


def _refuse_unsafe(settings: Settings) -> None:
    if settings.secret.startswith(DEMO_MARK):
        raise ConfigurationError(
            "FUND_SECRET_FILE holds a demonstration's secret."
            f" For production use an installation of its own: set FUND_HOME. {ANOTHER_SECRET}"
        )
    if not settings.is_https:
        raise ConfigurationError("FUND_BASE_URL must start with https:// in production.")
    if not settings.mail_url:
        raise ConfigurationError("FUND_MAIL_URL is missing: staff would never hear of new work.")
    if settings.stripe_api_key and not settings.stripe_webhook_secret:
        raise ConfigurationError("STRIPE_WEBHOOK_SECRET is missing although STRIPE_API_KEY is set.")


def _refuse_open_folders(settings: Settings) -> None:
    """Refuse folders of data that others on the machine can look into; a missing one is none."""
    files = {
        "FUND_DATABASE_URL": sqlite_file(settings.database_url),
        "FUND_KEYSTORE_URL": sqlite_file(settings.keystore_url),
    }
    folders = {name: file.parent for name, file in files.items() if file is not None}
    for name, folder in {**folders, "FUND_UPLOAD_DIR": settings.upload_dir}.items():
        if folder.is_dir() and folder.stat().st_mode & OTHERS:
            raise ConfigurationError(
                f"{name}: others can look into {folder}. Run: chmod 700 {folder}"
            )
