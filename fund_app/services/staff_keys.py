"""Staff keys: what a member of staff can read opens with their passphrase at sign-in.

The private key is sealed under the passphrase and the installation's secret together: the
database alone cannot be guessed at, and the server alone opens nothing.
"""

from __future__ import annotations

import secrets
import unicodedata

from fund_app.adapters.clock import now
from fund_app.adapters.keystore import Holder
from fund_app.adapters.keystore_keys import PrivateKey, lock, subkey, unlock
from fund_app.models.sealed import CannotOpen, framed
from fund_app.services.hardening import SALT_BYTES, Derivation, hardening
from fund_app.services.vault import deployment_secrets, keystore
from fund_app.services.well_known import is_well_known

KIND = "staff"
SHORTEST_PASSPHRASE = 15
LONGEST_PASSPHRASE = 128
FACTORS = ["deployment"]
"""What the key takes beside the passphrase (docs/decisions/0010-two-things-to-sign-in.md)."""


class PassphraseRefused(Exception):
    """A new passphrase will not do; `code` says in which way, for the page to explain."""

    def __init__(self, code: str) -> None:
        """Carry "too_short", "too_long" or "well_known", never the passphrase."""
        super().__init__(code)
        self.code = code


def create_staff(holder_id: str, passphrase: str) -> PrivateKey:
    """Make a keypair for a member of staff, sealed under the passphrase.

    Raises PassphraseRefused outside of 15 to 128 characters and for one that others would
    guess, AlreadyKept for an id in use.
    An administrator who does this holds no key afterwards: others must share theirs.
    """
    check_passphrase(passphrase)
    private_key = PrivateKey.generate()
    sealed, record = _sealed(holder_id, passphrase, private_key)
    keystore().add_holder(
        Holder(holder_id, KIND, private_key.public_key(), now().date(), sealed, record)
    )
    return private_key


def change_passphrase(
    holder_id: str, private_key: PrivateKey, passphrase: str, *, is_known: bool = False
) -> None:
    """Seal the opened private key under another passphrase; the old one opens nothing.

    The caller ends the person's other sessions. `is_known` seals it once more under the one it
    has. Raises PassphraseRefused, or AlreadyKept if the holder is not known.
    """
    if not is_known:
        check_passphrase(passphrase)
    sealed, record = _sealed(holder_id, passphrase, private_key)
    keystore().replace_secret(holder_id, private_sealed=sealed, kdf=record)


def unlock_staff(holder_id: str | None, passphrase: str) -> PrivateKey | None:
    """Return the private key, or None for a wrong passphrase or nobody of that id.

    An unknown person costs the same: one look-up, one run of the memory-hard function, one
    attempt to open a key. Hand in None where the name typed belongs to nobody.
    """
    holder = keystore().holder(holder_id or "")
    if holder is None or holder.kind != KIND or not holder.private_sealed or not holder.kdf:
        key = _key(passphrase, Derivation.read(_record()))
        return _opened(key, "", lock(secrets.token_bytes(len(key)), b"", bytes(97)))
    derivation = Derivation.read(holder.kdf)
    key = _key(passphrase, derivation)
    opened = _opened(key, holder.id, holder.private_sealed)
    if opened is not None and derivation.secret != deployment_secrets().name:
        # The secret has been rotated since: the passphrase is at hand now and at no other time.
        change_passphrase(holder.id, opened, passphrase, is_known=True)
    return opened


def _opened(key: bytes, holder_id: str, sealed: bytes) -> PrivateKey | None:
    try:
        return PrivateKey(unlock(key, _context(holder_id), sealed))
    except CannotOpen:
        return None


def _sealed(holder_id: str, passphrase: str, private_key: PrivateKey) -> tuple[bytes, str]:
    record = _record()
    key = _key(passphrase, Derivation.read(record))
    return lock(key, _context(holder_id), private_key.seeds), record


def _record() -> str:
    """Describe how a key made now is derived, under the present secret."""
    return hardening().record(FACTORS, _fresh_salt(), secret=deployment_secrets().name)


def _key(passphrase: str, derivation: Derivation) -> bytes:
    derived = hardening().derive(_normalised(passphrase), derivation.salt, derivation.cost)
    made_under = deployment_secrets().named(derivation.secret)
    return subkey(derived + made_under.subkey("staff-key"), "private seeds")


def _normalised(passphrase: str) -> bytes:
    return unicodedata.normalize("NFKC", passphrase).encode(errors="surrogatepass")


def check_passphrase(passphrase: str) -> None:
    """Raise PassphraseRefused outside of 15 to 128 characters."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise PassphraseRefused("too_short")
    if len(passphrase) > LONGEST_PASSPHRASE:
        raise PassphraseRefused("too_long")
    if is_well_known(passphrase):
        raise PassphraseRefused("well_known")


def _fresh_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def _context(holder_id: str) -> bytes:
    return framed("staff", holder_id)
