"""Whether a name may be one of an official list: transliteration, folding, tokens, a score.

The score goes from 0 to 100 and is the same on every machine: names are written in Latin letters
(anyascii), folded so that the usual ways to transliterate meet (Iwanow, Ivanov), and cut into
tokens; each token of the shorter name is compared with the nearest of the longer one (normalised
indel similarity, rapidfuzz `fuzz.ratio`) and counts by its length. A date of birth that is known
on both sides and differs in the year speaks against a match. Below the threshold of the rules a
name is clean; at or above it a person decides, never the program.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from anyascii import anyascii
from rapidfuzz import fuzz, process

FOLDING = 1
"""Raised whenever names are folded otherwise, so that what was folded before is folded anew."""

FOLDS = (
    ("tsch", "c"), ("sch", "s"), ("tch", "c"), ("zh", "z"), ("kh", "h"), ("ch", "c"), ("sh", "s"),
    ("ts", "c"), ("tz", "c"), ("ph", "f"), ("ck", "k"), ("w", "v"), ("y", "i"), ("j", "i"),
    ("x", "ks"), ("q", "k"),
)  # fmt: skip
"""Spellings that stand for one sound in the usual transliterations, the longest first."""

LEGAL_FORMS = frozenset(
    [
        "ag",
        "aktiengesellschaft",
        "ao",
        "co",
        "company",
        "corp",
        "dba",
        "gmbh",
        "inc",
        "jsc",
        "kg",
        "llc",
        "llp",
        "ltd",
        "limited",
        "ltda",
        "nv",
        "oao",
        "ooo",
        "ou",
        "oy",
        "pao",
        "plc",
        "sa",
        "sarl",
        "srl",
        "sro",
        "spa",
        "ug",
        "zao",
    ]
)
"""Words that say what kind of company it is; every second company has them."""

TITLES = frozenset(["dr", "mr", "mrs", "ms", "prof", "sir", "haji", "hajji", "general", "colonel"])
SHORTEST = 2
NEAR = 75
"""A token below this similarity to every token of the other name is not the same word."""
LONE_TOKEN = 70
"""The most a single word can score against a name of several: half the world is called Ivan."""
OTHER_YEAR = 30
"""What a year of birth that differs takes from the score."""

LOWEST_THRESHOLD = 60
HIGHEST_THRESHOLD = 100

_APART = re.compile(r"[^a-z0-9]+")
_TWICE = re.compile(r"([a-z])\1+")


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a list: its reference there, its names and aliases, its years of birth."""

    reference: str
    names: tuple[str, ...]
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that may be the payee: the list's code, the entry, the best score of its names."""

    list_code: str
    entry: Listed
    score: int


def tokens(name: str) -> tuple[str, ...]:
    """Return the folded words of a name, sorted, without titles, initials and legal forms."""
    words = _APART.sub(" ", anyascii(name).casefold().replace("'", "")).split()
    kept = [word for word in words if len(word) >= SHORTEST and word not in LEGAL_FORMS | TITLES]
    return tuple(sorted(_folded(word) for word in kept or words))


def _folded(word: str) -> str:
    for written, meant in FOLDS:
        word = word.replace(written, meant)
    return _TWICE.sub(r"\1", word)


def score(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how alike two names are, from 0 to 100; both as `tokens` returns them."""
    shorter, longer = sorted((tuple(one), tuple(other)), key=lambda name: (len(name), name))
    if not shorter:
        return 0
    free = list(longer)
    weight = reached = 0.0
    for token in sorted(shorter, key=lambda word: (-len(word), word)):
        nearest = max(free, key=lambda word: (fuzz.ratio(token, word), word))
        alike = fuzz.ratio(token, nearest)
        free.remove(nearest)
        weight += len(token)
        reached += len(token) * (alike if alike >= NEAR else alike / 2)
    found = round(reached / weight)
    is_lone = len(shorter) == 1 and len(longer) > 1
    return min(found, LONE_TOKEN) if is_lone else found


Folded = Sequence[Sequence[str]]
"""The names of one entry, each as its folded words."""


def fold(entry: Listed) -> list[tuple[str, ...]]:
    """Return the names of an entry as `tokens` folds them; those of no word are left out."""
    return [folded for name in entry.names if (folded := tokens(name))]


class NameIndex:
    """The entries of one list, their names folded once, found by any word near one of theirs."""

    def __init__(
        self, code: str, entries: Sequence[Listed], folded: Sequence[Folded] | None = None
    ) -> None:
        """Fold every name, unless the names come folded by `fold`; `code` is the list's."""
        self.code = code
        names = [fold(entry) for entry in entries] if folded is None else folded
        self._entries = list(zip(entries, names, strict=True))
        places: dict[str, set[int]] = {}
        for number, (_entry, names) in enumerate(self._entries):
            for word in {word for name in names for word in name}:
                places.setdefault(word, set()).add(number)
        self._places = places
        self._words = sorted(places)

    def hits(self, payee: str, born_in: int | None, threshold: int) -> list[Hit]:
        """Return the entries that score at or above the threshold.

        payee: as written by whoever is paid, in any script. born_in: their year of birth where
        it is known. Raises ValueError for a threshold that words apart could reach.
        """
        if not LOWEST_THRESHOLD <= threshold <= HIGHEST_THRESHOLD:
            raise ValueError("a threshold lies between 60 and 100")
        wanted = tokens(payee)
        found = []
        for number in sorted(self._near(wanted)):
            entry, names = self._entries[number]
            best = max(score(wanted, name) for name in names)
            differs = born_in is not None and bool(entry.years) and born_in not in entry.years
            reached = max(0, best - OTHER_YEAR) if differs else best
            if reached >= threshold:
                found.append(Hit(self.code, entry, reached))
        return found

    def _near(self, wanted: Sequence[str]) -> set[int]:
        """Return who has a word near one of these; nobody else can reach a threshold."""
        return {
            number
            for token in wanted
            for word, _alike, _at in process.extract(
                token, self._words, scorer=fuzz.ratio, score_cutoff=NEAR, limit=None
            )
            for number in self._places[word]
        }


def all_hits(
    indexes: Iterable[NameIndex], payee: str, born_in: int | None, threshold: int
) -> tuple[Hit, ...]:
    """Return the hits in several lists, the likeliest first."""
    found = [hit for index in indexes for hit in index.hits(payee, born_in, threshold)]
    return tuple(sorted(found, key=lambda hit: (-hit.score, hit.list_code, hit.entry.reference)))
