"""References drawn by lot, until one tells nothing by chance either."""

from __future__ import annotations

from fund_app.services import lot
from workflows.references import is_neutral


def draw(alphabet: str, count: int) -> str:
    """Draw a reference of `count` letters that spells nothing a stranger must not read."""
    while True:
        drawn = lot.letters(alphabet, count)
        if is_neutral(drawn):
            return drawn
