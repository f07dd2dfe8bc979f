"""MT940 (SWIFT customer statement), read with the mt-940 library, one statement at a time.

The library reads a whole file as one heap of transactions; the balances of each statement are
needed here, so the text is cut at each `:20:` first. A reversal of a credit (RC) takes money
away, and only the library's own option says so.

The library logs every field it cannot read word for word, with whose gift it was and what they
wrote, so it is not heard at all: what is wrong with a file is said by a code.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import mt940

from workflows.bank import (
    FileRefused,
    Hint,
    Statement,
    StatementLine,
    minor_units,
    usable_reference,
)

logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)

_START = re.compile(r"^:20:", re.MULTILINE)
_FIELD = re.compile(r"^:6[01][FM]?:", re.MULTILINE)
_SOUND_LINE = re.compile(
    r"^:61:\d{6}(?:\d{4}|\s{4})?R?[CD][A-Z]?\s?(\d+,\d*)(?=[A-Z])", re.MULTILINE | re.IGNORECASE
)
"""What a field 61 must look like up to its amount: the library reads on past a garbled one."""
_WORDS = ("customer_reference", "extra_details", "transaction_details", "purpose",
          "applicant_name", "recipient_name", "end_to_end_reference", "additional_purpose",
          "posting_text", "additional_position_reference", "return_reference")  # fmt: skip
_FEES = frozenset({"NCHG", "NCOM", "FCHG", "SCHG"})
_RETURNS = frozenset({"NRTI", "FRTI", "SRTI"})
_GERMAN_FEES = frozenset({"808", "805"})
_GERMAN_RETURNS = frozenset({"108", "109", "159", "184"})


def looks_like(text: str) -> bool:
    """Whether a text is an MT940 file."""
    return bool(_START.search(text) and _FIELD.search(text))


def read(text: str) -> list[Statement]:
    """Return the statements of a file; FileRefused for one that cannot be read."""
    return [_statement(each) for each in _cut(text.replace("\r\n", "\n").replace("\r", "\n"))]


def _cut(text: str) -> Iterator[str]:
    starts = [found.start() for found in _START.finditer(text)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield text[start:end]


def _statement(text: str) -> Statement:
    try:
        found = mt940.models.Transactions(options=mt940.Options.all())
        found.parse(text)
    except (ValueError, TypeError, KeyError, ArithmeticError, RuntimeError):
        raise FileRefused("not_a_statement") from None
    data = found.data
    opening = _balance(data, "opening")
    closing = _balance(data, "closing")
    currency = str(opening.amount.currency)
    if str(closing.amount.currency) != currency:
        raise FileRefused("other_currency", currency=str(closing.amount.currency))
    lines = tuple(_line(each.data, currency) for each in found if "amount" in each.data)
    # A field 61 that was not understood must neither vanish nor become another amount.
    written = [abs(minor_units(each, currency, ",")) for each in _SOUND_LINE.findall(text)]
    if written != [abs(line.amount) for line in lines] or len(written) != len(
        re.findall(r"^:61:", text, re.MULTILINE)
    ):
        raise FileRefused("garbled_amount")
    return Statement(
        account=str(data.get("account_identification") or ""),
        currency=currency,
        number=_number(data),
        opening=_minor(opening.amount.amount, currency),
        closing=_minor(closing.amount.amount, currency),
        closes_on=_day(closing.date),
        lines=lines,
    )


def _balance(data: dict[str, Any], which: str) -> Any:
    """Return the final balance of 60F/62F, or the intermediate one of a page (60M/62M)."""
    names = (f"final_{which}_balance", f"intermediate_{which}_balance")
    found = next((data[name] for name in names if data.get(name) is not None), None)
    if found is None or found.amount is None:
        raise FileRefused("no_balance")
    return found


def _line(data: dict[str, Any], currency: str) -> StatementLine:
    booked = data.get("entry_date") or data["date"]
    words = [str(data[name]).strip() for name in _WORDS if data.get(name)]
    return StatementLine(
        booked_on=_day(booked),
        amount=_minor(data["amount"].amount, currency),
        value_on=_day(data["date"]),
        bank_ref=usable_reference(str(data.get("bank_reference") or "")),
        text="\n".join(word for word in words if usable_reference(word)),
        hint=_hint(data),
    )


def _minor(amount: Decimal, currency: str) -> int:
    return minor_units(format(amount, "f"), currency)


def _number(data: dict[str, Any]) -> str:
    number, page = data.get("statement_number"), data.get("sequence_number")
    return "/".join(str(each) for each in (number, page) if each)


def _day(found: Any) -> date:
    if not isinstance(found, date):
        raise FileRefused("garbled_day")
    return date(found.year, found.month, found.day)


def _hint(data: dict[str, Any]) -> Hint:
    kind, code = str(data.get("id") or ""), str(data.get("transaction_code") or "")
    if kind in _RETURNS or code in _GERMAN_RETURNS:
        return Hint.RETURN
    return Hint.FEE if kind in _FEES or code in _GERMAN_FEES else Hint.NONE
