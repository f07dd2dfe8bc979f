"""Codes of an app (TOTP, RFC 6238), where an installation allows them beside passkeys.

A code can be read out to a stranger on the telephone or typed into a look-alike page, which a
passkey cannot; hence the explicit setting. Each code is taken once, and only within half a
minute of its time.
"""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

from fund_app.adapters.clock import now
from fund_app.adapters.keystore_factors import FactorRow
from fund_app.models.sealed import framed
from fund_app.services import factors
from fund_app.services.factors import Factor, Kind
from fund_app.services.vault import deployment_secrets

SEED_BYTES = 20
DIGITS = 6
STEP_SECONDS = 30
NEIGHBOURS = (-1, 0, 1)
"""How far, in steps, a person's clock may be off."""


def seed_for(holder_id: str, browser: str) -> bytes:
    """Return the seed offered to a person on one page; another session is offered another.

    `browser` is the token of the cookie the page goes to. Nothing is kept until a code fits.
    """
    key = deployment_secrets().subkey("seed of an app")
    return hmac.digest(key, framed(holder_id, browser), sha256)[:SEED_BYTES]


def written(seed: bytes) -> str:
    """Return a seed as apps take it when typed: letters and digits in groups of four."""
    text = base64.b32encode(seed).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def code_at(seed: bytes, step: int) -> str:
    """Return the code of one time step."""
    made = HOTP(seed, DIGITS, SHA1(), enforce_key_length=False)  # noqa: S303 # nosec B303 (RFC 4226)
    return made.generate(step).decode()


def step_now() -> int:
    """Return the time step we are in."""
    return int(now().timestamp()) // STEP_SECONDS


def made(holder_id: str, name: str, seed: bytes, code: str) -> FactorRow | None:
    """Return an app as it is stored, not yet kept, if its code fits; else None."""
    step = _step_of(seed, code)
    if step is None:
        return None
    return factors.sealed(holder_id, Kind.CODE, name, {"seed": seed.hex()}, counter=step)


def fits(holder_id: str | None, code: str) -> bool:
    """Whether this is a code of the person right now, used before or not. One look-up."""
    seeds = [_seed(each) for each in factors.of(holder_id or "") if each.kind is Kind.CODE]
    return any(_step_of(seed, code) is not None for seed in seeds)


def use(holder_id: str | None, code: str) -> bool:
    """Take a person's code, once; False for a wrong, late or repeated one.

    One look-up, whoever is asked about.
    """
    for factor in factors.of(holder_id or ""):
        if factor.kind is Kind.CODE:
            step = _step_of(_seed(factor), code)
            if step is not None and factors.store().advance(factor.id, step):
                return True
    return False


def _seed(factor: Factor) -> bytes:
    return bytes.fromhex(factor.facts["seed"])


def _step_of(seed: bytes, code: str) -> int | None:
    """Return the latest step near now whose code this is; every neighbour is compared."""
    typed = "".join(code.split()).encode()
    fitting = [
        step
        for step in (step_now() + beside for beside in NEIGHBOURS)
        if hmac.compare_digest(code_at(seed, step).encode(), typed)
    ]
    return max(fitting, default=None)
