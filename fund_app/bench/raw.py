"""The reference of everything that writes: the same rows through the bare database driver."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import psycopg
from sqlalchemy import Engine, event, make_url

COUNTED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
PRAGMAS = ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "busy_timeout=10000")
BEGIN = re.compile(r"BEGIN\b", re.IGNORECASE)
INSERT = "INSERT"

Parameters = Any
Recorded = list[tuple[str, Parameters, bool]]
"""Statement, parameters as the driver got them, and whether they are many."""


@contextmanager
def recording() -> Iterator[Recorded]:
    """Collect what is said to either database inside the block."""
    said: Recorded = []

    def note(
        _c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool
    ) -> None:
        said.append((statement, parameters, many))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def statements(said: Recorded) -> int:
    """Count the statements; beginning and saving points are none."""
    return sum(statement.lstrip().upper().startswith(COUNTED) for statement, _, _ in said)


class Driver(Protocol):
    """A database connection without anything between it and us."""

    def transact(self, said: Recorded, number: int | None = None) -> None:
        """Say all of it in one writing transaction, and wait until it is on disk.

        number: of a row in what was recorded, in whose place the one now given is used.
        """
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class _Sqlite:
    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}")

    def transact(self, said: Recorded, number: int | None = None) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        _say(self._connection.cursor(), said, number)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


class _Postgres:
    def __init__(self, address: str) -> None:
        self._connection = psycopg.connect(address)

    def transact(self, said: Recorded, number: int | None = None) -> None:
        _say(self._connection.cursor(), said, number)
        self._connection.commit()

    def close(self) -> None:
        self._connection.close()


def _say(cursor: Any, said: Recorded, number: int | None) -> None:
    given: int | None = None
    for statement, recorded, many in said:
        parameters = recorded
        if number is not None and given is not None:
            parameters = numbered(recorded, number, given)
        if many:
            cursor.executemany(statement, parameters)
            continue
        cursor.execute(statement, parameters)
        rows = cursor.fetchall() if cursor.description else []
        if given is None and rows and statement.lstrip().upper().startswith(INSERT):
            given = rows[0][0]


@contextmanager
def driver(database_url: str) -> Iterator[Driver]:
    """Yield a bare connection to the database at an address."""
    url = make_url(database_url)
    connection: Driver
    if url.get_backend_name() == "sqlite":
        connection = _Sqlite(url.database or "")
    else:
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = _Postgres(plain)
    try:
        yield connection
    finally:
        connection.close()


def transaction(said: Recorded) -> Recorded:
    """Return what was said after the last beginning: one transaction without its BEGIN."""
    starts = [place for place, (statement, _, _) in enumerate(said) if BEGIN.match(statement)]
    body = said[starts[-1] + 1 :] if starts else said
    return [each for each in body if not BEGIN.match(each[0])]


def inserts(said: Recorded) -> Recorded:
    """Return the rows written, without what was read or checked for them."""
    return [each for each in said if each[0].lstrip().upper().startswith(INSERT)]


def renamed(said: Recorded, names: Mapping[str, str]) -> Recorded:
    """Return the same statements about other rows: every name in every text replaced."""
    pattern = re.compile("|".join(map(re.escape, names)))

    def text(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return pattern.sub(lambda found: names[found.group()], value)

    return [(statement, _each(parameters, text), many) for statement, parameters, many in said]


def numbered(parameters: Parameters, old: int, new: int) -> Parameters:
    """Return the same parameters with one row number replaced by another."""

    def change(value: Any) -> Any:
        return new if type(value) is int and value == old else value

    return _each(parameters, change)


def _each(parameters: Parameters, change: Any) -> Parameters:
    if isinstance(parameters, Mapping):
        return {name: change(value) for name, value in parameters.items()}
    if isinstance(parameters, Sequence) and not isinstance(parameters, str | bytes):
        return type(parameters)(  # type: ignore[call-arg]
            _each(each, change) if isinstance(each, list | tuple | dict) else change(each)
            for each in parameters
        )
    return parameters


class BareRows:
    """A table without rules: what it costs to get so many bytes on disk at all."""

    def __init__(self, connection: Driver, name: str = "bare") -> None:
        """Make the table in the connection's database."""
        self._connection = connection
        kind = "BLOB" if isinstance(connection, _Sqlite) else "BYTEA"
        mark = "?" if isinstance(connection, _Sqlite) else "%s"
        self._next = 0
        self._insert = f"INSERT INTO {name} (id, body) VALUES ({mark}, {mark})"  # noqa: S608 # nosec B608 (a name of ours)
        made = f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, body {kind})"
        connection.transact([(made, (), False)])

    def add(self, bodies: Sequence[bytes]) -> None:
        """Write rows of these contents in one transaction."""
        rows = []
        for body in bodies:
            self._next += 1
            rows.append((self._next, body))
        self._connection.transact([(self._insert, rows, True)])
