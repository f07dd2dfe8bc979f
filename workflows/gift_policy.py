"""What the fund takes and from whom: gift acceptance as data, in versions like the rules.

The fund does not know who gives. What can be judged is how much, from what kind of source, and
from an account in which country. A new version is a new row; a gift is judged by the version in
force on the day it arrives.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from workflows.rules import CENTRAL

SOURCES = (
    "unknown", "person", "foundation", "institution", "company", "state_body", "ruling_party",
    "armed_group", "surveillance_vendor",
)  # fmt: skip
"""Kinds of source finance can tell from a statement; `unknown` where nothing tells."""

LARGE, WATCHED, HOSTILE = "large_gift", "watched_country", "hostile_source"
"""Why a gift is held: somebody looks into the first two; the third can only go back."""


@dataclass(frozen=True, slots=True)
class GiftPolicy:
    """One version: amounts are minor units of the fund's currency.

    From `look_from` on somebody has to look into where a gift comes from; from `screen_from` on
    a pledge goes to the board. `hostile` are sources nothing is taken from. `watched` are
    countries (ISO 3166) from whose banks nothing is taken unseen: there, giving is prosecuted.
    """

    number: int
    in_force_from: datetime
    look_from: int
    screen_from: int
    hostile: frozenset[str]
    watched: frozenset[str]


BOOTSTRAP = (
    GiftPolicy(
        number=1,
        in_force_from=datetime(2015, 1, 1, tzinfo=CENTRAL).astimezone(UTC),
        look_from=10_000_00,
        screen_from=10_000_00,
        hostile=frozenset({"state_body", "ruling_party", "armed_group", "surveillance_vendor"}),
        watched=frozenset({"BY", "RU"}),
    ),
)
"""The version a new installation starts with."""


def in_force(moment: datetime) -> GiftPolicy:
    """Return the policy in force at a moment (aware); LookupError before the first."""
    begun = [policy for policy in BOOTSTRAP if policy.in_force_from <= moment]
    if not begun:
        raise LookupError("no gift policy was in force then")
    return max(begun, key=lambda policy: policy.in_force_from)


def why_held(
    policy: GiftPolicy, amount: int, source: str, country: str | None, *, is_source_known: bool
) -> str | None:
    """Return why a gift is held, as a code, or None when it may be accepted at once.

    source: a code of SOURCES (ValueError for another). country: of the sender's bank, if known.
    is_source_known: somebody has looked into it; that never helps against a hostile source.
    """
    if source not in SOURCES:
        raise ValueError("no such kind of source")
    if source in policy.hostile:
        return HOSTILE
    if is_source_known:
        return None
    if country is not None and country.upper() in policy.watched:
        return WATCHED
    return LARGE if amount >= policy.look_from else None
