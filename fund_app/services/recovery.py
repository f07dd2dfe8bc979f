"""The recovery key: a way back for the fund when nobody of the staff holds a key any more.

Making it is a ceremony (`fund recovery split`): the public half stays in the keystore as a
holder of its own, the private half leaves the machine as five shares on paper, of which three
open it. Whether new cases are wrapped for it is the fund's decision, off until it is made.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.adapters.keystore import Holder
from fund_app.adapters.keystore_keys import KeySuite, PrivateKey, subkey
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.models.house import HouseSetting
from fund_app.models.types import new_ref
from fund_app.queries import people
from fund_app.services import audit, vault
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import keystore
from workflows.roles import SYSTEM, Actor, Role

KIND = "recovery"
NEEDED, SHARES = 3, 5
MASTER_BYTES = 32
SEED_BYTES = 96
HOLDER = "recovery_holder"
NEW_CASES = "recovery_for_new_cases"
ON, OFF = "on", "off"


class SharesRefused(Exception):
    """The shares do not open the recovery key: too few, damaged, or of another ceremony."""


class OperatorsRefused(Exception):
    """Two different people with access have to be named."""


def split(operators: Sequence[str]) -> list[str]:
    """Make a recovery key and return its five shares, 33 words each; they are kept nowhere.

    operators: the sign-in names of two different people who stand by, for the trail. An earlier
    recovery key opens what was wrapped for it; new cases go to the new one.
    """
    with unit_of_work() as session:
        first, second = two_people(operators)
        master = secrets.token_bytes(MASTER_BYTES)
        holder = Holder(new_ref(), KIND, _key(master).public_key(), now().date())
        keystore().add_holder(holder)
        _set(session, HOLDER, holder.id, "")
        note(session, "recovery_key_made", first, second.ref)
    (shares,) = generate_mnemonics(1, [(NEEDED, SHARES)], master)
    return list(shares)


def decide(*, wanted: bool, resolution: str) -> None:
    """Put the fund's decision into force whether new cases are wrapped for the recovery key.

    Raises LookupError where there is none.
    """
    with unit_of_work() as session:
        if wanted and _value(session, HOLDER) is None:
            raise LookupError(HOLDER)
        _set(session, NEW_CASES, ON if wanted else OFF, resolution)
        audit.record(
            session,
            HOUSE,
            HOUSE_ID,
            "recovery_decided",
            actor=SYSTEM,
            role=Role.SYSTEM,
            reason_code=ON if wanted else OFF,
        )


def readers(session: Session) -> list[str]:
    """Return whom new cases are wrapped for besides people: the recovery key, or nobody."""
    if _value(session, NEW_CASES) != ON:
        return []
    holder_id = _value(session, HOLDER)
    return [] if holder_id is None else [holder_id]


def ring_of(shares: Sequence[str]) -> vault.KeyRing:
    """Return the ring three shares open; raises SharesRefused for any others."""
    private_key = _key(_master(shares))
    public = private_key.public_key().encoded
    for holder_id, encoded in keystore().public_keys(keystore().holder_ids(KIND)).items():
        if encoded.encoded == public:
            return vault.ring_for(holder_id, private_key)
    raise SharesRefused


def _master(shares: Sequence[str]) -> bytes:
    tidy = [" ".join(share.casefold().split()) for share in shares]
    try:
        return bytes(combine_mnemonics([share for share in tidy if share]))
    except (MnemonicError, ValueError):
        # The library's own error repeats words of a share.
        raise SharesRefused from None


def _key(master: bytes) -> PrivateKey:
    if len(master) != MASTER_BYTES:
        raise SharesRefused
    seeds = subkey(master, "recovery key", size=SEED_BYTES)
    return PrivateKey(bytes([KeySuite.HYBRID]) + seeds)


def two_people(operators: Sequence[str]) -> tuple[Actor, Actor]:
    """Return the two who stand by, by their sign-in names; raises OperatorsRefused."""
    found = [people.by_handle(handle) for handle in operators]
    here = {person.id: Actor(person.id, person.roles) for person in found if person is not None}
    if len(found) != 2 or len(here) != 2:  # noqa: PLR2004 (four eyes)
        raise OperatorsRefused
    first, second = here.values()
    return first, second


def _value(session: Session, name: str) -> str | None:
    setting = session.get(HouseSetting, name)
    return None if setting is None else setting.value


def _set(session: Session, name: str, value: str, resolution: str) -> None:
    setting = session.get(HouseSetting, name) or HouseSetting(name=name)
    setting.value, setting.resolution, setting.set_on = value, resolution, now().date()
    session.add(setting)
    session.flush()


def note(session: Session, action: str, actor: Actor, reason_code: str) -> None:
    """Record one act of a ceremony in the house's chain."""
    role = min(actor.roles)
    audit.record(session, HOUSE, HOUSE_ID, action, actor=actor, role=role, reason_code=reason_code)
