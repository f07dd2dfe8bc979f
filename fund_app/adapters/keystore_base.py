"""What every part of the keystore shares: its rows, its refusals, its connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from fund_app.adapters.keystore_keys import PublicKey
from fund_app.adapters.keystore_schema import wraps
from fund_app.extensions import WRITE
from fund_app.models.sealed import Compartment


class AlreadyKept(Exception):
    """The keystore already has what was to be added; it is never replaced in passing."""


class UnknownHolder(Exception):
    """There is no such holder, so nothing can be wrapped for it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who can hold keys; the private key is sealed, or lives in a session only."""

    id: str
    kind: str
    public_key: PublicKey
    created_day: date
    private_sealed: bytes | None = field(default=None, repr=False)
    kdf: str | None = None
    lookup: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Door:
    """What a codename leads to: whose it is, the silence value beside it, whether it is locked."""

    holder: Holder
    silence: bytes = field(repr=False)
    is_locked: bool


@dataclass(frozen=True, slots=True)
class Wrap:
    """One version of a data key, wrapped for one holder."""

    case_id: str
    compartment: Compartment
    key_version: int
    holder_id: str
    wrapped: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Held:
    """That somebody holds one version of a key, without the key; `belongs_to` is the case."""

    belongs_to: str
    case_id: str
    compartment: Compartment
    key_version: int
    holder_id: str


Readers = Mapping[tuple[str, Compartment], tuple[int, Mapping[str, PublicKey]]]
"""Per compartment of a case: the key version to make, and the public key of each holder."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as stored: what the token opens, and until when."""

    token_sha256: str
    kind: str
    subject: str | None
    payload: bytes = field(repr=False)
    idle_until: datetime
    expires_at: datetime


class KeystorePart:
    """One part of the keystore on the engine all of them share."""

    def __init__(self, engine: Engine) -> None:
        """Use an engine that `prepare_engine` has seen."""
        self._engine = engine
        self._writing = engine.execution_options(**{WRITE: True})

    @property
    def engine(self) -> Engine:
        """The engine of the keystore's own database."""
        return self._engine

    def _insert_wraps(self, connection: Connection, kept: list[Wrap]) -> None:
        rows = [
            {
                "case_id": wrap.case_id,
                "compartment": wrap.compartment,
                "key_version": wrap.key_version,
                "holder_id": wrap.holder_id,
                "wrapped": wrap.wrapped,
            }
            for wrap in kept
        ]
        try:
            connection.execute(insert_missing(connection, wraps), rows)
        except IntegrityError:
            raise UnknownHolder from None

    def _flush_log(self) -> None:
        """Empty SQLite's write-ahead log, where deleted keys would still be readable."""
        if self._engine.dialect.name != "sqlite":
            return
        raw = self._engine.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.close()
        finally:
            raw.close()


def insert_missing(connection: Connection, table: Table) -> Any:
    """Return an insert that leaves rows alone which are there already."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing()


def holder_of(row: Any) -> Holder:
    """Return a stored row as a holder."""
    return Holder(
        id=row.id,
        kind=row.kind,
        public_key=PublicKey(row.public_key),
        created_day=row.created_day,
        private_sealed=row.private_sealed,
        kdf=row.kdf,
        lookup=row.lookup,
    )


def wrap_of(row: Any) -> Wrap:
    """Return a stored row as a wrap."""
    return Wrap(
        case_id=row.case_id,
        compartment=Compartment(row.compartment),
        key_version=row.key_version,
        holder_id=row.holder_id,
        wrapped=row.wrapped,
    )
