"""PDFs are rebuilt page by page, so that only what is printed on the pages is left.

Nothing of the old document is kept but its pages: no author, dates or history, no scripts, no
actions, no attachments, no forms, no earlier versions. What a page may hold is a list of what is
allowed, not of what is forbidden. Signatures are lost; whoever needs one keeps the original.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from .embedded import without_jpeg_notes, without_jpx_notes
from .kinds import Accepted, MediaType, RefusedFile

START = b"%PDF-"
END = b"%%EOF"
TAIL = 2048
MOST_PAGES = 300
MOST_OBJECTS = 100_000
MOST_UNPACKED = 256 * 1024 * 1024
"""Bytes of all streams together once unpacked: what a reader's computer has to bear."""
MOST_IMAGE_PIXELS = 60_000_000

PAGE_KEYS = frozenset(
    {"/Type", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/Contents",
     "/UserUnit", "/Group"}
)  # fmt: skip
RESOURCE_KEYS = frozenset(
    {"/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/XObject", "/Font", "/ProcSet"}
)
STREAM_KEYS_DROPPED = frozenset(
    {"/Metadata", "/PieceInfo", "/LastModified", "/AF", "/Alternates", "/OPI", "/Ref", "/OC",
     "/StructParent", "/StructParents", "/F", "/FFilter", "/FDecodeParms", "/Measure", "/PtData",
     "/ID"}
)  # fmt: skip
"""What says where a stream comes from, or fetches something else in its place."""
KINDS_EMPTIED = frozenset(
    {"/Action", "/Filespec", "/F", "/EmbeddedFile", "/Metadata", "/Annot", "/OCG", "/OCMD",
     "/StructElem", "/StructTreeRoot", "/Sig", "/SigRef", "/Catalog", "/ObjStm", "/XRef"}
)  # fmt: skip
ACTS = frozenset(
    {"/JavaScript", "/Launch", "/URI", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/Movie",
     "/Sound", "/Rendition", "/RichMediaExecute", "/Named", "/Hide", "/ResetForm", "/GoTo3DView"}
)  # fmt: skip
GRAYS_OF = {1: Name.DeviceGray, 3: Name.DeviceRGB, 4: Name.DeviceCMYK}


def clean(content: bytes) -> Accepted:
    """Rebuild a PDF from its pages.

    Raises RefusedFile: damaged or cut off, locked with a password of any kind, more pages,
    objects or unpacked bytes than a document has.
    """
    if not content.startswith(START) or END not in content[-TAIL:]:
        raise RefusedFile("damaged")
    try:
        with Pdf.open(BytesIO(content), suppress_warnings=True) as source, Pdf.new() as target:
            _check(source)
            _print_forms(source)
            target.pages.extend(source.pages)
            for page in target.pages:
                _keep_only(page.obj, PAGE_KEYS)
            _scrub(target)
            return Accepted(MediaType.PDF, _written(target))
    except pikepdf.PasswordError:
        raise RefusedFile("locked") from None
    except (RefusedFile, MemoryError, RecursionError):
        raise
    except Exception:  # noqa: BLE001 (a broken document fails in many ways, all mean the same)
        raise RefusedFile("damaged") from None


def mark(overlay: bytes, content: bytes) -> Accepted:
    """Return a PDF with the one page of another laid over every page.

    Raises RefusedFile where the file cannot be opened, for instance behind a password.
    """
    try:
        with Pdf.open(BytesIO(content)) as document, Pdf.open(BytesIO(overlay)) as line:
            for page in document.pages:
                page.add_overlay(line.pages[0], pikepdf.Rectangle(page.trimbox))
            written = BytesIO()
            document.save(written)
            return Accepted(MediaType.PDF, written.getvalue())
    except (MemoryError, RecursionError):
        raise
    except Exception:  # noqa: BLE001 (a broken document fails in many ways, all mean the same)
        raise RefusedFile("damaged") from None


def _check(source: Pdf) -> None:
    if source.is_encrypted:
        raise RefusedFile("locked")
    count = len(source.pages)
    if count == 0:
        raise RefusedFile("damaged")
    if count > MOST_PAGES:
        raise RefusedFile("too_many_pages")
    if len(source.objects) > MOST_OBJECTS:
        raise RefusedFile("too_heavy")


def _print_forms(source: Pdf) -> None:
    """Print what was filled in onto the pages, so that it is still read without the form."""
    with contextlib.suppress(pikepdf.PdfError, ValueError, TypeError, KeyError):
        if "/AcroForm" in source.Root:
            source.generate_appearance_streams()
        source.flatten_annotations("screen")


def _scrub(target: Pdf) -> None:
    """Go through everything the pages hold and take out what is not for the eye."""
    unpacked = 0
    for found in _reachable(target):
        if isinstance(found, Stream):
            unpacked += _scrub_stream(target, found)
            if unpacked > MOST_UNPACKED:
                raise RefusedFile("bomb")
        elif isinstance(found, Dictionary):
            _scrub_dictionary(found)


def _reachable(target: Pdf) -> Iterator[Object]:
    """Yield every array, dictionary and stream the pages lead to, holders before what they hold."""
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [page.obj for page in target.pages]
    count = 0
    while waiting:
        found = waiting.pop()
        if not isinstance(found, (Array, Dictionary, Stream)):
            continue
        if found.is_indirect:
            if found.objgen in seen:
                continue
            seen.add(found.objgen)
        count += 1
        if count > MOST_OBJECTS * 4:
            raise RefusedFile("too_heavy")
        _plain_colours(found)
        yield found
        waiting.extend(_held(found))


def _held(found: Object) -> list[Any]:
    if isinstance(found, Array):
        return list(found)
    holder = found.stream_dict if isinstance(found, Stream) else found
    # The way back to the tree of pages leads to nothing a page shows.
    return [held for key, held in holder.items() if key != "/Parent"]


def _scrub_dictionary(found: Dictionary) -> None:
    if found.get("/Type") in KINDS_EMPTIED or found.get("/S") in ACTS or "/JS" in found:
        _keep_only(found, frozenset())
    elif "/Resources" in found:
        _keep_resources(found)


def _scrub_stream(target: Pdf, found: Stream) -> int:
    """Take out what a stream says of itself; return how large it is unpacked."""
    holder = found.stream_dict
    if holder.get("/Type") in KINDS_EMPTIED or holder.get("/Subtype") in {"/PS", "/XML"}:
        _empty(found)
        return 0
    for key in STREAM_KEYS_DROPPED.intersection(holder.keys()):
        del holder[key]
    _keep_resources(holder)
    if holder.get("/Subtype") == Name.Image:
        return _scrub_image(target, found)
    return _unpacked(found)


def _scrub_image(target: Pdf, found: Stream) -> int:
    width, height = int(found.get("/Width", 0)), int(found.get("/Height", 0))
    if width * height > MOST_IMAGE_PIXELS:
        raise RefusedFile("too_many_pixels")
    filters = _filters(found)
    if not filters or filters[-1] not in {"/DCTDecode", "/JPXDecode"}:
        return _unpacked(found)
    last = Name(filters[-1])
    coded = _before_last(target, found, filters)
    strip = without_jpeg_notes if last == Name.DCTDecode else without_jpx_notes
    parameters: Any = found.get("/DecodeParms")
    if isinstance(parameters, Array):
        parameters = parameters[-1] if len(parameters) == len(filters) else None
    found.write(strip(coded), filter=last, decode_parms=parameters)
    return len(coded)


def _before_last(target: Pdf, found: Stream, filters: list[str]) -> bytes:
    """Return what the last filter of a stream reads, all others undone."""
    raw = found.read_raw_bytes()
    if len(filters) == 1:
        return raw
    inner = target.make_stream(raw)
    inner.stream_dict["/Filter"] = Array([Name(each) for each in filters[:-1]])
    return inner.read_bytes()


def _filters(found: Stream) -> list[str]:
    named = found.get("/Filter")
    if named is None:
        return []
    return [str(each) for each in named] if isinstance(named, Array) else [str(named)]


def _unpacked(found: Stream) -> int:
    """Return a stream's size unpacked; what no reader unpacks by itself counts as it is."""
    try:
        return len(found.read_bytes())
    except pikepdf.PdfError:
        return len(found.read_raw_bytes())


def _plain_colours(found: Object) -> None:
    """Put the plain colours in the place of profiles, which can name a scanner or a screen."""
    if isinstance(found, Array):
        for place, held in enumerate(list(found)):
            if _is_profile(held):
                found[place] = _plain(held)
        return
    holder = found.stream_dict if isinstance(found, Stream) else found
    for key in list(holder.keys()):
        if _is_profile(holder[key]):
            holder[key] = _plain(holder[key])


def _is_profile(held: Any) -> bool:
    return isinstance(held, Array) and len(held) > 1 and held[0] == Name.ICCBased


def _plain(profile: Any) -> Name:
    return GRAYS_OF.get(int(profile[1].get("/N", 3)), Name.DeviceRGB)


def _keep_resources(holder: Dictionary) -> None:
    resources = holder.get("/Resources")
    if isinstance(resources, Dictionary):
        _keep_only(resources, RESOURCE_KEYS)


def _keep_only(holder: Any, keys: frozenset[str]) -> None:
    for key in list(holder.keys()):
        if key not in keys:
            del holder[key]


def _empty(found: Stream) -> None:
    _keep_only(found.stream_dict, frozenset({"/Length"}))
    found.write(b"")


def _written(target: Pdf) -> bytes:
    """Write what the pages lead to, without history, dates or the name of a program."""
    written = BytesIO()
    target.save(
        written,
        fix_metadata_version=False,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
    )
    return written.getvalue()
