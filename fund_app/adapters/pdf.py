"""Documents as PDF: closed to the network and to files, neutral in what they say of themselves.

The library's own fetcher would embed any local file and ask any address a document names. Ours
opens nothing but data written into the document itself, and what it refuses is an error, not a
gap.
"""

from __future__ import annotations

from typing import Any

VARIANT = "pdf/ua-1"
TELLING = ("Author", "Creator", "Producer", "Subject", "Keywords", "CreationDate", "ModDate")


class Unprintable(Exception):
    """A document asks for something outside itself, or cannot be laid out."""


def render(html: str, style: str, *, identifier: bytes = b"") -> bytes:
    """Return a document as tagged PDF; the same input gives the same bytes.

    html: a whole page with its language and title, the only thing its file says of itself.
    style: the style sheet's text. identifier: what the file is numbered by. Raises Unprintable
    when a file or an address is named.
    """
    # Looking for its own libraries takes it longer than all else that a process begins with,
    # so it is loaded when the first paper is made.
    from weasyprint import CSS, HTML  # noqa: PLC0415
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415
    from weasyprint.urls import FatalURLFetchingError, URLFetcher  # noqa: PLC0415

    fonts = FontConfiguration()
    fetcher = URLFetcher(allowed_protocols=("data",), fail_on_errors=True)
    try:
        sheet = CSS(string=style, url_fetcher=fetcher, font_config=fonts, base_url="data:,")
        page = HTML(string=html, url_fetcher=fetcher, base_url="data:,")
        document = page.render(stylesheets=[sheet], font_config=fonts, pdf_variant=VARIANT)
        _silence(document.metadata)
        printed = document.write_pdf(
            finisher=_neutral, pdf_variant=VARIANT, pdf_identifier=identifier
        )
    except (Exception, FatalURLFetchingError) as error:  # noqa: BLE001
        # The library's message may quote the document, which may hold a letter's words.
        raise Unprintable(type(error).__name__) from None
    return bytes(printed)


def _silence(metadata: Any) -> None:
    """Forget what a document's head says of its author, its tools and its times."""
    metadata.authors, metadata.keywords, metadata.custom = [], [], {}
    metadata.description = metadata.generator = metadata.created = metadata.modified = None


def _neutral(_document: Any, pdf: Any) -> None:
    """Say nothing in the file's own list about who made it, with what and when."""
    for name in TELLING:
        pdf.info.pop(name, None)
