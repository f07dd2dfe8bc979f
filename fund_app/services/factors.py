"""Second factors: what a person has beside what they know, kept, named and taken away.

What is stored of one is sealed under the installation's secret and bound to its holder and its
own id. A row that somebody writes into the keystore without the secret opens nothing, and a copy
of the keystore does not say what devices people carry.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from fund_app.adapters.clock import now
from fund_app.adapters.keystore_factors import FactorRow, FactorStore
from fund_app.adapters.keystore_keys import lock, unlock
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.models.sealed import CannotOpen, framed, pad, unpad
from fund_app.models.types import new_ref
from fund_app.services import audit, sessions
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import deployment_secrets, keystore
from workflows.roles import SYSTEM, Actor, Role

LONGEST_NAME = 60
BATCH = 200


class Kind(StrEnum):
    """What a factor is."""

    PASSKEY = "passkey"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of one person, opened; `facts` holds what its kind needs to check a proof."""

    id: str
    holder_id: str
    kind: Kind
    name: str
    created_day: date
    counter: int
    facts: dict[str, str] = field(repr=False)


class LastFactor(Exception):
    """It is the only one the person has: without it nobody could sign in."""


def store() -> FactorStore:
    """Return the application's store of factors."""
    return FactorStore(keystore())


def of(holder_id: str) -> tuple[Factor, ...]:
    """Return a person's factors, oldest first; what does not open is left out. One statement."""
    found = (opened(row) for row in store().of(holder_id))
    return tuple(factor for factor in found if factor is not None)


def sealed(
    holder_id: str,
    kind: Kind,
    name: str,
    facts: dict[str, str],
    *,
    counter: int = 0,
    lookup: str | None = None,
) -> FactorRow:
    """Return a new factor as it is stored; `name` is shortened to 60 characters."""
    factor_id = new_ref()
    content = json.dumps({"name": name.strip()[:LONGEST_NAME], "facts": facts}).encode()
    return FactorRow(
        id=factor_id,
        holder_id=holder_id,
        kind=kind,
        lookup=lookup,
        content=lock(_keys()[0], _bound(factor_id, holder_id, kind), pad(content)),
        counter=counter,
        created_day=now().date(),
    )


def opened(row: FactorRow) -> Factor | None:
    """Return what was stored, or None where somebody else wrote or moved it."""
    content = next(filter(None, (_unlocked(key, row) for key in _keys())), None)
    if content is None:
        return None
    told: dict[str, Any] = json.loads(unpad(content))
    return Factor(
        id=row.id,
        holder_id=row.holder_id,
        kind=Kind(row.kind),
        name=told["name"],
        created_day=row.created_day,
        counter=row.counter,
        facts=told["facts"],
    )


def reseal() -> int:
    """Seal every factor under the present secret; returns how many were under the one before.

    For a rotation of the secret. Killed on the way, the rest is done next time.
    """
    present, *earlier = _keys()
    moved, found = 0, store().after("", BATCH)
    while found:
        for row in found:
            content = next(filter(None, (_unlocked(key, row) for key in earlier)), None)
            if content is not None:
                bound = _bound(row.id, row.holder_id, row.kind)
                moved += store().seal_anew(row, lock(present, bound, content))
        found = store().after(found[-1].id, BATCH)
    return moved


def add(actor: Actor, row: FactorRow) -> None:
    """Keep one more factor of the actor and record it.

    Raises AlreadyKept for an authenticator's key that is known.
    """
    with unit_of_work():
        record(f"{row.kind}_added", row.holder_id, actor=actor)
        store().add(row)


def remove(actor: Actor, factor_id: str, *, browser: str) -> Factor | None:
    """Take one of the actor's own factors away and end their sessions in other browsers.

    None for an id that is not theirs. Raises LastFactor for the only one they have.
    """
    found = next((each for each in of(actor.ref) if each.id == factor_id), None)
    if found is None:
        return None
    if not store().remove(actor.ref, factor_id):
        raise LastFactor
    sessions.store().end_others(actor.ref, browser)
    record(f"{found.kind}_removed", actor.ref, actor=actor)
    return found


def record(action: str, reason_code: str, *, actor: Actor = SYSTEM) -> None:
    """Write into the trail of the house what happened at its doors; codes and ids only."""
    with unit_of_work() as session:
        role = min(actor.roles, default=Role.SYSTEM)
        audit.record(
            session, HOUSE, HOUSE_ID, action, actor=actor, role=role, reason_code=reason_code
        )


def _unlocked(key: bytes, row: FactorRow) -> bytes | None:
    try:
        return unlock(key, _bound(row.id, row.holder_id, row.kind), row.content)
    except CannotOpen:
        return None


def _keys() -> list[bytes]:
    """Return the key of the present secret and, during a rotation, of the one before it."""
    return [each.subkey("second factor") for each in deployment_secrets().generations]


def _bound(factor_id: str, holder_id: str, kind: str) -> bytes:
    return framed("factor", factor_id, holder_id, kind)
