"""Two databases for one test, made by copying a template that holds the schema."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.postgres import Postgres
from tests.support.schema import create_data_schema, create_keystore_schema

SQLITE, POSTGRESQL = "sqlite", "postgresql"
ENGINES = (SQLITE, POSTGRESQL)


@dataclass(frozen=True, slots=True)
class Store:
    """Where one test keeps its data and its keys."""

    engine: str
    database_url: str
    keystore_url: str


class SqliteStores:
    """Stores as files; the template is made once, a test pays for two file copies."""

    def __init__(self, directory: Path) -> None:
        """Make the template files in `directory`."""
        self._data = directory / "data.sqlite3"
        self._keys = directory / "keys.sqlite3"
        create_data_schema(f"sqlite:///{self._data}")
        create_keystore_schema(f"sqlite:///{self._keys}")

    @contextmanager
    def fresh(self, directory: Path) -> Iterator[Store]:
        """Yield an empty store inside the test's own directory."""
        data, keys = directory / "fund.sqlite3", directory / "keystore.sqlite3"
        shutil.copyfile(self._data, data)
        shutil.copyfile(self._keys, keys)
        yield Store(SQLITE, f"sqlite:///{data}", f"sqlite:///{keys}")


class PostgresStores:
    """Stores as databases of a test server, copied from template databases."""

    def __init__(self, server: Postgres) -> None:
        """Make the template databases on `server`."""
        self._server = server
        self._data, self._keys = server.create(), server.create()
        create_data_schema(server.url(self._data))
        create_keystore_schema(server.url(self._keys))

    @contextmanager
    def fresh(self) -> Iterator[Store]:
        """Yield an empty store and drop it afterwards."""
        data, keys = self._server.create(self._data), self._server.create(self._keys)
        try:
            yield Store(POSTGRESQL, self._server.url(data), self._server.url(keys))
        finally:
            self._server.drop(data)
            self._server.drop(keys)

    def close(self) -> None:
        """Drop the templates."""
        self._server.drop(self._data)
        self._server.drop(self._keys)
