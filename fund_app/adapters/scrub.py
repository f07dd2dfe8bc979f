"""Scrubbing: what was deleted from a database is gone from its files too.

SQLite overwrites deleted bytes in the file (secure_delete, set on every connection) but keeps
them in its write-ahead log until that is cut. PostgreSQL keeps them in the heap until VACUUM
and in its own write-ahead log until the segment is left behind and removed, which takes rights
and settings that not every server gives (docs/operations.md, PostgreSQL).
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, func, select, table, text
from sqlalchemy.exc import DBAPIError

PATIENCE = "5s"
TRIES, PAUSE = 10, 0.3
"""How often tables are written anew while somebody's older view still holds what was deleted."""
TABLE = re.compile(r"[a-z_]+")

WANTED = {"archive_mode": "off", "wal_keep_size": "0", "wal_recycle": "off"}
"""Settings under which PostgreSQL removes a segment of its log once it is left behind."""

MAY_TURN = """
SELECT has_function_privilege('pg_switch_wal()', 'execute')
   AND pg_has_role(to_regrole('pg_checkpoint')::oid, 'usage')
"""


def scrub(engine: Engine, tables: Sequence[str], *, wholly: bool) -> bool:
    """Remove the deleted bytes of these tables; False where somebody stood in the way.

    wholly: write the tables anew, for key bytes, and leave the present segment of the log behind
    where we may; otherwise PostgreSQL only frees their space.
    Must not run inside a transaction of the same thread; asking again later does no harm.
    """
    if engine.dialect.name == "sqlite":
        return _cut_log(engine)
    return _vacuum(engine, tables, wholly=wholly)


def lingering(engine: Engine) -> tuple[str, ...]:
    """Return why deleted bytes stay in the database's own log; nothing where they do not."""
    if engine.dialect.name == "sqlite":
        return ()
    query = text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)")
    with engine.connect() as connection:
        rows = connection.execute(query, {"names": list(WANTED)})
        known = {row.name: row.setting for row in rows}
        may_turn = connection.scalar(text(MAY_TURN))
    wrong = [f"{name} = {known[name]}" for name, wanted in WANTED.items() if known[name] != wanted]
    return (*wrong, *(() if may_turn else ("no right to turn the log",)))


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
            if wholly and not _write_anew(connection, listed, tables):
                return False
            if not wholly:
                connection.execute(text(f"VACUUM {listed}"))
            if wholly and connection.scalar(text(MAY_TURN)):
                connection.execute(text("SELECT pg_switch_wal()"))
                connection.execute(text("CHECKPOINT"))
        except DBAPIError:
            return False
        finally:
            connection.execute(text("SET lock_timeout = DEFAULT"))
    return True


def _write_anew(connection: Connection, listed: str, tables: Sequence[str]) -> bool:
    """Write tables anew until no deleted row is in them; False where one stays.

    PostgreSQL carries deleted rows over as long as an older view of the database could see them
    (a reader, its own analysing), and says nothing; but it counts them.
    """
    carried = text("SELECT reltuples FROM pg_class WHERE oid = to_regclass(:name)")
    for _ in range(TRIES):
        connection.execute(text(f"VACUUM (FULL) {listed}"))
        written = {name: connection.scalar(carried, {"name": name}) or 0 for name in tables}
        if all(written[name] <= _count(connection, name) for name in tables):
            return True
        time.sleep(PAUSE)
    return False


def _count(connection: Connection, name: str) -> int:
    return connection.scalar(select(func.count()).select_from(table(name))) or 0
