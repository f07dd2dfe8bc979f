from __future__ import annotations

import tempfile

import pytest
from flask import Flask, Response, request
from werkzeug import formparser

from fund_app.adapters.files import LARGEST_FILE
from fund_app.extensions import csrf
from fund_app.views.access import public
from fund_app.views.requests import LARGEST_BODY, LARGEST_TEXT, MOST_PARTS
from tests.support.client import FundClient


def _open_form(app: Flask) -> None:
    def take() -> Response:
        kinds = [type(upload.stream).__name__ for upload in request.files.values()]
        return Response(f"{len(request.form)} {kinds}", mimetype="text/plain")

    view = csrf.exempt(public(take))
    app.add_url_rule("/take", "take", view, methods=["POST"])


@pytest.mark.parametrize("size", [1, 500 * 1024, 500 * 1024 + 1, 2_000_000, LARGEST_FILE])
def test_requests_keep_files_of_any_size_in_memory(
    app: Flask, client: FundClient, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library would write what is larger than 500 kB to a file."""

    def refuse(*_about: object, **_more: object) -> None:
        raise AssertionError("a temporary file")

    for maker in ("NamedTemporaryFile", "SpooledTemporaryFile", "TemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, maker, refuse)
    monkeypatch.setattr(formparser, "SpooledTemporaryFile", refuse)
    _open_form(app)
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    body = head + b"x" * size + b"\r\n--b--\r\n"
    response = client.post("/take", data=body, content_type="multipart/form-data; boundary=b")
    assert response.get_data(as_text=True) == "0 ['BytesIO']"


def test_requests_refuse_a_body_that_is_too_large(app: Flask, client: FundClient) -> None:
    _open_form(app)
    body = b"x" * (LARGEST_BODY + 1)
    response = client.post("/take", data=body, content_type="multipart/form-data; boundary=b")
    assert response.status_code == 413


def test_requests_refuse_too_much_text(app: Flask, client: FundClient) -> None:
    _open_form(app)
    assert client.post("/take", data={"story": "x" * (LARGEST_TEXT + 1)}).status_code == 413


def test_requests_refuse_too_many_parts(app: Flask, client: FundClient) -> None:
    _open_form(app)
    data = {f"field{number}": "x" for number in range(MOST_PARTS + 1)}
    response = client.post("/take", data=data, content_type="multipart/form-data")
    assert response.status_code == 413
