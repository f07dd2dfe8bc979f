"""What the running server answers, over a socket: also where the application is never asked."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import pytest

from fund_app.views.requests import LARGEST_BODY, LARGEST_TEXT
from tests.contracts.test_headers import DENIED, FIXED, FORBIDDEN
from tests.support.live import LiveFund, running_fund

pytestmark = pytest.mark.slow

ALONE = {"connection", "content-length", "date"}
"""All the server says by itself, where it cannot read a request at all."""
PLAIN_HTTP = {**FIXED, "Strict-Transport-Security": None}
SENTINEL = "Zq-a-word-that-must-not-be-logged"
FORM = "application/x-www-form-urlencoded"
PATIENCE = 60


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveFund]:
    with running_fund(tmp_path_factory.mktemp("served")) as fund:
        yield fund


def opened(fund: LiveFund) -> socket.socket:
    address = urlsplit(fund.base_url)
    return socket.create_connection((address.hostname, address.port), timeout=PATIENCE)


def said(fund: LiveFund, words: bytes) -> bytes:
    """Say something that need not be HTTP; return everything that comes back."""
    with closing(opened(fund)) as line:
        line.sendall(words)
        answer = b""
        while piece := line.recv(65536):
            answer += piece
        return answer


def asked(
    fund: LiveFund, method: str, path: str, body: bytes | Iterator[bytes] | None = None, **more: Any
) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection(urlsplit(fund.base_url).netloc, timeout=PATIENCE)
    with closing(connection):
        connection.request(method, path, body, headers=more)
        answer = connection.getresponse()
        return answer, answer.read()


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (f"{SENTINEL}\r\n\r\n", 400),
        (f"GET /{SENTINEL} HTTP/9.9\r\nHost: x\r\n\r\n", 400),
        (f"GET / HTTP/1.1\r\nHost: x\r\nX: {SENTINEL * 40_000}\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: x\r\n" + "A: b\r\n" * 300 + "\r\n", 431),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
    ],
)
def test_served_nonsense_is_refused_without_a_word(
    served: LiveFund, words: str, status: int
) -> None:
    head, _, body = said(served, words.encode()).partition(b"\r\n\r\n")
    first, *lines = head.decode().splitlines()
    assert first.split()[1] == str(status)
    assert {line.partition(":")[0] for line in lines} <= ALONE
    assert body == b""
    assert SENTINEL not in served.log


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("host", ["", "Host: elsewhere.example\r\n"])
def test_served_hosts_are_our_own(served: LiveFund, version: str, host: str) -> None:
    answer = said(served, f"GET / HTTP/{version}\r\n{host}Connection: close\r\n\r\n".encode())
    assert answer.split()[1] == b"400"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("HEAD", "/", 200),
        ("OPTIONS", "/", 200),
        ("GET", "/healthz", 200),
        ("GET", "/static/fund.css", 200),
        ("GET", "/static/../../config.py", 404),
        ("GET", "/static/%2e%2e/%2e%2e/config.py", 404),
        ("GET", f"/{SENTINEL}", 404),
        ("GET", "/staff/home", 302),
        ("GET", "/staff", 308),
        ("DELETE", "/", 405),
        ("TRACE", "/", 405),
        ("POST", "/return", 400),
    ],
)
def test_served_answers_have_their_headers(
    served: LiveFund, method: str, path: str, status: int
) -> None:
    answer, body = asked(served, method, path)
    assert answer.status == status
    assert {name: answer.getheader(name) for name in FIXED} == PLAIN_HTTP
    assert [name for name in FORBIDDEN if answer.getheader(name)] == []
    features = (answer.getheader("Permissions-Policy") or "").split(", ")
    assert [name for name in DENIED if f"{name}=()" not in features] == []
    assert (method in {"HEAD", "OPTIONS"}) == (status == 200 and body == b"")
    assert SENTINEL not in served.log


@pytest.mark.parametrize("size", [LARGEST_TEXT + 1, 2 * 1024 * 1024, LARGEST_BODY + 1])
def test_served_bodies_that_are_too_large_are_refused(served: LiveFund, size: int) -> None:
    """By what the body says of itself, before anything of it is sent."""
    head = f"POST /return HTTP/1.1\r\nHost: {urlsplit(served.base_url).netloc}\r\n"
    head += f"Content-Type: {FORM}\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n"
    with closing(opened(served)) as line:
        line.sendall(head.encode())
        if size <= LARGEST_BODY:
            line.sendall(b"x" * size)
        assert line.recv(64).split()[1] == b"413"


def test_served_bodies_without_a_length_are_bounded_too(served: LiveFund) -> None:
    pieces = (b"x" * 65536 for _ in range(LARGEST_TEXT // 65536 + 2))
    answer, _ = asked(served, "POST", "/return", pieces, **{"Content-Type": FORM})
    assert answer.status == 413


def test_served_slow_bodies_hold_nobody_up(served: LiveFund) -> None:
    """More senders that say three letters and fall silent than the site has threads."""
    head = f"POST /return HTTP/1.1\r\nHost: {urlsplit(served.base_url).netloc}\r\n"
    head += f"Content-Type: {FORM}\r\nContent-Length: 5000\r\n\r\nabc"
    with ExitStack() as everybody:
        lines = [everybody.enter_context(closing(opened(served))) for _ in range(40)]
        for line in lines:
            line.sendall(head.encode())
        for path in ("/healthz", "/", "/return"):
            assert asked(served, "GET", path)[0].status == 200
        # They are taken in as soon as they do send, and answered like anybody.
        lines[0].sendall(b"x" * 4997)
        assert lines[0].recv(64).split()[1] == b"400"


def test_served_slow_headers_hold_nobody_up(served: LiveFund) -> None:
    with ExitStack() as everybody:
        for _ in range(40):
            line = everybody.enter_context(closing(opened(served)))
            line.sendall(b"GET / HTTP/1.1\r\nHost: half")
        assert asked(served, "GET", "/")[0].status == 200
