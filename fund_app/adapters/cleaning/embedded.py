"""Photographs inside a PDF: their notes are cut out, their pixels stay as they are."""

from __future__ import annotations

from collections.abc import Iterator

from .kinds import RefusedFile

JPEG_MARK, JPEG_START, JPEG_END, JPEG_SCAN, JPEG_COMMENT = 0xFF, 0xD8, 0xD9, 0xDA, 0xFE
JPEG_NOTES = frozenset({*range(0xE1, 0xEE), 0xEF, JPEG_COMMENT})
"""Place, camera, profile, thumbnails, comments; not E0 and EE, which say how to read colours."""
JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})

JPX_SIGNATURE = b"\x00\x00\x00\x0cjP  "
JPX_KEPT = frozenset({b"jP  ", b"ftyp", b"jp2h", b"jp2c"})
BOX_HEAD = 8
WIDE = 1
"""The length of a box that says its length is written in eight bytes after its name."""


def without_jpeg_notes(content: bytes) -> bytes:
    """Return a JPEG without its notes; RefusedFile where it is none."""
    if content[:2] != bytes((JPEG_MARK, JPEG_START)):
        raise RefusedFile("damaged")
    kept = [content[:2]]
    for marker, segment in _segments(content):
        if marker not in JPEG_NOTES:
            kept.append(segment)
    return b"".join(kept)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield marker and bytes of each segment; the scan with all that follows is the last one."""
    at = 2
    while at + 4 <= len(content):
        if content[at] != JPEG_MARK:
            raise RefusedFile("damaged")
        marker = content[at + 1]
        if marker == JPEG_MARK:  # a byte that only fills
            at += 1
            continue
        if marker == JPEG_SCAN:
            yield from _scans(content, at)
            return
        length = 0 if marker in JPEG_ALONE else int.from_bytes(content[at + 2 : at + 4])
        yield marker, content[at : at + 2 + length]
        at += 2 + length
    raise RefusedFile("damaged")


def _scans(content: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield the scans up to the end of the picture; what is hidden behind it is left out.

    Notes may also stand between the scans of a picture that is drawn in several passes.
    """
    begin = at
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 2 > len(content):
            yield JPEG_SCAN, content[begin:] + b"\xff\xd9"
            return
        marker = content[at + 1]
        if marker == JPEG_END:
            yield JPEG_SCAN, content[begin : at + 2]
            return
        if marker in JPEG_NOTES:
            yield JPEG_SCAN, content[begin:at]
            at += 2 + int.from_bytes(content[at + 2 : at + 4])
            begin = at
        elif marker == 0 or marker in JPEG_ALONE or marker == JPEG_MARK:
            at += 1
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4])


def without_jpx_notes(content: bytes) -> bytes:
    """Return a JPEG 2000 without the boxes that hold notes; a bare codestream as it is."""
    if not content.startswith(JPX_SIGNATURE):
        return content
    return b"".join(box for name, box in _boxes(content) if name in JPX_KEPT)


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + BOX_HEAD <= len(content):
        length, name = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        if length == WIDE:
            length = int.from_bytes(content[at + 8 : at + 16])
        elif length == 0:
            length = len(content) - at
        if length < BOX_HEAD:
            raise RefusedFile("damaged")
        yield name, content[at : at + length]
        at += length
