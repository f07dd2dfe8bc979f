"""The application a test speaks to: the real one, on the test's own stores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Engine, event

import fund_app
from config import Environment, Settings
from fund_app.adapters.clock import Clock
from fund_app.adapters.keystore import Keystore
from fund_app.extensions import db
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
        try:
            yield _hurried(app)
        finally:
            with app.app_context():
                db.session.remove()


@contextmanager
def renewed_app(settings: Settings, clock: Clock) -> Iterator[Flask]:
    """Yield the application of an earlier test, as good as new, or make it.

    What it has compiled is kept: its routes, its templates, its statements.
    """
    with _engines_disposed():
        key = replace(settings, upload_dir=Path(), mail_url="")
        kept = _KEPT.pop(key, None) or _Kept(_create(settings, clock))
        kept.renew(settings, clock)
        try:
            yield _hurried(kept.app)
        finally:
            with kept.app.app_context():
                db.session.remove()
            if kept.is_as_made():
                _KEPT[key] = kept
            while len(_KEPT) > MOST_KEPT:
                _KEPT.pop(next(iter(_KEPT)))


class _Kept:
    """An application, and what it was when it was made."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._config = dict(app.config)
        self._extensions = dict(app.extensions)
        self._doors = dict(app.extensions["fund.doors"])
        self._shape = self._measured()

    def renew(self, settings: Settings, clock: Clock) -> None:
        """Forget what a test has put in or counted."""
        app = self.app
        app.config.clear()
        app.config.update(self._config)
        app.extensions.clear()
        app.extensions.update(self._extensions)
        fund_app._attach(app, settings, clock)  # noqa: SLF001 (what create_app begins with)
        app.extensions["fund.doors"] = dict(self._doors)
        app.extensions["fund.keystore"] = Keystore(self._extensions["fund.keystore"].engine)
        app.test_client_class = None
        app._got_first_request = False  # noqa: SLF001 (a test may still add a page)

    def is_as_made(self) -> bool:
        """Whether nobody has added pages or hooks."""
        return self._measured() == self._shape

    def _measured(self) -> list[int]:
        app = self.app
        hooks = (
            app.before_request_funcs,
            app.after_request_funcs,
            app.teardown_request_funcs,
            app.template_context_processors,
        )
        counted = [sum(map(len, each.values())) for each in hooks]
        handlers = sum(len(each) for codes in app.error_handler_spec.values()
                       for each in codes.values())  # fmt: skip
        return [len(app.view_functions), len(app.jinja_env.globals), handlers, *counted]


_KEPT: dict[Settings, _Kept] = {}
"""By the settings they were made for, the last used last."""
MOST_KEPT = 6


def _hurried(app: Flask) -> Flask:
    """Give an application what a test should not have to wait for."""
    app.extensions["fund.hardening"] = Hardening(QUICK)
    app.jinja_env.bytecode_cache = TEMPLATES
    app.testing = True
    return app


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
    app: Flask = fund_app.create_app(settings, clock=clock)
    return app
