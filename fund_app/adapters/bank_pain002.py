"""pain.002 (ISO 20022 CustomerPaymentStatusReport), as banks send it in versions .03 to .14.

Element names are what the versions share; their namespace is not looked at. Only numbers of
ours and codes are read: names, accounts and free words in the file never leave this function.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError  # nosec B405 (types; parsing is defused)

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from fund_app.adapters.bank_files import LARGEST
from workflows.status_reports import (
    ACCEPTED,
    CODES,
    NO_REASON,
    REJECTED,
    LineStatus,
    ReportRefused,
    StatusReport,
)

NUMBER = re.compile(r"[A-Za-z0-9/-]{1,35}")
REASON = re.compile(r"[A-Z0-9]{4}")
UNREADABLE = "?"


def read(content: bytes) -> StatusReport:
    """Return what the bank tells of one file of ours.

    Raises ReportRefused: too_large, entities (a document type, which no bank's file needs),
    not_a_report, several_files, unknown_file (a part of another file), unknown_status,
    line_twice (one line, two statuses), contradicts_itself (all of it refused and a line taken,
    or the file and its parts refused in one place and taken in another).
    """
    root = _opened(content)
    groups, parts = list(root.iter("OrgnlGrpInfAndSts")), list(root.iter("OrgnlPmtInfAndSts"))
    if len(groups) != 1:
        raise ReportRefused("several_files" if groups else "not_a_report")
    number = _number(groups[0], "OrgnlMsgId")
    foreign = {_number(part, "OrgnlPmtInfId") for part in parts} - {"", number}
    if foreign or not number:
        raise ReportRefused("unknown_file", sorted(foreign))
    statuses = [_status(groups[0], "GrpSts"), *(_status(part, "PmtInfSts") for part in parts)]
    if REJECTED in statuses and not ACCEPTED.isdisjoint(statuses):
        raise ReportRefused("contradicts_itself", [number])
    return _sound(StatusReport(number, _of_all(statuses), tuple(_lines(root))))


def _opened(content: bytes) -> Element:
    """Return the document with its element names bare of namespaces."""
    if len(content) > LARGEST:
        raise ReportRefused("too_large")
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise ReportRefused("entities") from None
    except (ParseError, ValueError, LookupError):
        raise ReportRefused("not_a_report") from None
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]
    if root.tag != "Document" or root.find("CstmrPmtStsRpt") is None:
        raise ReportRefused("not_a_report")
    return root


def _of_all(statuses: list[str]) -> str:
    """Return the status that holds for lines not named: the last one told, the most exact."""
    told = [each for each in statuses if each]
    return told[-1] if told else ""


def _lines(root: Element) -> Iterator[LineStatus]:
    for line in root.iter("TxInfAndSts"):
        status = _status(line, "TxSts")
        if status:
            reason = (line.findtext("StsRsnInf/Rsn/Cd") or "").strip()
            kept = reason if REASON.fullmatch(reason) else NO_REASON
            yield LineStatus(_number(line, "OrgnlEndToEndId") or UNREADABLE, status, kept)


def _sound(report: StatusReport) -> StatusReport:
    told: dict[str, LineStatus] = {}
    for line in report.lines:
        if told.setdefault(line.reference, line) != line:
            raise ReportRefused("line_twice", [line.reference])
    taken = [line.reference for line in told.values() if line.status in ACCEPTED]
    if report.status == REJECTED and taken:
        raise ReportRefused("contradicts_itself", taken)
    return StatusReport(report.file_number, report.status, tuple(told.values()))


def _status(holder: Element, name: str) -> str:
    text = (holder.findtext(name) or "").strip()
    if text and text not in CODES:
        raise ReportRefused("unknown_status", [text] if REASON.fullmatch(text) else ())
    return text


def _number(holder: Element, name: str) -> str:
    text = (holder.findtext(name) or "").strip()
    return text if NUMBER.fullmatch(text) else UNREADABLE if text else ""
