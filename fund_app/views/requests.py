"""The request class: how much is read from a visitor, and where it is kept meanwhile."""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any

from flask import Flask, Request, abort, request
from werkzeug.datastructures import ImmutableMultiDict

MEBIBYTE = 1024 * 1024
LARGEST_BODY = 11 * MEBIBYTE
"""One file of at most 10 MB with its form around it."""
LARGEST_TEXT = 512 * 1024
"""All the text fields of one form together."""
MOST_PARTS = 200
NUL = "\0"


class Texts(ImmutableMultiDict[str, Any]):
    """What an address or a form brings, without the one character no text column can hold."""

    def __init__(self, pairs: Any = ()) -> None:
        """Take pairs of a name and a value, or what another of its kind holds."""
        listed = pairs.items(multi=True) if isinstance(pairs, ImmutableMultiDict) else pairs or ()
        super().__init__(
            [(name, each.replace(NUL, "") if isinstance(each, str) else each)
             for name, each in listed]
        )  # fmt: skip


class FundRequest(Request):
    """A request whose uploaded files stay in memory.

    The library would write an upload of more than 500 kB to a temporary file, in clear. What
    people confide must not touch the disk before it is sealed, so parts are held in memory,
    which LARGEST_BODY bounds.
    """

    parameter_storage_class = Texts

    def _get_file_stream(self, *_about: object, **_more: object) -> IO[bytes]:
        return BytesIO()


def limit(app: Flask) -> None:
    """Bound what one request may bring; anything larger is refused as 413."""
    app.request_class = FundRequest
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_TEXT
    app.config["MAX_FORM_PARTS"] = MOST_PARTS
    app.before_request(_limit_text)
    app.before_request(_refuse_unspeakable)


def _limit_text() -> None:
    """Bound a body that brings no file by what text may weigh."""
    if request.mimetype != "multipart/form-data":
        request.max_content_length = LARGEST_TEXT


def _refuse_unspeakable() -> None:
    """Answer an address no page can have, before a database is asked for it."""
    if NUL in request.path:
        abort(404)
