"""Signing in as staff takes two things at once, and gives one answer for all that is wrong.

The passphrase opens the key, the passkey (or, where allowed, an app's code) says that it is the
person. Both are weighed in one go: an unknown name, a wrong passphrase and a missing passkey take
the same work and lead to the same refusal. No key is kept anywhere between the two.
"""

from __future__ import annotations

from fund_app.adapters.keystore_keys import PrivateKey
from fund_app.services import challenges, factors, one_time_codes, passkeys, staff_keys
from fund_app.services.factors import Kind
from fund_app.services.passkeys import Proof

REFUSED = "sign_in_refused"
UNKNOWN = "unknown"


def enter(
    person_id: str | None,
    passphrase: str,
    proof: Proof | None,
    *,
    challenge: bytes | None = None,
    code: str | None = None,
) -> tuple[PrivateKey, Kind] | None:
    """Return the private key and by which factor it was reached, or None.

    `person_id` is None for an unknown name. `proof` is a checked answer of a passkey, or None;
    `challenge` what that answer was made for: it is used up whatever comes of it. `code` is an
    app's code, or None where the installation takes none. Always one run of the memory-hard
    function; a refusal is recorded in the trail of the house.
    """
    key = staff_keys.unlock_staff(person_id, passphrase)
    by = _factor_used(person_id, proof, challenge, code)
    if person_id is None or key is None or by is None:
        _record(person_id, is_passphrase_right=key is not None)
        return None
    return key, by


def _factor_used(
    person_id: str | None, proof: Proof | None, challenge: bytes | None, code: str | None
) -> Kind | None:
    is_code = code is not None and one_time_codes.use(person_id, code)
    if proof is not None and passkeys.use(proof):
        return Kind.PASSKEY
    if proof is None:
        challenges.spend(challenge)
    return Kind.CODE if is_code else None


def _record(person_id: str | None, *, is_passphrase_right: bool) -> None:
    """Say which half was wrong: a right passphrase without a passkey is what phishing leaves."""
    wrong = "passkey" if is_passphrase_right else "passphrase"
    factors.record(REFUSED, UNKNOWN if person_id is None else f"{wrong}:{person_id}")
