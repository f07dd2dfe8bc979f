"""Codenames: seven words, the only thing an applicant or donor needs to come back.

A codename is one random number below 7,776^7 (90.4 bits). Written with the English list,
the Russian list or as 28 digits it is the same number, and any of the three opens the same
door. Nothing of it is stored: a memory-hard hash of it is cut in two; the SHA-256 of one
half finds the holder, the other half opens the holder's private key.

A hit and a miss cost the same: one run of the memory-hard function, one look-up, one
attempt to open a key. The answer to a typo, to an unknown codename and to no codename at
all is None.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import NamedTuple

from fund_app.adapters.clock import now
from fund_app.adapters.keystore import Holder, Keystore
from fund_app.adapters.keystore_keys import (
    DeploymentSecrets,
    PrivateKey,
    PublicKey,
    lock,
    subkey,
    unlock,
)
from fund_app.models.sealed import CannotOpen, framed
from fund_app.models.types import new_ref
from fund_app.services.hardening import SALT_BYTES, Hardening, hardening
from fund_app.services.vault import deployment_secrets, keystore

WORDS = 7
LIST_SIZE = 7776
DIGITS = 28
SPACE = LIST_SIZE**WORDS
LANGUAGES = ("en", "ru")
FALLBACK_LANGUAGE = "en"
HALF = 32
NOT_A_CODENAME = "not a codename"
"""Goes through the hash in place of what cannot be one, so that it takes as long."""


class Entrant(NamedTuple):
    """Somebody who may come in: whose keys, and the key that opens them."""

    holder_id: str
    private_key: PrivateKey


@dataclass(frozen=True, slots=True)
class NewCodename:
    """A codename to be shown once, with whom it opens the door for."""

    words: tuple[str, ...] = field(repr=False)
    digits: str = field(repr=False)
    holder_id: str
    private_key: PrivateKey = field(repr=False)

    @property
    def phrase(self) -> str:
        """The words in one line."""
        return " ".join(self.words)

    @property
    def grouped_digits(self) -> str:
        """The digits in groups of four, as people copy them."""
        return " ".join(self.digits[at : at + 4] for at in range(0, DIGITS, 4))


@cache
def word_list(language: str) -> tuple[str, ...]:
    """Return the words of a language in order; English for a language without a list."""
    name = language if language in LANGUAGES else FALLBACK_LANGUAGE
    source = resources.files("fund_app.adapters") / "wordlists" / f"{name}.txt"
    return tuple(source.read_text(encoding="utf-8").split())


@cache
def _positions() -> dict[str, int]:
    """Map every word of every list, folded, to its place; the alphabets never overlap."""
    return {
        _folded(word): place
        for language in LANGUAGES
        for place, word in enumerate(word_list(language))
    }


def _folded(text: str) -> str:
    """Return text with case, width, stress marks, invisible characters and yo evened out."""
    composed = unicodedata.normalize("NFKC", text).casefold()
    composed = composed.replace("\N{CYRILLIC SMALL LETTER IO}", "\N{CYRILLIC SMALL LETTER IE}")
    return "".join(each for each in composed if unicodedata.category(each) not in {"Cf", "Mn"})


def words_of(number: int, language: str) -> tuple[str, ...]:
    """Write a codename's number in the words of a language."""
    chosen = word_list(language)
    places = []
    for _ in range(WORDS):
        number, place = divmod(number, LIST_SIZE)
        places.append(place)
    return tuple(chosen[place] for place in reversed(places))


def digits_of(number: int) -> str:
    """Write a codename's number as 28 digits."""
    return f"{number:0{DIGITS}d}"


def number_of(text: str) -> int | None:
    """Read a codename as somebody typed it, in words or digits; None if it cannot be one.

    Case, the letter yo, spaces, hyphens, line breaks, punctuation, stress marks and a
    numbering of the words make no difference.
    """
    folded = _folded(text)
    words = re.findall(r"[^\W\d_]+", folded)
    if words:
        return _number_of_words(words)
    digits = [unicodedata.decimal(each) for each in folded if each.isdecimal()]
    if len(digits) != DIGITS:
        return None
    number = int("".join(map(str, digits)))
    return number if number < SPACE else None


def _number_of_words(words: Sequence[str]) -> int | None:
    positions = _positions()
    if len(words) != WORDS or any(word not in positions for word in words):
        return None
    number = 0
    for word in words:
        number = number * LIST_SIZE + positions[word]
    return number


class Codenames:
    """Gives out codenames of one kind of holder ("applicant", "donor") and lets them in."""

    def __init__(
        self, store: Keystore, deployment: DeploymentSecrets, hard: Hardening, kind: str
    ) -> None:
        """Salt the hash for this installation and this kind alone."""
        self._store = store
        self._hard = hard
        self._kind = kind
        self._secret_name = deployment.name
        self._salts = [
            each.subkey(f"codename/{kind}", size=SALT_BYTES) for each in deployment.generations
        ]
        self._decoy = _decoy()

    def begin(self) -> Entrant:
        """Make a holder without a codename, for a draft that has only its session yet.

        Until `issue_codename` the private key is nowhere but in the session.
        """
        holder_id, private_key = new_ref(), PrivateKey.generate()
        self._store.add_holder(
            Holder(holder_id, self._kind, private_key.public_key(), now().date())
        )
        return Entrant(holder_id, private_key)

    def create(self, language: str) -> NewCodename:
        """Make a holder with a codename at once, its words in the language given."""
        entrant = self.begin()
        return self.issue_codename(entrant.holder_id, entrant.private_key, language)

    def issue_codename(self, holder_id: str, private_key: PrivateKey, language: str) -> NewCodename:
        """Give a holder its codename; raises AlreadyKept if it has one or does not exist.

        The answer is to be shown once and kept nowhere.
        """
        number = secrets.randbelow(SPACE)
        self._bind(holder_id, private_key, number)
        return NewCodename(words_of(number, language), digits_of(number), holder_id, private_key)

    def bind_known(self, holder_id: str, private_key: PrivateKey, text: str) -> None:
        """Give a holder a codename that is known beforehand.

        For the demonstration alone, whose codenames are no secret. Raises AlreadyKept, and
        ValueError for a text that cannot be a codename.
        """
        number = number_of(text)
        if number is None:
            raise ValueError("this text is no codename")
        self._bind(holder_id, private_key, number)

    def _bind(self, holder_id: str, private_key: PrivateKey, number: int) -> None:
        lookup, key = self._halves(digits_of(number), self._salts[0])
        self._store.bind_secret(
            holder_id,
            private_sealed=lock(key, self._context(holder_id), private_key.seeds),
            kdf=self._record(),
            lookup=lookup,
        )

    def sign_in(self, text: str) -> Entrant | None:
        """Return whom a codename lets in, or None; both take the same work.

        While the installation's secret is being rotated, every try is made under both secrets,
        and a codename found under the old one is bound to the new one on the way.
        """
        number = number_of(text)
        digits = NOT_A_CODENAME if number is None else digits_of(number)
        tries = [self._try(digits, salt) for salt in self._salts]
        found = next((entrant for entrant in tries if entrant is not None), None)
        if found is not None and tries[0] is None:
            self._rebind(found, digits)
        return found

    def _try(self, digits: str, salt: bytes) -> Entrant | None:
        lookup, key = self._halves(digits, salt)
        holder = self._store.holder_by_lookup(self._kind, lookup) or self._decoy
        try:
            seeds = unlock(key, self._context(holder.id), holder.private_sealed or b"")
        except CannotOpen:
            return None
        return Entrant(holder.id, PrivateKey(seeds))

    def _rebind(self, entrant: Entrant, digits: str) -> None:
        """Bind a codename to the present secret, now that it is at hand."""
        lookup, key = self._halves(digits, self._salts[0])
        self._store.rebind_secret(
            entrant.holder_id,
            private_sealed=lock(key, self._context(entrant.holder_id), entrant.private_key.seeds),
            kdf=self._record(),
            lookup=lookup,
        )

    def _record(self) -> str:
        return self._hard.record([], secret=self._secret_name)

    def _halves(self, digits: str, salt: bytes) -> tuple[str, bytes]:
        """Return the look-up value and the key that opens the private key."""
        derived = self._hard.derive(digits.encode(), salt)
        return hashlib.sha256(derived[:HALF]).hexdigest(), subkey(derived[HALF:], "private seeds")

    def _context(self, holder_id: str) -> bytes:
        return framed("codename", self._kind, holder_id)


@cache
def _decoy() -> Holder:
    """Return a holder nobody can open, on which a miss spends the work of a hit."""
    private_key = PrivateKey.generate()
    sealed = lock(secrets.token_bytes(HALF), b"", private_key.seeds)
    return Holder("", "decoy", PublicKey(b""), date.min, sealed)


def applicants() -> Codenames:
    """Return the codenames of applicants."""
    return Codenames(keystore(), deployment_secrets(), hardening(), "applicant")


def donors() -> Codenames:
    """Return the codenames of donors."""
    return Codenames(keystore(), deployment_secrets(), hardening(), "donor")
