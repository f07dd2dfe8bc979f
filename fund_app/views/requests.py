"""The request class: how much is read from a visitor, and where it is kept meanwhile."""

from __future__ import annotations

from io import BytesIO
from typing import IO

from flask import Flask, Request, request

MEBIBYTE = 1024 * 1024
LARGEST_BODY = 11 * MEBIBYTE
"""One file of at most 10 MB with its form around it."""
LARGEST_TEXT = 512 * 1024
"""All the text fields of one form together."""
MOST_PARTS = 200


class FundRequest(Request):
    """A request whose uploaded files stay in memory.

    The library would write an upload of more than 500 kB to a temporary file, in clear. What
    people confide must not touch the disk before it is sealed, so parts are held in memory,
    which LARGEST_BODY bounds.
    """

    def _get_file_stream(self, *_about: object, **_more: object) -> IO[bytes]:
        return BytesIO()


def limit(app: Flask) -> None:
    """Bound what one request may bring; anything larger is refused as 413."""
    app.request_class = FundRequest
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_TEXT
    app.config["MAX_FORM_PARTS"] = MOST_PARTS
    app.before_request(_limit_text)


def _limit_text() -> None:
    """Bound a body that brings no file by what text may weigh."""
    if request.mimetype != "multipart/form-data":
        request.max_content_length = LARGEST_TEXT
