"""A house and its people at their browsers."""

from __future__ import annotations

from tests.support.staff import enter, house

__all__ = ["enter", "house"]
