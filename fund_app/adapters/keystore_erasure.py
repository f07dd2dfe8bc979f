"""What erasing asks of the keystore beside `Keystore.erase_case`: what is left, what is lost.

Functions of one short transaction each, like the keystore's own methods.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, exists, func, or_, select

from fund_app.adapters.keystore import Keystore
from fund_app.adapters.keystore_schema import data_keys, holders, sessions, wraps
from fund_app.extensions import WRITE
from fund_app.models.sealed import Compartment

BATCH = 500
TABLES = ("wrap", "data_key", "holder", "session")
"""Tables in which key bytes lie."""


@dataclass(frozen=True, slots=True)
class Left:
    """How many data keys and wraps of a case there are, and whether its holder is there."""

    keys: int
    wraps: int
    has_holder: bool


def left_of(store: Keystore, case_id: str, holder_id: str) -> Left:
    """Count what the keystore holds of a case, its deliveries included."""
    which = or_(data_keys.c.case_id == case_id, data_keys.c.belongs_to == case_id)
    scopes = select(data_keys.c.case_id).where(which)
    with store.engine.begin() as connection:
        keys = connection.scalar(select(func.count()).select_from(data_keys).where(which)) or 0
        lying = or_(wraps.c.case_id == case_id, wraps.c.case_id.in_(scopes))
        held = connection.scalar(select(func.count()).select_from(wraps).where(lying)) or 0
        known = connection.scalar(select(holders.c.id).where(holders.c.id == holder_id))
    return Left(keys, held, known is not None)


def cases_with_keys(store: Keystore) -> dict[str, str]:
    """Return every case or delivery that has a data key, with the case it belongs to."""
    query = select(data_keys.c.case_id, data_keys.c.belongs_to).distinct()
    with store.engine.begin() as connection:
        return {row.case_id: row.belongs_to for row in connection.execute(query)}


def idle_applicants(store: Keystore) -> dict[str, date]:
    """Return the holders of kind applicant whom nothing is wrapped for, and since when."""
    holding = exists().where(wraps.c.holder_id == holders.c.id)
    query = select(holders.c.id, holders.c.created_day).where(
        holders.c.kind == "applicant", ~holding
    )
    with store.engine.begin() as connection:
        return {row.id: row.created_day for row in connection.execute(query)}


def remove_keys(store: Keystore, case_id: str) -> None:
    """Delete the data keys under exactly this id, with their wraps; no-op without any."""
    with store.engine.execution_options(**{WRITE: True}).begin() as connection:
        connection.execute(delete(data_keys).where(data_keys.c.case_id == case_id))


def empty_compartment(store: Keystore, case_id: str, compartment: Compartment) -> int:
    """Delete every key of one compartment of a case; returns how many there were."""
    which = (data_keys.c.case_id == case_id) & (data_keys.c.compartment == compartment)
    with store.engine.execution_options(**{WRITE: True}).begin() as connection:
        return connection.execute(delete(data_keys).where(which)).rowcount


def erase_all(store: Keystore, case_ids: Collection[str]) -> int:
    """Delete every key of many cases, as a restored keystore may hold; returns how many."""
    gone = 0
    with store.engine.execution_options(**{WRITE: True}).begin() as connection:
        for wanted in batched(case_ids):
            which = or_(data_keys.c.case_id.in_(wanted), data_keys.c.belongs_to.in_(wanted))
            gone += connection.execute(delete(data_keys).where(which)).rowcount
    return gone


def batched(refs: Collection[str]) -> Iterator[list[str]]:
    """Yield references in parts small enough for one statement."""
    listed = list(refs)
    for start in range(0, len(listed), BATCH):
        yield listed[start : start + BATCH]


def forget_sessions(store: Keystore) -> None:
    """Delete every session, as a restored keystore must not bring one back."""
    with store.engine.execution_options(**{WRITE: True}).begin() as connection:
        connection.execute(delete(sessions))
