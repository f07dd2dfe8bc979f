"""Status reports as banks send them (pain.002), with names and accounts that nobody may keep."""

from __future__ import annotations

from collections.abc import Mapping

NAME, IBAN = "Sentinel Person", "NL91ABNA0417164300"


def report(
    number: str,
    lines: Mapping[str, tuple[str, str]] | None = None,
    *,
    group: str = "",
    part: str = "",
    version: str = "03",
) -> bytes:
    """Return a report on a file: a status for all of it, and (status, reason) by reference."""
    rows = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn><AddtlInf>{NAME}</AddtlInf></StsRsnInf>"
        f"<OrgnlTxRef><Cdtr><Nm>{NAME}</Nm></Cdtr><CdtrAcct><Id><IBAN>{IBAN}</IBAN></Id>"
        "</CdtrAcct></OrgnlTxRef></TxInfAndSts>"
        for reference, (status, reason) in (lines or {}).items()
    )
    told = f"<PmtInfSts>{part}</PmtInfSts>" if part else ""
    holder = (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{number}</OrgnlPmtInfId>{told}{rows}"
        "</OrgnlPmtInfAndSts>"
    )
    whole = f"<GrpSts>{group}</GrpSts>" if group else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}">'
        "<CstmrPmtStsRpt><GrpHdr><MsgId>B-1</MsgId><CreDtTm>2026-06-30T12:00:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{number}</OrgnlMsgId>"
        f"<OrgnlMsgNmId>pain.001</OrgnlMsgNmId>{whole}</OrgnlGrpInfAndSts>"
        f"{holder if rows or part else ''}</CstmrPmtStsRpt></Document>"
    ).encode()
