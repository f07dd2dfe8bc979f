"""Scrubbing: what was deleted from a database is gone from its files too.

SQLite overwrites deleted bytes in the file (secure_delete, set on every connection) but keeps
them in its write-ahead log until that is cut. PostgreSQL keeps them in the heap until VACUUM
and, whatever one does, in its own write-ahead log until the segment is used again
(docs/decisions/0020).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

PATIENCE = "5s"
TABLE = re.compile(r"[a-z_]+")


def scrub(engine: Engine, tables: Sequence[str], *, wholly: bool) -> bool:
    """Remove the deleted bytes of these tables; False where somebody stood in the way.

    wholly: write the tables anew, for key bytes; otherwise PostgreSQL only frees their space.
    Must not run inside a transaction of the same thread; asking again later does no harm.
    """
    if engine.dialect.name == "sqlite":
        return _cut_log(engine)
    return _vacuum(engine, tables, wholly=wholly)


def _cut_log(engine: Engine) -> bool:
    """Cut SQLite's write-ahead log to nothing; False where a reader stands in the way."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy, _pages, _moved = cursor.fetchone() or (1, 0, 0)
        cursor.close()
    finally:
        raw.close()
    return bool(busy == 0)


def _vacuum(engine: Engine, tables: Sequence[str], *, wholly: bool) -> bool:
    listed = ", ".join(f'"{name}"' for name in tables if TABLE.fullmatch(name))
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    with alone.connect() as connection:
        connection.execute(text(f"SET lock_timeout = '{PATIENCE}'"))
        try:
            connection.execute(text(f"VACUUM {'(FULL)' if wholly else ''} {listed}"))
        except DBAPIError:
            return False
        finally:
            connection.execute(text("SET lock_timeout = DEFAULT"))
    return True
