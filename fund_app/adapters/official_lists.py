"""Official lists as files: EU, United Nations and OFAC in XML, United Kingdom (OFSI) in CSV.

A file says itself what it is. XML with a document type, entities or references to elsewhere is
refused before anything of it is read (defusedxml). Tags we do not know are passed over; what a
list is read for (its day, its entries, their names) has to be there, and a count the list states
of itself has to agree. Nothing is fetched: files are brought by a person.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from workflows.screening import Listed

LARGEST = 200 * 1024 * 1024
LONGEST_NAME = 400
LONGEST_REFERENCE = 64
YEARS = range(1850, 2101)
CODES = ("eu", "un", "ofac", "uk")


class ListRefused(Exception):
    """A file that is no official list, or a hostile one; `code` says why, for a plain sentence."""

    def __init__(self, code: str) -> None:
        """Carry a code only; what the file holds stays out of messages."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list as read: which one, of which day, its own word for its version, its entries.

    `unnamed` counts the entries that hold no name and were left out.
    """

    code: str
    published_on: date
    version: str
    sha256: str
    size: int
    entries: tuple[Listed, ...]
    unnamed: int

    @property
    def names(self) -> int:
        """How many names and aliases the entries hold."""
        return sum(len(entry.names) for entry in self.entries)


def read(content: bytes) -> ListFile:
    """Read a list from a file's bytes.

    Raises ListRefused: too_large, hostile (document type or entities), not_readable, unknown
    (none of the four lists), no_day, no_entries, count_differs (less or more than it states).
    """
    if len(content) > LARGEST:
        raise ListRefused("too_large")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        root = _xml(content)
        reader = _XML_READERS.get(_local(root))
        if reader is None:
            raise ListRefused("unknown")
        parts = reader(root)
    else:
        parts = _uk(content)
    entries = tuple(entry for entry in parts.entries if entry.names)
    if not entries:
        raise ListRefused("no_entries")
    return ListFile(
        parts.code,
        parts.published_on,
        parts.version[:LONGEST_REFERENCE],
        hashlib.sha256(content).hexdigest(),
        len(content),
        entries,
        len(parts.entries) - len(entries),
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    code: str
    published_on: date
    version: str
    entries: list[Listed]


def _xml(content: bytes) -> Element:
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise ListRefused("hostile") from None
    except (ParseError, ValueError, LookupError):
        raise ListRefused("not_readable") from None
    return root


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _every(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element.iter() if _local(child) == name)


def _texts(element: Element, *names: str) -> list[str]:
    """Return the texts of direct children of these names, in the order of the names."""
    return [
        " ".join(child.text.split())
        for name in names
        for child in element
        if _local(child) == name and child.text and child.text.strip()
    ]


def _first(element: Element, name: str) -> str:
    return next(iter(_texts(element, name)), "")


def _listed(reference: str, names: list[str], years: list[str]) -> Listed:
    kept = dict.fromkeys(" ".join(name.split())[:LONGEST_NAME] for name in names if name.strip())
    known = {year for text in years if (year := _year(text)) is not None}
    return Listed(reference[:LONGEST_REFERENCE], tuple(kept), tuple(sorted(known)))


def _year(text: str) -> int | None:
    found = [int(each) for each in re.findall(r"(?<!\d)\d{4}(?!\d)", text)]
    return next((year for year in found if year in YEARS), None)


def _eu(root: Element) -> _Parts:
    """EU consolidated list of financial sanctions, xmlFullSanctionsList 1.1."""
    stated = root.get("generationDate", "")
    entries = []
    for entity in _every(root, "sanctionEntity"):
        names = [
            alias.get("wholeName")
            or " ".join(alias.get(part, "") for part in ("firstName", "middleName", "lastName"))
            for alias in _every(entity, "nameAlias")
        ]
        years = [
            born.get("year", "") or born.get("birthdate", "")
            for born in _every(entity, "birthdate")
        ]
        reference = entity.get("euReferenceNumber") or entity.get("logicalId") or ""
        entries.append(_listed(reference, names, years))
    return _Parts("eu", _iso_day(stated), root.get("globalFileId") or stated, entries)


def _un(root: Element) -> _Parts:
    """Consolidated list of the Security Council of the United Nations."""
    stated = root.get("dateGenerated", "")
    entries = []
    for kind in ("INDIVIDUAL", "ENTITY"):
        for entry in _every(root, kind):
            parts = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
            names = [" ".join(_texts(entry, *parts)), *_texts(entry, "NAME_ORIGINAL_SCRIPT")]
            years = []
            for child in entry:
                if _local(child) == f"{kind}_ALIAS":
                    names += _texts(child, "ALIAS_NAME")
                if _local(child) == "INDIVIDUAL_DATE_OF_BIRTH":
                    years += _texts(child, "DATE", "YEAR")
            reference = _first(entry, "REFERENCE_NUMBER") or _first(entry, "DATAID")
            entries.append(_listed(reference, names, years))
    return _Parts("un", _iso_day(stated), stated, entries)


def _ofac(root: Element) -> _Parts:
    """OFAC list of specially designated nationals, SDN.XML."""
    head = next(_every(root, "publshInformation"), None)
    if head is None:
        raise ListRefused("no_day")
    stated = _first(head, "Publish_Date")
    entries = []
    for entry in (child for child in root if _local(child) == "sdnEntry"):
        names = [" ".join(_texts(entry, "firstName", "lastName"))]
        names += [" ".join(_texts(aka, "firstName", "lastName")) for aka in _every(entry, "aka")]
        years = [born.text or "" for born in _every(entry, "dateOfBirth")]
        entries.append(_listed(_first(entry, "uid"), names, years))
    count = _first(head, "Record_Count")
    if not count.isdecimal() or int(count) != len(entries):
        raise ListRefused("count_differs")
    return _Parts("ofac", _day(stated, "%m/%d/%Y"), stated, entries)


_XML_READERS: dict[str, Callable[[Element], _Parts]] = {
    "export": _eu,
    "CONSOLIDATED_LIST": _un,
    "sdnList": _ofac,
}

NAME_PARTS = ("Name 1", "Name 2", "Name 3", "Name 4", "Name 5", "Name 6")
UK_COLUMNS = frozenset({*NAME_PARTS, "DOB", "Group ID"})


def _uk(content: bytes) -> _Parts:
    """Consolidated list of OFSI, ConList.csv: a day in the first line, one name a line after."""
    try:
        text = content.decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise ListRefused("not_readable") from None
    if len(lines) < len(("day", "head")) or [cell.strip() for cell in lines[0][:1]] != [
        "Last Updated"
    ]:
        raise ListRefused("unknown")
    head = [cell.strip() for cell in lines[1]]
    if not UK_COLUMNS.issubset(head):
        raise ListRefused("unknown")
    stated = lines[0][1].strip() if len(lines[0]) > 1 else ""
    groups: dict[str, tuple[list[str], list[str]]] = {}
    for line in lines[2:]:
        row = dict(zip(head, (cell.strip() for cell in line), strict=False))
        if not row.get("Group ID"):
            continue
        names, years = groups.setdefault(row["Group ID"], ([], []))
        names.append(" ".join(row[part] for part in NAME_PARTS if row.get(part)))
        names.append(row.get("Name Non-Latin Script", ""))
        years.append(row.get("DOB", ""))
    entries = [_listed(group, names, years) for group, (names, years) in groups.items()]
    return _Parts("uk", _day(stated, "%d/%m/%Y"), stated, entries)


def _iso_day(text: str) -> date:
    return _day(text[: len("2026-01-31")], "%Y-%m-%d")


def _day(text: str, form: str) -> date:
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007 (a day, no moment)
    except ValueError:
        raise ListRefused("no_day") from None
