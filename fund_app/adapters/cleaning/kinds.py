"""The kinds of file that are kept, and the refusal of all others."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

LARGEST_FILE = 10 * 1024 * 1024
LARGEST_MADE = 40 * 1024 * 1024
"""What a file may weigh once it was made anew; an even picture is larger without its losses."""
LARGEST_MARK = 64 * 1024
LENGTH_BYTES = 4


class MediaType(StrEnum):
    """The kinds of file that are kept."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    ODT = "application/vnd.oasis.opendocument.text"
    ODS = "application/vnd.oasis.opendocument.spreadsheet"
    ODP = "application/vnd.oasis.opendocument.presentation"

    @property
    def extension(self) -> str:
        """The ending a downloaded file gets."""
        return _EXTENSIONS[self]


_EXTENSIONS = {
    MediaType.PDF: "pdf",
    MediaType.JPEG: "jpg",
    MediaType.PNG: "png",
    MediaType.DOCX: "docx",
    MediaType.XLSX: "xlsx",
    MediaType.PPTX: "pptx",
    MediaType.ODT: "odt",
    MediaType.ODS: "ods",
    MediaType.ODP: "odp",
}

REASONS = (
    "empty",
    "too_large",
    "unknown_kind",
    "damaged",
    "too_many_pixels",
    "too_many_pages",
    "too_heavy",
    "locked",
    "archive",
    "bomb",
    "program_inside",
    "reaches_out",
    "old_office",
    "no_cleaner",
    "busy",
)
"""Why a file is not taken; views/applicant/labels.py has a sentence for each."""


class RefusedFile(Exception):
    """A file that is not taken; `code` names the reason for the page's sentence."""

    def __init__(self, code: str) -> None:
        """Keep the reason, one of REASONS."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file as it is kept: its kind found from its content, and its new content."""

    media_type: MediaType
    content: bytes = field(repr=False)


def framed(mark: bytes, content: bytes) -> bytes:
    """Return a mark and the file it is for as one piece, for the pipe."""
    return len(mark).to_bytes(LENGTH_BYTES) + mark + content


def unframed(piece: bytes) -> tuple[bytes, bytes]:
    """Return the mark and the file that `framed` has put together."""
    end = LENGTH_BYTES + int.from_bytes(piece[:LENGTH_BYTES])
    return piece[LENGTH_BYTES:end], piece[end:]
