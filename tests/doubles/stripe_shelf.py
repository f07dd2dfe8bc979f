"""Where the double keeps its objects, whichever part of it made them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from tests.doubles.stripe_wire import Json, missing

Emit = Callable[[str, Json], None]


class Shelf:
    """All objects of one rehearsal account, in memory, newest last."""

    def __init__(self, now: Callable[[], int], emit: Emit) -> None:
        """Use `now` for timestamps and `emit` for every event."""
        self._now = now
        self._emit = emit
        self.objects: dict[str, Json] = {}

    def get(self, identifier: str, kind: str | None = None) -> Json:
        """Return one object or raise the provider's 404."""
        found = self.objects.get(identifier)
        if found is None or (kind is not None and found["object"] != kind):
            raise missing(identifier)
        return found

    def every(self, kind: str, **filters: Any) -> list[Json]:
        """Return the objects of one kind, newest first, that have all the given values."""
        rows = [row for row in self.objects.values() if row["object"] == kind]
        wanted = {name: value for name, value in filters.items() if value is not None}
        rows = [row for row in rows if all(row.get(n) == v for n, v in wanted.items())]
        return rows[::-1]

    def _keep(self, prefix: str, kind: str, **values: Any) -> Json:
        row = {
            "id": f"{prefix}_{secrets.token_hex(12)}",
            "object": kind,
            "created": self._now(),
            "livemode": False,
            **values,
        }
        self.objects[row["id"]] = row
        return row
