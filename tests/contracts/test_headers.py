"""The headers that protect people, on every answer whatever gave it."""

from __future__ import annotations

import pytest
from flask import Flask, abort
from werkzeug.test import TestResponse

from fund_app.views.access import inventory, public
from tests.support.client import FundClient

FIXED = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'"
    ),
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
FORBIDDEN = ("Server", "ETag", "Last-Modified", "X-Powered-By")
DENIED = ("camera", "geolocation", "microphone", "payment", "usb")
ONION = "http://fundtestfundtestfundtestfundtestfundtestfundtestfundtest.onion"


def check(response: TestResponse, where: str) -> None:
    """Compare one answer's headers with the list, to the letter."""
    found = {name: response.headers.get(name) for name in FIXED}
    assert found == FIXED, where
    assert [name for name in FORBIDDEN if name in response.headers] == [], where
    features = response.headers["Permissions-Policy"].split(", ")
    assert [name for name in DENIED if f"{name}=()" not in features] == [], where


def test_headers_are_on_every_open_route(app: Flask, client: FundClient) -> None:
    for entry in inventory(app):
        if "GET" in entry.methods and "<" not in entry.path:
            response = client.get(entry.path)
            # A page may name one more place its forms lead to; nothing else may differ.
            policy = response.headers["Content-Security-Policy"]
            assert policy.startswith(FIXED["Content-Security-Policy"]), entry.path
            response.headers["Content-Security-Policy"] = FIXED["Content-Security-Policy"]
            check(response, entry.path)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "TRACE"])
def test_headers_are_on_every_method_of_the_first_page(client: FundClient, method: str) -> None:
    check(client.open("/", method=method), method)


def test_headers_are_on_unknown_addresses(client: FundClient) -> None:
    response = client.get("/there/is/no/such/page")
    assert response.status_code == 404
    check(response, "404")


def test_headers_are_on_refused_methods(client: FundClient) -> None:
    response = client.delete("/", headers={"Sec-Fetch-Site": "same-origin"})
    assert response.status_code == 405
    check(response, "405")


def test_headers_are_on_foreign_forms(client: FundClient) -> None:
    response = client.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403
    check(response, "403")


def test_headers_are_on_the_wrong_host(client: FundClient) -> None:
    response = client.get("/", base_url="https://elsewhere.test")
    assert response.status_code == 400
    check(response, "400")


def test_headers_are_on_the_style_sheet(client: FundClient) -> None:
    response = client.get("/static/fund.css")
    assert response.status_code == 200
    check(response, "style sheet")


@pytest.mark.parametrize("status", [403, 404, 409, 413, 422, 429, 500])
def test_headers_are_on_every_refusal_of_a_view(
    app: Flask, client: FundClient, status: int
) -> None:
    app.add_url_rule("/refuse", "refuse", public(lambda: abort(status)))
    response = client.get("/refuse")
    assert response.status_code == status
    check(response, str(status))


def test_headers_are_on_a_view_that_breaks(
    app: Flask, client: FundClient, caplog: pytest.LogCaptureFixture
) -> None:
    """The log learns what kind of error it was and where, the page not even that."""

    def broken() -> str:
        raise ArithmeticError("a secret somebody confided")

    app.testing = False
    app.add_url_rule("/broken", "broken", public(broken))
    response = client.get("/broken")
    assert response.status_code == 500
    check(response, "500")
    assert "confided" not in response.get_data(as_text=True) + caplog.text
    assert [record.getMessage().split(" at=")[0] for record in caplog.records] == [
        "request.failed type=ArithmeticError"
    ]


def test_headers_are_on_a_body_that_is_too_large(app: Flask, client: FundClient) -> None:
    largest = app.config["MAX_CONTENT_LENGTH"]
    response = client.post(
        "/sign-out", data={"text": "a" * (largest + 1)}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert response.status_code == 413
    check(response, "413")


@pytest.mark.settings(onion_url=ONION)
def test_headers_promise_encryption_to_the_open_web_only(client: FundClient) -> None:
    clear = client.get("/", query_string={"lang": "de"})
    assert clear.headers["Onion-Location"] == f"{ONION}/"
    hidden = client.get("/", base_url=ONION)
    assert hidden.status_code == 200
    assert "Strict-Transport-Security" not in hidden.headers
    assert "Onion-Location" not in hidden.headers
    assert "fund.test" not in hidden.get_data(as_text=True)
