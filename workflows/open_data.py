"""Single grants as open data: which fields there are, and what may not stand in the words.

The format is the 360Giving Data Standard 1.4 (https://standard.threesixtygiving.org). Its schema
lets unknown fields pass, so the fields are listed here and nothing else is ever written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from anyascii import anyascii

from workflows.inflection import is_same_name, plain
from workflows.money import EXPONENTS
from workflows.quarters import Quarter

VERSION = "1.4"
FUND_ID = "360G-SolidarityFund"
FUND_NAME = "Solidarity Fund"
NOBODY = "Not named, for their safety"
REASONS = ("agreed", "own_words", "organisation")
"""Why a single grant may be published: the person agreed in writing; they told of it in public
themselves; it went to an organisation that reports on it openly."""

SHORTEST_NAME = 3
FIELDS = (
    "id", "title", "description", "currency", "amountAwarded", "awardDate",
    "recipientIndividual", "fundingOrganization", "beneficiaryLocation", "grantProgramme",
)  # fmt: skip
"""The whole of what is ever written of a grant."""

TITLES = {
    "emergency": "Emergency support",
    "relocation": "Relocation support",
    "long_term": "Long-term support",
}
REGIONS = {
    "eastern_europe": "Eastern Europe",
    "caucasus": "Caucasus",
    "central_asia": "Central Asia",
    "balkans": "Balkans",
    "western_europe": "Western Europe",
    "turkey_middle_east": "Turkey and the Middle East",
}
ELSEWHERE = "Not told"

_PATTERNS = {
    "email": r"[^\s@]+@[^\s@]+|(?<!\w)@\w+",
    "web": r"https?://|www\.|\b[\w-]+\.(?:org|com|net|info|me|eu|ru|by|ua|ge|am|kz|de)\b",
    "iban": r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]){11,30}\b",
    "phone": r"\+?\d(?:[\s()/.-]*\d){6,}",
    "date": r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b"
    r"|\b\d{1,2}\.?\s+[^\W\d]{3,}\s+\d{4}\b|\b[^\W\d]{3,}\s+\d{1,2},?\s+\d{4}\b",
    "number": r"\d{4,}",
}
_SEARCHES = {code: re.compile(pattern) for code, pattern in _PATTERNS.items()}
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NAME_INSIDE = re.compile(r"(?<![.!?:»”\"\n])\s+([^\W\d_][\w'’-]+)")


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant as it may be published: rounded, coarse, under a public number."""

    number: str
    programme: str
    region: str
    quarter: Quarter
    amount: int
    currency: str
    description: str


def troubles(text: str, names: Iterable[str] = (), places: Iterable[str] = ()) -> tuple[str, ...]:
    """Return codes of what in a text could lead to somebody: email, web, iban, phone, and so on.

    `names`: words of the case; `places`: names of countries, for a region is told instead.
    Names are compared without accents and in Latin letters, whatever alphabet they are in, and in
    whatever case: see workflows/inflection.py.
    """
    found = [code for code, search in _SEARCHES.items() if search.search(text)]
    known = {plain(word) for name in names for word in _WORD.findall(name)}
    if any(_is_known(word, known, as_name=as_name) for word, as_name in _words(text)):
        found.append("name")
    spaced = f" {' '.join(_plain_list(text))} "
    if any(f" {' '.join(_plain_list(place))} " in spaced for place in places if place.strip()):
        found.append("place")
    return tuple(found)


def proper_words(text: str) -> list[str]:
    """Return the words that are written as names: capital letters within a sentence."""
    inside = (match[1] for match in _NAME_INSIDE.finditer(text))
    return [word for word in inside if word[0].isupper() and len(word) >= SHORTEST_NAME]


def _plain_list(text: str) -> list[str]:
    return [anyascii(word).casefold() for word in _WORD.findall(text)]


def _words(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the words of a text, plain, and whether each is written as a name."""
    inside = {match.start(1) for match in _NAME_INSIDE.finditer(text)}
    for match in _WORD.finditer(text):
        yield plain(match[0]), match.start() in inside and match[0][0].isupper()


def _is_known(word: str, known: Iterable[str], *, as_name: bool) -> bool:
    return any(is_same_name(word, name, as_name=as_name) for name in known)


def grant(each: Grant) -> dict[str, Any]:
    """Return one grant with the fields of FIELDS and no other.

    The day of the award is the first of its quarter, the recipient is never named. Raises
    ValueError for an amount that is not rounded.
    """
    title = TITLES[each.programme]
    amount, rest = divmod(each.amount, 10 ** EXPONENTS[each.currency])
    if rest:
        raise ValueError("amounts are rounded to whole units before they are published")
    return {
        "id": f"{FUND_ID}-{each.number}",
        "title": title,
        "description": each.description or f"{title} for somebody under threat.",
        "currency": each.currency,
        "amountAwarded": amount,
        "awardDate": each.quarter.first_day.isoformat(),
        "recipientIndividual": {"id": f"{FUND_ID}-IND-{each.number}", "name": NOBODY},
        "fundingOrganization": [{"id": FUND_ID, "name": FUND_NAME}],
        "beneficiaryLocation": [{"name": REGIONS.get(each.region, ELSEWHERE)}],
        "grantProgramme": [{"title": title}],
    }


def package(grants: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the file: the grants and what kind of file it is, nothing about when it was made."""
    return {
        "version": VERSION,
        "title": f"{FUND_NAME}: grants published one by one",
        "description": (
            "Most grants are not listed, for the safety of those who received them. "
            "Days are the first of a quarter, amounts are rounded, regions are wide."
        ),
        "grants": list(grants),
    }
