"""Small files for tests."""

from __future__ import annotations

PDF = (
    b"%%PDF-1.4\n%% %s\nxref\n0 1\n0000000000 65535 f \n"
    b"trailer\n<< /Size 1 >>\nstartxref\n%d\n%%%%EOF\n"
)


def pdf(comment: str) -> bytes:
    """Return the smallest PDF that is taken, with a comment in it."""
    body = PDF % (comment.encode(), 0)
    return body.replace(b"startxref\n0", b"startxref\n%d" % body.index(b"xref"))
