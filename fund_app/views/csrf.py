"""Forms are taken from our own pages only: by where the browser says they come from, and by token.

The library checks the token. The check here comes first and reads what browsers add by
themselves and no page can forge.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, abort, request

from fund_app.extensions import csrf

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
OWN = frozenset({"same-origin", "none"})


def protect_origin(app: Flask) -> None:
    """Refuse changing requests that another site started; register before access."""
    app.before_request(_refuse_foreign)


def protect_token(app: Flask) -> None:
    """Refuse forms without this session's token; register after access.

    The token lives as long as the session, so its own time limit is off. The library's referrer
    check is replaced by the origin check above, which also holds behind a proxy.
    """
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["WTF_CSRF_SSL_STRICT"] = False
    csrf.init_app(app)


def is_from_here() -> bool:
    """Whether the browser vouches that one of our own pages sent this request."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc == request.host


def _refuse_foreign() -> None:
    if request.method in SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in OWN:
        abort(403)
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        abort(403)
