"""Counting SQL statements, so that a list costs the same at one row and at three."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

COUNTED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


@dataclass(slots=True)
class Counted:
    """The statements seen while counting."""

    statements: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Return how many statements there were."""
        return len(self.statements)


QueryCounter = Callable[[], AbstractContextManager[Counted]]


def counting(*engines: Engine) -> AbstractContextManager[Counted]:
    """Count statements on these engines; transaction control is not counted."""
    return _counting(engines)


@contextmanager
def _counting(engines: tuple[Engine, ...]) -> Iterator[Counted]:
    counted = Counted()

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(COUNTED):
            counted.statements.append(statement)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield counted
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
