"""Sessions as rows of the keystore; what they mean, services/sessions.py says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from fund_app.adapters.keystore_base import KeystorePart, SessionRow
from fund_app.adapters.keystore_schema import sessions


class SessionRows(KeystorePart):
    """Keeps, finds and ends sessions."""

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

    def end_sessions_of(self, *subjects: str, besides: str = "") -> int:
        """Delete the sessions of a subject (its keyed hashes) but one; returns how many."""
        with self._writing.begin() as connection:
            return connection.execute(
                delete(sessions).where(
                    sessions.c.subject.in_(subjects), sessions.c.token_sha256 != besides
                )
            ).rowcount

    def end_session_of(self, token_sha256: str, *subjects: str) -> bool:
        """Delete one session of a subject; False where it has no such session."""
        with self._writing.begin() as connection:
            return (
                connection.execute(
                    delete(sessions).where(
                        sessions.c.subject.in_(subjects), sessions.c.token_sha256 == token_sha256
                    )
                ).rowcount
                == 1
            )

    def sessions_of(self, now: datetime, *subjects: str) -> list[SessionRow]:
        """Return the open sessions of a subject (its keyed hashes), latest begun first."""
        query = (
            select(sessions)
            .where(
                sessions.c.subject.in_(subjects),
                sessions.c.idle_until > now,
                sessions.c.expires_at > now,
            )
            .order_by(sessions.c.expires_at.desc(), sessions.c.token_sha256)
        )
        with self._engine.begin() as connection:
            return [SessionRow(**row) for row in connection.execute(query).mappings()]

    def session_subjects(self) -> set[str]:
        """Return the keyed hashes that sessions go by."""
        query = select(sessions.c.subject).where(sessions.c.subject.is_not(None)).distinct()
        with self._engine.begin() as connection:
            return set(connection.scalars(query))

    def rename_session_subjects(self, names: Mapping[str, str]) -> None:
        """Let sessions go by another keyed hash of the same person, as one."""
        with self._writing.begin() as connection:
            for old, new in names.items():
                statement = update(sessions).where(sessions.c.subject == old)
                connection.execute(statement.values(subject=new))

    def end_sessions_idle_since(self, moment: datetime, *, forget: datetime) -> int:
        """Empty the sessions whose limits lie at or before `moment`; returns how many.

        What is left of one says whose it was and no more, and goes with `forget`.
        """
        # The absolute limit is never earlier than the idle one, so this finds both.
        is_over = (sessions.c.idle_until <= moment) & (sessions.c.payload != b"")
        with self._writing.begin() as connection:
            ended = connection.execute(update(sessions).where(is_over).values(payload=b"")).rowcount
            connection.execute(delete(sessions).where(sessions.c.idle_until <= forget))
        if ended:
            self._flush_log()
        return ended
