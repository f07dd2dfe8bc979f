"""What is taken, what is refused, and what a file loses on the way in."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from fund_app.adapters import sandbox
from fund_app.adapters.files import LARGEST_FILE, MediaType, RefusedFile, accept
from tests.support import uploads
from tests.support.sweep import hits, unpacked
from tests.support.uploads import EICAR, HTML, SECRET, SVG, pdf, photo, picture

needs_office_cleaner = pytest.mark.skipif(
    not sandbox.has_office_cleaner(), reason="mat2 and bubblewrap are not installed"
)


def everything(content: bytes) -> bytes:
    """Return a file with all its compressed streams unpacked behind it."""
    return b"\n".join([content, *unpacked(content)])


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


def test_accept_turns_a_photo_upright() -> None:
    with Image.open(BytesIO(accept(photo()).content)) as drawn:
        assert drawn.size == (32, 64)


@pytest.mark.parametrize("content", [photo(), uploads.with_thumbnail()])
def test_accept_drops_place_camera_comment_and_the_small_copy_in_a_photo(content: bytes) -> None:
    assert SECRET in content
    accepted = accept(content)
    with Image.open(BytesIO(accepted.content)) as drawn:
        assert dict(drawn.getexif()) == {}
        assert set(drawn.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for trace in (SECRET, b"Exif", b"http://ns.adobe.com", b"ICC_PROFILE", b"Photoshop"):
        assert trace not in accepted.content
    assert accepted.content.count(b"\xff\xd8\xff") == 1


@pytest.mark.parametrize("behind", [HTML, uploads.zipped({"a.txt": SECRET}), pdf("sentinel")])
@pytest.mark.parametrize("kind", ["GIF", "JPEG", "PNG"])
def test_accept_drops_what_hides_behind_a_picture(kind: str, behind: bytes) -> None:
    accepted = accept(picture(kind, mode="P" if kind == "GIF" else "RGB") + behind)
    assert accepted.media_type in {MediaType.PNG, MediaType.JPEG}
    for trace in (b"script", b"PK\x03\x04", b"%PDF", SECRET):
        assert trace not in accepted.content


def test_accept_drops_text_and_profile_of_a_png() -> None:
    about = Image.Exif()
    about[uploads.CAMERA] = "sentinel-camera"
    accepted = accept(picture("PNG", icc_profile=b"sentinel-profile", exif=about))
    assert SECRET not in everything(accepted.content)
    with Image.open(BytesIO(accepted.content)) as drawn:
        assert drawn.info == {}


def test_accept_draws_a_large_photo_smaller() -> None:
    accepted = accept(picture("JPEG", mode="L", size=(5000, 3000)))
    with Image.open(BytesIO(accepted.content)) as drawn:
        assert max(drawn.size) == 4096


def test_accept_rebuilds_a_pdf_without_what_it_tells_and_does() -> None:
    told = uploads.telling_pdf()
    assert hits({"told": told}, ["sentinel"]) != []
    cleaned = accept(told).content
    assert hits({"cleaned": cleaned}, ["sentinel"]) == []
    plain = everything(cleaned)
    for trace in (b"JavaScript", b"/AA", b"OpenAction", b"Launch", b"/URI", b"Metadata", b"/Annot",
                  b"EmbeddedFile", b"Filespec", b"PieceInfo", b"Producer", b"Author", b"D:2026",
                  b"ICCBased", b"/OCG", b"Exif"):  # fmt: skip
        assert trace not in plain, trace
    with pikepdf.open(BytesIO(cleaned)) as kept:
        assert set(kept.Root.keys()) == {"/Pages", "/Type"}
        assert set(kept.trailer.keys()) <= {"/Root", "/Size", "/ID"}
        assert b"They came at six." in kept.pages[0].obj.Contents.read_bytes()
        held = kept.pages[0].obj.Resources.XObject
        for image in (held.Im1, held.Im2):
            with Image.open(BytesIO(image.read_raw_bytes())) as drawn:
                drawn.load()
                assert dict(drawn.getexif()) == {}


def test_accept_keeps_what_pages_inherit() -> None:
    with pikepdf.open(BytesIO(pdf())) as document:
        page = document.pages[0].obj
        for key in ("/Resources", "/MediaBox"):
            document.Root.Pages[key] = page[key]
            del page[key]
        inheriting = uploads.saved(document)
    with pikepdf.open(BytesIO(accept(inheriting).content)) as kept:
        assert "/F1" in kept.pages[0].obj.Resources.Font
        assert [int(each) for each in kept.pages[0].mediabox] == [0, 0, 595, 842]


def test_accept_makes_the_same_of_the_same_pdf() -> None:
    assert accept(uploads.telling_pdf()).content == accept(uploads.telling_pdf()).content
    assert accept(accept(pdf()).content).content == accept(pdf()).content


def test_accept_prints_a_filled_form_onto_its_page_without_its_scripts() -> None:
    cleaned = accept(uploads.filled_form()).content
    assert SECRET not in everything(cleaned)
    with pikepdf.open(BytesIO(cleaned)) as kept:
        assert "/AcroForm" not in kept.Root
        page = kept.pages[0].obj
        assert "/Annots" not in page
        printed = [stream.read_bytes() for stream in page.Resources.XObject.values()]
    assert any(b"written-here" in each for each in printed)


def test_accept_drops_earlier_versions_of_a_pdf() -> None:
    edited = uploads.edited_pdf()
    assert b"sentinel-before" in edited
    cleaned = everything(accept(edited).content)
    assert b"(after)" in cleaned
    assert SECRET not in cleaned
    assert cleaned.count(b"%%EOF") == 1


def test_accept_drops_what_follows_the_end_of_a_pdf() -> None:
    cleaned = accept(pdf() + HTML + uploads.zipped({"a.txt": SECRET})).content
    assert b"script" not in cleaned
    assert b"PK\x03\x04" not in cleaned


def locked_pdf(user: str) -> bytes:
    with pikepdf.open(BytesIO(pdf())) as document:
        lock = pikepdf.Encryption(owner="owner", user=user)
        return uploads.saved(document, encryption=lock)


REFUSED: dict[str, tuple[bytes | Callable[[], bytes], str]] = {
    "nothing": (b"", "empty"),
    "too large": (b"x" * (LARGEST_FILE + 1), "too_large"),
    "svg": (SVG, "unknown_kind"),
    "html as a picture": (HTML, "unknown_kind"),
    "shell script": (b"#!/bin/sh\nrm -rf ~\n", "unknown_kind"),
    "program": (b"MZ" + bytes(200), "unknown_kind"),
    "virus test": (EICAR, "unknown_kind"),
    "html before a pdf": (HTML + pdf(), "unknown_kind"),
    "other picture": (picture("BMP"), "unknown_kind"),
    "sound": (b"RIFF\x24\0\0\0WAVEfmt " + bytes(40), "unknown_kind"),
    "old office": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_office"),
    "picture cut off": (picture("JPEG", size=(400, 400))[:300], "damaged"),
    "png of 30,000 pixels": (
        lambda: picture("PNG", mode="1", size=(30_000, 30_000)),
        "too_many_pixels",
    ),
    "png of 36 megapixels": (picture("PNG", mode="1", size=(6_000, 6_000)), "too_many_pixels"),
    "pdf without end": (b"%PDF-1.4\nno end", "damaged"),
    "pdf cut off": (pdf()[:-200], "damaged"),
    "pdf of nothing": (b"%PDF-1.4\n%%EOF\n", "damaged"),
    "pdf without pages": (uploads.saved(pikepdf.Pdf.new()), "damaged"),
    "pdf with a password": (locked_pdf("user"), "locked"),
    "pdf with an owner's password": (locked_pdf(""), "locked"),
    "pdf of 301 pages": (lambda: uploads.pdf_bomb(4, pages=301), "too_many_pages"),
    "pdf bomb": (lambda: uploads.pdf_bomb(400_000_000), "too_heavy"),
    "pdf bomb in a bomb": (lambda: uploads.pdf_bomb(400_000_000, times=2), "too_heavy"),
    "pdf of many bombs": (lambda: uploads.pdf_bomb(60_000_000, pages=9), "bomb"),
    "archive": (uploads.zipped({"a.txt": b"a"}), "archive"),
    "archive cut off": (uploads.docx()[:-30], "damaged"),
    "archive behind something": (b"PK\x03\x04" + bytes(200), "damaged"),
    "zip bomb": (uploads.zip_bomb, "bomb"),
    "archive of many": (lambda: uploads.zipped({f"{n}": b"" for n in range(2001)}), "bomb"),
    "link out": (uploads.link_out(), "archive"),
    "path out": (uploads.docx(**{"../../etc/cron.d/x": b"x"}), "archive"),
    "absolute path": (uploads.docx(**{"/etc/cron.d/x": b"x"}), "archive"),
    "line break in a name": (uploads.docx(**{"word/a\r\nb.xml": b"x"}), "archive"),
    "two names alike": (uploads.docx(**{"WORD/document.xml": b"x"}), "archive"),
    "locked archive": (
        uploads.docx().replace(b"PK\x01\x02\x14\x03\x14\0\0\0", b"PK\x01\x02\x14\x03\x14\0\1\0"),
        "locked",
    ),
    "macro": (uploads.docx(word__vbaProject=b"x"), "program_inside"),
    "program in it": (uploads.docx(**{"word/media/a.exe": b"MZ"}), "program_inside"),
    "object in it": (uploads.docx(**{"word/embeddings/oleObject1.bin": b"x"}), "program_inside"),
    "macro of odf": (uploads.odt(**{"Basic/Standard/Module1.xml": b"<a/>"}), "program_inside"),
    "template from elsewhere": (
        uploads.docx(
            **{"word/_rels/settings.xml.rels": uploads.relations("attachedTemplate", "https://x.test/t")}
        ),
        "reaches_out",
    ),
    "picture from elsewhere": (
        uploads.docx(
            **{"word/_rels/document.xml.rels": uploads.relations("image", "file://x.test/p.png")}
        ),
        "reaches_out",
    ),
    "picture of odf from elsewhere": (
        uploads.odt(
            uploads.TEXT["content.xml"].replace(
                b"<text:p>", b'<text:p><text:span xlink:href="https://x.test/p.png"/>'
            )
        ),
        "reaches_out",
    ),
    "field that starts a program": (
        uploads.docx(**{"word/document.xml": uploads.field(" DDE", "AUTO c:\\\\a ")}),
        "reaches_out",
    ),
    "laughs": (
        uploads.docx(
            **{"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;&b;</a>'}
        ),
        "bomb",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_accept_refuses_with_a_reason(what: str) -> None:
    made, code = REFUSED[what]
    content = made() if callable(made) else made
    with pytest.raises(RefusedFile) as refused:
        accept(content)
    assert refused.value.code == code


def test_link_to_a_page_is_no_reason_to_refuse() -> None:
    linked = uploads.docx(
        **{"word/_rels/document.xml.rels": uploads.relations("hyperlink", "https://x.test/page")}
    )
    assert sandbox.run("office", linked).media_type is MediaType.DOCX


@needs_office_cleaner
@pytest.mark.parametrize(
    ("content", "kind"), [(uploads.docx(), MediaType.DOCX), (uploads.odt(), MediaType.ODT)]
)
def test_accept_cleans_office_documents(content: bytes, kind: MediaType) -> None:
    accepted = accept(content)
    assert accepted.media_type is kind
    with zipfile.ZipFile(BytesIO(accepted.content)) as folder:
        parts = {entry.filename: folder.read(entry) for entry in folder.infolist()}
        assert {entry.date_time for entry in folder.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert [name for name, part in parts.items() if SECRET in part] == []
    assert any(b"They came at six." in part for part in parts.values())
    assert b"rsidR" not in b"".join(parts.values())


@needs_office_cleaner
def test_accept_cleans_the_photos_inside_an_office_document() -> None:
    accepted = accept(uploads.docx(**{"word/media/image1.jpeg": photo()}))
    with zipfile.ZipFile(BytesIO(accepted.content)) as folder:
        drawn = folder.read("word/media/image1.jpeg")
    assert SECRET not in drawn
    with Image.open(BytesIO(drawn)) as opened:
        assert dict(opened.getexif()) == {}


def test_accept_refuses_office_documents_where_nobody_can_clean_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    for content in (uploads.docx(), uploads.odt()):
        with pytest.raises(RefusedFile) as refused:
            accept(content)
        assert refused.value.code == "no_cleaner"
    with pytest.raises(RefusedFile) as refused:
        accept(uploads.zip_bomb())
    assert refused.value.code == "bomb"
