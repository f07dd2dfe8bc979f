"""The demonstration with everybody in it, loaded once per run and copied for who needs it."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import MetaData
from werkzeug.test import TestResponse

import config
from fund_app.adapters.clock import ShiftedClock
from fund_app.services.hardening import Hardening
from fund_app.views.headers import FIXED, WITH_PASSKEYS
from fund_app.views.session import CSRF_FIELD
from tests.support.application import running_app
from tests.support.dump import contents
from tests.support.live import run_fund
from tests.support.pages import Page

BASE_URL = "http://127.0.0.1:8000"
LOADED = "loaded"


@pytest.fixture(scope="session")
def demonstration_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Load the demonstration once, for all workers of a run; for copying only."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    home = shared / "demonstration"
    home.mkdir(exist_ok=True)
    with (shared / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / LOADED).exists():
            for command in ("init", "demo"):
                run_fund(command, environment=environment(home))
            (home / LOADED).touch()
    return home


def environment(home: Path, base_url: str = BASE_URL) -> dict[str, str]:
    """Return the settings of the demonstration in a folder."""
    return {**os.environ, "FUND_ENV": "demo", "FUND_HOME": str(home), "FUND_BASE_URL": base_url}


def copied(home: Path, target: Path) -> Path:
    """Copy the demonstration's folder and return where it is now."""
    shutil.copytree(home, target, dirs_exist_ok=True)
    return target


class Browser(FlaskClient):
    """Somebody's browser, for thousands of requests: of each answer the headers are looked at."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        """Send one request outside the test's own application context."""
        options.setdefault("base_url", BASE_URL)
        options.setdefault("buffered", True)
        response: TestResponse = Context().run(super().open, *args, **options)
        expected = dict(FIXED)
        if "script-src" in response.headers["Content-Security-Policy"]:
            expected["Permissions-Policy"] = WITH_PASSKEYS
        bare = [name for name, value in expected.items() if response.headers.get(name) != value]
        assert bare == [], (response.request.path, response.status_code)
        policy = response.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; "), response.request.path
        assert "unsafe" not in policy, response.request.path
        return response

    @property
    def token(self) -> str:
        """The CSRF token of this browser's session."""
        return Page(self.get("/door")).forms[-1].values[CSRF_FIELD][0]


@dataclass(frozen=True, slots=True)
class MadeUp:
    """The demonstration's application on a copy of its own."""

    app: Flask
    home: Path

    def stranger(self) -> Browser:
        """Open a browser nobody has signed in with."""
        return Browser(self.app, response_wrapper=self.app.response_class)

    def persona(self, handle: str) -> Browser:
        """Come in through the demonstration's door."""
        browser = self.stranger()
        page = Page(browser.get("/door"))
        (card,) = [form for form in page.forms if form.values.get("persona") == [handle]]
        answer = browser.post("/door", data=card.values, headers={"Origin": BASE_URL})
        assert answer.status_code == 303, (handle, answer.status_code)
        return browser

    def rows(self) -> dict[str, Any]:
        """Return every row of both databases; sessions apart, which live in the keystore."""
        with self.app.app_context():
            keys = self.app.extensions["fund.keystore"]._engine  # noqa: SLF001
            tables = MetaData()
            tables.reflect(keys)
            with keys.connect() as connection:
                kept = {
                    f"keystore {name}": sorted(map(repr, connection.execute(table.select())))
                    for name, table in tables.tables.items()
                    if name != "session"
                }
            return {**contents(), **kept}


@contextmanager
def demonstrated(home: Path) -> Iterator[MadeUp]:
    """Run the demonstration's application in this process on a folder."""
    settings = config.from_environment(environment(home))
    with running_app(settings, ShiftedClock(home / "clock")) as app:
        # The demonstration's codenames were made at the cost of real ones.
        app.extensions["fund.hardening"] = Hardening()
        yield MadeUp(app, home)


@pytest.fixture(scope="module")
def made_up(demonstration_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeUp]:
    """Copy the demonstration for the tests of a module."""
    home = copied(demonstration_home, tmp_path_factory.mktemp("made-up"))
    with demonstrated(home) as demonstration:
        yield demonstration
