"""What rests on the installation's secret, and on which generation of it."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from fund_app.adapters.keystore_base import KeystorePart, insert_missing
from fund_app.adapters.keystore_schema import carried_keys, holders


class SecretsInUse(KeystorePart):
    """Tells what is sealed under which secret."""

    def count_sealed_elsewhere(self, secret_name: str) -> dict[str, int]:
        """Return per kind how many private keys are sealed under another secret than this."""
        query = (
            select(holders.c.kind, func.count())
            .where(holders.c.kdf.is_not(None), holders.c.kdf.not_like(f'%"{secret_name}"%'))
            .group_by(holders.c.kind)
        )
        with self._engine.begin() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def carried_key(self, purpose: str, secret_name: str) -> bytes | None:
        """Return a key that outlives its secret, sealed under the secret named, or None."""
        query = select(carried_keys.c.key_sealed).where(
            carried_keys.c.purpose == purpose, carried_keys.c.secret_name == secret_name
        )
        with self._engine.begin() as connection:
            return connection.scalar(query)

    def carry_key(self, purpose: str, secret_name: str, key_sealed: bytes) -> None:
        """Keep a key under one more secret; one that is there already stays."""
        values = {"purpose": purpose, "secret_name": secret_name, "key_sealed": key_sealed}
        with self._writing.begin() as connection:
            connection.execute(insert_missing(connection, carried_keys), [values])

    def drop_carried_keys(self, *, but: str) -> None:
        """Forget what was carried under any other secret than this one."""
        with self._writing.begin() as connection:
            connection.execute(delete(carried_keys).where(carried_keys.c.secret_name != but))
        self._flush_log()
