"""Jobs: what leaves a transaction is remembered here and done later.

One table is both outbox and queue: a row is written in the transaction of the step that
wants it, so a step that is rolled back leaves no job and a committed one never loses its
job. The payload names things, it never tells about them: ids, codes and whole numbers only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    Dialect,
    Index,
    Integer,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from fund_app.extensions import Base
from fund_app.models.sealed import plain
from fund_app.models.types import UtcDateTime

_TOKEN = re.compile(r"[A-Za-z0-9:_.-]{1,64}")
LONGEST_KEY = 200
LONGEST_PAYLOAD = 1000
_KEY = re.compile(rf"[A-Za-z0-9:_.-]{{1,{LONGEST_KEY}}}")


class JobState(StrEnum):
    """Where a job stands."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Lane(StrEnum):
    """Queues beside each other: slow work in one never delays the others."""

    CLOCKS = "clocks"
    DEFAULT = "default"
    MAIL = "mail"
    STRIPE = "stripe"
    DOCUMENTS = "documents"


def checked_token(value: object) -> str:
    """Return an id or code of 1 to 64 characters A-Z a-z 0-9 : _ . - as it is.

    Raises ValueError, which never repeats the value, for anything that could be free text.
    """
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise ValueError("a job may carry ids and codes of up to 64 characters only")
    return value


def checked_key(value: object) -> str:
    """Return a job key of 1 to 200 characters A-Z a-z 0-9 : _ . - as it is, or ValueError."""
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise ValueError("a job key is made of ids and codes, 200 characters at most")
    return value


def checked_payload(payload: Mapping[str, Any]) -> str:
    """Return a mapping of ids, codes and whole numbers as JSON without spaces.

    Raises ValueError, which never repeats a value, for anything else: free text, nested
    values, floats, booleans, more than LONGEST_PAYLOAD characters.
    """
    for name, item in payload.items():
        checked_token(name)
        if type(item) is not int:
            checked_token(item)
    text = json.dumps(dict(payload), sort_keys=True, separators=(",", ":"))
    if len(text) > LONGEST_PAYLOAD:
        raise ValueError("a job payload is too long: it should name things, not hold them")
    return text


class Codes(TypeDecorator[dict[str, str | int]]):
    """A small mapping of ids, codes and whole numbers, stored as JSON without spaces.

    Free text, nested values, floats and booleans are refused with ValueError before they
    reach the database; the table's checks refuse the rest from any other writer.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, Any] | None, _dialect: Dialect) -> str | None:
        """Check and write; ValueError for what is not a code."""
        return None if value is None else checked_payload(value)

    def process_result_value(
        self, value: str | None, _dialect: Dialect
    ) -> dict[str, str | int] | None:
        """Read back what was checked when it was written."""
        if value is None:
            return None
        found: dict[str, str | int] = json.loads(value)
        return found


def _one_of(column: str, values: type[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(item.value) for item in values)})"


class Job(Base):
    """One thing to do later, done at least once and marked done exactly once.

    Two kinds of time meet here. `run_at` is the fund's time (the clock a demonstration may
    move). Leases and the pause after a failure are counted in the machine's own time
    (milliseconds since 1970), because a moved clock must neither free a job that is still
    running nor hold back one that may be tried again.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint(_one_of("state", JobState), name="state"),
        CheckConstraint(_one_of("lane", Lane), name="lane"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint(
            "(state = 'running') = (lease_owner IS NOT NULL)"
            " AND (state = 'running') = (lease_until IS NOT NULL)"
            " AND (state = 'running') = (hard_until IS NOT NULL)",
            name="lease",
        ),
        CheckConstraint("state <> 'dead' OR last_error_code IS NOT NULL", name="dead_says_why"),
        CheckConstraint(
            f"length(payload) <= {LONGEST_PAYLOAD}"
            " AND replace(payload, ' ', '') = payload"
            " AND replace(payload, '\\', '') = payload",
            name="payload_is_codes",
        ),
        CheckConstraint("replace(key, ' ', '') = key", name="key_is_codes"),
        Index("ix_job_due", "state", "lane", "run_at", "id"),
        Index("ix_job_lease", "state", "lease_until"),
        Index("ix_job_order", "order_key", "id"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    )
    key: Mapped[str] = mapped_column(String(LONGEST_KEY), unique=True, info=plain("ids and codes"))
    kind: Mapped[str] = mapped_column(String(48), info=plain("code"))
    payload: Mapped[dict[str, str | int]] = mapped_column(
        Codes, info=plain("ids and codes; checked in Python and by the table")
    )
    lane: Mapped[str] = mapped_column(String(16), default=Lane.DEFAULT, info=plain("code"))
    order_key: Mapped[str | None] = mapped_column(String(LONGEST_KEY), info=plain("ids and codes"))
    run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(8), default=JobState.READY, info=plain("code"))
    attempts: Mapped[int] = mapped_column(default=0)
    retry_from: Mapped[int] = mapped_column(BigInteger, default=0)
    lease_owner: Mapped[str | None] = mapped_column(String(64), info=plain("random"))
    lease_until: Mapped[int | None] = mapped_column(BigInteger)
    hard_until: Mapped[int | None] = mapped_column(BigInteger)
    last_error_code: Mapped[str | None] = mapped_column(String(64), info=plain("code"))
    created_day: Mapped[date] = mapped_column(Date)
    finished_day: Mapped[date | None] = mapped_column(Date)
