"""Everything a database holds, to compare what was before with what is after."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from fund_app.extensions import Base, db


def contents(*, without: Collection[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, in an order of its own, as other transactions see it."""
    with db.engine.connect() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
            for name, table in sorted(Base.metadata.tables.items())
            if name not in without
        }
