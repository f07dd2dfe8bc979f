"""The libraries the application is built on, created once and bound in create_app."""

from __future__ import annotations

from typing import Any

from flask_babel import Babel
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine, MetaData, event
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

WRITE = "fund_write"
"""Execution option of a connection whose transaction will write (see services/unit.py)."""


class Base(DeclarativeBase):
    """Base of every table in the application database."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)
csrf = CSRFProtect()
babel = Babel()


def prepare_engine(engine: Engine) -> None:
    """Give a SQLite engine the settings its promises rest on; PostgreSQL needs none.

    foreign_keys carries the ledger's deferred seal, synchronous=FULL the word "committed",
    secure_delete and trusted_schema the vault. They are per connection, so they are set on
    every one. Transactions that will write start with BEGIN IMMEDIATE: a deferred one that
    upgrades late fails late.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            "trusted_schema=OFF",
            "busy_timeout=10000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITE, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
