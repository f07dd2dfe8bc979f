"""Office documents are packed folders: looked through here, cleaned by the tool made for it.

What is found inside is counted before it is unpacked, and unpacked no further than counted. A
document that runs programs, or fetches something from elsewhere when it is opened, is refused:
whoever opened it would tell where they are.
"""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Iterator
from io import BytesIO
from xml.parsers import expat

from .kinds import Accepted, MediaType, RefusedFile

START = b"PK\x03\x04"
MOST_ENTRIES = 2000
MOST_UNPACKED = 64 * 1024 * 1024
MOST_RATIO = 200
SMALL = 256 * 1024
"""An entry up to this size may be packed as tightly as it likes."""
WAYS_OF_PACKING = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
LOCKED = 0x1
END_OF_FOLDER = b"PK\x05\x06"
END_BYTES = 22

BY_MAIN_PART = {
    "word/document.xml": MediaType.DOCX,
    "xl/workbook.xml": MediaType.XLSX,
    "ppt/presentation.xml": MediaType.PPTX,
}
BY_MIMETYPE = {kind.value.encode(): kind for kind in (MediaType.ODT, MediaType.ODS, MediaType.ODP)}
PROGRAMS = re.compile(
    r"(^|/)(vbaProject|vbaData|macros?|Basic|Scripts|activeX|embeddings|ObjectReplacements"
    r"|externalLinks|attachedToolbars|customUI|Object \d+)([/.]|$)"
    r"|\.(bin|exe|dll|js|vbs|ps1|bat|cmd|scr|jar|hta|lnk|html?|svg|swf|class)$",
    re.IGNORECASE,
)
XML_ENDINGS = (".xml", ".rels", ".rdf")
FETCHING = re.compile(r"\b(DDE|DDEAUTO|INCLUDEPICTURE|INCLUDETEXT|IMPORT|LINK|MACROBUTTON)\b")
LINK_TYPE = "/hyperlink"
ODF_LINKS = frozenset({"text:a", "draw:a", "form:form"})
ELSEWHERE = re.compile(r"\s*([a-z][a-z0-9+.-]*:|//|\\\\|\.\./)", re.IGNORECASE)
PROGRAM_TAGS = frozenset({"office:script", "script:event-listener", "presentation:event-listener"})


def inspect(content: bytes) -> Accepted:
    """Say which kind of office document this is; its content comes back as it is.

    Raises RefusedFile: damaged, locked, some other archive, a bomb, a program inside, something
    that would be fetched from elsewhere.
    """
    if not content.startswith(START) or content[-END_BYTES:-18] != END_OF_FOLDER:
        raise RefusedFile("damaged")
    try:
        with zipfile.ZipFile(BytesIO(content)) as folder:
            entries = _checked(folder.infolist())
            kind = _kind(folder, {entry.filename for entry in entries})
            for name, text in _parts(folder, entries):
                _read(name, text)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError):
        raise RefusedFile("damaged") from None
    except (ValueError, OSError, KeyError, RuntimeError, expat.ExpatError):
        raise RefusedFile("damaged") from None
    return Accepted(kind, content)


def _checked(entries: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Refuse by what the folder says of its entries, before one is unpacked."""
    if len(entries) > MOST_ENTRIES or sum(each.file_size for each in entries) > MOST_UNPACKED:
        raise RefusedFile("bomb")
    for entry in entries:
        _check(entry)
    if len({entry.filename.casefold() for entry in entries}) != len(entries):
        raise RefusedFile("archive")
    return entries


def _check(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & LOCKED:
        raise RefusedFile("locked")
    if entry.file_size > SMALL and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
        raise RefusedFile("bomb")
    if entry.compress_type not in WAYS_OF_PACKING or _is_odd(entry):
        raise RefusedFile("archive")


def _is_odd(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is a link, or has a name that leads out of its folder."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    parts = entry.filename.rstrip("/").split("/")
    return (
        kind not in {0, stat.S_IFREG, stat.S_IFDIR}
        or any(part in {"", ".", ".."} for part in parts)
        or not entry.filename.isprintable()
        or "\\" in entry.orig_filename
        or ":" in parts[0]
    )


def _kind(folder: zipfile.ZipFile, names: set[str]) -> MediaType:
    if any(PROGRAMS.search(name) for name in names):
        raise RefusedFile("program_inside")
    if "mimetype" in names:
        kind = BY_MIMETYPE.get(folder.read("mimetype").strip())
        if kind and {"content.xml", "META-INF/manifest.xml"} <= names:
            return kind
    found = [kind for part, kind in BY_MAIN_PART.items() if part in names]
    if len(found) == 1 and "[Content_Types].xml" in names:
        return found[0]
    raise RefusedFile("archive")


def _parts(folder: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Iterator[tuple[str, bytes]]:
    """Yield the parts that are read as text; every other one is unpacked once, to be checked."""
    for entry in entries:
        text = folder.read(entry)
        if entry.filename.endswith(XML_ENDINGS) and text:
            yield entry.filename, text


class _Reader:
    """Reads one part and refuses what runs, fetches, or swells."""

    def __init__(self, name: str) -> None:
        self.is_relations = name.endswith(".rels")
        self.in_field = False
        self.fields: list[str] = []

    def refuse(self, *_about: object) -> None:
        """Refuse what swells: a document needs no entities of its own."""
        raise RefusedFile("bomb")

    def start(self, tag: str, given: dict[str, str]) -> None:
        """Look at one element."""
        if tag in PROGRAM_TAGS:
            raise RefusedFile("program_inside")
        if self.is_relations and _fetches(given):
            raise RefusedFile("reaches_out")
        target = given.get("xlink:href", "")
        if tag not in ODF_LINKS and ELSEWHERE.match(target):
            raise RefusedFile("reaches_out")
        if tag.startswith("Override") and "macroEnabled" in given.get("ContentType", ""):
            raise RefusedFile("program_inside")
        self.in_field = tag.endswith(":instrText")
        self.fields.append(given.get("w:instr", ""))

    def text(self, found: str) -> None:
        """Collect the instructions of fields, which may be cut into pieces."""
        if self.in_field:
            self.fields.append(found)

    def end(self, _tag: str) -> None:
        """Leave an element."""
        self.in_field = False


def _fetches(relation: dict[str, str]) -> bool:
    """Whether a relation leads out of the document and is followed without being pressed."""
    is_outside = relation.get("TargetMode", "").casefold() == "external"
    return is_outside and not relation.get("Type", "").endswith(LINK_TYPE)


def _read(name: str, text: bytes) -> None:
    reader, parser = _Reader(name), expat.ParserCreate()
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.Parse(text, True)
    if FETCHING.search("".join(reader.fields)):
        raise RefusedFile("reaches_out")
