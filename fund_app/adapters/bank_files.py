"""Read a file of the bank, whichever of the three kinds it is: camt.053, MT940 or CSV.

Tolerant in tags and namespaces, strict in sums: a file is read as a whole or refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fund_app.adapters import bank_camt, bank_csv, bank_mt940
from workflows.bank import CsvMapping, FileRefused, Statement, require_sound

LARGEST = 2 * 1024 * 1024
"""Bytes of one file: several thousand lines, and little enough to be carried by a page."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came, and the balances typed beside a CSV that has none (minor units)."""

    content: bytes = field(repr=False)
    opening: int | None = None
    closing: int | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What kind of file it was, and the statements in it, in order."""

    form: str
    statements: tuple[Statement, ...]


def read(upload: Upload, *, currency: str, mapping: CsvMapping | None) -> Read:
    """Read a file into statements that add up; currency and mapping are the account's.

    camt.053 versions .02 to .12, MT940, or a CSV by the account's mapping. Raises
    workflows.bank.FileRefused with its code for whatever cannot be taken as a whole.
    """
    content = upload.content
    if len(content) > LARGEST:
        raise FileRefused("too_large")
    form, statements = _statements(upload, currency, mapping)
    if not statements:
        raise FileRefused("not_a_statement")
    for statement in statements:
        require_sound(statement)
    return Read(form, tuple(statements))


def _statements(
    upload: Upload, currency: str, mapping: CsvMapping | None
) -> tuple[str, Sequence[Statement]]:
    content = upload.content
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "camt.053", bank_camt.read(content)
    if b"\0" in content:
        raise FileRefused("not_a_statement")
    text = decoded(content)
    if bank_mt940.looks_like(text):
        return "mt940", bank_mt940.read(text)
    if mapping is None:
        raise FileRefused("no_mapping")
    balances = (upload.opening, upload.closing)
    return "csv", [bank_csv.read(text, mapping, currency, balances)]


def decoded(content: bytes) -> str:
    """Return the text of a file: UTF-8 where it is, otherwise the letters of Western banks."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
