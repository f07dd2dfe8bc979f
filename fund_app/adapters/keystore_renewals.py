"""Who holds what, and compartments whose next key is due because somebody has left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, tuple_

from fund_app.adapters.keystore_base import Held, KeystorePart, Readers, Wrap, insert_missing
from fund_app.adapters.keystore_keys import PublicKey
from fund_app.adapters.keystore_schema import data_keys, holders, renewals, wraps
from fund_app.models.sealed import Compartment

AT_ONCE = 1_000
"""Compartments named in one statement: an engine takes so many values and no more."""


class Renewals(KeystorePart):
    """Takes keys away and makes the next ones, each as one transaction."""

    def holdings(
        self, *, holder_id: str | None = None, cases: Collection[str] | None = None
    ) -> list[Held]:
        """Return who holds which key, of one holder or of these cases, deliveries included.

        Kinds other than staff are left out where cases are asked for.
        """
        query = select(
            data_keys.c.belongs_to,
            wraps.c.case_id,
            wraps.c.compartment,
            wraps.c.key_version,
            wraps.c.holder_id,
        ).join(data_keys, _same_key())
        if holder_id is not None:
            query = query.where(wraps.c.holder_id == holder_id)
        if cases is not None:
            query = query.join(holders, holders.c.id == wraps.c.holder_id).where(
                data_keys.c.belongs_to.in_(list(cases)), holders.c.kind == "staff"
            )
        with self._engine.begin() as connection:
            return [
                Held(row.belongs_to, row.case_id, Compartment(row.compartment), row[3], row[4])
                for row in connection.execute(query)
            ]

    def short_of(
        self, cases: Collection[str], wanted: Mapping[Compartment, Collection[str]]
    ) -> set[str]:
        """Return which of these cases have a key that somebody wanted for it does not hold."""
        listed = list(cases)
        is_short = or_(*(_short_of(part, sorted(ids)) for part, ids in wanted.items() if ids))
        found: set[str] = set()
        with self._engine.begin() as connection:
            for start in range(0, len(listed), AT_ONCE):
                some = data_keys.c.belongs_to.in_(listed[start : start + AT_ONCE])
                query = select(data_keys.c.belongs_to).where(some, is_short).distinct()
                found.update(connection.scalars(query))
        return found

    def keys_of(self, cases: Collection[str]) -> list[tuple[str, str, Compartment, int]]:
        """Return (belongs to, case, compartment, version) of every key of these cases."""
        columns = data_keys.c
        query = select(
            columns.belongs_to, columns.case_id, columns.compartment, columns.key_version
        ).where(columns.belongs_to.in_(list(cases)))
        with self._engine.begin() as connection:
            return [
                (row.belongs_to, row.case_id, Compartment(row.compartment), row.key_version)
                for row in connection.execute(query)
            ]

    def take_away(self, holder_id: str, parts: Collection[tuple[str, Compartment]]) -> None:
        """Take several compartments away from a holder and note each for a new key, as one."""
        listed = [(case_id, str(part)) for case_id, part in parts]
        key = tuple_(wraps.c.case_id, wraps.c.compartment)
        with self._writing.begin() as connection:
            for start in range(0, len(listed), AT_ONCE):
                some = key.in_(listed[start : start + AT_ONCE])
                which = and_(wraps.c.holder_id == holder_id, some)
                note_renewals(connection, which)
                connection.execute(delete(wraps).where(which))
        self._flush_log()

    def plan_renewals(self, cases: Collection[str]) -> None:
        """Note every compartment of these cases for a new key, all of them or none."""
        listed = list(cases)
        with self._writing.begin() as connection:
            for start in range(0, len(listed), AT_ONCE):
                some = data_keys.c.belongs_to.in_(listed[start : start + AT_ONCE])
                note_renewals(connection, some)

    def due_renewals(self) -> int:
        """Return how many compartments wait for a new key."""
        with self._engine.begin() as connection:
            return connection.scalar(select(func.count()).select_from(renewals)) or 0

    def renew_some(self, most: int, wrap: Callable[[Readers], Iterable[Wrap]]) -> int:
        """Renew up to `most` compartments that wait, in one transaction; returns how many.

        `wrap` gets who holds which compartment now, as their public keys, and the version to
        make; it answers with the wraps of the new keys. What nobody holds is only forgotten:
        there is nobody a new key could be made for. Two who do this at once take different
        rows (PostgreSQL) or wait for each other (SQLite).
        """
        with self._writing.begin() as connection:
            query = select(renewals).order_by(*renewals.primary_key).limit(most)
            due = connection.execute(query.with_for_update(skip_locked=True)).all()
            if not due:
                return 0
            parts = [(row.case_id, row.compartment) for row in due]
            readers = _readers(connection, parts)
            fresh = list(wrap(readers))
            made = {(each.case_id, each.compartment, each.key_version) for each in fresh}
            rows = [
                {"case_id": c, "compartment": part, "key_version": v, "belongs_to": c}
                for c, part, v in sorted(made)
            ]
            if rows:
                connection.execute(insert(data_keys), rows)
                self._insert_wraps(connection, fresh)
            done = tuple_(renewals.c.case_id, renewals.c.compartment).in_(parts)
            connection.execute(delete(renewals).where(done))
        return len(due)


def _same_key() -> ColumnElement[bool]:
    return and_(
        wraps.c.case_id == data_keys.c.case_id,
        wraps.c.compartment == data_keys.c.compartment,
        wraps.c.key_version == data_keys.c.key_version,
    )


def _short_of(part: Compartment, holder_ids: Sequence[str]) -> ColumnElement[bool]:
    held = select(func.count()).select_from(wraps)
    held = held.where(_same_key(), wraps.c.holder_id.in_(holder_ids)).correlate(data_keys)
    return and_(data_keys.c.compartment == str(part), held.scalar_subquery() < len(holder_ids))


def note_renewals(connection: Connection, which: ColumnElement[bool]) -> int:
    """Note the compartments of cases that `which` selects; a delivery is never written again."""
    found = (
        select(wraps.c.case_id, wraps.c.compartment)
        .join(data_keys, _same_key())
        .where(which, data_keys.c.belongs_to == data_keys.c.case_id)
        .distinct()
    )
    rows = [{"case_id": c, "compartment": part} for c, part in connection.execute(found)]
    if rows:
        connection.execute(insert_missing(connection, renewals), rows)
    return len(rows)


def _readers(connection: Connection, parts: Sequence[tuple[str, str]]) -> Readers:
    """Return per compartment the version to make next and the public keys of its holders."""
    query = (
        select(wraps.c.case_id, wraps.c.compartment, wraps.c.holder_id, holders.c.public_key)
        .join(holders, holders.c.id == wraps.c.holder_id)
        .where(tuple_(wraps.c.case_id, wraps.c.compartment).in_(parts))
        .distinct()
    )
    public: dict[tuple[str, str], dict[str, PublicKey]] = {}
    for case_id, part, holder_id, key in connection.execute(query):
        public.setdefault((case_id, part), {})[holder_id] = PublicKey(key)
    newest = (
        select(data_keys.c.case_id, data_keys.c.compartment, func.max(data_keys.c.key_version))
        .where(tuple_(data_keys.c.case_id, data_keys.c.compartment).in_(parts))
        .group_by(data_keys.c.case_id, data_keys.c.compartment)
    )
    return {
        (case_id, Compartment(part)): (version + 1, public[case_id, part])
        for case_id, part, version in connection.execute(newest)
        if (case_id, part) in public
    }
