"""Passkeys: a key in the person's device that answers for our address alone.

A look-alike page gets an answer made out to itself, which is worth nothing here. Whose passkey
it is, the key's own id says; the page that asks names nobody.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from fund_app.adapters import passkeys
from fund_app.adapters.keystore_factors import FactorRow
from fund_app.adapters.passkeys import NotProven, Place
from fund_app.services import challenges, factors
from fund_app.services.challenges import Purpose
from fund_app.services.factors import Factor, Kind
from fund_app.services.vault import deployment_secrets


@dataclass(frozen=True, slots=True)
class Proof:
    """An answer signed as it should be; `use` decides whether it is the first of its kind."""

    factor: Factor
    challenge: bytes
    counter: int


def to_sign(place: Place, purpose: Purpose, browser: str) -> str:
    """Return what a browser is asked to prove a passkey, as JSON; it names no person and no key.

    `browser` is the token of the cookie the page goes to.
    """
    return passkeys.to_sign(place, challenges.issue(purpose, browser))


def to_register(place: Place, browser: str, holder_id: str, handle: str) -> str:
    """Return what a browser is asked to make a passkey for a person, as JSON."""
    return passkeys.to_register(
        place,
        challenges.issue(Purpose.REGISTER, browser),
        _user_id(holder_id),
        handle,
        [bytes.fromhex(each.facts["id"]) for each in factors.of(holder_id) if _is_passkey(each)],
    )


def challenge_of(purpose: Purpose, browser: str, answer: str) -> bytes | None:
    """Return the challenge an answer was made for, or None where it is none of ours."""
    try:
        challenge = passkeys.about(answer)[1]
    except NotProven:
        return None
    return challenge if challenges.is_ours(challenge, purpose, browser) else None


def prove(
    place: Place, purpose: Purpose, browser: str, answer: str, holder_id: str | None
) -> Proof | None:
    """Check an answer against the passkeys of a person, or return None; writes nothing.

    Refused are another origin, place, browser, purpose or challenge, an answer without PIN or
    finger, a counter that fell, somebody else's key. One look-up, whoever is asked about.
    """
    challenge = challenge_of(purpose, browser, answer)
    factor = _factor(answer)
    if challenge is None or factor is None or factor.holder_id != holder_id:
        return None
    if factor.facts["at"] != place.name:
        return None
    public_key = bytes.fromhex(factor.facts["key"])
    try:
        counter = passkeys.signed(place, challenge, answer, public_key, factor.counter)
    except NotProven:
        return None
    return Proof(factor, challenge, counter)


def use(proof: Proof) -> bool:
    """Use an answer up; False for the second time, or if its counter was overtaken."""
    is_first = challenges.spend(proof.challenge)
    return is_first and factors.store().advance(proof.factor.id, proof.counter)


def made(place: Place, browser: str, holder_id: str, name: str, answer: str) -> FactorRow:
    """Check a passkey somebody has just made and return it as it is stored, not yet kept.

    Its challenge is used up. Raises NotProven.
    """
    challenge = challenge_of(Purpose.REGISTER, browser, answer)
    if challenge is None or not challenges.spend(challenge):
        raise NotProven
    new = passkeys.registered(place, challenge, answer)
    facts = {"id": new.credential_id.hex(), "key": new.public_key.hex(), "at": place.name}
    return factors.sealed(
        holder_id, Kind.PASSKEY, name, facts, counter=new.counter, lookup=_lookup(new.credential_id)
    )


def _factor(answer: str) -> Factor | None:
    """Return the passkey an answer names, in one look-up even where it names none."""
    try:
        lookup = _lookup(passkeys.about(answer)[0])
    except NotProven:
        lookup = ""
    row = factors.store().by_lookup(lookup)
    return None if row is None else factors.opened(row)


def _is_passkey(factor: Factor) -> bool:
    return factor.kind is Kind.PASSKEY


def _lookup(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()


def _user_id(holder_id: str) -> bytes:
    """Return what authenticators tell a person's keys apart by; it is not the person's id."""
    key = deployment_secrets().subkey("passkey user")
    return hashlib.sha256(key + holder_id.encode()).digest()
