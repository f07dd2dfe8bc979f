"""The vault: who can open which part of a case, enforced by who holds its key.

Keys live in the keystore, sealed values in the application database, and the two do not
commit as one. So granting comes first and the data that needs it second; revoking and
erasing remove the key before anything else. A crash between the two leaves something too
little readable, never too much.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, cast

from flask import current_app

from fund_app.adapters.keystore import AlreadyKept, Keystore, Readers, Wrap
from fund_app.adapters.keystore_keys import DeploymentSecrets, PrivateKey, PublicKey
from fund_app.models.sealed import (
    KEY_BYTES,
    Compartment,
    DataKey,
    KeyRingProtocol,
    NoKey,
    framed,
)
from workflows.roles import Actor

WRAP_PURPOSE = "fund data key"


class AlreadyOpen(Exception):
    """The compartment of this case has its key already."""


class Ring(KeyRingProtocol, Protocol):
    """A key ring that also hands out every version, as sharing a compartment needs."""

    def versions(self, case_id: str, compartment: Compartment) -> tuple[DataKey, ...]:
        """Return all versions held, oldest first; raise NoKey if there is none."""
        ...


def keystore() -> Keystore:
    """Return the application's keystore."""
    return cast("Keystore", current_app.extensions["fund.keystore"])


def deployment_secrets() -> DeploymentSecrets:
    """Return the installation's secrets."""
    return cast("DeploymentSecrets", current_app.extensions["fund.secrets"])


class KeyRing:
    """The data keys one person can open; each is unwrapped when first needed, then kept.

    A ring lives as long as the request or job that made it. A key taken away in between is
    gone with the next ring.
    """

    def __init__(self, store: Keystore, holder_id: str, private_key: PrivateKey) -> None:
        """Open for `holder_id`, whose private key comes from the session."""
        self._store = store
        self._holder_id = holder_id
        self._private_key = private_key
        self._wraps: dict[tuple[str, Compartment], list[Wrap]] = {}
        self._open: dict[Wrap, DataKey] = {}

    @property
    def holder_id(self) -> str:
        """Whose ring this is."""
        return self._holder_id

    @property
    def private_key(self) -> PrivateKey:
        """The key all others are opened with; it came from the session."""
        return self._private_key

    def preload(self, case_ids: Collection[str]) -> None:
        """Fetch the wraps of many cases in one query, for a page that lists them."""
        for wrap in self._store.wraps_for(self._holder_id, case_ids):
            known = self._wraps.setdefault((wrap.case_id, wrap.compartment), [])
            if all(each.key_version != wrap.key_version for each in known):
                known.append(wrap)

    def data_key(
        self, case_id: str, compartment: Compartment, version: int | None = None
    ) -> DataKey:
        """Return the key of that version or the newest; raises NoKey without it."""
        held = self._held(case_id, compartment)
        if version is None:
            return self._unwrap(held[-1])
        for wrap in held:
            if wrap.key_version == version:
                return self._unwrap(wrap)
        raise NoKey

    def versions(self, case_id: str, compartment: Compartment) -> tuple[DataKey, ...]:
        """Return all versions held, oldest first; raises NoKey if there is none."""
        return tuple(self._unwrap(wrap) for wrap in self._held(case_id, compartment))

    def opens(self, case_id: str, compartment: Compartment) -> bool:
        """Whether the person holds a key of this compartment; unwraps nothing."""
        try:
            self._held(case_id, compartment)
        except NoKey:
            return False
        return True

    def _held(self, case_id: str, compartment: Compartment) -> list[Wrap]:
        if (case_id, compartment) not in self._wraps:
            self.preload([case_id])
        held = self._wraps.get((case_id, compartment))
        if not held:
            raise NoKey
        return held

    def _unwrap(self, wrap: Wrap) -> DataKey:
        if wrap not in self._open:
            info = _wrap_info(wrap.case_id, wrap.compartment, wrap.key_version, wrap.holder_id)
            key = self._private_key.unwrap(wrap.wrapped, info)
            self._open[wrap] = DataKey(wrap.key_version, key)
        return self._open[wrap]


@dataclass(frozen=True, slots=True)
class SignedIn(Actor):
    """Somebody signed in: an actor who also carries the keys they may use."""

    ring: KeyRing = field(repr=False, compare=False)


class FreshKeys:
    """The keys of what was just opened, for whoever opened it to seal the first contents.

    It serves as a ring for these compartments only and holds each key in its first version.
    """

    def __init__(self, keys: Mapping[tuple[str, Compartment], DataKey]) -> None:
        """Hold freshly made data keys."""
        self._keys = dict(keys)

    def data_key(
        self, case_id: str, compartment: Compartment, version: int | None = None
    ) -> DataKey:
        """Return the fresh key; raises NoKey for anything else."""
        key = self._keys.get((case_id, compartment))
        if key is None or version not in (None, key.version):
            raise NoKey
        return key

    def versions(self, case_id: str, compartment: Compartment) -> tuple[DataKey, ...]:
        """Return the one version there is; raises NoKey for anything else."""
        return (self.data_key(case_id, compartment),)


def ring_for(holder_id: str, private_key: PrivateKey) -> KeyRing:
    """Return the ring of somebody whose private key the session has opened."""
    return KeyRing(keystore(), holder_id, private_key)


def open_case(case_id: str, holders: Mapping[Compartment, Sequence[str]]) -> FreshKeys:
    """Make a data key for each compartment named and wrap it for its holders.

    Call it before the first sealed value of the case is written; further compartments may
    be opened later by another call. Every compartment needs at least one holder (else
    ValueError). Raises AlreadyOpen if one of them has its key, UnknownHolder for an unknown
    id. Writes the keystore at once, outside of the unit of work.
    """
    return _open(case_id, case_id, holders)


def seal_for(case_id: str, scope_id: str, compartment: Compartment, *holder_ids: str) -> FreshKeys:
    """Make keys for a delivery: something the system writes and only its recipients open.

    The system holds no key of the case, so an award letter gets a data key of its own under
    `scope_id` (the letter's fresh id, declared `Sealed(..., case="id")`), wrapped with
    nothing but the recipients' public keys. It is erased together with `case_id`. A job that
    runs again takes a new scope id; the keys of one that crashed open nothing.
    """
    return _open(case_id, scope_id, {compartment: holder_ids})


def _open(
    belongs_to: str, scope_id: str, holders: Mapping[Compartment, Sequence[str]]
) -> FreshKeys:
    if not holders or not all(holders.values()):
        raise ValueError("every compartment needs at least one holder")
    fresh = {
        (scope_id, compartment): DataKey(1, secrets.token_bytes(KEY_BYTES))
        for compartment in holders
    }
    public = keystore().public_keys({each for ids in holders.values() for each in ids})
    new_wraps = [
        wrap
        for compartment, ids in holders.items()
        for wrap in _wrapped(scope_id, compartment, [fresh[scope_id, compartment]], ids, public)
    ]
    try:
        keystore().add_data_keys(belongs_to, new_wraps)
    except AlreadyKept:
        raise AlreadyOpen from None
    return FreshKeys(fresh)


def grant(ring: Ring, case_id: str, compartment: Compartment, *holder_ids: str) -> None:
    """Let further people open a compartment, by somebody who holds its key.

    Every version the ring holds is wrapped for each of them; who has it already keeps it.
    Raises NoKey if the ring cannot open the compartment, UnknownHolder for an unknown id.
    Writes the keystore at once: call it before the data that rests on it.
    """
    grant_all(ring, case_id, {compartment: holder_ids})


def grant_all(ring: Ring, case_id: str, holders: Mapping[Compartment, Sequence[str]]) -> None:
    """Let further people open several compartments, as `grant`, in one write: all or none."""
    public = keystore().public_keys({each for ids in holders.values() for each in ids})
    keystore().add_wraps(
        wrap
        for compartment, ids in holders.items()
        for wrap in _wrapped(case_id, compartment, ring.versions(case_id, compartment), ids, public)
    )


def grant_parts(ring: Ring, parts: Collection[tuple[str, Compartment]], holder_id: str) -> int:
    """Let somebody open several compartments at once; returns how many the ring could share.

    What the ring cannot open is left out. One transaction of the keystore; who has a key
    already keeps it. Raises UnknownHolder for an unknown id.
    """
    public = keystore().public_keys([holder_id])
    new_wraps: list[Wrap] = []
    shared = 0
    for case_id, compartment in parts:
        try:
            keys = ring.versions(case_id, compartment)
        except NoKey:
            continue
        new_wraps += _wrapped(case_id, compartment, keys, [holder_id], public)
        shared += 1
    keystore().add_wraps(new_wraps)
    return shared


def wrapped_for(ring: Ring, case_id: str, compartment: Compartment, holder_id: str) -> str:
    """Wrap a compartment's keys for somebody without giving them yet, to be handed on later.

    Only the holder can ever unwrap it, and only once it is in the keystore (`hand_on`). Raises
    NoKey if the ring cannot open the compartment, UnknownHolder. Writes nothing.
    """
    keys = ring.versions(case_id, compartment)
    public = keystore().public_keys([holder_id])
    made = _wrapped(case_id, compartment, keys, [holder_id], public)
    return json.dumps([[wrap.key_version, wrap.wrapped.hex()] for wrap in made])


def hand_on(case_id: str, compartment: Compartment, holder_id: str, wrapped: str) -> None:
    """Give somebody what `wrapped_for` made for them; who hands it on needs no key themselves.

    Writes the keystore at once: call it before the data that rests on it.
    """
    keystore().add_wraps(
        Wrap(case_id, compartment, version, holder_id, bytes.fromhex(key))
        for version, key in json.loads(wrapped)
    )


def revoke(case_id: str, compartment: Compartment, holder_id: str) -> None:
    """Take a compartment away from somebody; no-op if they could not open it.

    Writes the keystore at once: call it before anything else that belongs to the step.
    """
    keystore().remove_wraps(case_id, compartment, holder_id)


def renew(case_id: str, compartment: Compartment) -> FreshKeys:
    """Begin a new key version for those who hold the compartment now, after a revocation.

    What is sealed from now on stays shut for whoever kept a copy of the old key; older
    values stay readable with the older version. Raises NoKey where the compartment has no
    holder, AlreadyOpen if somebody renewed it at the same moment.
    """
    store = keystore()
    holder_ids = store.holders_of(case_id, compartment)
    if not holder_ids:
        raise NoKey
    version = store.newest_version(case_id, compartment) + 1
    key = DataKey(version, secrets.token_bytes(KEY_BYTES))
    public = store.public_keys(holder_ids)
    try:
        store.add_data_keys(case_id, _wrapped(case_id, compartment, [key], holder_ids, public))
    except AlreadyKept:
        raise AlreadyOpen from None
    return FreshKeys({(case_id, compartment): key})


def renew_due(most: int = 250) -> int:
    """Renew up to `most` of the compartments that wait for a new key; returns how many.

    Each one gets its next version, wrapped for those who hold it now. All of them at once or
    none: killed on the way, they wait on. Writes the keystore at once.
    """
    return keystore().renew_some(most, _renewed)


def _renewed(readers: Readers) -> list[Wrap]:
    return [
        wrap
        for (case_id, compartment), (version, public) in readers.items()
        for wrap in _wrapped(
            case_id,
            compartment,
            [DataKey(version, secrets.token_bytes(KEY_BYTES))],
            public,
            public,
        )
    ]


def erase_case(case_id: str) -> int:
    """Delete every key of a case and of its deliveries; returns how many there were.

    From this moment nobody can read what was sealed. Call it before deleting the data.
    """
    return keystore().erase_case(case_id)


def holders_of(case_id: str, compartment: Compartment) -> list[str]:
    """Return the ids of those who can open the compartment, in order of id."""
    return keystore().holders_of(case_id, compartment)


def _wrapped(
    case_id: str,
    compartment: Compartment,
    keys: Iterable[DataKey],
    holder_ids: Iterable[str],
    public: Mapping[str, PublicKey],
) -> list[Wrap]:
    recipients = sorted(set(holder_ids))
    return [
        Wrap(
            case_id=case_id,
            compartment=compartment,
            key_version=key.version,
            holder_id=holder_id,
            wrapped=public[holder_id].wrap(
                key.key, _wrap_info(case_id, compartment, key.version, holder_id)
            ),
        )
        for key in keys
        for holder_id in recipients
    ]


def _wrap_info(case_id: str, compartment: Compartment, version: int, holder_id: str) -> bytes:
    return framed(WRAP_PURPOSE, case_id, compartment, str(version), holder_id)
