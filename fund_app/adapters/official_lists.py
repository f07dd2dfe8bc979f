"""Official lists as files, in the formats their publishers hand them out in.

* EU: consolidated list of financial sanctions, xmlFullSanctionsList 1.1.
* United Nations: consolidated list of the Security Council, XML.
* United States: OFAC's list of specially designated nationals, SDN.XML, or sdn.csv with alt.csv.
  The two CSV files have no head and no day: the day is told by who brings them.
* United Kingdom: UK Sanctions List of the FCDO, XML or CSV, the only list in force since
  28 January 2026; the consolidated list of OFSI before it (ConList.csv) can still be read.

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


def read(content: bytes, aliases: bytes = b"", day: date | None = None) -> ListFile:
    """Read a list from a file's bytes; `aliases` and `day` are for OFAC's CSV alone.

    Raises ListRefused: too_large, hostile (document type or entities), not_readable, unknown
    (none of the four lists), no_day, no_entries, count_differs (less or more than it states),
    no_aliases and day_missing (OFAC's CSV without its second file, or without a day).
    """
    if len(content) + len(aliases) > LARGEST:
        raise ListRefused("too_large")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        root = _xml(content)
        reader = _XML_READERS.get(_local(root))
        if reader is None:
            raise ListRefused("unknown")
        parts = reader(root)
    else:
        parts = _csv(content, aliases, day)
    entries = tuple(entry for entry in parts.entries if entry.names)
    if not entries:
        raise ListRefused("no_entries")
    return ListFile(
        parts.code,
        parts.published_on,
        parts.version[:LONGEST_REFERENCE],
        hashlib.sha256(content + aliases).hexdigest(),
        len(content) + len(aliases),
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


def _uk_xml(root: Element) -> _Parts:
    """UK Sanctions List of the FCDO: a designation with its names, first names before the last."""
    stated = _first(root, "DateGenerated")
    entries = []
    for entry in (child for child in root if _local(child) == "Designation"):
        parts = [f"Name{number}" for number in range(1, 7)]
        names = [" ".join(_texts(name, *parts)) for name in _every(entry, "Name")]
        names += [each.text or "" for each in _every(entry, "NameNonLatinScript")]
        years = [born.text or "" for born in _every(entry, "DOB")]
        entries.append(_listed(_first(entry, "UniqueID"), names, years))
    return _Parts("uk", _uk_day(stated), stated, entries)


_XML_READERS: dict[str, Callable[[Element], _Parts]] = {
    "export": _eu,
    "CONSOLIDATED_LIST": _un,
    "sdnList": _ofac,
    "Designations": _uk_xml,
}

NAME_PARTS = ("name 1", "name 2", "name 3", "name 4", "name 5", "name 6")
UK_REFERENCES, UK_BIRTHS = ("unique id", "group id"), ("d.o.b", "dob")
UK_DAYS = ("%d/%m/%Y", "%d-%b-%Y", "%d %B %Y", "%Y-%m-%d")
UK_HEAD = re.compile(r"(?:Last Updated|Report Date):?\s*(.*)", re.DOTALL)
SDN_WIDTH, ALT_WIDTH = 12, 5
EMPTY = "-0-"
PERSON = "individual"
END_OF_FILE = "\x1a"
"""What the CSV files of OFAC end with, as files once did."""
_ALSO = re.compile(r"a\.k\.a\. ['\"]([^'\"]+)['\"]")
_BORN = re.compile(r"\bDOB ([^;.]+)")


def _csv(content: bytes, aliases: bytes, day: date | None) -> _Parts:
    lines = _lines(content)
    if lines and UK_HEAD.match(lines[0][0] if lines[0] else ""):
        return _uk(lines)
    others = _lines(aliases)
    if _is_table(lines, ALT_WIDTH) and _is_table(others, SDN_WIDTH):
        lines, others = others, lines
    if not _is_table(lines, SDN_WIDTH):
        raise ListRefused("unknown")
    if not _is_table(others, ALT_WIDTH):
        raise ListRefused("no_aliases")
    if day is None:
        raise ListRefused("day_missing")
    return _sdn(lines, others, day)


def _lines(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig").rstrip(END_OF_FILE)
        lines = csv.reader(io.StringIO(text, newline=""), strict=True)
        return [line for line in lines if any(cell.strip() for cell in line)]
    except (UnicodeDecodeError, csv.Error):
        raise ListRefused("not_readable") from None


def _is_table(lines: list[list[str]], width: int) -> bool:
    """Whether every line has so many cells and begins with a number."""
    return bool(lines) and all(len(line) == width and line[0].strip().isdecimal() for line in lines)


def _sdn(lines: list[list[str]], aliases: list[list[str]], day: date) -> _Parts:
    """OFAC's sdn.csv and alt.csv; an alias of an entry that is not there fails the file."""
    names: dict[str, list[str]] = {}
    years: dict[str, list[str]] = {}
    people = set()
    for line in lines:
        number, name, kind = (_cell(each) for each in line[:3])
        remarks = _cell(line[-1])
        if number in names:
            raise ListRefused("count_differs")
        if kind.casefold() == PERSON:
            people.add(number)
        names[number] = [_turned(name) if number in people else name, *_ALSO.findall(remarks)]
        years[number] = _BORN.findall(remarks)
    for line in aliases:
        number, name = _cell(line[0]), _cell(line[3])
        if number not in names:
            raise ListRefused("count_differs")
        names[number].append(_turned(name) if number in people else name)
    entries = [_listed(number, names[number], years[number]) for number in names]
    return _Parts("ofac", day, f"sdn.csv {day.isoformat()}", entries)


def _cell(text: str) -> str:
    plain = text.strip()
    return "" if plain == EMPTY else plain


def _turned(name: str) -> str:
    """Return "LAST, First" as "First LAST"."""
    last, _comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}".strip()


def _uk(lines: list[list[str]]) -> _Parts:
    """UK Sanctions List or OFSI's ConList in CSV: a day first, then one name a line."""
    if len(lines) < len(("day", "head")):
        raise ListRefused("unknown")
    head = [cell.strip().casefold() for cell in lines[1]]
    reference = next((each for each in UK_REFERENCES if each in head), None)
    born = next((each for each in UK_BIRTHS if each in head), None)
    if reference is None or born is None or not set(NAME_PARTS).issubset(head):
        raise ListRefused("unknown")
    day = UK_HEAD.match(" ".join(cell.strip() for cell in lines[0] if cell.strip()))
    stated = day[1].strip() if day else ""
    groups: dict[str, tuple[list[str], list[str]]] = {}
    for line in lines[2:]:
        row = dict(zip(head, (cell.strip() for cell in line), strict=False))
        if not row.get(reference):
            continue
        names, years = groups.setdefault(row[reference], ([], []))
        names.append(" ".join(row[part] for part in NAME_PARTS if row.get(part)))
        names.append(row.get("name non-latin script", ""))
        years.append(row.get(born, ""))
    entries = [_listed(group, names, years) for group, (names, years) in groups.items()]
    return _Parts("uk", _uk_day(stated), stated, entries)


def _uk_day(text: str) -> date:
    for form in UK_DAYS:
        try:
            return _day(text, form)
        except ListRefused:
            continue
    raise ListRefused("no_day")


def _iso_day(text: str) -> date:
    return _day(text[: len("2026-01-31")], "%Y-%m-%d")


def _day(text: str, form: str) -> date:
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007 (a day, no moment)
    except ValueError:
        raise ListRefused("no_day") from None
