"""Countries to choose from, in the reader's language, and the coarse group of each."""

from __future__ import annotations

import re
from functools import lru_cache

from babel import Locale
from flask_babel import gettext as _

NOT_SAID = "none"
"""Chosen by who would rather not name a country."""

GROUPS = {
    "eastern_europe": "MD PL LT LV EE UA CZ SK HU RO BG",
    "russia": "RU",
    "belarus": "BY",
    "caucasus": "AM AZ GE",
    "central_asia": "KZ KG TJ TM UZ MN",
    "balkans": "AL BA HR XK ME MK RS SI GR",
    "western_europe": "AD AT BE CH DE DK ES FI FR GB IE IS IT LI LU MC MT NL NO PT SE SM VA CY",
    "turkey_middle_east": "AE BH EG IL IQ IR JO KW LB OM PS QA SA SY TR YE",
}
"""Groups coarse enough to stand outside of the seal."""

GROUP_OF = {code: group for group, codes in GROUPS.items() for code in codes.split()}


def country_choices(language: str) -> list[tuple[str, str]]:
    """Return (code, name) of all countries in a language, sorted; the first names none."""
    return [(NOT_SAID, _("I would rather not say")), *_named(language)]


def group_of(code: str) -> str:
    """Return the coarse group of a country; "other" for none and for all the rest."""
    return GROUP_OF.get(code, "other")


_NOT_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_COUNTRY = re.compile(r"[A-Z]{2}")


@lru_cache(maxsize=8)
def _named(language: str) -> tuple[tuple[str, str], ...]:
    names = Locale.parse(language).territories
    listed = ((code, name) for code, name in names.items() if _is_country(code))
    return tuple(sorted(listed, key=lambda pair: pair[1].casefold()))


def _is_country(code: str) -> bool:
    """Two letters, and neither a group of countries nor a code for tests."""
    return _COUNTRY.fullmatch(code) is not None and code not in _NOT_COUNTRIES
