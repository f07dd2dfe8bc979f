"""What the keystore keeps for the doors: silence values, knocks, and claims that wait.

Part of the keystore (fund_app/adapters/keystore.py), with the same rule: every method is one
short transaction of its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from fund_app.adapters.keystore_base import (
    AlreadyKept,
    Door,
    KeystorePart,
    UnknownHolder,
    holder_of,
)
from fund_app.adapters.keystore_schema import claims, holders, knocks, sessions, silences

SILENCE_BYTES = 32
"""Length of a silence value, set or random."""


@dataclass(frozen=True, slots=True)
class Knock:
    """A sealed note left by a codename that let nobody in."""

    id: str
    note: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Claim:
    """A private key waiting, under a code, for the person it belongs to; until a moment (UTC)."""

    lookup: str = field(repr=False)
    holder_id: str
    private_sealed: bytes = field(repr=False)
    expires_at: datetime


class Doors(KeystorePart):
    """The part of the keystore that codenames and claims come in by."""

    def door(self, kind: str, lookup: str) -> Door | None:
        """Return what a codename's lookup value leads to among holders of a kind. One statement."""
        query = (
            select(holders, silences.c.value, silences.c.locked_on)
            .join(silences)
            .where(holders.c.lookup == lookup, holders.c.kind == kind)
        )
        with self._engine.begin() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return Door(holder_of(row), row.value, row.locked_on is not None)

    def set_silence(self, holder_id: str, value: bytes | None) -> None:
        """Replace a holder's silence value; None puts random bytes there, as if never set."""
        fresh = secrets.token_bytes(SILENCE_BYTES) if value is None else value
        query = update(silences).where(silences.c.holder_id == holder_id).values(value=fresh)
        with self._writing.begin() as connection:
            connection.execute(query)
        self._flush_log()

    def turn_away(
        self, knock: Knock, *, holder_id: str, subjects: Collection[str], on: date
    ) -> None:
        """Leave a knock, lock a holder's codename and end a person's sessions.

        subjects: the keyed hashes the sessions go by. The same three statements for everybody:
        an id that nobody has locks nothing.
        """
        lock = update(silences).where(silences.c.holder_id == holder_id).values(locked_on=on)
        with self._writing.begin() as connection:
            connection.execute(insert(knocks).values(id=knock.id, note=knock.note))
            connection.execute(lock)
            connection.execute(delete(sessions).where(sessions.c.subject.in_(list(subjects))))

    def knocks(self, *, most: int) -> list[Knock]:
        """Return up to `most` notes nobody has read yet, in no order that tells anything."""
        query = select(knocks).order_by(knocks.c.id).limit(most)
        with self._engine.begin() as connection:
            return [Knock(*row) for row in connection.execute(query)]

    def forget_knocks(self, ids: Collection[str]) -> None:
        """Delete notes that have been read."""
        with self._writing.begin() as connection:
            connection.execute(delete(knocks).where(knocks.c.id.in_(list(ids))))

    def unlock_codename(self, holder_id: str) -> None:
        """Let a holder's codename open again; no-op where it does."""
        query = update(silences).where(silences.c.holder_id == holder_id).values(locked_on=None)
        with self._writing.begin() as connection:
            connection.execute(query)

    def is_locked(self, holder_id: str) -> bool:
        """Whether a holder's codename has been locked."""
        query = select(silences.c.locked_on).where(silences.c.holder_id == holder_id)
        with self._engine.begin() as connection:
            return connection.scalar(query) is not None

    def add_claim(self, claim: Claim) -> None:
        """Keep a claim; raises AlreadyKept if the holder has one, UnknownHolder without one."""
        is_holder = select(holders.c.id).where(holders.c.id == claim.holder_id)
        try:
            with self._writing.begin() as connection:
                if connection.scalar(is_holder) is None:
                    raise UnknownHolder
                connection.execute(insert(claims).values(**asdict(claim)))
        except IntegrityError:
            raise AlreadyKept from None

    def claim(self, lookup: str) -> Claim | None:
        """Return the claim a code's lookup value leads to, or None."""
        return self._one_claim(claims.c.lookup == lookup)

    def claim_of(self, holder_id: str) -> Claim | None:
        """Return the claim that waits for a holder, or None."""
        return self._one_claim(claims.c.holder_id == holder_id)

    def _one_claim(self, which: Any) -> Claim | None:
        with self._engine.begin() as connection:
            row = connection.execute(select(claims).where(which)).mappings().one_or_none()
        return None if row is None else Claim(**row)

    def remove_claim_of(self, holder_id: str) -> None:
        """Delete the claim that waits for a holder; no-op without one."""
        with self._writing.begin() as connection:
            connection.execute(delete(claims).where(claims.c.holder_id == holder_id))
        self._flush_log()

    def remove_claims_until(self, moment: datetime) -> int:
        """Delete the claims that expire at or before a moment (UTC); returns how many."""
        with self._writing.begin() as connection:
            gone = connection.execute(delete(claims).where(claims.c.expires_at <= moment)).rowcount
        if gone:
            self._flush_log()
        return gone
