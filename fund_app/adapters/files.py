"""What people add: opened in a process apart, rebuilt without what it tells of them, or refused.

The name and type a browser claims are never believed. What a file is, its content says; and what
is kept is never the file itself but what was made anew from it (fund_app/adapters/cleaning/).
"""

from __future__ import annotations

from fund_app.adapters import sandbox
from fund_app.adapters.cleaning.kinds import (
    LARGEST_FILE,
    REASONS,
    Accepted,
    MediaType,
    RefusedFile,
)

__all__ = ["LARGEST_FILE", "REASONS", "Accepted", "MediaType", "RefusedFile", "accept"]

PDF_START = b"%PDF-"
ZIP_START = b"PK\x03\x04"
OLD_OFFICE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"RIFF")


def accept(content: bytes) -> Accepted:
    """Look at a file and return it as it may be kept.

    Takes some tenths of a second: call it outside of a unit of work. Raises RefusedFile with
    one of REASONS.
    """
    if not content:
        raise RefusedFile("empty")
    if len(content) > LARGEST_FILE:
        raise RefusedFile("too_large")
    if content.startswith(PDF_START):
        return sandbox.run("pdf", content)
    if content.startswith(PICTURE_STARTS):
        return sandbox.run("picture", content)
    if content.startswith(ZIP_START):
        return _office(content)
    raise RefusedFile("old_office" if content.startswith(OLD_OFFICE_START) else "unknown_kind")


def _office(content: bytes) -> Accepted:
    """Look at an office document before and after it is cleaned: neither is believed."""
    kind = sandbox.run("office", content).media_type
    cleaned = sandbox.mat2(content, kind.extension)
    if len(cleaned) > LARGEST_FILE or sandbox.run("office", cleaned).media_type is not kind:
        raise RefusedFile("damaged")
    return Accepted(kind, cleaned)
