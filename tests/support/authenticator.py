"""A security key made of software: it makes passkeys and signs with them as a device does.

It knows nothing of the application. What it answers is built byte by byte after the standard
(WebAuthn Level 3, sections 6.1, 6.5 and 8.7), so that the application's library reads what a
stranger wrote. Each thing a dishonest device or page could change can be changed.
"""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ES256 = -7


@dataclass
class Passkey:
    """One key in the device, bound to one name."""

    id: bytes
    place: str
    user: bytes
    private: ec.EllipticCurvePrivateKey
    counter: int = 0

    def public(self) -> bytes:
        """Return the public key as COSE writes it."""
        numbers = self.private.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32), numbers.y.to_bytes(32)
        return cbor2.dumps({1: 2, 3: ES256, -1: 1, -2: x, -3: y})


@dataclass
class Authenticator:
    """A device with its keys; `origin` is the page it believes to be on.

    `counts` is whether it counts its signatures, `verifies` whether it asks for a PIN.
    """

    origin: str = "https://fund.test"
    counts: bool = True
    verifies: bool = True
    framed: bool = False
    keys: list[Passkey] = field(default_factory=list)

    def at(self, origin: str) -> Authenticator:
        """Return the same device, held up to another page."""
        return replace(self, origin=origin)

    def make(self, options: str) -> str:
        """Answer navigator.credentials.create()."""
        asked = json.loads(options)
        key = Passkey(
            id=secrets.token_bytes(32),
            place=asked["rp"]["id"],
            user=_bytes(asked["user"]["id"]),
            private=ec.generate_private_key(ec.SECP256R1()),
        )
        known = {_bytes(each["id"]) for each in asked.get("excludeCredentials", ())}
        if any(each.id in known for each in self.keys):
            raise LookupError("this device has a key of this person already")
        self.keys.append(key)
        attested = bytes(16) + len(key.id).to_bytes(2) + key.id + key.public()
        data = self._data(key, ATTESTED) + attested
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", asked["challenge"])
        return _answer(key, {"clientDataJSON": _text(client), "attestationObject": _text(made)})

    def sign(self, options: str, *, place: str | None = None, challenge: str | None = None) -> str:
        """Answer navigator.credentials.get(), with the first key for that place."""
        asked = json.loads(options)
        wanted = place or asked["rpId"]
        key = next((each for each in self.keys if each.place == wanted), self.keys[0])
        if self.counts:
            key.counter += 1
        client = self._client("webauthn.get", challenge or asked["challenge"])
        data = self._data(replace(key, place=wanted))
        signature = key.private.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        parts = {
            "clientDataJSON": _text(client),
            "authenticatorData": _text(data),
            "signature": _text(signature),
            "userHandle": _text(key.user),
        }
        return _answer(key, parts)

    def _data(self, key: Passkey, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return sha256(key.place.encode()).digest() + bytes([flags]) + key.counter.to_bytes(4)

    def _client(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin}
        return json.dumps({**told, "crossOrigin": self.framed}).encode()


def _answer(key: Passkey, response: dict[str, str]) -> str:
    told: dict[str, Any] = {"id": _text(key.id), "rawId": _text(key.id), "type": "public-key"}
    return json.dumps({**told, "response": response})


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
