"""The keystore: holders of keys, wrapped data keys and sessions, in a database of its own.

It shares no transaction with the application database; every method here is one short
transaction. The order between the two is the caller's rule: grant here first, revoke and
erase here first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from fund_app.adapters.keystore_keys import PublicKey
from fund_app.adapters.keystore_schema import (
    SCHEMA_VERSION,
    data_keys,
    holders,
    metadata,
    schema_version,
    sessions,
    wraps,
)
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
class Wrap:
    """One version of a data key, wrapped for one holder."""

    case_id: str
    compartment: Compartment
    key_version: int
    holder_id: str
    wrapped: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as stored: what the token opens, and until when."""

    token_sha256: str
    kind: str
    subject: str | None
    payload: bytes = field(repr=False)
    idle_until: datetime
    expires_at: datetime


def create_schema(engine: Engine) -> None:
    """Create the keystore's tables and write the schema version; again is harmless."""
    metadata.create_all(engine)
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        if connection.scalar(select(schema_version.c.version)) is None:
            connection.execute(insert(schema_version).values(id=1, version=SCHEMA_VERSION))


class Keystore:
    """Reads and writes the keystore database; create_app keeps one per process."""

    def __init__(self, engine: Engine) -> None:
        """Use an engine that `prepare_engine` has seen."""
        self._engine = engine
        self._writing = engine.execution_options(**{WRITE: True})

    @property
    def engine(self) -> Engine:
        """The engine of the keystore's own database."""
        return self._engine

    def schema_version(self) -> int | None:
        """Return the version written at creation, or None where there is no keystore."""
        try:
            with self._engine.begin() as connection:
                return connection.scalar(select(schema_version.c.version))
        except (OperationalError, ProgrammingError):
            return None

    def add_holder(self, holder: Holder) -> None:
        """Keep a new holder; raises AlreadyKept if id or lookup value is taken."""
        values = {
            "id": holder.id,
            "kind": holder.kind,
            "suite": holder.public_key.encoded[0],
            "public_key": holder.public_key.encoded,
            "private_sealed": holder.private_sealed,
            "kdf": holder.kdf,
            "lookup": holder.lookup,
            "created_day": holder.created_day,
        }
        try:
            with self._writing.begin() as connection:
                connection.execute(insert(holders).values(**values))
        except IntegrityError:
            raise AlreadyKept from None

    def bind_secret(
        self, holder_id: str, *, private_sealed: bytes, kdf: str, lookup: str | None
    ) -> None:
        """Give a holder without a sealed private key one; AlreadyKept if there is one."""
        fresh = (holders.c.id == holder_id) & holders.c.private_sealed.is_(None)
        self._store_secret(fresh, private_sealed, kdf, lookup)

    def replace_secret(self, holder_id: str, *, private_sealed: bytes, kdf: str) -> None:
        """Seal a holder's private key anew (a changed passphrase); the lookup value stays."""
        known = (holders.c.id == holder_id) & holders.c.private_sealed.is_not(None)
        self._store_secret(known, private_sealed, kdf, holders.c.lookup)

    def _store_secret(self, which: Any, private_sealed: bytes, kdf: str, lookup: Any) -> None:
        values = {"private_sealed": private_sealed, "kdf": kdf, "lookup": lookup}
        try:
            with self._writing.begin() as connection:
                changed = connection.execute(update(holders).where(which).values(**values))
        except IntegrityError:
            raise AlreadyKept from None
        if changed.rowcount != 1:
            raise AlreadyKept

    def holder(self, holder_id: str) -> Holder | None:
        """Return a holder by id, or None."""
        return self._one_holder(holders.c.id == holder_id)

    def holder_by_lookup(self, kind: str, lookup: str) -> Holder | None:
        """Return the holder of that kind a codename's lookup value leads to, or None."""
        return self._one_holder((holders.c.lookup == lookup) & (holders.c.kind == kind))

    def _one_holder(self, which: Any) -> Holder | None:
        with self._engine.begin() as connection:
            row = connection.execute(select(holders).where(which)).one_or_none()
        if row is None:
            return None
        return Holder(
            id=row.id,
            kind=row.kind,
            public_key=PublicKey(row.public_key),
            created_day=row.created_day,
            private_sealed=row.private_sealed,
            kdf=row.kdf,
            lookup=row.lookup,
        )

    def public_keys(self, holder_ids: Collection[str]) -> dict[str, PublicKey]:
        """Return the public key of each holder; raises UnknownHolder if one is missing."""
        wanted = set(holder_ids)
        query = select(holders.c.id, holders.c.public_key).where(holders.c.id.in_(wanted))
        with self._engine.begin() as connection:
            found = {row.id: PublicKey(row.public_key) for row in connection.execute(query)}
        if len(found) != len(wanted):
            raise UnknownHolder
        return found

    def remove_holder(self, holder_id: str) -> None:
        """Forget a holder with the wraps made for it; no-op for an unknown one."""
        with self._writing.begin() as connection:
            connection.execute(delete(holders).where(holders.c.id == holder_id))
        self._flush_log()

    def add_data_keys(self, belongs_to: str, new_wraps: Iterable[Wrap]) -> None:
        """Keep new data keys with their first wraps, all or nothing.

        `belongs_to` is the case they are erased with (its own id for the case itself).
        Raises AlreadyKept if one of the data keys exists, UnknownHolder for a holder who
        has gone meanwhile.
        """
        kept = list(new_wraps)
        keys = {(wrap.case_id, wrap.compartment, wrap.key_version) for wrap in kept}
        rows = [
            {"case_id": c, "compartment": part, "key_version": v, "belongs_to": belongs_to}
            for c, part, v in sorted(keys)
        ]
        if not rows:
            return
        with self._writing.begin() as connection:
            try:
                connection.execute(insert(data_keys), rows)
            except IntegrityError:
                raise AlreadyKept from None
            self._insert_wraps(connection, kept)

    def add_wraps(self, new_wraps: Iterable[Wrap]) -> None:
        """Keep further wraps of existing data keys; one that is there already stays.

        Raises UnknownHolder if a holder or the data key has gone meanwhile.
        """
        kept = list(new_wraps)
        if kept:
            with self._writing.begin() as connection:
                self._insert_wraps(connection, kept)

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
            connection.execute(_insert_missing(connection, wraps), rows)
        except IntegrityError:
            raise UnknownHolder from None

    def wraps_for(self, holder_id: str, case_ids: Collection[str]) -> list[Wrap]:
        """Return every wrap the holder has for these cases, oldest version first."""
        query = (
            select(wraps)
            .where(wraps.c.holder_id == holder_id, wraps.c.case_id.in_(list(case_ids)))
            .order_by(wraps.c.key_version)
        )
        with self._engine.begin() as connection:
            return [_wrap(row) for row in connection.execute(query)]

    def newest_version(self, case_id: str, compartment: Compartment) -> int:
        """Return the newest key version of the compartment, 0 where there is none."""
        query = select(func.max(data_keys.c.key_version)).where(
            data_keys.c.case_id == case_id, data_keys.c.compartment == compartment
        )
        with self._engine.begin() as connection:
            return connection.scalar(query) or 0

    def holders_of(self, case_id: str, compartment: Compartment) -> list[str]:
        """Return the ids of those who hold any key of the compartment, in order of id."""
        query = (
            select(wraps.c.holder_id)
            .where(wraps.c.case_id == case_id, wraps.c.compartment == compartment)
            .distinct()
            .order_by(wraps.c.holder_id)
        )
        with self._engine.begin() as connection:
            return list(connection.scalars(query))

    def remove_wraps(self, case_id: str, compartment: Compartment, holder_id: str) -> None:
        """Take a compartment's keys away from one holder; no-op without any."""
        with self._writing.begin() as connection:
            connection.execute(
                delete(wraps).where(
                    wraps.c.case_id == case_id,
                    wraps.c.compartment == compartment,
                    wraps.c.holder_id == holder_id,
                )
            )
        self._flush_log()

    def erase_case(self, case_id: str) -> int:
        """Delete every key of the case and of what belongs to it; returns how many."""
        which = or_(data_keys.c.case_id == case_id, data_keys.c.belongs_to == case_id)
        with self._writing.begin() as connection:
            erased = connection.execute(delete(data_keys).where(which)).rowcount
        self._flush_log()
        return erased

    def add_session(self, row: SessionRow, *, replaces: str | None = None) -> None:
        """Keep a new session and, in the same transaction, end the one it replaces."""
        with self._writing.begin() as connection:
            if replaces is not None:
                connection.execute(delete(sessions).where(sessions.c.token_sha256 == replaces))
            connection.execute(insert(sessions).values(**asdict(row)))

    def replace_session(self, row: SessionRow, replaces: str) -> bool:
        """Keep a session in the place of another; False, and nothing kept, if that one ended."""
        with self._writing.begin() as connection:
            ended = connection.execute(delete(sessions).where(sessions.c.token_sha256 == replaces))
            if ended.rowcount == 1:
                connection.execute(insert(sessions).values(**asdict(row)))
            return ended.rowcount == 1

    def session(self, token_sha256: str) -> SessionRow | None:
        """Return a session by the hash of its token, or None."""
        query = select(sessions).where(sessions.c.token_sha256 == token_sha256)
        with self._engine.begin() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else SessionRow(**row)

    def update_session(self, token_sha256: str, payload: bytes, idle_until: datetime) -> bool:
        """Store a session's new payload and idle limit; False if it has ended meanwhile."""
        query = (
            update(sessions)
            .where(sessions.c.token_sha256 == token_sha256)
            .values(payload=payload, idle_until=idle_until)
        )
        with self._writing.begin() as connection:
            return connection.execute(query).rowcount == 1

    def end_session(self, token_sha256: str) -> None:
        """Delete one session; no-op if it is gone."""
        with self._writing.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.token_sha256 == token_sha256))

    def end_sessions_of(self, subject: str, *, besides: str = "") -> int:
        """Delete the sessions of a subject (its keyed hash) but one; returns how many."""
        with self._writing.begin() as connection:
            return connection.execute(
                delete(sessions).where(
                    sessions.c.subject == subject, sessions.c.token_sha256 != besides
                )
            ).rowcount

    def end_session_of(self, subject: str, token_sha256: str) -> bool:
        """Delete one session of a subject; False where it has no such session."""
        with self._writing.begin() as connection:
            return (
                connection.execute(
                    delete(sessions).where(
                        sessions.c.subject == subject, sessions.c.token_sha256 == token_sha256
                    )
                ).rowcount
                == 1
            )

    def sessions_of(self, subject: str, now: datetime) -> list[SessionRow]:
        """Return the open sessions of a subject (its keyed hash), latest begun first."""
        query = (
            select(sessions)
            .where(
                sessions.c.subject == subject,
                sessions.c.idle_until > now,
                sessions.c.expires_at > now,
            )
            .order_by(sessions.c.expires_at.desc(), sessions.c.token_sha256)
        )
        with self._engine.begin() as connection:
            return [SessionRow(**row) for row in connection.execute(query).mappings()]

    def end_sessions_idle_since(self, moment: datetime) -> int:
        """Delete the sessions whose limits lie at or before `moment`; returns how many."""
        with self._writing.begin() as connection:
            # The absolute limit is never earlier than the idle one, so this finds both.
            return connection.execute(
                delete(sessions).where(sessions.c.idle_until <= moment)
            ).rowcount

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


def _insert_missing(connection: Connection, table: Table) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing()


def _wrap(row: Any) -> Wrap:
    return Wrap(
        case_id=row.case_id,
        compartment=Compartment(row.compartment),
        key_version=row.key_version,
        holder_id=row.holder_id,
        wrapped=row.wrapped,
    )
