"""Column types that refuse what the fund must never store."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator

Ref = String(32)
"""A random 128-bit identifier in hexadecimal: says nothing, sorts by nothing."""


def new_ref() -> str:
    """Return a fresh random 128-bit identifier (32 hexadecimal digits)."""
    return secrets.token_hex(16)


class MinorUnits(TypeDecorator[int]):
    """An amount as an integer of minor units; anything but a plain int is a TypeError.

    PostgreSQL would silently round a float into a BIGINT, so the refusal stands here.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> int | None:
        """Hand an int on; refuse everything else, bool included."""
        if value is not None and type(value) is not int:
            raise TypeError(f"an amount must be an int of minor units, not {type(value).__name__}")
        return value


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; naive values are a TypeError, aware ones come back aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into UTC; SQLite keeps it without its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a moment must carry its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the moment its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
