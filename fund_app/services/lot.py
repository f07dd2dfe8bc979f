"""Drawing by lot: who sits on a panel is nobody's choice."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar, cast

from flask import current_app

Ticket = TypeVar("Ticket")


def draw(pool: Sequence[Ticket], count: int) -> list[Ticket]:
    """Draw up to `count` tickets from the pool, each equally likely, in the order drawn.

    The pool's own order must not depend on chance. Randomness is the operating system's, except
    in demonstration and tests, whose lots can be repeated.
    """
    lots = cast("Random", current_app.extensions["fund.lot"])
    return lots.sample(list(pool), min(count, len(pool)))
