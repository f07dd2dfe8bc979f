"""What is taken, what is refused, and what a picture loses on the way in."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from fund_app.adapters.files import LARGEST_FILE, MediaType, RefusedFile, accept

PDF = (
    b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
    b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 /Root 1 0 R >>\n"
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
GPS = 0x8825
CAMERA = 0x0110


def pdf() -> bytes:
    return PDF + b"startxref\n%d\n%%%%EOF\n" % PDF.index(b"xref")


def picture(
    kind: str, *, mode: str = "RGB", size: tuple[int, int] = (64, 32), **options: Any
) -> bytes:
    written = BytesIO()
    Image.new(mode, size, 200).save(written, kind, **options)
    return written.getvalue()


def with_place() -> bytes:
    exif = Image.Exif()
    exif[CAMERA] = "sentinel-camera"
    exif[0x0112] = 6
    exif.get_ifd(GPS)[1] = "N"
    return picture("JPEG", exif=exif, comment=b"sentinel-comment")


@pytest.mark.parametrize(
    ("content", "kept_as"),
    [
        (picture("JPEG"), MediaType.JPEG),
        (picture("PNG"), MediaType.PNG),
        (picture("PNG", mode="RGBA"), MediaType.PNG),
        (picture("WEBP"), MediaType.JPEG),
        (picture("GIF", mode="P"), MediaType.PNG),
        (pdf(), MediaType.PDF),
    ],
)
def test_accept_keeps_pictures_and_pdf_by_what_they_are(content: bytes, kept_as: MediaType) -> None:
    assert accept(content).media_type is kept_as


def test_accept_turns_a_photo_upright_and_drops_place_camera_and_comment() -> None:
    accepted = accept(with_place())
    with Image.open(BytesIO(accepted.content)) as drawn:
        assert drawn.size == (32, 64)
        assert dict(drawn.getexif()) == {}
        assert "comment" not in drawn.info
    assert b"sentinel" not in accepted.content


def test_accept_drops_a_script_hidden_behind_a_gif() -> None:
    accepted = accept(picture("GIF", mode="P") + HTML)
    assert accepted.media_type is MediaType.PNG
    assert b"script" not in accepted.content


def test_accept_drops_text_and_profile_of_a_png() -> None:
    accepted = accept(picture("PNG", icc_profile=b"sentinel-profile"))
    assert b"sentinel" not in accepted.content


def test_accept_draws_a_large_photo_smaller() -> None:
    accepted = accept(picture("JPEG", mode="L", size=(5000, 3000)))
    with Image.open(BytesIO(accepted.content)) as drawn:
        assert max(drawn.size) <= 4096


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"x" * (LARGEST_FILE + 1), "too_large"),
        (SVG, "unknown_kind"),
        (HTML, "unknown_kind"),
        (b"PK\x03\x04" + b"\0" * 200, "unknown_kind"),
        (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR", "unknown_kind"),
        (picture("BMP"), "unknown_kind"),
        (picture("JPEG", size=(400, 400))[:300], "damaged"),
        (picture("PNG", mode="1", size=(30_000, 30_000)), "too_many_pixels"),
        (picture("PNG", mode="1", size=(6_000, 6_000)), "too_many_pixels"),
        (b"%PDF-1.4\nno end", "damaged"),
        (pdf() + HTML, "damaged"),
        (PDF + b"startxref\n7\n%%EOF\n", "damaged"),
        (pdf().replace(b"/Size 1 ", b"/Encrypt 2 0 R /Size 1 "), "locked"),
    ],
)
def test_accept_refuses_with_a_reason(content: bytes, code: str) -> None:
    with pytest.raises(RefusedFile) as refused:
        accept(content)
    assert refused.value.code == code
