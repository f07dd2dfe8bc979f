"""Two databases for one test, made by copying a template that holds the schema."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.postgres import Postgres
from tests.support.schema import create_data_schema, create_keystore_schema

SQLITE, POSTGRESQL = "sqlite", "postgresql"
ENGINES = (SQLITE, POSTGRESQL)
DATA_FILE, KEYS_FILE = "fund.sqlite3", "keystore.sqlite3"


@dataclass(frozen=True, slots=True)
class Store:
    """Where one test keeps its data and its keys."""

    engine: str
    database_url: str
    keystore_url: str


Furnish = Callable[[Store], None]


class SqliteStores:
    """Stores as files; the templates are made once, a test pays for two file copies."""

    def __init__(self, directory: Path, furnish: Furnish) -> None:
        """Make the template files in `directory`; `furnish` sets up a house in a store."""
        self._empty = directory / "empty"
        self._empty.mkdir()
        store = _sqlite(self._empty)
        create_data_schema(store.database_url)
        create_keystore_schema(store.keystore_url)
        self._furnished = directory / "furnished"
        self._furnish = furnish

    @contextmanager
    def fresh(self, directory: Path, *, furnished: bool = False) -> Iterator[Store]:
        """Yield a store inside the test's own directory: empty, or with a house in it."""
        if furnished and not self._furnished.exists():
            self._furnished.mkdir()
            self._furnish(self._copied(self._empty, self._furnished))
        yield self._copied(self._furnished if furnished else self._empty, directory)

    def _copied(self, template: Path, directory: Path) -> Store:
        for name in (DATA_FILE, KEYS_FILE):
            # Through the database, so that nothing is left behind in a log beside the file.
            with (
                closing(sqlite3.connect(template / name)) as source,
                closing(sqlite3.connect(directory / name)) as target,
            ):
                source.backup(target)
        return _sqlite(directory)


def _sqlite(directory: Path) -> Store:
    return Store(SQLITE, f"sqlite:///{directory / DATA_FILE}", f"sqlite:///{directory / KEYS_FILE}")


class PostgresStores:
    """Stores as databases of a test server, copied from template databases."""

    def __init__(self, server: Postgres, furnish: Furnish) -> None:
        """Make the template databases on `server`; `furnish` sets up a house in a store."""
        self._server = server
        self._empty = (server.create(), server.create())
        store = self._store(*self._empty)
        create_data_schema(store.database_url)
        create_keystore_schema(store.keystore_url)
        self._furnished: tuple[str, ...] = ()
        self._furnish = furnish

    @contextmanager
    def fresh(self, *, furnished: bool = False) -> Iterator[Store]:
        """Yield a store, empty or with a house in it, and drop it afterwards."""
        if furnished and not self._furnished:
            self._furnished = self._copied(self._empty)
            self._furnish(self._store(*self._furnished))
        names = self._copied(self._furnished if furnished else self._empty)
        try:
            yield self._store(*names)
        finally:
            self._drop(names)

    def close(self) -> None:
        """Drop the templates."""
        self._drop((*self._empty, *self._furnished))

    def _copied(self, template: Iterable[str]) -> tuple[str, ...]:
        return tuple(self._server.create(name) for name in template)

    def _store(self, data: str, keys: str) -> Store:
        return Store(POSTGRESQL, self._server.url(data), self._server.url(keys))

    def _drop(self, names: Iterable[str]) -> None:
        for name in names:
            self._server.drop(name)
