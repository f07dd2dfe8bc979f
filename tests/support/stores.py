"""Two databases for one test: as a template has them, whoever used them before."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.postgres import Postgres
from tests.support.renewal import Renewal
from tests.support.schema import create_data_schema, create_keystore_schema

SQLITE, POSTGRESQL = "sqlite", "postgresql"
ENGINES = (SQLITE, POSTGRESQL)
MOST_RENEWALS = 40
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
        _settled(self._empty)
        self._furnished = directory / "furnished"
        self._furnish = furnish
        self._lent = directory / "lent"
        self._lent.mkdir()

    @contextmanager
    def lent(self, seen_in: Path, *, furnished: bool = False) -> Iterator[Store]:
        """Yield a store that one test has to itself, at the address of the last one's.

        Its files are seen in the test's own directory too.
        """
        for used in self._lent.iterdir():
            used.unlink()
        for name in (DATA_FILE, KEYS_FILE):
            for beside in ("", "-wal", "-shm"):
                (seen_in / f"{name}{beside}").symlink_to(self._lent / f"{name}{beside}")
        with self.fresh(self._lent, furnished=furnished) as store:
            yield store

    @contextmanager
    def fresh(self, directory: Path, *, furnished: bool = False) -> Iterator[Store]:
        """Yield a store in a directory of its own: empty, or with a house in it."""
        if furnished and not self._furnished.exists():
            self._furnished.mkdir()
            self._furnish(self._copied(self._empty, self._furnished))
            _settled(self._furnished)
        yield self._copied(self._furnished if furnished else self._empty, directory)

    def _copied(self, template: Path, directory: Path) -> Store:
        for name in (DATA_FILE, KEYS_FILE):
            shutil.copyfile(template / name, directory / name)
        return _sqlite(directory)


def _settled(directory: Path) -> None:
    """Bring what stands in the logs beside the files into the files, which are copied alone."""
    for name in (DATA_FILE, KEYS_FILE):
        with closing(sqlite3.connect(directory / name)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _sqlite(directory: Path) -> Store:
    return Store(SQLITE, f"sqlite:///{directory / DATA_FILE}", f"sqlite:///{directory / KEYS_FILE}")


class PostgresStores:
    """Stores as databases of a test server, made from template databases."""

    def __init__(self, server: Postgres, furnish: Furnish) -> None:
        """Make the template databases on `server`; `furnish` sets up a house in a store."""
        self._server = server
        self._empty = (server.create(), server.create())
        store = self._store(*self._empty)
        create_data_schema(store.database_url)
        create_keystore_schema(store.keystore_url)
        self._furnished: tuple[str, ...] = ()
        self._furnish = furnish
        self._lent: dict[bool, tuple[str, ...]] = {}
        self._times = Counter[bool]()

    @contextmanager
    def lent(self, *, furnished: bool = False) -> Iterator[Store]:
        """Yield a store that one test has to itself, at the address of the last one's.

        Before each test only the rows that the last one touched are put back; where it changed
        the schema, and before dead rows pile up, the databases are made anew.
        """
        names = self._lent.get(furnished)
        self._times[furnished] += 1
        is_worn = self._times[furnished] % MOST_RENEWALS == 0
        if names and (is_worn or not all(self._renewed(name) for name in names)):
            self._drop(names)
            names = None
        if names is None:
            names = self._lent[furnished] = self._copied(self._template(furnished=furnished))
            for name in names:
                Renewal(self._server.url(name)).prepare()
        yield self._store(*names)

    @contextmanager
    def fresh(self, *, furnished: bool = False) -> Iterator[Store]:
        """Yield a store of its own, empty or with a house in it, and drop it afterwards."""
        names = self._copied(self._template(furnished=furnished))
        try:
            yield self._store(*names)
        finally:
            self._drop(names)

    def close(self) -> None:
        """Drop everything."""
        for names in self._lent.values():
            self._drop(names)
        self._drop((*self._empty, *self._furnished))

    def _renewed(self, name: str) -> bool:
        return Renewal(self._server.url(name)).renew()

    def _template(self, *, furnished: bool) -> tuple[str, ...]:
        if furnished and not self._furnished:
            self._furnished = self._copied(self._empty)
            self._furnish(self._store(*self._furnished))
        return self._furnished if furnished else self._empty

    def _copied(self, template: Iterable[str]) -> tuple[str, ...]:
        return tuple(self._server.create(name) for name in template)

    def _store(self, data: str, keys: str) -> Store:
        return Store(POSTGRESQL, self._server.url(data), self._server.url(keys))

    def _drop(self, names: Iterable[str]) -> None:
        for name in names:
            self._server.drop(name)
