"""A bank's CSV, read by the mapping its treasurer has defined for the account."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from io import StringIO

from workflows.bank import (
    CsvMapping,
    FileRefused,
    Sign,
    Statement,
    StatementLine,
    day,
    minor_units,
    usable_reference,
)

Row = Mapping[str, str]
MOST_ROWS = 20_000


def read(
    text: str, mapping: CsvMapping, currency: str, balances: tuple[int | None, int | None]
) -> Statement:
    """Return the file as one statement; FileRefused for whatever does not fit the mapping.

    balances: opening and closing as typed, for a mapping without a balance column. With one,
    each line's balance must follow from the line before it.
    """
    rows = _rows(text, mapping)
    if mapping.newest_first:
        rows.reverse()
    lines, running = [], []
    for number, row in enumerate(rows, start=1):
        try:
            lines.append(_line(row, mapping, currency))
            if mapping.balance:
                running.append(minor_units(row[mapping.balance], currency, mapping.decimal_mark))
        except FileRefused as refused:
            raise FileRefused(refused.code, **{**refused.facts, "line": number}) from None
    opening, closing = _balances(lines, running, balances, currency)
    closes_on = max(line.booked_on for line in lines)
    return Statement("", currency, "", opening, closing, closes_on, tuple(lines))


def _rows(text: str, mapping: CsvMapping) -> list[Row]:
    """Return the rows below the headings; what a bank writes above them is passed over."""
    try:
        records = list(csv.reader(StringIO(text, newline=None), delimiter=mapping.delimiter))
    except csv.Error:
        raise FileRefused("not_a_statement") from None
    needed = {*_columns(mapping)}
    for index, record in enumerate(records[:50]):
        headings = [each.strip() for each in record]
        if needed <= set(headings):
            below = [each for each in records[index + 1 :] if any(cell.strip() for cell in each)]
            if len(below) > MOST_ROWS:
                raise FileRefused("too_large")
            if not below:
                raise FileRefused("not_a_statement")
            return [_row(headings, each, number) for number, each in enumerate(below, start=1)]
    raise FileRefused("columns_missing")


def _row(headings: list[str], record: list[str], number: int) -> Row:
    if len(record) < len(headings):
        raise FileRefused("columns_missing", line=number)
    return dict(zip(headings, (cell.strip() for cell in record), strict=False))


def _columns(mapping: CsvMapping) -> Iterable[str]:
    named = (
        mapping.booked, mapping.amount, mapping.credit, mapping.debit, mapping.indicator,
        mapping.balance, mapping.bank_ref, *mapping.texts,
    )  # fmt: skip
    return (each for each in named if each)


def _line(row: Row, mapping: CsvMapping, currency: str) -> StatementLine:
    amount = _amount(row, mapping, currency)
    if amount == 0:
        raise FileRefused("zero_amount")
    texts = [row[each] for each in mapping.texts if row[each]]
    return StatementLine(
        booked_on=day(row[mapping.booked], mapping.date_format),
        amount=amount,
        bank_ref=usable_reference(row[mapping.bank_ref]) if mapping.bank_ref else "",
        text="\n".join(texts),
    )


def _amount(row: Row, mapping: CsvMapping, currency: str) -> int:
    mark = mapping.decimal_mark
    if mapping.sign is Sign.TWO_COLUMNS:
        credit, debit = row[mapping.credit], row[mapping.debit]
        if bool(credit) == bool(debit):
            raise FileRefused("garbled_amount")
        if credit:
            return minor_units(credit, currency, mark)
        return -abs(minor_units(debit, currency, mark))
    amount = minor_units(row[mapping.amount], currency, mark)
    if mapping.sign is Sign.SIGNED:
        return amount
    if amount < 0:
        raise FileRefused("garbled_amount")
    is_debit = row[mapping.indicator].casefold() == mapping.debit_word.casefold()
    return -amount if is_debit else amount


def _balances(
    lines: list[StatementLine],
    running: list[int],
    typed: tuple[int | None, int | None],
    currency: str,
) -> tuple[int, int]:
    if running:
        opening = running[0] - lines[0].amount
        expected = opening
        for number, (line, balance) in enumerate(zip(lines, running, strict=True), start=1):
            expected += line.amount
            if balance != expected:
                difference = balance - expected
                raise FileRefused(
                    "sum_differs", difference=difference, currency=currency, line=number
                )
        return opening, running[-1]
    opening_typed, closing_typed = typed
    if opening_typed is None or closing_typed is None:
        raise FileRefused("no_balance")
    return opening_typed, closing_typed
