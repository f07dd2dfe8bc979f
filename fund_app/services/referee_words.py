"""The words of a request to a referee: how they are made, read as typed, and known again.

A link or a number finds the request, the words open it. Both are kept as keyed digests only; the
words are few, so each guess is made to cost as much as one at a passphrase.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata

from fund_app.services import codenames
from fund_app.services.hardening import SALT_BYTES, hardening
from fund_app.services.lasting_keys import lasting_key

WORDS = 3
LINK_BYTES = 16
NUMBER_DIGITS = 12
LONGEST_CODE = 120


def fresh_lookup(*, is_spoken: bool) -> str:
    """Return what finds a request: 128 bits for a link, twelve digits to be spoken."""
    if is_spoken:
        return f"{secrets.randbelow(10**NUMBER_DIGITS):0{NUMBER_DIGITS}d}"
    return secrets.token_urlsafe(LINK_BYTES)


def fresh_words(language: str) -> str:
    """Return three words in a language; in English where it has no list."""
    chosen = codenames.word_list(language)
    return " ".join(secrets.choice(chosen) for _ in range(WORDS))


def folded(text: str) -> str:
    """Return words as they are compared: spaces, case, signs and yo make no difference."""
    even = unicodedata.normalize("NFKC", text).casefold()
    even = even.replace("\N{CYRILLIC SMALL LETTER IO}", "\N{CYRILLIC SMALL LETTER IE}")
    return "".join(each for each in even if each.isalnum())[:LONGEST_CODE]


def _mac(purpose: str, text: str) -> str:
    key = lasting_key("referee")
    said = f"{purpose}\0{text}".encode("utf-8", "replace")
    return hmac.new(key, said, hashlib.sha256).hexdigest()


def hardened(lookup: str, code: str) -> str:
    """Return the digest words are known by; they are few, so each guess is made to cost."""
    salt = bytes.fromhex(_mac("salt", lookup))[:SALT_BYTES]
    return _mac("code", hardening().derive(folded(code).encode(), salt).hex())


def found_by(lookup: str) -> str:
    """Return the digest a request is found by."""
    return _mac("lookup", lookup)
