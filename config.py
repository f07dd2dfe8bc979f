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
    secret = _secret(secret_file(environ))
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
        trusted_proxies=_trusted_proxies(environ),
    )
    _refuse_unsafe(settings)
    return settings


def home_of(environ: Mapping[str, str]) -> Path:
    """Return the folder of this installation: FUND_HOME, or var/ beside this file."""
    return Path(environ.get("FUND_HOME", ROOT / "var"))


def secret_file(environ: Mapping[str, str]) -> Path:
    """Return where the secret lies: FUND_SECRET_FILE, or `secret` in the installation's folder."""
    return Path(environ.get("FUND_SECRET_FILE", home_of(environ) / "secret"))


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


def _secret(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        secret = path.read_bytes().strip()
    except FileNotFoundError:
        raise ConfigurationError(
            f"The secret file {path} is missing. Run 'fund init' to make one."
        ) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(f"Others can read {path}. Run: chmod 600 {path}")
    if len(secret) < SMALLEST_SECRET:
        raise ConfigurationError(
            f"The secret in {path} is shorter than {SMALLEST_SECRET} bytes. Run 'fund init'."
        )
    return secret


def _refuse_unsafe(settings: Settings) -> None:
    if settings.environment is not Environment.PRODUCTION:
        return
    if not settings.is_https:
        raise ConfigurationError("FUND_BASE_URL must start with https:// in production.")
    if not settings.mail_url:
        raise ConfigurationError("FUND_MAIL_URL is missing: staff would never hear of new work.")
    if settings.stripe_api_key and not settings.stripe_webhook_secret:
        raise ConfigurationError("STRIPE_WEBHOOK_SECRET is missing although STRIPE_API_KEY is set.")
