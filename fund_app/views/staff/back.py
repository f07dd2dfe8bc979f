"""Where somebody goes on after a page that stood in between."""

from __future__ import annotations

from flask import current_app, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect


def to(path: str | None) -> str:
    """Return the path if it is one of our own pages, else the staff's first page."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")):
        return url_for("staff.home")
    try:
        current_app.url_map.bind("").match(path.partition("?")[0], method="GET")
    except (HTTPException, RequestRedirect):
        return url_for("staff.home")
    return path
