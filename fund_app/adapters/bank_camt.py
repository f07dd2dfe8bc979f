"""camt.053 (ISO 20022 BankToCustomerStatement), versions .02 to .12.

Element names are what the versions share; their namespace is not looked at. What moved between
versions (the status in `Sts` or `Sts/Cd`, a party's name in `Nm` or `Pty/Nm`) is found in either
place. Document types and entities are refused: no bank's file needs them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element, ParseError  # nosec B405 (types; parsing is defused)

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from workflows.bank import (
    FileRefused,
    Hint,
    Statement,
    StatementLine,
    minor_units,
    usable_reference,
)

BOOKED = "BOOK"
OPENING = ("OPBD", "PRCD", "ITBD", "OPAV")
CLOSING = ("CLBD", "ITBD", "CLAV")
FEE_CODES = frozenset({"CHRG", "COMM", "FEES"})
RETURN_CODES = frozenset({"RRTN", "RPCR", "RRCT", "UPCT", "ARET"})
WORDS = ("Nm", "Ustrd", "Ref", "EndToEndId", "InstrId", "PmtInfId", "MsgId", "TxId",
         "AddtlNtryInf", "AddtlTxInf", "AddtlInf", "AddtlRmtInf")  # fmt: skip
"""Elements whose text may help somebody, or hold a reference of ours."""


def read(content: bytes) -> list[Statement]:
    """Return the statements of a camt.053 file; FileRefused for anything else."""
    try:
        root = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise FileRefused("entities") from None
    except (ParseError, ValueError, LookupError):
        raise FileRefused("not_a_statement") from None
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]
    return [_statement(each) for each in root.iter("Stmt")]


def _statement(root: Element) -> Statement:
    opening, currency, _day = _balance(root, OPENING)
    closing, closing_currency, closes_on = _balance(root, CLOSING, last=True)
    if closing_currency != currency:
        raise FileRefused("other_currency", currency=closing_currency)
    account = _text(root, "Acct/Id/IBAN") or _text(root, "Acct/Id/Othr/Id")
    # Not its Id: banks put the account's number into it, and a statement's number is kept in clear.
    number = _text(root, "LglSeqNb") or _text(root, "ElctrncSeqNb")
    lines = [line for entry in root.findall("Ntry") for line in _lines(entry, currency)]
    return Statement(account, currency, number, opening, closing, closes_on, tuple(lines))


def _balance(
    root: Element, wanted: tuple[str, ...], *, last: bool = False
) -> tuple[int, str, date]:
    """Return the first balance of the first wanted kind there is (or the last of its kind)."""
    found: dict[str, list[Element]] = {}
    for balance in root.findall("Bal"):
        code = _text(balance, "Tp/CdOrPrtry/Cd") or _text(balance, "Tp/CdOrPrtry/Prtry")
        found.setdefault(code, []).append(balance)
    kinds = [each for each in wanted if each in found]
    if not kinds:
        raise FileRefused("no_balance")
    chosen = found[kinds[0]][-1 if last else 0]
    amount, currency = _amount(chosen)
    return amount, currency, _day(chosen, "Dt")


def _lines(entry: Element, currency: str) -> Iterator[StatementLine]:
    status = _text(entry, "Sts/Cd") or _text(entry, "Sts")
    if status and status != BOOKED:
        return
    amount, found_currency = _amount(entry)
    if found_currency != currency:
        raise FileRefused("other_currency", currency=found_currency)
    booked = _day(entry, "BookgDt", fallback="ValDt")
    value = _day(entry, "ValDt", fallback="BookgDt")
    bank_ref = usable_reference(_text(entry, "AcctSvcrRef") or _text(entry, "NtryRef"))
    for number, (part, words) in enumerate(_parts(entry, amount, currency)):
        own = usable_reference(_text(words, "Refs/AcctSvcrRef")) or bank_ref
        suffix = f"#{number}" if number and own == bank_ref else ""
        text = "\n".join(_words(words))
        yield StatementLine(
            booked, part, value, own + suffix if own else "", text, _hint(entry, words),
            _charge(words, part, currency),
        )  # fmt: skip


def _parts(entry: Element, amount: int, currency: str) -> list[tuple[int, Element]]:
    """Split a batch into its transactions where each has an amount and they add up to it."""
    details = [each for block in entry.findall("NtryDtls") for each in block.findall("TxDtls")]
    if len(details) > 1:
        amounts = [_detail(each, currency, amount < 0) for each in details]
        known = [each for each in amounts if each is not None]
        if len(known) == len(details) and sum(known) == amount:
            return list(zip(known, details, strict=True))
    return [(amount, entry)]


def _detail(detail: Element, currency: str, is_debit: bool) -> int | None:
    """Return the signed amount of one transaction of a batch, in the account's currency."""
    places = ("Amt", "AmtDtls/TxAmt/Amt")
    found = next((each for each in map(detail.find, places) if each is not None), None)
    if found is None or found.get("Ccy") != currency:
        return None
    mark = _text(detail, "CdtDbtInd")
    amount = minor_units(found.text or "", currency)
    return -amount if (mark == "DBIT" if mark else is_debit) else amount


def _charge(part: Element, amount: int, currency: str) -> int:
    """Return what the bank took within an amount, where it says that it is within it.

    `Chrgs/Rcrd` with `ChrgInclInd` (camt.053.001.04 on; before, `Chrgs` itself). Charges beside
    the amount are lines of their own; in another currency, or not below the amount: none.
    """
    holders = part.findall("Chrgs") or part.findall("NtryDtls/TxDtls/Chrgs")
    records = [each for holder in holders for each in holder.findall("Rcrd") or [holder]]
    taken = 0
    for record in records:
        found = record.find("Amt")
        if found is None or _text(record, "ChrgInclInd") not in {"true", "1"}:
            continue
        if found.get("Ccy") != currency:
            return 0
        size = minor_units(found.text or "", currency)
        taken += -size if _text(record, "CdtDbtInd") == "CRDT" else size
    return taken if 0 < taken < abs(amount) else 0


def _amount(holder: Element) -> tuple[int, str]:
    found = holder.find("Amt")
    mark = _text(holder, "CdtDbtInd")
    if found is None or mark not in {"CRDT", "DBIT"}:
        raise FileRefused("garbled_amount")
    currency = (found.get("Ccy") or "").upper()
    amount = minor_units(found.text or "", currency)
    if amount < 0:
        raise FileRefused("garbled_amount")
    return (-amount if mark == "DBIT" else amount), currency


def _day(holder: Element, name: str, *, fallback: str | None = None) -> date:
    text = _text(holder, f"{name}/Dt") or _text(holder, f"{name}/DtTm") or _text(holder, name)
    if not text and fallback is not None:
        return _day(holder, fallback)
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise FileRefused("garbled_day") from None


def _hint(entry: Element, part: Element) -> Hint:
    codes = {
        (each.text or "").strip()
        for holder in (entry, part)
        for each in holder.iter("SubFmlyCd")
        if each.text
    }
    if part.find(".//RtrInf") is not None or codes & RETURN_CODES:
        return Hint.RETURN
    return Hint.FEE if codes & FEE_CODES else Hint.NONE


def _words(part: Element) -> Iterator[str]:
    for element in part.iter():
        text = (element.text or "").strip()
        if text and element.tag in WORDS and usable_reference(text):
            yield text


def _text(holder: Element, path: str) -> str:
    return (holder.findtext(path) or "").strip()
