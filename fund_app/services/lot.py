"""Drawing by lot: who sits on a panel is nobody's choice, and what a case is called says nothing.

Randomness is the operating system's, except in demonstration and tests, whose lots can be
repeated. Nothing secret is drawn here.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar, cast

from flask import current_app

Ticket = TypeVar("Ticket")


def draw(pool: Sequence[Ticket], count: int) -> list[Ticket]:
    """Draw up to `count` tickets from the pool, each equally likely, in the order drawn.

    The pool's own order must not depend on chance.
    """
    return _lots().sample(list(pool), min(count, len(pool)))


def one(pool: Sequence[Ticket]) -> Ticket:
    """Draw one ticket, each equally likely."""
    return _lots().choice(pool)


def letters(alphabet: str, count: int) -> str:
    """Draw a reference of `count` letters, each equally likely and drawn anew."""
    return "".join(_lots().choices(alphabet, k=count))


def _lots() -> Random:
    return cast("Random", current_app.extensions["fund.lot"])
