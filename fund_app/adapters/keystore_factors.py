"""What proves a person beside the passphrase: passkeys, codes of an app, and how they begin.

They lie in the keystore, beside the holder whose key they guard: they go with the holder in one
statement, and whoever can write the application's database alone can give nobody a passkey.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, insert, literal, or_, select, update
from sqlalchemy.exc import IntegrityError

from fund_app.adapters.keystore import AlreadyKept, Keystore
from fund_app.adapters.keystore_schema import enrolments, factors, holders, spent
from fund_app.extensions import WRITE


@dataclass(frozen=True, slots=True)
class FactorRow:
    """A passkey or an app's seed as stored; `content` opens with the installation's secret.

    `counter` is the authenticator's count of signatures, or the last time step a code of the
    app was taken for: it only ever rises.
    """

    id: str
    holder_id: str
    kind: str
    lookup: str | None
    content: bytes = field(repr=False)
    counter: int
    created_day: date


class FactorStore:
    """Reads and writes factors, enrolment codes and spent challenges in the keystore."""

    def __init__(self, keystore: Keystore) -> None:
        """Use the keystore's own database."""
        self._engine = keystore.engine
        self._writing = keystore.engine.execution_options(**{WRITE: True})

    def of(self, holder_id: str) -> Sequence[FactorRow]:
        """Return the factors of a holder, oldest first. One statement."""
        query = (
            select(factors)
            .where(factors.c.holder_id == holder_id)
            .order_by(factors.c.created_day, factors.c.id)
        )
        with self._engine.begin() as connection:
            return [FactorRow(**row) for row in connection.execute(query).mappings()]

    def by_lookup(self, lookup: str) -> FactorRow | None:
        """Return the passkey whose id hashes to this, or None. One statement."""
        query = select(factors).where(factors.c.lookup == lookup)
        with self._engine.begin() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else FactorRow(**row)

    def after(self, factor_id: str, most: int) -> Sequence[FactorRow]:
        """Return up to `most` factors of anybody behind an id, in the order of ids."""
        query = select(factors).where(factors.c.id > factor_id).order_by(factors.c.id).limit(most)
        with self._engine.begin() as connection:
            return [FactorRow(**row) for row in connection.execute(query).mappings()]

    def seal_anew(self, row: FactorRow, content: bytes) -> bool:
        """Keep a factor's content sealed anew; False where it has gone or changed meanwhile."""
        query = update(factors).where(factors.c.id == row.id, factors.c.content == row.content)
        with self._writing.begin() as connection:
            return connection.execute(query.values(content=content)).rowcount == 1

    def add(self, row: FactorRow) -> None:
        """Keep one more factor; raises AlreadyKept for an authenticator's key that is known."""
        try:
            with self._writing.begin() as connection:
                connection.execute(insert(factors).values(**asdict(row)))
        except IntegrityError:
            raise AlreadyKept from None

    def enrol(self, row: FactorRow, code_hash: str, now: datetime) -> bool:
        """Use up an enrolment code and make this the holder's only factor, in one step.

        False, and nothing changes, where the code was used, replaced or has run out.
        Raises AlreadyKept for an authenticator's key that is known.
        """
        try:
            with self._writing.begin() as connection:
                used = connection.execute(
                    delete(enrolments).where(_offered(row.holder_id, code_hash, now))
                )
                if used.rowcount != 1:
                    return False
                connection.execute(delete(factors).where(factors.c.holder_id == row.holder_id))
                connection.execute(insert(factors).values(**asdict(row)))
        except IntegrityError:
            raise AlreadyKept from None
        return True

    def advance(self, factor_id: str, counter: int) -> bool:
        """Move a counter up; False where it stands there already or is higher.

        An authenticator that does not count says 0 for ever, and is believed.
        """
        rises = or_(
            factors.c.counter < counter, and_(factors.c.counter == 0, literal(counter) == 0)
        )
        query = update(factors).where(factors.c.id == factor_id, rises).values(counter=counter)
        with self._writing.begin() as connection:
            return connection.execute(query).rowcount == 1

    def remove(self, holder_id: str, factor_id: str) -> bool:
        """Remove one factor of a holder, never the last; False where nothing was removed."""
        with self._writing.begin() as connection:
            self._lock_holder(connection, holder_id)
            other = factors.alias()
            another = exists().where(other.c.holder_id == holder_id, other.c.id != factor_id)
            query = delete(factors).where(
                factors.c.id == factor_id, factors.c.holder_id == holder_id, another
            )
            return connection.execute(query).rowcount == 1

    def offer(self, holder_id: str, code_hash: str, until: datetime) -> None:
        """Keep a holder's enrolment code; an earlier one is void from now on."""
        with self._writing.begin() as connection:
            self._lock_holder(connection, holder_id)
            connection.execute(delete(enrolments).where(enrolments.c.holder_id == holder_id))
            values = {"holder_id": holder_id, "code_hash": code_hash, "until": until}
            connection.execute(insert(enrolments).values(**values))

    def is_offered(self, holder_id: str, code_hash: str, now: datetime) -> bool:
        """Whether this code would be taken. One statement."""
        query = select(enrolments.c.until).where(_offered(holder_id, code_hash, now))
        with self._engine.begin() as connection:
            return connection.scalar(query) is not None

    def spend(self, challenge: bytes, until: datetime, now: datetime) -> bool:
        """Use up a challenge; False if it was used before. Those that ran out are swept."""
        values = {"challenge": hashlib.sha256(challenge).hexdigest(), "until": until}
        try:
            with self._writing.begin() as connection:
                connection.execute(delete(spent).where(spent.c.until <= now))
                connection.execute(insert(spent).values(**values))
        except IntegrityError:
            return False
        return True

    def _lock_holder(self, connection: Connection, holder_id: str) -> None:
        """Let nobody else change what belongs to this holder until the transaction ends."""
        connection.execute(select(holders.c.id).where(holders.c.id == holder_id).with_for_update())


def _offered(holder_id: str, code_hash: str, now: datetime) -> Any:
    return and_(
        enrolments.c.holder_id == holder_id,
        enrolments.c.code_hash == code_hash,
        enrolments.c.until > now,
    )
