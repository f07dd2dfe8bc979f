"""Challenges: what an authenticator signs, so that one answer opens one page once.

A challenge is random, names the moment it was made, and carries a seal over both, over what it
is for and over the browser it was shown to. Showing a page writes nothing; using a challenge
writes it down, and a second use is refused.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from fund_app.adapters.clock import now
from fund_app.adapters.keystore_factors import FactorStore
from fund_app.models.sealed import framed
from fund_app.services.vault import deployment_secrets, keystore

NONCE_BYTES = 16
MOMENT_BYTES = 8
SEAL_BYTES = 32
LASTS = timedelta(hours=1)
"""A sign-in page may stand open over lunch."""


class Purpose(StrEnum):
    """What an answer is wanted for; it serves nothing else."""

    SIGN_IN = "sign_in"
    CONFIRM = "confirm"
    REGISTER = "register"


def issue(purpose: Purpose, browser: str) -> bytes:
    """Return a fresh challenge for one purpose and one browser (its cookie's token)."""
    content = secrets.token_bytes(NONCE_BYTES) + int(now().timestamp()).to_bytes(MOMENT_BYTES)
    return content + _seal(purpose, browser, content)


def is_ours(challenge: bytes, purpose: Purpose, browser: str) -> bool:
    """Whether we made the challenge for this purpose and browser, within the hour."""
    if len(challenge) != NONCE_BYTES + MOMENT_BYTES + SEAL_BYTES:
        return False
    content, seal = challenge[:-SEAL_BYTES], challenge[-SEAL_BYTES:]
    if not hmac.compare_digest(seal, _seal(purpose, browser, content)):
        return False
    made = datetime.fromtimestamp(int.from_bytes(content[NONCE_BYTES:]), UTC)
    return timedelta(seconds=-1) <= now() - made < LASTS


def spend(challenge: bytes | None) -> bool:
    """Use a challenge up; False if that happened before.

    None, where there was nothing to spend, costs the same and is False.
    """
    spent = challenge or secrets.token_bytes(NONCE_BYTES + MOMENT_BYTES + SEAL_BYTES)
    is_first = FactorStore(keystore()).spend(spent, now() + LASTS, now())
    return is_first and challenge is not None


def _seal(purpose: Purpose, browser: str, content: bytes) -> bytes:
    key = deployment_secrets().subkey("challenge")
    return hmac.digest(key, framed(purpose, browser, content.hex()), sha256)
