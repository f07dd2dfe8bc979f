"""What people add: pictures are drawn anew, PDFs are looked at, everything else is refused.

The name and type a browser claims are never believed. A picture is decoded and encoded again,
so that place, camera, time and whatever was hidden behind or inside it stay outside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

LARGEST_FILE = 10 * 1024 * 1024
MOST_PIXELS = 25_000_000
MOST_JPEG_PIXELS = 60_000_000
LONGEST_SIDE = 12_000
DRAWN_SIDE = 4096
"""Longer sides are drawn smaller: a photographed page stays readable at this size."""
JPEG_QUALITY = 88
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")

PDF_START = re.compile(rb"%PDF-[12]\.\d")
PDF_END = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF\s*\Z")
PDF_TAIL = 2048
XREF = re.compile(rb"\s*(?:xref\b|\d+\s+\d+\s+obj\b)")
PDF_LOCKED = b"/Encrypt"


class MediaType(StrEnum):
    """The kinds of file that are kept."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"

    @property
    def extension(self) -> str:
        """The ending a downloaded file gets."""
        return {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}[self.value]


class RefusedFile(Exception):
    """A file that is not taken; `code` names the reason for the page's sentence."""

    def __init__(self, code: str) -> None:
        """Keep the reason: empty, too_large, unknown_kind, damaged, too_many_pixels, locked."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file as it is kept: its kind found from its content, and its new content."""

    media_type: MediaType
    content: bytes = field(repr=False)


def accept(content: bytes) -> Accepted:
    """Look at a file and return it as it may be kept.

    Raises RefusedFile: empty, larger than 10 MB, no picture and no PDF, damaged, a picture of
    more pixels than a photograph has, a PDF locked with a password.
    """
    if not content:
        raise RefusedFile("empty")
    if len(content) > LARGEST_FILE:
        raise RefusedFile("too_large")
    if PDF_START.match(content):
        return _pdf(content)
    return _picture(content)


def _pdf(content: bytes) -> Accepted:
    end = PDF_END.search(content[-PDF_TAIL:])
    if end is None or not XREF.match(content, int(end.group(1))):
        raise RefusedFile("damaged")
    if PDF_LOCKED in content:
        raise RefusedFile("locked")
    return Accepted(MediaType.PDF, content)


def _picture(content: bytes) -> Accepted:
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as picture:
            _check_size(picture)
            return _drawn_anew(picture)
    except RefusedFile:
        raise
    except UnidentifiedImageError:
        raise RefusedFile("unknown_kind") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise RefusedFile("too_many_pixels") from None
    except Exception:  # noqa: BLE001 (decoders fail in many ways, and all mean the same)
        raise RefusedFile("damaged") from None


def _check_size(picture: Image.Image) -> None:
    """Refuse by the header alone, before a pixel is decoded."""
    width, height = picture.size
    most = MOST_JPEG_PIXELS if picture.format == "JPEG" else MOST_PIXELS
    if width * height > most or max(width, height) > LONGEST_SIDE:
        raise RefusedFile("too_many_pixels")


def _drawn_anew(picture: Image.Image) -> Accepted:
    if picture.format == "JPEG":
        # Decodes at a half or a quarter of the size where that is still large enough.
        picture.draft("RGB", (DRAWN_SIDE, DRAWN_SIDE))
    upright = ImageOps.exif_transpose(picture)
    has_holes = upright.has_transparency_data
    plain = upright.convert("RGBA" if has_holes else "RGB")
    plain.thumbnail((DRAWN_SIDE, DRAWN_SIDE))
    plain.info.clear()
    keeps_lines = has_holes or picture.format in {"PNG", "GIF"}
    written = BytesIO()
    if keeps_lines:
        plain.save(written, "PNG")
        return Accepted(MediaType.PNG, written.getvalue())
    plain.save(written, "JPEG", quality=JPEG_QUALITY)
    return Accepted(MediaType.JPEG, written.getvalue())
