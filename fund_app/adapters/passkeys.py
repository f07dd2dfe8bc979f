"""Passkeys as browsers speak of them (WebAuthn Level 3), behind five plain functions.

What is asked for never varies: discoverable keys, so that the sign-in page names no key and
says nothing about who exists; a PIN or finger at the authenticator every time; no attestation,
so that nobody learns which model of device people carry.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field

import webauthn
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
LONGEST_ANSWER = 16 * 1024
PATIENCE_MS = 180_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passkey is valid: the name it is bound to and the exact origin of the page."""

    name: str
    origin: str


@dataclass(frozen=True, slots=True)
class Registered:
    """What an authenticator handed out for this place."""

    credential_id: bytes
    public_key: bytes = field(repr=False)
    counter: int


class NotProven(Exception):
    """The answer proves nothing: malformed, for another place or challenge, or badly signed."""


def to_register(
    place: Place, challenge: bytes, user_id: bytes, user_name: str, known: Collection[bytes]
) -> str:
    """Return what the browser is asked in order to make a passkey, as JSON.

    `known` are the ids of keys the person has: their authenticators make no second one.
    """
    options = webauthn.generate_registration_options(
        rp_id=place.name,
        rp_name=place.name,
        user_id=user_id,
        user_name=user_name,
        challenge=challenge,
        timeout=PATIENCE_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
        supported_pub_key_algs=ALGORITHMS,
    )
    return webauthn.options_to_json(options)


def to_sign(place: Place, challenge: bytes) -> str:
    """Return what the browser is asked in order to sign with a passkey, as JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=place.name,
        challenge=challenge,
        timeout=PATIENCE_MS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def about(answer: str) -> tuple[bytes, bytes]:
    """Return which key an answer claims to come from, and which challenge it answers.

    Nothing of it is proven yet. Raises NotProven for what is no answer at all.
    """
    if len(answer) > LONGEST_ANSWER:
        raise NotProven
    try:
        told = json.loads(answer)
        client = json.loads(base64url_to_bytes(told["response"]["clientDataJSON"]))
        found = base64url_to_bytes(told["rawId"]), base64url_to_bytes(client["challenge"])
        is_framed = bool(client.get("crossOrigin"))
    except Exception:  # noqa: BLE001 - whatever a strange answer breaks, it is a refusal
        raise NotProven from None
    if is_framed:
        raise NotProven
    return found


def registered(place: Place, challenge: bytes, answer: str) -> Registered:
    """Return the key an authenticator has made; raises NotProven."""
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.name,
            expected_origin=place.origin,
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
        )
    except Exception:  # noqa: BLE001 - whatever a strange answer breaks, it is a refusal
        raise NotProven from None
    return Registered(made.credential_id, made.credential_public_key, made.sign_count)


def signed(place: Place, challenge: bytes, answer: str, public_key: bytes, counter: int) -> int:
    """Check a signature and return the authenticator's counter; raises NotProven.

    A counter that does not rise above `counter` is refused, unless both are 0.
    """
    try:
        checked = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.name,
            expected_origin=place.origin,
            credential_public_key=public_key,
            credential_current_sign_count=counter,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - whatever a strange answer breaks, it is a refusal
        raise NotProven from None
    return checked.new_sign_count
