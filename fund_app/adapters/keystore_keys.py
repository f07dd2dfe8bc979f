"""Keys: keypairs that data keys are wrapped for, and secrets locked under a derived key.

A keypair is the hybrid of ML-KEM-768 and X25519, so that what is copied today stays shut
for a quantum computer of tomorrow. The suite byte before every key and wrap keeps other
kinds readable beside it; plain X25519 is the second kind.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from enum import IntEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import (
    MLKEM768PrivateKey,
    MLKEM768PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fund_app.models.sealed import CannotOpen

KEY_BYTES = 32
NONCE_BYTES = 12
MLKEM_SEED = 64
MLKEM_PUBLIC = 1184
LOCK_AES_256_GCM = 1


class KeySuite(IntEnum):
    """The kind of a keypair, written as the first byte of keys and wraps."""

    HYBRID = 1
    X25519 = 2


_HPKE = {
    KeySuite.HYBRID: hpke.Suite(
        hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM
    ),
    KeySuite.X25519: hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM),
}

_SEED_BYTES = {KeySuite.HYBRID: MLKEM_SEED + KEY_BYTES, KeySuite.X25519: KEY_BYTES}


def _suite(encoded: bytes) -> KeySuite:
    try:
        return KeySuite(encoded[0])
    except (IndexError, ValueError):
        raise CannotOpen from None


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The half of a keypair that anybody may use to wrap a data key for its owner."""

    encoded: bytes

    def wrap(self, data_key: bytes, info: bytes) -> bytes:
        """Wrap a data key so that only the owner opens it, and only with the same info."""
        suite = _suite(self.encoded)
        body = self.encoded[1:]
        public: hpke.MLKEM768X25519PublicKey | X25519PublicKey
        if suite is KeySuite.HYBRID:
            public = hpke.MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(body[:MLKEM_PUBLIC]),
                X25519PublicKey.from_public_bytes(body[MLKEM_PUBLIC:]),
            )
        else:
            public = X25519PublicKey.from_public_bytes(body)
        return bytes([suite]) + _HPKE[suite].encrypt(data_key, public, info)


class PrivateKey:
    """A keypair's private half, kept as seeds; it opens what was wrapped for it."""

    __slots__ = ("_opener", "_seeds", "_suite")

    def __init__(self, seeds: bytes) -> None:
        """Read a private key from suite byte and seeds; CannotOpen if they fit no suite."""
        self._suite = _suite(seeds)
        if len(seeds) != 1 + _SEED_BYTES[self._suite]:
            raise CannotOpen
        self._seeds = seeds
        self._opener: hpke.MLKEM768X25519PrivateKey | X25519PrivateKey | None = None

    @classmethod
    def generate(cls, suite: KeySuite = KeySuite.HYBRID) -> PrivateKey:
        """Make a fresh keypair from the system's random source."""
        return cls(bytes([suite]) + secrets.token_bytes(_SEED_BYTES[suite]))

    @property
    def suite(self) -> KeySuite:
        """The kind of keypair."""
        return self._suite

    @property
    def seeds(self) -> bytes:
        """Suite byte and seeds: all there is to keep, and to keep sealed."""
        return self._seeds

    def __repr__(self) -> str:
        """Say nothing of the key."""
        return f"PrivateKey({self._suite.name})"

    def public_key(self) -> PublicKey:
        """Return the public half."""
        body = self._seeds[1:]
        if self._suite is KeySuite.HYBRID:
            kem = MLKEM768PrivateKey.from_seed_bytes(body[:MLKEM_SEED])
            curve = X25519PrivateKey.from_private_bytes(body[MLKEM_SEED:])
            raw = kem.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
        else:
            raw = X25519PrivateKey.from_private_bytes(body).public_key().public_bytes_raw()
        return PublicKey(bytes([self._suite]) + raw)

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """Open a wrapped data key; CannotOpen for another owner, other info or damage."""
        if _suite(wrapped) is not self._suite:
            raise CannotOpen
        if self._opener is None:
            self._opener = self._read(self._seeds[1:])
        try:
            return _HPKE[self._suite].decrypt(wrapped[1:], self._opener, info)
        except (InvalidTag, ValueError):
            raise CannotOpen from None

    def _read(self, body: bytes) -> hpke.MLKEM768X25519PrivateKey | X25519PrivateKey:
        if self._suite is KeySuite.HYBRID:
            return hpke.MLKEM768X25519PrivateKey(
                MLKEM768PrivateKey.from_seed_bytes(body[:MLKEM_SEED]),
                X25519PrivateKey.from_private_bytes(body[MLKEM_SEED:]),
            )
        return X25519PrivateKey.from_private_bytes(body)


def subkey(secret: bytes, purpose: str, *, size: int = KEY_BYTES, salt: bytes = b"") -> bytes:
    """Derive the key for one named purpose from a secret (HKDF-SHA256); `size` in bytes."""
    return HKDF(SHA256(), size, salt or None, purpose.encode()).derive(secret)


def lock(key: bytes, context: bytes, content: bytes) -> bytes:
    """Seal bytes under a key: suite | nonce | AES-256-GCM bound to the context."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return bytes([LOCK_AES_256_GCM]) + nonce + AESGCM(key).encrypt(nonce, content, context)


def unlock(key: bytes, context: bytes, locked: bytes) -> bytes:
    """Open what `lock` sealed; another key, another context or damage raise CannotOpen."""
    if len(locked) <= NONCE_BYTES or locked[0] != LOCK_AES_256_GCM:
        raise CannotOpen
    nonce = locked[1 : 1 + NONCE_BYTES]
    try:
        return AESGCM(key).decrypt(nonce, locked[1 + NONCE_BYTES :], context)
    except (InvalidTag, ValueError):
        raise CannotOpen from None


@dataclass(frozen=True, slots=True)
class DeploymentSecrets:
    """The secret of this installation, of which only keys for named purposes come out.

    create_app puts one at `app.extensions["fund.secrets"]`. The secret is a file outside
    of both databases and of their backups. `previous` is the one before it, while something
    is still sealed under that (`fund rotate-keys`).
    """

    secret: bytes = field(repr=False)
    previous: bytes | None = field(default=None, repr=False)

    def subkey(self, purpose: str, *, size: int = KEY_BYTES) -> bytes:
        """Return the key for one named purpose; `size` in bytes."""
        return subkey(self.secret, purpose, size=size)

    @property
    def name(self) -> str:
        """Tell this secret from another one; 64 bits that lead nowhere."""
        return self.subkey("name", size=8).hex()

    @property
    def generations(self) -> tuple[DeploymentSecrets, ...]:
        """Return this secret and, during a rotation, the one before it; each by itself."""
        kept = (self.secret, self.previous) if self.previous else (self.secret,)
        return tuple(DeploymentSecrets(each) for each in kept)

    def named(self, name: str | None) -> DeploymentSecrets:
        """Return the generation of this name; the oldest there is where nothing was named.

        An unknown name gives the present one, which then opens nothing.
        """
        generations = self.generations
        if name is None:
            return generations[-1]
        return next((each for each in generations if each.name == name), generations[0])
