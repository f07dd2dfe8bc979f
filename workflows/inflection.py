"""Whether two words are the same name: in another case, alphabet or spelling.

Names stand in Russian and German texts with the endings of their case, and in Latin letters in
many spellings. Two words are the same name when they share a stem and differ by endings of one
language. Everything is compared in small Latin letters. This is caution, not grammar: a word too
many costs an author another word, a name too few leads to somebody.
"""

from __future__ import annotations

from functools import lru_cache

from anyascii import anyascii
from rapidfuzz.distance import Levenshtein

SHORTEST = 3
"""Letters of a word, and of a stem where a word is written as a name."""
SHORTEST_PLAIN = 5
"""Letters of a stem where a word is written small, or begins a sentence."""
LONG, VERY_LONG = 6, 9
"""From so many letters on, one or two may differ altogether: Yekaterina and Ekaterina."""

_CYRILLIC = (
    "а я у ю ы и е о й ь ой ей ою ею ом ем ам ям ами ями ах ях ый ий ого его ому ему ым им ых их "
    "ыми ими ая яя ую юю ое ее ья ью ии ию ия ие ией"
)  # fmt: skip
_SLAVIC = frozenset(
    {"", *"aeiouy", "ia", "iia", "ii", "ij", "ja", "ju", "yi", "iu", "oi", "ei", "aia"}
    | {"".join(each for each in anyascii(end) if each.isalpha()) for end in _CYRILLIC.split()}
)
_GERMAN = frozenset({"", "s", "es", "n", "en", "ens", "e", "er", "em", "ern"})
_FLEETING = ("el", "ek", "ok", "ets", "er", "en", "ev")
"""Ends of names whose vowel goes in other cases: Павел, Павла."""


@lru_cache(maxsize=4096)
def plain(word: str) -> str:
    """Return a word in small Latin letters, without accents and signs."""
    return "".join(each for each in anyascii(word).casefold() if each.isalpha())


def is_same_name(word: str, name: str, *, as_name: bool) -> bool:
    """Whether a word of a text is a name of a case; both are as `plain` returns them.

    `as_name`: the word is written with a capital within a sentence, so that shorter stems and
    other spellings count as well.
    """
    if min(len(word), len(name)) < SHORTEST:
        return False
    if word == name:
        return True
    shortest = SHORTEST if as_name else SHORTEST_PLAIN
    if any(_is_inflected(one, other, shortest) for one in _stems(word) for other in _stems(name)):
        return True
    return as_name and _is_misspelt(word, name)


def _stems(word: str) -> tuple[str, ...]:
    ending = next((each for each in _FLEETING if word.endswith(each)), None)
    if ending is None or len(word) < len(ending) + 2:
        return (word,)
    return (word, word[: -len(ending)] + ending[1:])


def _is_inflected(one: str, other: str, shortest: int) -> bool:
    common = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        common += 1
    return any(
        one[at:] in endings and other[at:] in endings
        for at in range(shortest, common + 1)
        for endings in (_SLAVIC, _GERMAN)
    )


def _is_misspelt(word: str, name: str) -> bool:
    length = min(len(word), len(name))
    if length < LONG:
        return False
    most = 2 if length >= VERY_LONG else 1
    return Levenshtein.distance(word, name, score_cutoff=most) <= most
