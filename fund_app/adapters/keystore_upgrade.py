"""Upgrades of a keystore that was made by an earlier version; `fund init` runs them."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.schema import CreateTable

from fund_app.adapters.keystore_schema import HOLDER_KINDS, SCHEMA_VERSION, holders

KINDS = ", ".join(repr(kind) for kind in HOLDER_KINDS)


def upgrade(engine: Engine, present: int) -> None:
    """Bring an older keystore up to date; killed on the way, it is the older one still."""
    if present < SCHEMA_VERSION:
        say_at_once(engine, [*statements_for(engine), _version()])


def statements_for(engine: Engine) -> list[str]:
    """Return the statements by which a holder may be the fund's recovery key (version 2)."""
    if engine.dialect.name == "postgresql":
        return [
            "ALTER TABLE holder DROP CONSTRAINT ck_holder_kind_known",
            f"ALTER TABLE holder ADD CONSTRAINT ck_holder_kind_known CHECK (kind IN ({KINDS}))",
        ]
    # SQLite changes no constraint, so the table is made anew beside the old one.
    names = ", ".join(column.name for column in holders.columns)
    made = str(CreateTable(holders).compile(engine)).strip()
    return [
        made.replace("CREATE TABLE holder ", "CREATE TABLE holder_new ", 1),
        f"INSERT INTO holder_new ({names}) SELECT {names} FROM holder",  # noqa: S608 # nosec B608 (our names)
        "DROP TABLE holder",
        "ALTER TABLE holder_new RENAME TO holder",
    ]


def _version() -> str:
    return f"UPDATE keystore_schema SET version = {int(SCHEMA_VERSION)}"  # noqa: S608 # nosec B608 (a number)


def say_at_once(engine: Engine, statements: list[str]) -> None:
    """Say all of it to the keystore in one transaction, in which SQLite checks no foreign key.

    With them in force dropping the old table would take everybody's wraps along.
    """
    raw = engine.raw_connection()
    connection = raw.dbapi_connection
    if connection is None:
        raise RuntimeError("the keystore gave no connection")
    try:
        _transact(connection, statements, is_sqlite=engine.dialect.name == "sqlite")
    finally:
        raw.invalidate()


def _transact(connection: DBAPIConnection, statements: list[str], *, is_sqlite: bool) -> None:
    cursor = connection.cursor()
    if is_sqlite:
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("BEGIN IMMEDIATE")
    for statement in statements:
        cursor.execute(statement)
    if is_sqlite:
        cursor.execute("COMMIT")
    else:
        connection.commit()
    cursor.close()
