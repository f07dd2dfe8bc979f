"""Proofs of erasure: a page of plain words a person can keep, signed by the installation.

The signing key stays the same for good (lasting_keys.py); its public half is published. A proof
names no person, no case and no story: its number is random.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from flask_babel import gettext as _

from fund_app.models.erasures import Erasure
from fund_app.services.lasting_keys import lasting_key

KEY_PURPOSE = "erasure-proof"
BACKUP_DAYS = 7
"""How long a backup of the keystore may live; after that none opens what was erased."""

DIVIDER = "-----SIGNATURE (Ed25519)-----"
LONGEST = 20_000

ED25519_HEADER = "302a300506032b6570032100"
"""What stands before the 32 bytes of the key where openssl reads it (RFC 8410)."""

STEPS = """\
tr -d '\\r' < page.txt > proof
sed '/^-----/,$d' proof > words
sed '1,/^-----/d' proof | head -n 1 | perl -ne 'chomp; print pack "H*", $_' > signature
perl -e 'print pack "H*", "{key}"' > key
openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in words -sigfile signature
"""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at a proof found: whether the words are unchanged, and whose key signed."""

    is_genuine: bool
    is_ours: bool
    key: str


def public_key() -> str:
    """Return the public half of the signing key, 64 hexadecimal digits."""
    return _signing_key().public_key().public_bytes_raw().hex()


def steps() -> str:
    """Return the commands by which anybody checks the proof in page.txt, without our program."""
    return STEPS.format(key=ED25519_HEADER + public_key())


def write(erasure: Erasure) -> str:
    """Return the proof of an erasure that is done, in the language of the page; signed.

    Raises ValueError for one that is not done. The same erasure, the same words.
    """
    if erasure.done_on is None:
        raise ValueError("there is no proof before the end")
    words = _words(erasure, erasure.done_on)
    signature = _signing_key().sign(words.encode()).hex()
    return f"{words}{DIVIDER}\n{signature}\n{public_key()}\n"


def check(text: str, key: str | None = None) -> Checked:
    """Check a proof; `key` is the public key to hold it to, this installation's if None."""
    words, found, tail = text.replace("\r\n", "\n").partition(f"{DIVIDER}\n")
    lines = tail.split()
    if not found or len(text) > LONGEST or len(lines) != 2:  # noqa: PLR2004 - signature and key
        return Checked(False, False, "")
    signature, signer = lines
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(signer)).verify(
            bytes.fromhex(signature), words.encode()
        )
    except (ValueError, InvalidSignature):
        return Checked(False, False, signer)
    return Checked(True, signer.lower() == (key or public_key()).strip().lower(), signer)


def last_backup_day(done_on: date) -> date:
    """Return the day from which on no backup opens the case any more."""
    return done_on + timedelta(days=BACKUP_DAYS)


def _words(erasure: Erasure, done_on: date) -> str:
    lines = (
        _("Proof that what was told has been destroyed"),
        "",
        _("Number: %(number)s", number=erasure.id),
        _("Asked for on: %(day)s", day=erasure.requested_on.isoformat()),
        _("Destroyed on: %(day)s", day=done_on.isoformat()),
        _(
            "Destroyed: keys %(keys)s, sealed texts %(texts)s, sealed files %(files)s.",
            keys=erasure.keys,
            texts=erasure.texts,
            files=erasure.files,
        ),
        "",
        _(
            "Without the keys nobody can read a copy of the rest. Copies of the keys live for "
            "at most seven days: from %(day)s on no backup opens it either.",
            day=last_backup_day(done_on).isoformat(),
        ),
        _(
            "What stays: amounts in the books, the kind of cost, a coarse region, days, and "
            "numbers that count. None of it names anybody."
        ),
        "",
        _("This page names nobody and tells nothing. You can delete it at any time."),
        _("The key that signed it is published on the page /keys of the fund."),
        "",
    )
    return "\n".join(str(line) for line in lines) + "\n"


def _signing_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(lasting_key(KEY_PURPOSE))
