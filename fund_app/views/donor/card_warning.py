"""The warning before a card: which countries' cards are refused, and how loud it is said."""

from __future__ import annotations

from flask_babel import get_locale

from fund_app.services import card_checks
from fund_app.views import formats

LOUD = frozenset({"ru"})
"""Languages in whose pages the warning stands first and strongest: who reads them may hold a
card for which they could be jailed."""


def countries() -> str:
    """Return the countries whose cards are refused, by name in the page's language."""
    return ", ".join(formats.country(code) for code in card_checks.refused_countries())


def is_loud() -> bool:
    """Whether the warning comes before everything else on this page."""
    return str(get_locale() or "") in LOUD
