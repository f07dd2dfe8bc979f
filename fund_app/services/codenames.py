"""Codenames: seven words, the only thing an applicant or donor needs to come back.

A codename is one random number below 7,776^7 (90.4 bits). Written with the English list,
the Russian list or as 28 digits it is the same number, and any of the three opens the same
door. Nothing of it is stored: a memory-hard hash of it is cut in two; the SHA-256 of one
half finds the holder, the other half opens the holder's private key.

A hit and a miss cost the same: one run of the memory-hard function, one look-up, one
attempt to open a key. The answer to a typo, to an unknown codename and to no codename at
all is None.

Behind a codename somebody under pressure may type one word more, their silence word. The
answer is None as well, after the same work and the same statements as for any typo; but the
codename is locked, its sessions end, and the knock in the box (services/silence.py) tells the
fund. See docs/decisions/0016-silence-word.md.
"""

from __future__ import annotations

import hashlib
import hmac
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
from fund_app.adapters.keystore import Door, Holder, Keystore
from fund_app.adapters.keystore_doors import SILENCE_BYTES, Knock
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
from fund_app.services.sessions import Sessions
from fund_app.services.vault import deployment_secrets, keystore

WORDS = 7
LIST_SIZE = 7776
DIGITS = 28
SPACE = LIST_SIZE**WORDS
LANGUAGES = ("en", "ru")
FALLBACK_LANGUAGE = "en"
HALF = 32
KNOCK = b"knock"
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


def words_of(number: int, language: str, count: int = WORDS) -> tuple[str, ...]:
    """Write a codename's number in the words of a language, `count` of them."""
    chosen = word_list(language)
    places = []
    for _ in range(count):
        number, place = divmod(number, LIST_SIZE)
        places.append(place)
    return tuple(chosen[place] for place in reversed(places))


def digits_of(number: int) -> str:
    """Write a codename's number as 28 digits."""
    return f"{number:0{DIGITS}d}"


class Typed(NamedTuple):
    """What somebody typed at the door: a codename's number, and the word behind it if any."""

    number: int | None
    word: str


def number_of(text: str) -> int | None:
    """Read a codename as somebody typed it, in words or digits; None if it cannot be one.

    Case, the letter yo, spaces, hyphens, line breaks, punctuation, stress marks and a
    numbering of the words make no difference.
    """
    typed = read(text)
    return None if typed.word else typed.number


def read(text: str) -> Typed:
    """Read a codename and what follows it; the number is None where it cannot be a codename.

    What follows counts by its letters alone, whichever way the codename is written: digits of a
    word are neither taken for digits of the codename nor missed.
    """
    folded = _folded(text)
    words = _words_in(folded)
    number = _number_of_words(words[:WORDS])
    if number is not None:
        return Typed(number, "".join(words[WORDS:]))
    return Typed(_number_of_digits(folded, more_may_follow=bool(words)), "".join(words))


def word_of(text: str) -> str:
    """Return a silence word as it counts: its letters, evened out; empty without a letter."""
    return "".join(_words_in(_folded(text)))


def _number_of_digits(folded: str, *, more_may_follow: bool) -> int | None:
    digits = [unicodedata.decimal(each) for each in folded if each.isdecimal()]
    if len(digits) < DIGITS or (len(digits) > DIGITS and not more_may_follow):
        return None
    number = int("".join(map(str, digits[:DIGITS])))
    return number if number < SPACE else None


def number_of_all(text: str, count: int) -> int | None:
    """Read exactly `count` words of the lists as one number; None if it cannot be that."""
    return _number_of_words(_words_in(_folded(text)), count)


def _words_in(folded: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", folded)


def _number_of_words(words: Sequence[str], count: int = WORDS) -> int | None:
    positions = _positions()
    if len(words) != count or any(word not in positions for word in words):
        return None
    number = 0
    for word in words:
        number = number * LIST_SIZE + positions[word]
    return number


class _Tried(NamedTuple):
    """What one try at the door met: whose it is, and the private key if it opened."""

    door: Door
    seeds: bytes


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
        self._knock_keys = [each.subkey("knock") for each in deployment.generations]
        self._sessions = Sessions(store, deployment)
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
        """Return whom a codename lets in, or None; every None takes the same work.

        A codename followed by its silence word is locked on the way. While the installation's
        secret is being rotated, every try is made under both secrets, and a codename found under
        the old one is bound to the new one on the way.
        """
        typed = read(text)
        digits = NOT_A_CODENAME if typed.number is None else digits_of(typed.number)
        tries = [self._try(digits, salt) for salt in self._salts]
        door, seeds = next((each for each in tries if each.seeds), tries[0])
        expected = silence_value(seeds or self._decoy.silence, typed.word)
        is_silenced = hmac.compare_digest(door.silence, expected) and bool(seeds)
        if seeds and not typed.word and not door.is_locked:
            found = Entrant(door.holder.id, PrivateKey(seeds))
            if not tries[0].seeds:
                self._rebind(found, digits)
            return found
        self._turn_away(door.holder.id if is_silenced else new_ref())
        return None

    def _try(self, digits: str, salt: bytes) -> _Tried:
        lookup, key = self._halves(digits, salt)
        door = self._store.door(self._kind, lookup) or self._decoy
        try:
            seeds = unlock(key, self._context(door.holder.id), door.holder.private_sealed or b"")
        except CannotOpen:
            seeds = b""
        return _Tried(door, seeds)

    def _turn_away(self, holder_id: str) -> None:
        """Let nobody in; `holder_id` is whose codename is to be locked, or nobody's."""
        note = lock(self._knock_keys[0], KNOCK, holder_id.encode())
        self._store.turn_away(
            Knock(new_ref(), note),
            holder_id=holder_id,
            subjects=self._sessions.names_of(holder_id),
            on=now().date(),
        )

    def set_silence(self, holder_id: str, private_key: PrivateKey, text: str) -> None:
        """Set the word that locks a codename when it is typed behind it.

        A text without letters takes it back. Nothing tells afterwards whether there is one.
        """
        word = word_of(text)
        value = silence_value(private_key.seeds, word) if word else None
        self._store.set_silence(holder_id, value)

    def who_fell_silent(self, knock: Knock) -> str:
        """Return the id a knock names; almost always nobody's, as is one that does not open."""
        for key in self._knock_keys:
            try:
                return unlock(key, KNOCK, knock.note).decode()
            except CannotOpen:
                continue
        return ""

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


def silence_value(seeds: bytes, word: str) -> bytes:
    """Return what is stored of a silence word: like random bytes to whoever lacks the key."""
    key = subkey(seeds, "silence word")
    return hmac.new(key, word.encode(), hashlib.sha256).digest()


@cache
def _decoy() -> Door:
    """Return a door nobody can open, on which a miss spends the work of a hit."""
    private_key = PrivateKey.generate()
    sealed = lock(secrets.token_bytes(HALF), b"", private_key.seeds)
    holder = Holder("", "decoy", PublicKey(b""), date.min, sealed)
    return Door(holder, secrets.token_bytes(SILENCE_BYTES), is_locked=False)


def applicants() -> Codenames:
    """Return the codenames of applicants."""
    return Codenames(keystore(), deployment_secrets(), hardening(), "applicant")


def donors() -> Codenames:
    """Return the codenames of donors."""
    return Codenames(keystore(), deployment_secrets(), hardening(), "donor")
