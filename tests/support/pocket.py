"""Whoever a test takes on without enrolling them has a passkey in their pocket."""

from __future__ import annotations

import secrets
from hashlib import sha256
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from config import Settings
from fund_app.queries import people
from fund_app.services import factors
from fund_app.services.factors import Kind
from tests.support.authenticator import Authenticator, Passkey

POCKETS = "tests.pockets"


def pocket(app: Flask, handle: str) -> Authenticator | None:
    """Return the device of somebody, with a passkey for every address of the installation.

    Made at the first call, past the enrolment; None for somebody nobody knows. Somebody who
    has enrolled a factor of their own has that one and no other.
    """
    pockets: dict[str, Authenticator | None] = app.extensions.setdefault(POCKETS, {})
    with app.app_context():
        person = people.by_handle(handle)
        if person is None:
            return None
        if person.id not in pockets:
            is_enrolled = bool(factors.of(person.id))
            pockets[person.id] = None if is_enrolled else with_passkey(app, person.id)
        return pockets[person.id]


def with_passkey(app: Flask, person_id: str) -> Authenticator:
    """Put a passkey for each address into the keystore and return the device that holds them."""
    settings: Settings = app.extensions["fund.settings"]
    device = Authenticator()
    for address in filter(None, (settings.base_url, settings.onion_url)):
        place = (urlsplit(address).hostname or "").replace("127.0.0.1", "localhost")
        private = ec.generate_private_key(ec.SECP256R1())
        key = Passkey(secrets.token_bytes(32), place, b"", private)
        device.keys.append(key)
        facts = {"id": key.id.hex(), "key": key.public().hex(), "at": place}
        lookup = sha256(key.id).hexdigest()
        name = f"key for {place}"
        factors.store().add(factors.sealed(person_id, Kind.PASSKEY, name, facts, lookup=lookup))
    return device
