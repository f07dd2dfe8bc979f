"""Ways money can travel, and the matrix of where which of them would endanger who receives it.

The payout channel is a protection decision (DOMAIN.md 0, finding 3): people have been charged for
a transfer whose sender was listed. What is said for a country, for its group and for everywhere,
for a status and for everybody, counts together, and the strictest word holds: a mistake in the
matrix stops a payment, it does not endanger anybody. What stands in FLOOR no fund may allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from workflows.countries import GROUP_CODES, OTHER, group_of

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

ANY = "any"
"""Everywhere, or everybody."""

UNKNOWN = "unknown"
"""Where, or for whom, nobody could say: every word on the way counts, wherever it was said."""

STATUSES = ("at_liberty", "in_custody", "listed", "abroad")
"""What may be true for whoever receives the money; left out, what holds for ANY answers."""


class Verdict(StrEnum):
    """What the matrix says of a way."""

    ALLOWED = "allowed"
    DISCOURAGED = "discouraged"
    FORBIDDEN = "forbidden"


STRICTNESS = (Verdict.ALLOWED, Verdict.DISCOURAGED, Verdict.FORBIDDEN)

REASONS = (
    "bank_records",
    "accounts_watched",
    "accounts_frozen",
    "agents_watched",
    "partner_exposed",
    "cannot_collect",
    "law_forbids",
    "frozen_there",
)
"""Codes of why a way is discouraged or forbidden; each has a plain sentence for who asks."""

FROZEN_THERE = "frozen_there"
"""The reason of a stop: somebody's money was frozen on this way there."""

CHOOSABLE_REASONS = tuple(code for code in REASONS if code != FROZEN_THERE)

Key = tuple[str, str, str]
"""Place (ANY, a group or a country's two letters), channel, status (ANY or one of STATUSES)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One word of the matrix: a verdict with its reason; version 0 came with the program."""

    verdict: Verdict
    reason: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where money is to be received and by whom, as far as it is known.

    region: the coarse group. country: two letters, only where somebody's key has opened it.
    """

    region: str
    country: str | None = None
    status: str | None = None

    @property
    def places(self) -> tuple[str, ...]:
        """The rows of the matrix that speak of it, the most exact first."""
        exact = (self.country,) if self.country else ()
        return (*exact, self.region, ANY)

    @property
    def statuses(self) -> tuple[str, ...]:
        """The statuses that are spoken of, the most exact first."""
        if self.status == UNKNOWN:
            return (*STATUSES, ANY)
        return (self.status, ANY) if self.status in STATUSES else (ANY,)


def received_in(country: str | None, status: str | None, region: str | None) -> Receipt:
    """Return the receipt for what somebody said; `region` counts where no country was named."""
    if country and len(country) == len("XX") and country.isalpha():
        return Receipt(group_of(country), country, status)
    return Receipt(region or OTHER, None, status)


FLOOR: Mapping[Key, Cell] = {
    ("russia", "bank_transfer", ANY): Cell(Verdict.FORBIDDEN, "bank_records"),
    ("belarus", "bank_transfer", ANY): Cell(Verdict.FORBIDDEN, "bank_records"),
}
"""A transfer from the fund's own account stands in the recipient's bank records for good."""

BASE: Mapping[Key, Cell] = {
    **FLOOR,
    ("russia", "cash_agent", ANY): Cell(Verdict.DISCOURAGED, "agents_watched"),
    ("belarus", "cash_agent", ANY): Cell(Verdict.DISCOURAGED, "agents_watched"),
    ("russia", "partner_payout", "listed"): Cell(Verdict.DISCOURAGED, "partner_exposed"),
    ("belarus", "partner_payout", "listed"): Cell(Verdict.DISCOURAGED, "partner_exposed"),
    ("central_asia", "bank_transfer", "listed"): Cell(Verdict.FORBIDDEN, "accounts_watched"),
    (ANY, "bank_transfer", "listed"): Cell(Verdict.DISCOURAGED, "accounts_watched"),
    (ANY, "bank_transfer", "in_custody"): Cell(Verdict.DISCOURAGED, "cannot_collect"),
    (ANY, "voucher", "in_custody"): Cell(Verdict.DISCOURAGED, "cannot_collect"),
    (ANY, "cash_agent", "in_custody"): Cell(Verdict.FORBIDDEN, "cannot_collect"),
}
"""The matrix a new fund starts with: version 0."""

SILENT = Cell(Verdict.ALLOWED)
"""Where nothing is said, a way is allowed."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """The matrix in force: every cell somebody has spoken of."""

    cells: Mapping[Key, Cell]

    def judge(self, receipt: Receipt, channel: str) -> Cell:
        """Return the strictest word on a way, the most exact one among equals."""
        found = SILENT
        is_anywhere = receipt.region == UNKNOWN and receipt.country is None
        for place in self.places if is_anywhere else receipt.places:
            for status in receipt.statuses:
                cell = self.cells.get((place, channel, status), SILENT)
                if stricter(cell.verdict, found.verdict):
                    found = cell
        return found

    @property
    def version(self) -> int:
        """The number of the newest change."""
        return max((cell.version for cell in self.cells.values()), default=0)

    @property
    def places(self) -> tuple[str, ...]:
        """Everywhere, the groups, and each country somebody has spoken of."""
        named = sorted({place for place, _channel, _status in self.cells} - {ANY, *GROUP_CODES})
        return (ANY, *GROUP_CODES, *named)


def matrix_of(changes: Iterable[tuple[Key, Cell]]) -> Matrix:
    """Return the base with changes on top, oldest first; nothing falls below FLOOR."""
    cells = {**BASE, **dict(changes)}
    return Matrix({**cells, **{key: at_least(cells[key], cell) for key, cell in FLOOR.items()}})


def at_least(cell: Cell, floor: Cell) -> Cell:
    """Return the stricter of two cells."""
    return floor if stricter(floor.verdict, cell.verdict) else cell


def stricter(one: Verdict, other: Verdict) -> bool:
    """Whether one verdict is stricter than another."""
    return STRICTNESS.index(one) > STRICTNESS.index(other)


def is_place(code: str) -> bool:
    """Whether a code can stand for a place: everywhere, a group, or a country's two letters."""
    is_country = len(code) == len("XX") and code.isascii() and code.isalpha() and code.isupper()
    return code in {ANY, *GROUP_CODES} or is_country


def region_of(place: str) -> str:
    """Return the group a place lies in; ANY stays ANY, a group is its own."""
    return place if place in {ANY, *GROUP_CODES} else group_of(place)
