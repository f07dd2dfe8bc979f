"""Fixtures every test may use; docs/testing.md says when to use which."""

from __future__ import annotations

import gc
import inspect
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from config import Settings
from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from tests.support.application import START, renewed_app, running_app, test_settings
from tests.support.client import FundClient
from tests.support.compiled import remember_builders
from tests.support.house import settle
from tests.support.mail import Mailbox
from tests.support.network import loopback_only
from tests.support.postgres import running_postgres
from tests.support.queries import QueryCounter, counting
from tests.support.stores import (
    ENGINES,
    POSTGRESQL,
    SQLITE,
    Furnish,
    PostgresStores,
    SqliteStores,
    Store,
)

pytest_plugins = [
    "tests.support.browser",
    "tests.support.live",
    "tests.support.demonstration",
    "tests.support.staff",
]

remember_builders()

NO_MAIL = "smtp://127.0.0.1:9"
FURNISHED = {"house", "desk"}
"""Fixtures that set up a house: whoever asks for one gets a store that holds one already."""


def pytest_collection_finish() -> None:
    """Let nobody search what was imported for garbage, which is done for every few objects made."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on both engines when it asks for the store itself, `app_both` or the marker."""
    asked = {"store", "app_both"} & set(inspect.signature(metafunc.function).parameters)
    marked = metafunc.definition.get_closest_marker("both_stores")
    if "store" in metafunc.fixturenames and (asked or marked):
        metafunc.parametrize("store", ENGINES, indirect=True)


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    with loopback_only():
        yield


@pytest.fixture(scope="session")
def furnish(tmp_path_factory: pytest.TempPathFactory) -> Furnish:
    """Set up a house in a store, once per run and engine."""

    def settled(store: Store) -> None:
        clock = ManualClock(START)
        settings = test_settings(store, tmp_path_factory.mktemp("house"), NO_MAIL, {})
        with running_app(settings, clock) as app, app.app_context():
            settle(app, clock)

    return settled


@pytest.fixture(scope="session")
def sqlite_stores(tmp_path_factory: pytest.TempPathFactory, furnish: Furnish) -> SqliteStores:
    """Make the SQLite templates once per run."""
    return SqliteStores(tmp_path_factory.mktemp("template"), furnish)


@pytest.fixture(scope="session")
def postgres_stores(furnish: Furnish) -> Iterator[PostgresStores]:
    """Start PostgreSQL and make its templates once per run."""
    with running_postgres() as server:
        stores = PostgresStores(server, furnish)
        yield stores
        stores.close()


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Give the test two databases of its own, on SQLite unless it asked for both.

    They are empty, unless the test asks for a house.
    """
    furnished = not FURNISHED.isdisjoint(request.fixturenames)
    with ExitStack() as stack:
        if getattr(request, "param", SQLITE) == POSTGRESQL:
            postgres: PostgresStores = request.getfixturevalue("postgres_stores")
            yield stack.enter_context(postgres.lent(furnished=furnished))
        else:
            sqlite: SqliteStores = request.getfixturevalue("sqlite_stores")
            yield stack.enter_context(sqlite.lent(tmp_path, furnished=furnished))


@pytest.fixture(scope="session")
def _mail_server() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    yield mailbox
    mailbox.close()


@pytest.fixture
def mailbox(_mail_server: Mailbox) -> Mailbox:
    """Receive mail by real SMTP; empty when the test starts."""
    _mail_server.clear()
    return _mail_server


@pytest.fixture
def clock() -> ManualClock:
    """Stand still at noon UTC of 30 June 2026 until the test moves it."""
    return ManualClock(START)


@pytest.fixture
def settings(
    request: pytest.FixtureRequest, store: Store, tmp_path: Path, mailbox: Mailbox
) -> Settings:
    """Set up production; `@pytest.mark.settings(name=value)` changes single settings."""
    changes: dict[str, Any] = {}
    for marker in request.node.iter_markers("settings"):
        changes = {**marker.kwargs, **changes}
    return test_settings(store, tmp_path, mailbox.url, changes)


@pytest.fixture
def app(settings: Settings, clock: ManualClock) -> Iterator[Flask]:
    """Have the application on the test's own store."""
    with renewed_app(settings, clock) as app:
        yield app


@pytest.fixture
def app_both(app: Flask) -> Flask:
    """Make the application; the test runs once on SQLite and once on PostgreSQL."""
    return app


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """Open the application context and its database session.

    Services forget what was not committed before they began: commit what you prepare.
    """
    with app.app_context():
        yield db.session()


@pytest.fixture
def keystore(app: Flask) -> Iterator[Any]:
    """Open the application's keystore."""
    with app.app_context():
        yield app.extensions["fund.keystore"]


@pytest.fixture
def client(app: Flask) -> FundClient:
    """Speak to the application as a browser would, every answer checked."""
    app.test_client_class = FundClient
    client = app.test_client()
    assert isinstance(client, FundClient)
    return client


@pytest.fixture
def query_counter(app: Flask) -> QueryCounter:
    """Count SQL statements inside a block opened with `query_counter()`."""
    with app.app_context():
        engine = db.engine
    return lambda: counting(engine)
