"""Stamps: one line of text on a file as somebody takes it away.

The line is set here; the file it is for comes from outside and is opened in the sandbox alone
(docs/decisions/0018-files-are-opened-elsewhere.md).
"""

from __future__ import annotations

from html import escape

from fund_app.adapters import pdf, sandbox
from fund_app.adapters.cleaning.kinds import MediaType, framed

PICTURES = (MediaType.JPEG, MediaType.PNG)
TAKING = frozenset({MediaType.PDF, *PICTURES})
"""The kinds of file a line can be put on."""

PAGE = (
    '<!doctype html><html lang="en"><head><title>-</title></head><body><p>{line}</p></body></html>'
)
STYLE = """
@page { size: A4; margin: 0; }
body { margin: 0; }
p { position: absolute; bottom: 5mm; left: 8mm; right: 8mm; margin: 0; text-align: center;
    font: 7.5pt sans-serif; color: #555; }
"""


def stamped(content: bytes, media_type: MediaType, line: str) -> bytes:
    """Return a file of one of TAKING with a line: at the foot of every page, or beneath a picture.

    Raises RefusedFile (adapters.files): busy where too many others wait, else where no library
    can open the file or what it becomes is too large.
    """
    if media_type in PICTURES:
        return sandbox.run("mark_picture", framed(line.encode(), content)).content
    overlay = pdf.render(PAGE.format(line=escape(line)), STYLE)
    return sandbox.run("mark_pdf", framed(overlay, content)).content
