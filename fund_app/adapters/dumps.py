"""Dumps: one database into a folder and back, consistent in itself, while others go on working.

SQLite is copied page by page with its own backup interface. PostgreSQL is read with COPY inside
one transaction that sees one moment; that needs no program of the server's version, and reads
back as the owner of the tables, whose triggers rest meanwhile (docs/decisions/0021).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Engine,
    ForeignKeyConstraint,
    MetaData,
    Table,
    create_engine,
    inspect,
    text,
)
from sqlalchemy.schema import sort_tables_and_constraints

SQLITE_FILE = "database.sqlite3"
TABLES_FILE = "tables.json"
PRIVATE = 0o600


class WrongDump(Exception):
    """The folder holds no dump for this kind of database, or one of another schema."""


def write(engine: Engine, folder: Path, *, without: Collection[str] = ()) -> None:
    """Dump a database into an empty folder; the rows of the tables in `without` are left out."""
    folder.mkdir(mode=0o700, parents=True)
    if engine.dialect.name == "sqlite":
        _write_sqlite(engine, folder / SQLITE_FILE, without)
    else:
        _write_postgresql(engine, folder, without)


def read(url: str, folder: Path) -> None:
    """Put a dump in place of what a database holds; its schema must be there, and the same.

    Raises WrongDump before anything is changed.
    """
    engine = create_engine(url)
    try:
        if engine.dialect.name == "sqlite":
            _read_sqlite(engine, folder / SQLITE_FILE)
        else:
            _read_postgresql(engine, folder)
    finally:
        engine.dispose()


def _write_sqlite(engine: Engine, path: Path, without: Collection[str]) -> None:
    raw = engine.raw_connection()
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as copy:
            raw.driver_connection.backup(copy)  # type: ignore[union-attr]
            copy.execute("PRAGMA journal_mode=DELETE")
            copy.execute("PRAGMA secure_delete=ON")
            for table in without:
                copy.execute(f'DELETE FROM "{table}"')  # noqa: S608 # nosec B608 (our own tables)
    finally:
        raw.close()
    path.chmod(PRIVATE)


def _read_sqlite(engine: Engine, path: Path) -> None:
    if not path.is_file():
        raise WrongDump
    raw = engine.raw_connection()
    try:
        target: Any = raw.driver_connection
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as kept:
            kept.backup(target)
        target.execute("PRAGMA journal_mode=WAL")
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.close()


def _tables(engine: Engine) -> list[Table]:
    """Return the tables in an order in which they can be filled; what is deferred may wait."""
    metadata = MetaData()
    metadata.reflect(engine)

    def may_wait(reference: ForeignKeyConstraint) -> bool:
        return bool(reference.deferrable)

    ordered = sort_tables_and_constraints(metadata.tables.values(), filter_fn=may_wait)
    return [table for table, _references in ordered if table is not None]


def _write_postgresql(engine: Engine, folder: Path, without: Collection[str]) -> None:
    moment = engine.execution_options(isolation_level="REPEATABLE READ")
    columns: dict[str, list[str]] = {}
    with moment.connect() as connection:
        for table in _tables(engine):
            if table.name in without:
                continue
            columns[table.name] = [column.name for column in table.columns]
            path = folder / f"{table.name}.copy"
            path.touch(PRIVATE)
            statement = f"COPY {_named(table.name, columns[table.name])} TO STDOUT"
            driver: Any = connection.connection.driver_connection
            with path.open("wb") as file, driver.cursor().copy(statement) as copy:
                for block in copy:
                    file.write(block)
        connection.rollback()
    (folder / TABLES_FILE).write_text(json.dumps(columns), encoding="utf-8")


def _read_postgresql(engine: Engine, folder: Path) -> None:
    tables = _tables(engine)
    if not (folder / TABLES_FILE).is_file():
        raise WrongDump
    columns: dict[str, list[str]] = json.loads((folder / TABLES_FILE).read_text("utf-8"))
    if not columns.keys() <= {table.name for table in tables}:
        raise WrongDump
    with engine.begin() as connection:
        every = ", ".join(f'"{table.name}"' for table in tables)
        for table in tables:
            connection.execute(text(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER'))
        connection.execute(text(f"TRUNCATE {every}"))
        connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        driver: Any = connection.connection.driver_connection
        for table in tables:
            if table.name in columns:
                statement = f"COPY {_named(table.name, columns[table.name])} FROM STDIN"
                with driver.cursor().copy(statement) as copy:
                    copy.write((folder / f"{table.name}.copy").read_bytes())
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        for table in tables:
            connection.execute(text(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER'))
            _continue_numbers(connection, table)


def _continue_numbers(connection: Any, table: Table) -> None:
    """Let the numbers the database gives out go on after the highest one read back."""
    for column in table.primary_key.columns:
        query = text("SELECT pg_get_serial_sequence(:table, :column)")
        named = {"table": f'"{table.name}"', "column": column.name}
        sequence = connection.scalar(query, named)
        if sequence is not None:
            highest = f'SELECT COALESCE(MAX("{column.name}"), 0) + 1 FROM "{table.name}"'  # noqa: S608 # nosec B608 (ours)
            connection.execute(
                text(f"SELECT setval(:sequence, ({highest}), false)"), {"sequence": sequence}
            )


def _named(table: str, columns: Collection[str]) -> str:
    listed = ", ".join(f'"{column}"' for column in columns)
    return f'"{table}" ({listed})'


def holds_rows(url: str, table: str) -> bool:
    """Whether a database has this table with at least one row in it."""
    engine = create_engine(url)
    try:
        if not inspect(engine).has_table(table):
            return False
        with engine.connect() as connection:
            query = text(f'SELECT 1 FROM "{table}" LIMIT 1')  # noqa: S608 # nosec B608 (our own table)
            return connection.scalar(query) is not None
    finally:
        engine.dispose()
