"""The journal in the formats of other people's book-keeping programs.

beancount and hledger check the sums again with code that is not ours; both files end with
assertions of every balance. A part of the journal begins with what stood before it. Amounts are
exact decimal text made from integers. The same journal gives the same bytes. Memo accounts,
which hold promises, stand under Equity:Memo, because neither program knows a type for them.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from fund_app.models.ledger import AccountType
from fund_app.queries import ledger, ledger_spans
from fund_app.queries.ledger import EntryRow, LineRow
from fund_app.queries.ledger_spans import WHOLE, Span
from workflows.money import EXPONENTS

CSV_COLUMNS = (
    "entry", "book_date", "kind", "line", "account", "fund", "amount", "currency",
    "foreign_amount", "foreign_currency", "rate", "key", "source_type", "source_id", "reason",
)  # fmt: skip

BALANCE_COLUMNS = (
    "account", "type", "fund", "currency", "opening", "debit", "credit", "closing",
)  # fmt: skip
OPENING = "opening balances"
LATEST = date(2999, 12, 31)
"""The last day beancount can write; a span may end later, its balances are asserted before."""
Opening = list[tuple[str, str, int]]
"""Account, currency and balance before a span."""

_ROOTS = MappingProxyType(
    {
        AccountType.ASSET: "Assets",
        AccountType.LIABILITY: "Liabilities",
        AccountType.INCOME: "Income",
        AccountType.EXPENSE: "Expenses",
        AccountType.EQUITY: "Equity",
        AccountType.MEMO: "Equity:Memo",
    }
)


class _Sums:
    """Adds up what passes by, so that the assertions fit exactly the entries written."""

    def __init__(self, opening: Opening) -> None:
        self.balances: dict[tuple[str, str], int] = {
            (account, currency): amount for account, currency, amount in opening
        }
        self.last_day: date | None = None

    def add(self, entry: EntryRow, names: Mapping[str, str]) -> None:
        self.last_day = entry.book_date
        for line in entry.lines:
            key = (account_name(line, names), line.currency)
            self.balances[key] = self.balances.get(key, 0) + line.amount

    def in_order(self) -> Iterator[tuple[str, str, int]]:
        for (account, currency), amount in sorted(self.balances.items()):
            yield account, currency, amount

    def asserted_on(self, span: Span) -> date | None:
        """Return the day whose morning has these balances, None where nothing was written."""
        if not self.balances:
            return None
        last = self.last_day or _eve(span)
        if span.until and span.until < LATEST:
            last = span.until
        return last + timedelta(days=1) if last else None


def decimal_text(amount: int, currency: str) -> str:
    """Return minor units as exact decimal text: -5 EUR is "-0.05", 5 JPY is "5"."""
    digits = EXPONENTS[currency]
    sign, size = "-" if amount < 0 else "", abs(amount)
    if digits == 0:
        return f"{sign}{size}"
    whole, rest = divmod(size, 10**digits)
    return f"{sign}{whole}.{rest:0{digits}d}"


def account_name(line: LineRow, names: Mapping[str, str]) -> str:
    """Return the full name of a line's account, the fund last: Assets:Bank:EMG."""
    return f"{names[line.account_code]}:{line.fund_code}"


def beancount(span: Span = WHOLE) -> Iterator[str]:
    """Yield a span of the journal as lines of a beancount file, balances asserted at its end.

    What stood before the span is one entry on the day before it. The tolerance is zero.
    """
    names, known = _names(), ledger.trial_balance()
    opening = _opening(span, names)
    sums = _Sums(opening)
    yield 'option "title" "Solidarity fund"'
    yield 'option "tolerance_multiplier" "0"'
    for currency in sorted({row.currency for row in known}):
        yield f'option "operating_currency" "{currency}"'
    first = _eve(span) if opening else ledger.first_day()
    held: dict[str, list[str]] = {}
    for row in known:
        held.setdefault(f"{names[row.account_code]}:{row.fund_code}", []).append(row.currency)
    for name, currencies in held.items():
        yield f"{first} open {name} {','.join(currencies)}"
    if opening:
        yield ""
        yield f'{_eve(span)} * "{OPENING}"'
        yield from (f"  {text}" for text in _opening_texts(opening))
    for entry in ledger.journal(span.since, span.until):
        sums.add(entry, names)
        yield ""
        yield f'{entry.book_date} * "{entry.kind}"'
        yield from (f"  {key}: {_quoted(value)}" for key, value in _metadata(entry))
        yield from (f"  {text}" for text in _posting_texts(entry, names))
    day = sums.asserted_on(span)
    if day is not None:
        yield ""
        for account, currency, amount in sums.in_order():
            yield f"{day} balance {account}  {decimal_text(amount, currency)} {currency}"


def hledger(span: Span = WHOLE) -> Iterator[str]:
    """Yield a span of the journal as lines of an hledger file, everything declared.

    What stood before the span is one entry on the day before it; balances are asserted at the end.
    """
    names, known = _names(), ledger.trial_balance()
    opening = _opening(span, names)
    sums = _Sums(opening)
    for currency in sorted({row.currency for row in known}):
        yield f"commodity {_sample(currency)} {currency}"
    for name in sorted({f"{names[row.account_code]}:{row.fund_code}" for row in known}):
        yield f"account {name}"
    if opening:
        yield ""
        yield f"{_eve(span)} * {OPENING}"
        yield from (f"  {text}" for text in _opening_texts(opening))
    for entry in ledger.journal(span.since, span.until):
        sums.add(entry, names)
        yield ""
        yield f"{entry.book_date} * {entry.kind}"
        yield from (f"  ; {key}: {value}" for key, value in _metadata(entry))
        yield from (f"  {text}" for text in _posting_texts(entry, names))
    day = sums.asserted_on(span)
    if day is not None:
        yield ""
        yield f"{day} * balances"
        for account, currency, amount in sums.in_order():
            zero, text = decimal_text(0, currency), decimal_text(amount, currency)
            yield f"  {account}  {zero} {currency} = {text} {currency}"


def comma_separated(span: Span = WHOLE) -> Iterator[str]:
    """Yield a span of the journal as lines of a CSV table, one posting a line, the header first."""
    yield _csv_line(CSV_COLUMNS)
    for entry in ledger.journal(span.since, span.until):
        for number, line in enumerate(entry.lines, start=1):
            yield _csv_line(_csv_row(entry, number, line))


def balances(span: Span = WHOLE) -> Iterator[str]:
    """Yield the balances of a span as lines of a CSV table: opening, debit, credit, closing."""
    yield _csv_line(BALANCE_COLUMNS)
    for row in ledger_spans.balances(span):
        amounts = (row.opening, row.debit, row.credit, row.closing)
        texts = (decimal_text(amount, row.currency) for amount in amounts)
        yield _csv_line((row.account_code, row.account_type, row.fund_code, row.currency, *texts))


FORMATS: Mapping[str, Callable[[Span], Iterator[str]]] = MappingProxyType(
    {"balances": balances, "beancount": beancount, "csv": comma_separated, "hledger": hledger}
)
"""Every format by the name `fund ledger export` knows it by."""

_FILES = MappingProxyType(
    {
        "balances": "balances{}.csv",
        "beancount": "ledger{}.beancount",
        "csv": "ledger{}.csv",
        "hledger": "ledger{}.journal",
    }
)
MANIFEST = "MANIFEST.json"


def file_name(name: str, span: Span = WHOLE) -> str:
    """Return what the file of a format is called."""
    return _FILES[name].format(span.label)


def everything(span: Span = WHOLE) -> Iterator[tuple[str, bytes]]:
    """Yield every format as a file (name, content), and last a manifest of their SHA-256.

    The same journal gives the same bytes, so the manifest of an auditor who asks again agrees.
    """
    listed = []
    for name in FORMATS:
        content = "".join(f"{line}\n" for line in FORMATS[name](span)).encode()
        path = file_name(name, span)
        digest = hashlib.sha256(content).hexdigest()
        listed.append({"name": path, "bytes": len(content), "sha256": digest})
        yield path, content
    days = {
        "since": span.since and span.since.isoformat(),
        "until": span.until and span.until.isoformat(),
    }
    yield MANIFEST, (json.dumps({**days, "files": listed}, indent=2) + "\n").encode()


def _eve(span: Span) -> date | None:
    """Return the day before a span; None where there is none, and never one past LATEST."""
    if span.since is None or span.since == date.min:
        return None
    return min(span.since - timedelta(days=1), LATEST - timedelta(days=1))


def _opening(span: Span, names: Mapping[str, str]) -> Opening:
    """Return what stood before the span, by the full names of accounts; together it is nothing."""
    eve = _eve(span)
    if eve is None:
        return []
    rows = ledger_spans.balances(Span(until=eve))
    return [
        (f"{names[row.account_code]}:{row.fund_code}", row.currency, row.closing)
        for row in rows
        if row.closing
    ]


def _opening_texts(opening: Opening) -> Iterator[str]:
    for account, currency, amount in opening:
        yield f"{account}  {decimal_text(amount, currency)} {currency}"


def _names() -> dict[str, str]:
    return {
        account.code: f"{_ROOTS[AccountType(account.account_type)]}:{account.code}"
        for account in ledger.accounts()
    }


def _metadata(entry: EntryRow) -> Iterator[tuple[str, str]]:
    yield "entry", str(entry.id)
    yield "key", entry.idem_key
    yield "source", f"{entry.source_type} {entry.source_id}"
    if entry.reason_code is not None:
        yield "reason", entry.reason_code


def _posting_texts(entry: EntryRow, names: Mapping[str, str]) -> Iterator[str]:
    for line in entry.lines:
        amount = decimal_text(line.amount, line.currency)
        yield f"{account_name(line, names)}  {amount} {line.currency}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _sample(currency: str) -> str:
    """Return the amount that shows hledger how many digits a currency has."""
    text = decimal_text(1000 * 10 ** EXPONENTS[currency], currency)
    return text if "." in text else f"{text}."


def _csv_row(entry: EntryRow, number: int, line: LineRow) -> tuple[str, ...]:
    foreign = line.foreign_currency or ""
    return (
        str(entry.id),
        entry.book_date.isoformat(),
        entry.kind,
        str(number),
        line.account_code,
        line.fund_code,
        decimal_text(line.amount, line.currency),
        line.currency,
        decimal_text(line.foreign_amount, foreign) if line.foreign_amount is not None else "",
        foreign,
        line.rate_text or "",
        entry.idem_key,
        entry.source_type,
        entry.source_id,
        entry.reason_code or "",
    )


def _csv_line(values: tuple[str, ...]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(values)
    return buffer.getvalue()
