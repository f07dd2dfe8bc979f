"""Viewer marks: what staff print or take away says who looked, on which day, by which look.

The mark stands in the page and shows on paper only. Its code leads the security lead to the
event in the trail. What applicants and donors see or download never carries one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Flask
from flask import session as remembered

from fund_app.adapters import pdf
from fund_app.adapters.clock import now
from fund_app.adapters.files import MediaType
from fund_app.services.documents import Opened
from fund_app.views import session

LAST = "mark"
"""Where the session keeps the code of the latest look that was written down."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Who looks, on which day (ISO), and the code of their latest look; empty before the first."""

    handle: str
    day: str
    code: str

    @property
    def line(self) -> str:
        """The mark as it stands on paper, the same in every language."""
        return " · ".join(part for part in (self.handle, self.day, self.code) if part)


def register(app: Flask) -> None:
    """Hand the pages of staff their mark."""
    app.context_processor(lambda: {"viewer_mark": present()})


def present() -> Mark | None:
    """Return the mark of whoever is signed in as staff, or None."""
    handle = session.staff_handle()
    if handle is None:
        return None
    return Mark(handle, now().date().isoformat(), remembered.get(LAST, ""))


def remember(code: str) -> None:
    """Keep the code of a look for the pages that follow."""
    remembered[LAST] = code


def marked(opened: Opened, word: str = "") -> Opened:
    """Return a document as staff take it away: a PDF carries the mark on every page.

    word: stands before the mark, for what has to be known as a copy.

    A picture stays as it is, and so does a PDF that no library can open: the look is in the
    trail either way, and nobody's evidence is held back for the sake of a footer.
    """
    present_mark = present()
    if present_mark is None or opened.media_type != MediaType.PDF:
        return opened
    parts = (word, replace(present_mark, code=opened.mark).line)
    line = " · ".join(part for part in parts if part)
    try:
        return replace(opened, content=pdf.stamp(opened.content, line))
    except pdf.Unprintable:
        return opened
