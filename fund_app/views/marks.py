"""Viewer marks: what staff print or take away says who looked, on which day, by which look.

The mark stands in the page and shows on paper only. Its code leads the security lead to the
event in the trail. What applicants and donors see or download never carries one.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Response, g
from flask import session as remembered
from flask_babel import lazy_gettext as _l

from fund_app.adapters import stamps
from fund_app.adapters.clock import now
from fund_app.adapters.files import MediaType, RefusedFile
from fund_app.views import errors, session

LAST = "mark"
"""Where the session keeps the code of the latest look that was written down."""
WORD = "mark_word"
BUSY = _l("Many files are being looked at just now. Nothing is lost; please try again in a minute.")


@dataclass(frozen=True, slots=True)
class Mark:
    """Who looks, on which day (ISO), and the code of their latest look; empty before the first."""

    handle: str
    day: str
    code: str
    word: str = ""
    """What has to be known of a file before anything else, such as that it is a copy."""

    @property
    def line(self) -> str:
        """The mark as it stands on paper, the same in every language but for its word."""
        return " · ".join(part for part in (self.word, self.handle, self.day, self.code) if part)


def register(app: Flask) -> None:
    """Hand the pages of staff their mark, and put it on the files they take away."""
    app.context_processor(lambda: {"viewer_mark": present()})
    app.after_request(_on_answer)


def present() -> Mark | None:
    """Return the mark of whoever is signed in as staff, or None."""
    handle = session.staff_handle()
    if handle is None:
        return None
    return Mark(handle, now().date().isoformat(), remembered.get(LAST, ""), g.get(WORD, ""))


def remember(code: str) -> None:
    """Keep the code of a look for the pages that follow."""
    remembered[LAST] = code


def call(word: str) -> None:
    """Have the mark of this answer begin with a word."""
    g.mark_word = word


def _on_answer(response: Response) -> Response:
    """Mark what staff take away, whichever page sends it; so no new one can forget to.

    A file that no library can open stays as it is: the look is in the trail, and nobody's
    evidence is held back for the sake of a footer. Whoever comes when too many files are being
    opened is asked to come back, for nobody should get one unmarked by making others wait.
    """
    if response.mimetype not in stamps.TAKING:
        return response
    mark = present()
    if mark is None:
        return response
    response.direct_passthrough = False
    kind = MediaType(response.mimetype)
    try:
        response.set_data(stamps.stamped(response.get_data(), kind, mark.line))
    except RefusedFile as refused:
        if refused.code == "busy":
            return errors.page(503, str(BUSY))
    return response
