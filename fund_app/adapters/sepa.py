"""SEPA files: credit transfers as pain.001.001.09 (ISO 20022), made by sepaxml and checked anew.

What the schema lets through is checked here: check digits of every IBAN (mod 97), zero amounts,
references that occur twice, count and control sum. No postal address is written: since November
2026 only structured ones are taken, and for people at risk none is the right one. The remittance
text is the payment's neutral reference and nothing else.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import as_file, files
from typing import Any

from anyascii import anyascii
from defusedxml.ElementTree import fromstring
from sepaxml.transfer import SepaTransfer
from stdnum import bic as bics
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError

SCHEMA = "pain.001.001.09"
NAMESPACE = f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"
CURRENCY = "EUR"
LONGEST_NAME = 70
LONGEST_REFERENCE = 35
FORBIDDEN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]+")
"""All but the characters every bank of the area takes (EPC 217-08)."""
SEPARATORS = re.compile(r"[\n\r\t,;|]+")
LABEL = re.compile(r"^(iban|bic|swift|account|konto|счёт|счет)\b[\s:.-]*", re.IGNORECASE)
OPENING, CLOSING = b"<CdtTrfTxInf>", b"</CdtTrfTxInf>"


class FileRefused(ValueError):
    """A file that must not exist; `code` says why and names nobody."""

    def __init__(self, code: str) -> None:
        """Keep the code of the reason."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Account:
    """An account: whose it is, its IBAN and, of the payer, perhaps its BIC."""

    holder: str = field(repr=False)
    iban: str = field(repr=False)
    bic: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment: to which account, how much (cents of a euro), under which reference."""

    to: Account
    amount: int
    reference: str


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """A file in three: what stands before the payments, each payment, what stands after them."""

    head: bytes
    payments: tuple[bytes, ...] = field(repr=False)
    tail: bytes

    @property
    def content(self) -> bytes:
        """The bytes of the whole file."""
        return b"".join((self.head, *self.payments, self.tail))


def bank_name(name: str) -> str:
    """Return a name in the characters every bank takes; it may read differently from before.

    Show it to whoever releases the payment: what a bank compares is this.
    """
    plain = FORBIDDEN.sub(" ", anyascii(name))
    return " ".join(plain.split())[:LONGEST_NAME].strip()


def account_of(holder: str, written: str) -> Account:
    """Read the account somebody wrote down: exactly one IBAN; a BIC beside it is not needed.

    Raises FileRefused: iban_missing, iban_wrong (check digits, length or country),
    iban_unclear (more than one), name_missing.
    """
    name = bank_name(holder)
    if not name:
        raise FileRefused("name_missing")
    parts = [LABEL.sub("", part.strip()) for part in SEPARATORS.split(written)]
    found = sorted({ibans.compact(part) for part in parts if _is(ibans, part)})
    if len(found) > 1:
        raise FileRefused("iban_unclear")
    if not found:
        raise FileRefused("iban_wrong" if _looks_like_one(parts) else "iban_missing")
    return Account(name, found[0])


def _is(kind: object, part: str) -> bool:
    try:
        kind.validate(part)  # type: ignore[attr-defined]
    except ValidationError:
        return False
    return True


def _looks_like_one(parts: Sequence[str]) -> bool:
    shape = re.compile(r"[A-Za-z]{2}\d{2}[A-Za-z0-9]{8,30}")
    return any(shape.fullmatch("".join(part.split()).replace("-", "")) for part in parts)


def require_payable(transfer: Transfer, currency: str) -> None:
    """Refuse what must not stand in a file: another currency, nothing to pay, a bad reference.

    Raises FileRefused: not_euro, amount_not_positive, reference_wrong; TypeError for an amount
    that is not an int.
    """
    if type(transfer.amount) is not int:
        raise TypeError("an amount must be an int of minor units")
    if currency != CURRENCY:
        raise FileRefused("not_euro")
    if transfer.amount <= 0:
        raise FileRefused("amount_not_positive")
    reference = transfer.reference
    if not (reference.isascii() and reference.isalnum() and len(reference) <= LONGEST_REFERENCE):
        raise FileRefused("reference_wrong")
    if not _is(ibans, transfer.to.iban):
        raise FileRefused("iban_wrong")


def write(
    payer: Account, transfers: Sequence[Transfer], number: str, moment: datetime, pay_on: date
) -> PaymentFile:
    """Return the file of these transfers, valid by the schema and by our own counting.

    number: the file's own neutral number, repeated in the part that names the payer. Raises
    FileRefused: nothing_to_pay, payer_wrong, reference_twice, file_wrong (the schema or the
    sums say no), and what require_payable raises.
    """
    if not transfers:
        raise FileRefused("nothing_to_pay")
    if not (payer.holder and _is(ibans, payer.iban)):
        raise FileRefused("payer_wrong")
    for transfer in transfers:
        require_payable(transfer, CURRENCY)
    if len({transfer.reference for transfer in transfers}) != len(transfers):
        raise FileRefused("reference_twice")
    content = _content(payer, transfers, number, moment, pay_on)
    _require_sound(content, transfers)
    return _cut(content, len(transfers))


def _content(
    payer: Account, transfers: Sequence[Transfer], number: str, moment: datetime, pay_on: date
) -> bytes:
    config = {
        "name": bank_name(payer.holder),
        "IBAN": ibans.compact(payer.iban),
        "currency": CURRENCY,
        "batch": True,
    }
    if payer.bic:
        config["BIC"] = bics.compact(payer.bic)
    made = SepaTransfer(config, schema=SCHEMA, clean=False)
    for transfer in transfers:
        payment = {  # without a BIC: the IBAN is enough, and the name of a bank may look like one
            "name": transfer.to.holder,
            "IBAN": transfer.to.iban,
            "amount": transfer.amount,
            "execution_date": pay_on,
            "description": transfer.reference,
            "endtoend_id": transfer.reference,
        }
        made.add_payment(payment)
    # The library draws its own numbers, from the payer's name and the machine's clock.
    root = fromstring(made.export(validate=False))
    for tag, text in (
        ("MsgId", number),
        ("PmtInfId", number),
        ("CreDtTm", moment.strftime("%Y-%m-%dT%H:%M:%S")),
    ):
        for node in root.iter(f"{{{NAMESPACE}}}{tag}"):
            node.text = text
    ET.register_namespace("", NAMESPACE)
    content: bytes = ET.tostring(root, "UTF-8", xml_declaration=True)
    return content


def _require_sound(content: bytes, transfers: Sequence[Transfer]) -> None:
    """Read the finished file once more: by the schema, and by what the schema lets pass."""
    try:
        _schema().validate(content.decode())
    except Exception:  # noqa: BLE001 (its text quotes the file, whatever kind it is)
        raise FileRefused("file_wrong") from None
    root = fromstring(content)
    sums = [node.text for node in root.iter(f"{{{NAMESPACE}}}CtrlSum")]
    counts = [node.text for node in root.iter(f"{{{NAMESPACE}}}NbOfTxs")]
    amounts = [node.text or "" for node in root.iter(f"{{{NAMESPACE}}}InstdAmt")]
    total = _decimal(sum(transfer.amount for transfer in transfers))
    if (
        set(sums) != {total}
        or set(counts) != {str(len(transfers))}
        or amounts != [_decimal(transfer.amount) for transfer in transfers]
    ):
        raise FileRefused("file_wrong")


@lru_cache(maxsize=1)
def _schema() -> Any:
    """Return the schema sepaxml brings; compiling it takes far longer than reading by it."""
    # It changes how the standard library reads XML for whoever loads it at the top of a module.
    from xmlschema import XMLSchema  # noqa: PLC0415

    with as_file(files("sepaxml") / "schemas" / f"{SCHEMA}.xsd") as path:
        return XMLSchema(path)


def _decimal(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _cut(content: bytes, count: int) -> PaymentFile:
    begin, end = content.index(OPENING), content.rindex(CLOSING) + len(CLOSING)
    pieces = content[begin:end].split(CLOSING)[:-1]
    found = PaymentFile(content[:begin], tuple(piece + CLOSING for piece in pieces), content[end:])
    if len(found.payments) != count or found.content != content:
        raise FileRefused("file_wrong")
    return found


def name_in(payment: bytes) -> tuple[str, str]:
    """Return the name and the IBAN that stand in one payment of a file."""
    root = fromstring(payment)
    return root.findtext("Cdtr/Nm") or "", root.findtext("CdtrAcct/Id/IBAN") or ""
