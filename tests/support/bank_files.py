"""Files as banks send them: camt.053 in its versions, MT940, CSV; made from a few lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

IBAN = "DE89370400440532013000"
"""The example IBAN of the standard; nobody's account."""
OTHER_IBAN = "GB29NWBK60161331926819"
DAY = date(2026, 6, 29)


@dataclass(frozen=True)
class Line:
    """A line of a file: signed minor units of two digits, what it says, the bank's reference."""

    amount: int
    text: str = ""
    bank_ref: str = ""
    day: date = DAY
    name: str = "Zqname Zqsender"
    code: str = "ESCT"
    charge: int = 0


def decimal(amount: int) -> str:
    """Return an amount of cents with a point, unsigned."""
    return f"{abs(amount) // 100}.{abs(amount) % 100:02d}"


def camt(
    lines: Sequence[Line],
    *,
    opening: int = 0,
    closing: int | None = None,
    version: str = "08",
    iban: str = IBAN,
    number: str = "6",
    currency: str = "EUR",
    day: date = DAY,
) -> bytes:
    """Return a camt.053.001.`version` with one statement; `closing` left out: as it adds up."""
    last = opening + sum(line.amount for line in lines) if closing is None else closing
    entries = "".join(_entry(line, version, currency) for line in lines)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        "<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr><Stmt>"
        f"<Id>S-{number}</Id><LglSeqNb>{number}</LglSeqNb>"
        f"<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>{currency}</Ccy></Acct>"
        f"{_balance('OPBD', opening, currency, day)}{_balance('CLBD', last, currency, day)}"
        f"{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _balance(code: str, amount: int, currency: str, day: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(amount, currency)}"
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _amount(amount: int, currency: str) -> str:
    mark = "DBIT" if amount < 0 else "CRDT"
    return f'<Amt Ccy="{currency}">{decimal(amount)}</Amt><CdtDbtInd>{mark}</CdtDbtInd>'


def _entry(line: Line, version: str, currency: str) -> str:
    is_new = int(version) >= 8
    status = "<Sts><Cd>BOOK</Cd></Sts>" if is_new else "<Sts>BOOK</Sts>"
    party = f"<Pty><Nm>{line.name}</Nm></Pty>" if is_new else f"<Nm>{line.name}</Nm>"
    charges = (
        f'<Chrgs><Rcrd><Amt Ccy="{currency}">{decimal(line.charge)}</Amt>'
        "<CdtDbtInd>DBIT</CdtDbtInd><ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>"
        if line.charge
        else ""
    )
    reference = f"<AcctSvcrRef>{line.bank_ref}</AcctSvcrRef>" if line.bank_ref else ""
    return (
        f"<Ntry>{_amount(line.amount, currency)}{status}"
        f"<BookgDt><Dt>{line.day}</Dt></BookgDt><ValDt><Dt>{line.day}</Dt></ValDt>{reference}"
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>{line.code}</SubFmlyCd></Fmly>"
        f"</Domn></BkTxCd>{charges}<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>"
        f"<RltdPties><Dbtr>{party}</Dbtr></RltdPties>"
        f"<RmtInf><Ustrd>{line.text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def mt940(
    lines: Sequence[Line],
    *,
    opening: int = 0,
    closing: int | None = None,
    account: str = "37040044/532013000",
    number: str = "6",
    currency: str = "EUR",
) -> bytes:
    """Return an MT940 file with one statement."""
    last = opening + sum(line.amount for line in lines) if closing is None else closing
    rows = "".join(_field_61(line) for line in lines)
    return (
        f":20:STARTUMSE\r\n:25:{account}\r\n:28C:{number}/1\r\n"
        f":60F:{_mt_balance(opening, currency)}\r\n{rows}"
        f":62F:{_mt_balance(last, currency)}\r\n-\r\n"
    ).encode()


def _mt_amount(amount: int) -> str:
    return decimal(amount).replace(".", ",")


def _mt_balance(amount: int, currency: str) -> str:
    return f"{'D' if amount < 0 else 'C'}260629{currency}{_mt_amount(amount)}"


def _field_61(line: Line) -> str:
    mark = "D" if line.amount < 0 else "C"
    reference = f"//{line.bank_ref}" if line.bank_ref else ""
    stamp = line.day.strftime("%y%m%d%m%d")
    return (
        f":61:{stamp}{mark}{_mt_amount(line.amount)}NTRFNONREF{reference}\r\n"
        f":86:166?00GUTSCHRIFT?20SVWZ+{line.text}?32{line.name}\r\n"
    )
