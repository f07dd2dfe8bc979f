"""Claims: what somebody told on the telephone becomes theirs alone.

A colleague who writes an application down for a caller must not keep the caller's key. Where
the seven words cannot be read out, the key is sealed under five words that work once and for
three days: whoever types them at /return/claim gets a codename of their own, and from then on
the five words open nothing. Stored are a hash of the code and a key nobody can open without it.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from fund_app.adapters.clock import now
from fund_app.adapters.keystore import AlreadyKept
from fund_app.adapters.keystore_doors import Claim
from fund_app.adapters.keystore_keys import (
    DeploymentSecrets,
    PrivateKey,
    lock,
    subkey,
    unlock,
)
from fund_app.models.sealed import CannotOpen, framed
from fund_app.services import codenames
from fund_app.services.codenames import HALF, LIST_SIZE, NewCodename
from fund_app.services.hardening import SALT_BYTES, hardening
from fund_app.services.vault import deployment_secrets, keystore

WORDS = 5
"""64.6 bits behind a memory-hard function, for three days."""

LASTS = timedelta(hours=72)
NOT_A_CODE = "not a code"


def make(holder_id: str, private_key: PrivateKey, language: str) -> tuple[str, ...]:
    """Seal a holder's key under a fresh code and return its words, to be read out once.

    Raises AlreadyKept if a claim waits for the holder, UnknownHolder for an unknown one.
    """
    number = secrets.randbelow(LIST_SIZE**WORDS)
    lookup, key = _halves(str(number), deployment_secrets())
    keystore().add_claim(
        Claim(
            lookup=lookup,
            holder_id=holder_id,
            private_sealed=lock(key, _context(holder_id), private_key.seeds),
            expires_at=now() + LASTS,
        )
    )
    return codenames.words_of(number, language, WORDS)


def take(text: str, language: str) -> NewCodename | None:
    """Give whoever types a claim code the holder's codename, in the words of a language.

    None for a code that is unknown, used, or older than three days: all three take the same
    work. Of two people who type it at the same moment one gets in.
    """
    number = codenames.number_of_all(text, WORDS)
    typed = NOT_A_CODE if number is None else str(number)
    tries = [_try(typed, secret) for secret in deployment_secrets().generations]
    claim, key = next((each for each in tries if each[0] is not None), tries[0])
    if claim is None or claim.expires_at <= now():
        return None
    try:
        private_key = PrivateKey(unlock(key, _context(claim.holder_id), claim.private_sealed))
        fresh = codenames.applicants().issue_codename(claim.holder_id, private_key, language)
    except (CannotOpen, AlreadyKept):
        return None
    keystore().remove_claim_of(claim.holder_id)
    return fresh


def waits_until(holder_id: str) -> datetime | None:
    """Return until when a claim waits for a holder (UTC), or None where none does."""
    claim = keystore().claim_of(holder_id)
    return None if claim is None or claim.expires_at <= now() else claim.expires_at


def sweep() -> int:
    """Delete what has waited for three days; returns how many claims that were."""
    return keystore().remove_claims_until(now())


def _try(typed: str, secret: DeploymentSecrets) -> tuple[Claim | None, bytes]:
    lookup, key = _halves(typed, secret)
    return keystore().claim(lookup), key


def _halves(text: str, secret: DeploymentSecrets) -> tuple[str, bytes]:
    derived = hardening().derive(text.encode(), secret.subkey("claim", size=SALT_BYTES))
    return hashlib.sha256(derived[:HALF]).hexdigest(), subkey(derived[HALF:], "claimed seeds")


def _context(holder_id: str) -> bytes:
    return framed("claim", holder_id)
