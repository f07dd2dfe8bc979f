"""Lasting keys: they stay the same when the installation's secret is replaced."""

from __future__ import annotations

from fund_app.adapters.keystore_keys import DeploymentSecrets, lock, unlock
from fund_app.models.sealed import framed
from fund_app.services.vault import deployment_secrets, keystore

LASTING = ("contact-mark", "payee-digest", "referee", "erasure-proof", "bank", "screening")
"""Keys whose digests stand in the data for years and cannot be made again by a machine."""


def lasting_key(purpose: str) -> bytes:
    """Return a key that stays the same when the installation's secret is rotated.

    purpose: one of LASTING. It begins as a subkey of the first secret; a rotation seals it
    under the next one (`carry_over`).
    """
    secrets_in_use = deployment_secrets().generations
    for each in secrets_in_use:
        kept = keystore().carried_key(purpose, each.name)
        if kept is not None:
            return unlock(each.subkey("carried-key"), framed("carried key", purpose), kept)
    return secrets_in_use[-1].subkey(purpose)


def carry_over(following: DeploymentSecrets) -> None:
    """Seal every lasting key under the secret that is to follow; again is harmless."""
    for purpose in LASTING:
        sealed = lock(
            following.subkey("carried-key"),
            framed("carried key", purpose),
            lasting_key(purpose),
        )
        keystore().carry_key(purpose, following.name, sealed)
