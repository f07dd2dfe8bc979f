"""Bank statements: what a file says, whether it adds up, and how its lines are described.

Amounts are integers of minor units, positive for money that came in. A file is taken as a
whole or not at all: opening + lines = closing, to the cent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self

from workflows.money import EXPONENTS, LARGEST

REFERENCE_LENGTH = 10
"""Letters of a reference we issue for gifts and payments."""
_REFERENCE_LETTERS = re.compile(r"[A-HJ-NP-Z2-9]+")
_NUMBER = re.compile(r"([+-]?)(\d+)(?:\.(\d*))?")
_NO_REFERENCE = frozenset({"", "NONREF", "NOTPROVIDED", "NOREF", "KREF"})


class FileRefused(Exception):
    """A file that is not taken, and nothing of it; `code` says why, `facts` what differs."""

    def __init__(self, code: str, **facts: Any) -> None:
        """Keep the stable code and what the sentence needs: amounts, days, a line's number."""
        super().__init__(code)
        self.code, self.facts = code, facts


class Hint(StrEnum):
    """What the bank's own codes or words say a line is."""

    NONE = ""
    FEE = "fee"
    STRIPE = "stripe"
    RETURN = "return"


class MatchKind(StrEnum):
    """What a part of a bank line is; stable codes."""

    GIFT = "gift"
    GIFT_RETURN = "gift_return"
    PAYMENT = "payment"
    PAYMENT_BACK = "payment_back"
    STRIPE_PAYOUT = "stripe_payout"
    FEE = "fee"
    ENTRY = "entry"
    """Already in the ledger: somebody had recorded it by hand."""
    OWN_TRANSFER = "own_transfer"
    """Between two accounts of the fund."""
    EXCHANGE = "exchange"
    """Between two accounts of the fund in two currencies."""
    SUSPENSE = "suspense"
    """Nobody can say yet: in the books, and to be cleared."""
    LOSS = "loss"
    """What will not be explained any more; two people say so. Of suspense only."""


MATCHED_AS = frozenset(MatchKind) - {MatchKind.LOSS}
"""What a line may be said to be at once."""
CLEARED_AS = frozenset(MatchKind) - {
    MatchKind.OWN_TRANSFER, MatchKind.EXCHANGE, MatchKind.SUSPENSE,
}  # fmt: skip
"""What an amount in suspense may turn out to be."""


class Sign(StrEnum):
    """How a bank's export tells money in from money out."""

    SIGNED = "signed"
    TWO_COLUMNS = "two_columns"
    WORD = "word"


DATE_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "dmy.": "%d.%m.%Y",
        "dmy2.": "%d.%m.%y",
        "ymd-": "%Y-%m-%d",
        "dmy/": "%d/%m/%Y",
        "mdy/": "%m/%d/%Y",
    }
)
"""Ways a bank writes a day, by code."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line as read; `text` is what somebody else wrote and is never kept in clear."""

    booked_on: date
    amount: int
    value_on: date | None = None
    bank_ref: str = ""
    text: str = field(default="", repr=False)
    hint: Hint = Hint.NONE
    charge: int = 0
    """What the bank says it took within this amount: positive minor units."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as read: of which account, from what to what, and its lines in order.

    `account` is the identification in the file (an IBAN, or what the bank writes), empty where
    a file names none.
    """

    account: str
    currency: str
    number: str
    opening: int
    closing: int
    closes_on: date
    lines: tuple[StatementLine, ...]

    @property
    def total(self) -> int:
        """What the lines add up to."""
        return sum(line.amount for line in self.lines)


@dataclass(frozen=True, slots=True)
class CsvMapping:
    """How one bank's CSV is read, as the treasurer has defined it once for an account.

    Columns go by their headings. `amount` with Sign.SIGNED or WORD; `credit` and `debit` with
    TWO_COLUMNS; `indicator` and `debit_word` with WORD. `texts` are all columns with words or
    references. Without a `balance` column the two balances are typed beside each file.
    """

    booked: str
    date_format: str
    decimal_mark: str
    sign: Sign
    amount: str = ""
    credit: str = ""
    debit: str = ""
    indicator: str = ""
    debit_word: str = ""
    balance: str = ""
    bank_ref: str = ""
    texts: tuple[str, ...] = ()
    delimiter: str = ";"
    newest_first: bool = False

    def __post_init__(self) -> None:
        if self.date_format not in DATE_FORMATS or self.decimal_mark not in {",", "."}:
            raise ValueError("unknown date format or decimal mark")
        if self.delimiter not in {";", ",", "\t"}:
            raise ValueError("unknown delimiter")
        wanted = {
            Sign.SIGNED: (self.amount,),
            Sign.TWO_COLUMNS: (self.credit, self.debit),
            Sign.WORD: (self.amount, self.indicator, self.debit_word),
        }
        if not self.booked or not all(wanted[Sign(self.sign)]):
            raise ValueError("a column is missing")

    def as_data(self) -> dict[str, Any]:
        """Return plain data to be stored."""
        return {**asdict(self), "sign": self.sign.value, "texts": list(self.texts)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read what `as_data` gave."""
        return cls(**{**data, "sign": Sign(data["sign"]), "texts": tuple(data["texts"])})


def minor_units(text: str, currency: str, mark: str = ".") -> int:
    """Read an amount as a bank writes it into minor units, exactly; zero is a number here.

    `mark` is the decimal mark; the other of comma and point, spaces and apostrophes group
    thousands where they stand right. Digits beyond the currency's must be zeros. Raises
    FileRefused(garbled_amount) for anything else, and for an unknown currency.
    """
    if currency not in EXPONENTS:
        raise FileRefused("other_currency", currency=currency)
    found = _NUMBER.fullmatch(_ungrouped(text, mark))
    if found is None:
        raise FileRefused("garbled_amount")
    sign, whole, fraction = found.group(1), found.group(2), found.group(3) or ""
    exponent = EXPONENTS[currency]
    kept, beyond = fraction[:exponent], fraction[exponent:]
    if beyond.strip("0"):
        raise FileRefused("garbled_amount")
    digits = (whole + kept.ljust(exponent, "0")).lstrip("0") or "0"
    # More digits than there can be are not made a number of: that alone can be too much.
    if len(digits) > len(str(LARGEST)) or (minor := int(digits)) > LARGEST:
        raise FileRefused("garbled_amount")
    return -minor if sign == "-" else minor


def _ungrouped(text: str, mark: str) -> str:
    """Return the digits with a point as decimal mark; groups must have three digits each."""
    compact = "".join(text.replace("\N{MINUS SIGN}", "-").split())
    if not compact.isascii():
        raise FileRefused("garbled_amount")
    compact = compact.replace("'", "")
    if compact[-1:] in {"+", "-"}:
        compact = compact[-1] + compact[:-1]
    whole, found, fraction = compact.partition(mark)
    other = "," if mark == "." else "."
    groups = whole.lstrip("+-").split(other)
    if len(groups) > 1 and not (
        0 < len(groups[0]) <= 3 and all(len(each) == 3 for each in groups[1:])  # noqa: PLR2004
    ):
        raise FileRefused("garbled_amount")
    return whole.replace(other, "") + ("." + fraction if found else "")


def day(text: str, form: str) -> date:
    """Read a day in one of DATE_FORMATS; FileRefused(garbled_day) for anything else."""
    try:
        return datetime.strptime(text.strip(), DATE_FORMATS[form]).date()  # noqa: DTZ007
    except ValueError:
        raise FileRefused("garbled_day") from None


def require_sound(statement: Statement) -> None:
    """Refuse a statement that does not add up or has a line of zero, before anything happens.

    Raises FileRefused: zero_amount with the line's number, sum_differs with the difference
    (closing minus what opening and lines make), other_currency.
    """
    if statement.currency not in EXPONENTS:
        raise FileRefused("other_currency", currency=statement.currency)
    for number, line in enumerate(statement.lines, start=1):
        if type(line.amount) is not int:
            raise TypeError("an amount must be an int of minor units")
        if line.amount == 0:
            raise FileRefused("zero_amount", line=number)
    difference = statement.closing - statement.opening - statement.total
    if difference:
        raise FileRefused("sum_differs", difference=difference, currency=statement.currency)


def account_names(text: str) -> str:
    """Return an account's identification in the form compared: capitals, no spaces or dashes.

    `bank code / number`, as German MT940 files have it, keeps its stroke.
    """
    return "".join(each for each in text.upper() if each.isalnum() or each == "/")


def own_reference_candidates(text: str) -> frozenset[str]:
    """Return every run of letters that could be a reference we issued, as senders write it.

    Spaces, dashes and line breaks inside do not matter, nor does small writing.
    """
    compact = "".join(each for each in text.upper() if each.isascii() and each.isalnum())
    found: set[str] = set()
    for run in _REFERENCE_LETTERS.findall(compact):
        starts = range(len(run) - REFERENCE_LENGTH + 1)
        found.update(run[start : start + REFERENCE_LENGTH] for start in starts)
    return frozenset(found)


def usable_reference(text: str) -> str:
    """Return the bank's own reference of a line, or nothing where it is a placeholder."""
    compact = "".join(text.split())
    return "" if compact.upper() in _NO_REFERENCE else compact


def occurrences(keys: Iterable[str]) -> list[int]:
    """Return for each key how many equal ones came before it: twins of one day stay apart."""
    seen: dict[str, int] = {}
    counted = []
    for key in keys:
        counted.append(seen.get(key, 0))
        seen[key] = counted[-1] + 1
    return counted
