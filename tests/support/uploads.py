"""Files as people, careless programs and attackers make them."""

from __future__ import annotations

import stat
import zipfile
import zlib
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image

GPS = 0x8825
CAMERA = 0x0110
ORIENTATION = 0x0112
SECRET = b"sentinel"

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
EXIF_MARK = b"Exif\0\0"


def picture(
    kind: str, *, mode: str = "RGB", size: tuple[int, int] = (64, 32), **options: Any
) -> bytes:
    """Return a plain picture."""
    written = BytesIO()
    Image.new(mode, size, 200).save(written, kind, **options)
    return written.getvalue()


def noise(kind: str, size: tuple[int, int], mode: str = "RGB", **options: Any) -> bytes:
    """Return a picture that is as hard to draw as a photograph."""
    written = BytesIO()
    grain = Image.effect_noise((256, 256), 90).convert(mode)
    grain.resize(size).save(written, kind, **options)
    return written.getvalue()


def photo(*, orientation: int = 6, **options: Any) -> bytes:
    """Return a photograph that tells camera, place and comment, with a thumbnail inside."""
    exif = Image.Exif()
    exif[CAMERA] = "sentinel-camera"
    exif[ORIENTATION] = orientation
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (52.0, 31.0, 12.0)
    return picture("JPEG", exif=exif, comment=b"sentinel-comment", **options)


def with_thumbnail() -> bytes:
    """Return a photograph whose notes hold a small copy of it, with notes of its own."""
    whole = photo()
    notes = EXIF_MARK + b"II*\0\x08\0\0\0\0\0\0\0\0\0" + photo(size=(16, 16))
    segment = b"\xff\xe1" + (len(notes) + 2).to_bytes(2) + notes
    return whole[:2] + segment + whole[2:]


def pdf(text: str = "They came at six.", **root: Any) -> bytes:
    """Return a PDF of one printed page; further entries go into its root."""
    document = Pdf.new()
    add_page(document, text)
    for key, value in root.items():
        document.Root[f"/{key}"] = value
    return saved(document)


def add_page(document: Pdf, text: str) -> pikepdf.Page:
    """Add a page with a line of text."""
    page = document.add_blank_page(page_size=(595, 842))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
    page.obj.Contents = document.make_stream(f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode())
    return page


def saved(document: Pdf, **options: Any) -> bytes:
    """Return a document as it is sent."""
    written = BytesIO()
    document.save(written, **options)
    return written.getvalue()


def telling_pdf() -> bytes:
    """Return a PDF that names its author wherever a PDF can, and does whatever one can do."""
    document = Pdf.new()
    page = add_page(document, "They came at six.")
    root = document.Root
    with document.open_metadata() as about:
        about["dc:creator"] = ["sentinel-author"]
        about["xmp:CreateDate"] = "2026-01-01T06:00:00"
    document.docinfo["/Author"] = "sentinel-author"
    document.docinfo["/Producer"] = "sentinel-producer"
    document.docinfo["/CreationDate"] = "D:20260101060000"
    act = Dictionary(Type=Name.Action, S=Name.JavaScript, JS=String("sentinel-script()"))
    root.OpenAction, root.AA = act, Dictionary(WC=act)
    root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), act])))
    document.attachments["sentinel.txt"] = b"sentinel-attached"
    page.obj.AA = Dictionary(O=act)
    page.obj.PieceInfo = Dictionary(Editor=String("sentinel-editor"))
    page.obj.Metadata = document.make_stream(b"sentinel-metadata", Type=Name.Metadata)
    link = Dictionary(S=Name.URI, URI=String("https://sentinel.test/track"))
    launch = Dictionary(S=Name.Launch, F=String("sentinel.exe"))
    page.obj.Annots = Array(
        [
            _note(document, A=link, Subtype=Name.Link),
            _note(document, A=launch, Subtype=Name.Link),
            _note(document, Contents=String("sentinel-note"), T=String("sentinel-name")),
        ]
    )
    page.obj.Resources.XObject = Dictionary(
        Im1=_image(document, photo(), Name.DCTDecode),
        Im2=_image(document, zlib.compress(photo()), Array([Name.FlateDecode, Name.DCTDecode])),
        Fm1=_form(document, act),
    )
    page.obj.Resources.ColorSpace = Dictionary(
        C1=Array([Name.ICCBased, document.make_stream(b"sentinel-profile", N=3)])
    )
    page.obj.Resources.Properties = Dictionary(
        P1=Dictionary(Type=Name.OCG, Name=String("sentinel-layer"))
    )
    return saved(document)


def _note(document: Pdf, **more: Any) -> pikepdf.Object:
    given = {"Subtype": Name.Text, "Rect": Array([0, 0, 9, 9]), **more}
    return document.make_indirect(Dictionary(Type=Name.Annot, **given))


def _image(document: Pdf, content: bytes, filters: Any) -> Stream:
    image = document.make_stream(content)
    about = {
        "Type": Name.XObject, "Subtype": Name.Image, "Width": 64, "Height": 32,
        "ColorSpace": Array([Name.ICCBased, document.make_stream(b"sentinel-icc", N=3)]),
        "BitsPerComponent": 8, "Filter": filters,
        "Metadata": document.make_stream(b"sentinel-xmp", Type=Name.Metadata),
    }  # fmt: skip
    for key, value in about.items():
        image.stream_dict[f"/{key}"] = value
    return image


def _form(document: Pdf, act: Dictionary) -> Stream:
    form = document.make_stream(b"q Q")
    about = {
        "Type": Name.XObject, "Subtype": Name.Form, "BBox": Array([0, 0, 9, 9]),
        "LastModified": String("D:20260101060000"), "Odd": act,
        "PieceInfo": Dictionary(Editor=String("sentinel-editor")),
    }  # fmt: skip
    for key, value in about.items():
        form.stream_dict[f"/{key}"] = value
    return form


def filled_form() -> bytes:
    """Return a PDF with a form in which something was written, and a script on its field."""
    document = Pdf.new()
    page = add_page(document, "Name:")
    act = Dictionary(S=Name.JavaScript, JS=String("sentinel-script()"))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    field = document.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("field"), F=4,
            V=String("written-here"), DA=String("/Helv 12 Tf 0 g"),
            Rect=Array([72, 600, 300, 620]), AA=Dictionary(K=act), P=page.obj,
        )
    )  # fmt: skip
    page.obj.Annots = Array([field])
    document.Root.AcroForm = Dictionary(
        Fields=Array([field]), DA=String("/Helv 12 Tf 0 g"),
        DR=Dictionary(Font=Dictionary(Helv=font)), NeedAppearances=True,
    )  # fmt: skip
    return saved(document)


def edited_pdf() -> bytes:
    """Return a PDF with an earlier version in it, as a program that only adds leaves behind."""
    document = Pdf.new()
    add_page(document, "sentinel-before")
    first = saved(document, compress_streams=False)
    with Pdf.open(BytesIO(first)) as document:
        page = document.pages[0].obj
        number = page.Contents.objgen[0]
    start = int(first.rpartition(b"startxref\n")[2].split()[0])
    body = b"BT /F1 12 Tf 72 720 Td (after) Tj ET"
    added = b"%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        number,
        len(body),
        body,
    )
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, len(first))
    trailer = b"trailer\n<< /Size 99 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        start,
        len(first) + len(added),
    )
    return first + added + table + trailer


def pdf_bomb(size: int, *, times: int = 1, pages: int = 1) -> bytes:
    """Return a PDF whose pages unpack to `size` bytes each, packed `times` over."""
    packed = bytes(size)
    for _ in range(times):
        packed = zlib.compress(packed, 1)
    document = Pdf.new()
    for _ in range(pages):
        page = document.add_blank_page()
        stream = document.make_stream(packed)
        stream.stream_dict["/Filter"] = Array([Name.FlateDecode] * times)
        page.obj.Contents = stream
    return saved(document)


def zipped(entries: dict[str, bytes], **about: Any) -> bytes:
    """Return an archive of these entries; `about` sets attributes of every entry."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            for key, value in about.items():
                setattr(entry, key, value)
            folder.writestr(entry, content)
    return written.getvalue()


def zip_bomb(size: int = 200_000_000) -> bytes:
    """Return what says it is a document and unpacks to two hundred megabytes."""
    return zipped({**WORD, "word/document.xml": bytes(size)})


def link_out() -> bytes:
    """Return an archive one of whose entries is a link to a file of the machine."""
    return zipped({**WORD, "word/media/a.png": b"/etc/passwd"}, external_attr=stat.S_IFLNK << 16)


def docx(**more: bytes) -> bytes:
    """Return a text document that names its author; further parts by name (_ for /)."""
    return zipped({**WORD, **{name.replace("__", "/"): part for name, part in more.items()}})


def odt(content: bytes = b"", **more: bytes) -> bytes:
    """Return a text document of the open format that names its author."""
    parts = {
        **TEXT,
        **({"content.xml": content} if content else {}),
        **{name.replace("__", "/"): part for name, part in more.items()},
    }
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as folder:
        for name, part in parts.items():
            folder.writestr(name, part)
    return written.getvalue()


_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

WORD = {
    "[Content_Types].xml": _HEAD
    + (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="jpeg" ContentType="image/jpeg"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_TYPES}"/>'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
    ).encode(),
    "_rels/.rels": _HEAD
    + (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" '
        'Target="docProps/core.xml"/></Relationships>'
    ).encode(),
    "word/document.xml": _HEAD
    + (
        f'<w:document xmlns:w="{_W}"><w:body><w:p w:rsidR="00AB12CD">'
        "<w:r><w:t>They came at six.</w:t></w:r></w:p></w:body></w:document>"
    ).encode(),
    "docProps/core.xml": _HEAD
    + (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>sentinel-author</dc:creator>'
        "</cp:coreProperties>"
    ).encode(),
}
"""The parts of a small text document."""

_URN = "urn:oasis:names:tc:opendocument:xmlns"
TEXT = {
    "mimetype": b"application/vnd.oasis.opendocument.text",
    "content.xml": _HEAD
    + (
        f'<office:document-content xmlns:office="{_URN}:office:1.0" xmlns:text="{_URN}:text:1.0" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.3"><office:body>'
        "<office:text><text:p>They came at six.</text:p></office:text></office:body>"
        "</office:document-content>"
    ).encode(),
    "meta.xml": _HEAD
    + (
        f'<office:document-meta xmlns:office="{_URN}:office:1.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3"><office:meta>'
        "<dc:creator>sentinel-author</dc:creator></office:meta></office:document-meta>"
    ).encode(),
    "META-INF/manifest.xml": _HEAD
    + (
        f'<manifest:manifest xmlns:manifest="{_URN}:manifest:1.0" manifest:version="1.3">'
        '<manifest:file-entry manifest:full-path="/" '
        'manifest:media-type="application/vnd.oasis.opendocument.text"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    ).encode(),
}
"""The parts of a small text document of the open format."""


def relations(kind: str, target: str, *, mode: str = "External") -> bytes:
    """Return relations of a text document that lead to a target."""
    return (
        _HEAD
        + (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{_OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
        ).encode()
    )


def field(*pieces: str) -> bytes:
    """Return a document with a field whose instruction is cut into pieces."""
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    return (
        _HEAD
        + (f'<w:document xmlns:w="{_W}"><w:body><w:p>{runs}</w:p></w:body></w:document>').encode()
    )
