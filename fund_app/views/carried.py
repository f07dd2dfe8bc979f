"""What travels in a page between showing and doing, sealed under a key of the server's.

Nothing is kept meanwhile: whoever was shown it sends it back, for the same matter, within
half an hour.
"""

from __future__ import annotations

import base64
import json
import zlib
from datetime import timedelta

from flask import current_app

from fund_app.adapters.clock import now
from fund_app.adapters.keystore_keys import DeploymentSecrets, lock, unlock
from fund_app.models.sealed import CannotOpen
from fund_app.views import acts

KEPT_FOR = timedelta(minutes=30)
LARGEST = 400 * 1024


class TooMuch(Exception):
    """More than a page can carry."""


def carry(purpose: str, about: str, content: bytes) -> str:
    """Seal bytes for the person signed in and one matter; raises TooMuch."""
    head = json.dumps([(now() + KEPT_FOR).timestamp(), acts.me().ref, about])
    packed = zlib.compress(head.encode() + b"\n" + content, 9)
    sealed = base64.urlsafe_b64encode(lock(_keys(purpose)[0], purpose.encode(), packed)).decode()
    if len(sealed) > LARGEST:
        raise TooMuch
    return sealed


def opened(purpose: str, about: str, sealed: str) -> bytes | None:
    """Return what was carried, or None: too old, somebody else's, or of another matter."""
    try:
        locked = base64.urlsafe_b64decode(sealed.encode())
    except ValueError:
        return None
    found = next(filter(None, (_unlocked(purpose, key, locked) for key in _keys(purpose))), None)
    if found is None:
        return None
    # Only what was sealed here is unpacked, so its size is known to be bounded.
    head, _newline, content = zlib.decompress(found).partition(b"\n")
    until, whose, matter = json.loads(head)
    if now().timestamp() > until or (whose, matter) != (acts.me().ref, about):
        return None
    return content


def _unlocked(purpose: str, key: bytes, locked: bytes) -> bytes | None:
    try:
        return unlock(key, purpose.encode(), locked)
    except CannotOpen:
        return None


def _keys(purpose: str) -> list[bytes]:
    deployment: DeploymentSecrets = current_app.extensions["fund.secrets"]
    return [each.subkey(purpose) for each in deployment.generations]
