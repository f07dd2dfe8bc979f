"""Enrolment: how a person's first passkey comes to them, and the next after all are lost.

Somebody who may take people on hands over a code on another way than the network. Code and
passphrase together let in one new passkey, which then is the only one: whoever lost a device
does not leave it behind as a key.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from hashlib import sha256

from fund_app.adapters.clock import now
from fund_app.adapters.keystore_factors import FactorRow
from fund_app.models.sealed import framed
from fund_app.services import factors, sessions
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import deployment_secrets
from workflows.roles import Actor

LASTS = timedelta(hours=48)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: nothing in it is mistaken for something else in it."""
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
GROUPS = 4
GROUP_LENGTH = 5


def offer(actor: Actor, person_id: str) -> str:
    """Return a new enrolment code for a person, the only copy; an earlier one is void.

    Good once and for 48 hours. What the person has so far goes on working until it is used.
    Recorded in the trail of the house.
    """
    code = _fresh()
    factors.store().offer(person_id, _hashed(person_id, code), now() + LASTS)
    factors.record("enrolment_offered", person_id, actor=actor)
    groups = range(0, len(code), GROUP_LENGTH)
    return "-".join(code[start : start + GROUP_LENGTH] for start in groups)


def offer_at_once(person_id: str) -> str:
    """Return what stands for a code nobody has to be handed, for who has just proven themself.

    For an invitation that was accepted: its two halves have done what a code does.
    """
    wanted = _hashed(person_id, _fresh())
    factors.store().offer(person_id, wanted, now() + LASTS)
    return wanted


def check(person_id: str | None, code: str) -> str | None:
    """Return what stands for a good code until the passkey is made, or None.

    One look-up, whoever is asked about. The code is not used up yet.
    """
    wanted = _hashed(person_id or "", code)
    is_offered = factors.store().is_offered(person_id or "", wanted, now())
    return wanted if is_offered else None


def complete(row: FactorRow, code_hash: str) -> bool:
    """Keep a person's new factor instead of all earlier ones and use the code up.

    Every open session of the person ends. False where the code was used or has run out
    meanwhile. Raises AlreadyKept for an authenticator's key that is known.
    """
    with unit_of_work():
        if not factors.store().enrol(row, code_hash, now()):
            return False
        sessions.store().end_all(row.holder_id)
        factors.record(f"{row.kind}_enrolled", row.holder_id)
    return True


def _fresh() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP_LENGTH))


def _hashed(person_id: str, code: str) -> str:
    letters = "".join(filter(str.isalnum, code)).upper().translate(READ_AS)
    key = deployment_secrets().subkey("enrolment code")
    return hmac.new(key, framed(person_id, letters), sha256).hexdigest()
