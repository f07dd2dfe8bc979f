"""Money as integers of minor units: exact, split without loss, never a float."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from statistics import median_low
from types import MappingProxyType

EXPONENTS = MappingProxyType(
    {
        "AMD": 2, "BYN": 2, "CHF": 2, "CZK": 2, "EUR": 2, "GBP": 2, "GEL": 2, "HUF": 2, "JPY": 0,
        "KGS": 2, "KWD": 3, "KZT": 2, "LTL": 2, "MDL": 2, "NOK": 2, "PLN": 2, "RON": 2, "RSD": 2,
        "RUB": 2, "SEK": 2, "TRY": 2, "UAH": 2, "USD": 2, "UZS": 2,
    }
)  # fmt: skip
"""Digits after the decimal point per currency (ISO 4217)."""

RATE_DIGITS = 6
"""Significant digits of a rate that is told beside two amounts; nothing is computed from it."""
LARGEST = 10**15
"""No single amount the fund handles comes near; a larger one is a mistake."""


class InvalidAmount(ValueError):
    """A text that is not an amount; `code` names the reason for the form's message."""

    def __init__(self, code: str) -> None:
        """Keep the reason: not_a_number, too_precise, not_positive, too_large, currency."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units with its currency; mixing currencies is a TypeError."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount) is not int:
            raise TypeError(f"an amount is an int, not {type(self.amount).__name__}")
        if self.currency not in EXPONENTS:
            raise InvalidAmount("currency")

    def __add__(self, other: Money) -> Money:
        self._require_same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._require_same(other)
        return Money(self.amount - other.amount, self.currency)

    def _require_same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise TypeError(f"cannot combine {self.currency} with {other.currency}")

    def as_decimal(self) -> Decimal:
        """Return the exact decimal value, for display and export only."""
        return Decimal(self.amount).scaleb(-EXPONENTS[self.currency])


def rate_text(left: Money, arrived: Money) -> str:
    """Return at which rate an amount became another one, as text: 1 EUR = 1.08 USD."""
    rate = Context(prec=RATE_DIGITS).divide(arrived.as_decimal(), left.as_decimal())
    return f"1 {left.currency} = {rate.normalize():f} {arrived.currency}"


def parse_amount(text: str, currency: str) -> Money:
    """Read what a person typed ("1 400,50", "1400.5") as a positive amount.

    Raises InvalidAmount with a code for: no number, more digits than the currency has, zero or
    less, too large, unknown currency. Spaces of any kind group thousands; the last comma or
    point is the decimal mark. "1.400" is refused as too precise: in one language it means one
    and a bit, in another fourteen hundred, and guessing with money is worse than asking.
    """
    if currency not in EXPONENTS:
        raise InvalidAmount("currency")
    compact = "".join(text.split()).replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    mark = max(compact.rfind(","), compact.rfind("."))
    whole, fraction = (compact, "") if mark < 0 else (compact[:mark], compact[mark + 1 :])
    digits = whole.replace(",", "").replace(".", "") + fraction
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidAmount("not_a_number")
    if len(fraction) > EXPONENTS[currency]:
        raise InvalidAmount("too_precise")
    minor = int(digits) * 10 ** (EXPONENTS[currency] - len(fraction))
    if minor == 0:
        raise InvalidAmount("not_positive")
    if minor > LARGEST:
        raise InvalidAmount("too_large")
    return Money(minor, currency)


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Split minor units by weights without losing one: largest remainder, ties in order.

    Raises ValueError when the weights are empty, negative or all zero.
    """
    total = sum(weights)
    if total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights must be non-negative and not all zero")
    shares = [amount * weight // total for weight in weights]
    remainders = [amount * weight % total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: (-remainders[index], index))
    for index in by_remainder[: amount - sum(shares)]:
        shares[index] += 1
    return shares


def median_amount(amounts: Sequence[int]) -> int:
    """Return the median in minor units; of an even count the lower middle one.

    The lower one keeps the award an amount somebody actually voted for.
    """
    return median_low(amounts)
