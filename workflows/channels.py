"""Ways money can travel, and where one of them would endanger who receives it.

The payout channel is a protection decision (DOMAIN.md 0, finding 3): people have been charged for
a transfer whose sender was listed. The full matrix of country, channel and status is kept by the
treasury; what stands here is what no installation may allow.
"""

from __future__ import annotations

CHANNELS = (
    "direct_to_supplier",
    "partner_payout",
    "voucher",
    "cash_agent",
    "bank_transfer",
)
"""Codes of the ways, the safest for most people first."""

NEEDS_WORD = frozenset({"partner_payout", "voucher", "cash_agent", "bank_transfer"})
"""Ways that end with the recipient, who confirms with a word only they know."""

IN_FILES = frozenset({"bank_transfer", "direct_to_supplier"})
"""Ways that end in an account and may stand in a payment file."""

ADVANCED = frozenset({"partner_payout", "cash_agent"})
"""Ways by other hands: the money is advanced to them until they have accounted for it."""

FORBIDDEN = frozenset({("russia", "bank_transfer"), ("belarus", "bank_transfer")})
"""A transfer from the fund's own account stands in the recipient's bank records for good."""


def allowed_in(region: str | None) -> tuple[str, ...]:
    """Return the ways that may be used for somebody in a coarse region (None: unknown)."""
    return tuple(way for way in CHANNELS if (region or "other", way) not in FORBIDDEN)
