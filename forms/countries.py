"""Countries to choose from, in the reader's language."""

from __future__ import annotations

import re
from functools import lru_cache

from babel import Locale
from flask_babel import gettext as _

NOT_SAID = "none"
"""Chosen by who would rather not name a country."""


def country_choices(language: str) -> list[tuple[str, str]]:
    """Return (code, name) of all countries in a language, sorted; the first names none."""
    return [(NOT_SAID, _("I would rather not say")), *_named(language)]


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
