"""The application a test speaks to: the real one, on the test's own stores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, event

import fund_app
from config import Environment, Settings
from fund_app.adapters.clock import Clock
from fund_app.adapters.keystore import Keystore
from fund_app.extensions import db, prepare_engine
from fund_app.services.hardening import Cost, Hardening
from tests.support.compiled import TEMPLATES
from tests.support.stores import Store

BASE_URL = "https://fund.test"
START = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
"""Where every test's clock stands still until it moves it."""
QUICK = Cost(memory=64, passes=1, lanes=1)
"""Codenames and passphrases at a cost no test has to wait for."""


def test_settings(store: Store, home: Path, mail_url: str, changes: dict[str, Any]) -> Settings:
    """Return a production installation's settings, pointed at the test's own doubles."""
    values: dict[str, Any] = {
        "environment": Environment.PRODUCTION,
        "secret": b"a secret for tests, long enough to be accepted",
        "database_url": store.database_url,
        "keystore_url": store.keystore_url,
        "upload_dir": home / "uploads",
        "mail_url": mail_url,
        "base_url": BASE_URL,
        "onion_url": None,
        "stripe_api_key": "",
        "stripe_webhook_secret": "",
        "stripe_api_base": "http://127.0.0.1:9",
        "clock_file": None,
    }
    values["upload_dir"].mkdir(mode=0o700, exist_ok=True)
    return Settings(**values | changes)


@contextmanager
def running_app(settings: Settings, clock: Clock) -> Iterator[Flask]:
    """Yield the application and give back its connections afterwards."""
    with _engines_disposed():
        app = _create(settings, clock)
        app.extensions["fund.hardening"] = Hardening(QUICK)
        app.jinja_env.bytecode_cache = TEMPLATES
        app.testing = True
        try:
            yield app
        finally:
            with app.app_context():
                db.session.remove()


@contextmanager
def _engines_disposed() -> Iterator[None]:
    """Close the pool of every engine that was connected inside the block.

    Until then no disk is waited for: what a test writes need not outlive the machine.
    """
    used: set[Engine] = set()

    def note(connection: Connection) -> None:
        used.add(connection.engine)
        if connection.dialect.name == "sqlite":
            connection.connection.cursor().execute("PRAGMA synchronous=OFF")

    event.listen(Engine, "engine_connect", note)
    try:
        yield
    finally:
        event.remove(Engine, "engine_connect", note)
        for engine in used:
            engine.dispose()


def _create(settings: Settings, clock: Clock) -> Flask:
    if hasattr(fund_app, "create_app"):
        app: Flask = fund_app.create_app(settings, clock=clock)
        return app
    app = Flask("tests")
    app.config.update(SECRET_KEY=settings.secret, SQLALCHEMY_DATABASE_URI=settings.database_url)
    db.init_app(app)
    app.extensions["fund.clock"] = clock
    with app.app_context():
        prepare_engine(db.engine)
    keys = create_engine(settings.keystore_url)
    prepare_engine(keys)
    app.extensions["fund.keystore"] = Keystore(keys)
    return app
