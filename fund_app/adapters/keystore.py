"""The keystore: holders of keys, wrapped data keys and sessions, in a database of its own.

It shares no transaction with the application database; every method here is one short
transaction. The order between the two is the caller's rule: grant here first, revoke and
erase here first. The parts stand in the modules keystore_*.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Engine, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from fund_app.adapters import keystore_upgrade
from fund_app.adapters.keystore_base import (
    AlreadyKept,
    Door,
    Held,
    Holder,
    Readers,
    SessionRow,
    UnknownHolder,
    Wrap,
    holder_of,
    wrap_of,
)
from fund_app.adapters.keystore_doors import SILENCE_BYTES, Doors
from fund_app.adapters.keystore_keys import PublicKey
from fund_app.adapters.keystore_renewals import Renewals, note_renewals
from fund_app.adapters.keystore_schema import (
    CODENAME_KINDS,
    SCHEMA_VERSION,
    data_keys,
    holders,
    metadata,
    schema_version,
    sessions,
    silences,
    wraps,
)
from fund_app.adapters.keystore_secrets import SecretsInUse
from fund_app.adapters.keystore_sessions import SessionRows
from fund_app.extensions import WRITE
from fund_app.models.sealed import Compartment

__all__ = [
    "AlreadyKept",
    "Door",
    "Held",
    "Holder",
    "Keystore",
    "Readers",
    "SessionRow",
    "UnknownHolder",
    "Wrap",
    "create_schema",
]


def create_schema(engine: Engine) -> None:
    """Create the keystore's tables or bring them up to date; again is harmless.

    Holders from before the silence values get theirs, so that nobody's row stands out.
    """
    metadata.create_all(engine)
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        present = connection.scalar(select(schema_version.c.version))
        if present is None:
            connection.execute(insert(schema_version).values(id=1, version=SCHEMA_VERSION))
    if present is not None and present < SCHEMA_VERSION:
        keystore_upgrade.upgrade(engine, present)
    _add_silences(engine)


def _add_silences(engine: Engine) -> None:
    without = (
        select(holders.c.id)
        .outerjoin(silences)
        .where(holders.c.kind.in_(CODENAME_KINDS), silences.c.holder_id.is_(None))
    )
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        for holder_id in connection.scalars(without).all():
            connection.execute(insert(silences).values(_no_word(holder_id)))


def _no_word(holder_id: str) -> dict[str, Any]:
    return {"holder_id": holder_id, "value": secrets.token_bytes(SILENCE_BYTES)}


class Keystore(Renewals, SecretsInUse, SessionRows, Doors):
    """Reads and writes the keystore database; create_app keeps one per process."""

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
                if holder.kind in CODENAME_KINDS:
                    connection.execute(insert(silences).values(_no_word(holder.id)))
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

    def rebind_secret(
        self, holder_id: str, *, private_sealed: bytes, kdf: str, lookup: str
    ) -> None:
        """Seal a private key anew and find it by another value: the same codename, another salt.

        Raises AlreadyKept if the holder has gone or the value is taken.
        """
        known = (holders.c.id == holder_id) & holders.c.lookup.is_not(None)
        self._store_secret(known, private_sealed, kdf, lookup)

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

    def _one_holder(self, which: Any) -> Holder | None:
        with self._engine.begin() as connection:
            row = connection.execute(select(holders).where(which)).one_or_none()
        return None if row is None else holder_of(row)

    def public_keys(self, holder_ids: Collection[str]) -> dict[str, PublicKey]:
        """Return the public key of each holder; raises UnknownHolder if one is missing."""
        wanted = set(holder_ids)
        query = select(holders.c.id, holders.c.public_key).where(holders.c.id.in_(wanted))
        with self._engine.begin() as connection:
            found = {row.id: PublicKey(row.public_key) for row in connection.execute(query)}
        if len(found) != len(wanted):
            raise UnknownHolder
        return found

    def remove_holder(
        self, holder_id: str, *, subjects: Collection[str] = (), renew: bool = False
    ) -> int:
        """Forget a holder with the wraps made for it and its sessions, in one transaction.

        subjects: the keyed hashes its sessions go by. renew: note each compartment of a case
        that could be opened, for a new key (`due_renewals`). Returns how many were noted; for
        an unknown holder only the sessions end.
        """
        noted = 0
        with self._writing.begin() as connection:
            if renew:
                noted = note_renewals(connection, wraps.c.holder_id == holder_id)
            connection.execute(delete(holders).where(holders.c.id == holder_id))
            connection.execute(delete(sessions).where(sessions.c.subject.in_(list(subjects))))
        self._flush_log()
        return noted

    def holder_ids(self, kind: str | None = None) -> list[str]:
        """Return the ids of all holders, or of those of one kind, in order."""
        query = select(holders.c.id).order_by(holders.c.id)
        if kind is not None:
            query = query.where(holders.c.kind == kind)
        with self._engine.begin() as connection:
            return list(connection.scalars(query))

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

    def wraps_for(self, holder_id: str, case_ids: Collection[str]) -> list[Wrap]:
        """Return every wrap the holder has for these cases, oldest version first."""
        query = (
            select(wraps)
            .where(wraps.c.holder_id == holder_id, wraps.c.case_id.in_(list(case_ids)))
            .order_by(wraps.c.key_version)
        )
        with self._engine.begin() as connection:
            return [wrap_of(row) for row in connection.execute(query)]

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

    def staff_wraps(
        self, compartment: Compartment, *, without: Collection[str]
    ) -> list[tuple[str, str]]:
        """Return (case, holder) of the staff who hold a compartment, `without` certain ids."""
        query = (
            select(wraps.c.case_id, wraps.c.holder_id)
            .join(holders, holders.c.id == wraps.c.holder_id)
            .where(
                wraps.c.compartment == compartment,
                holders.c.kind == "staff",
                wraps.c.holder_id.not_in(list(without)),
            )
            .distinct()
            .order_by(wraps.c.case_id, wraps.c.holder_id)
        )
        with self._engine.begin() as connection:
            return [(row.case_id, row.holder_id) for row in connection.execute(query)]

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
