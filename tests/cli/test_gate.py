"""The gate takes a request in wholly, or not at all, before a thread has to do with it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from fund_app.cli import _gate
from fund_app.cli._gate import Gate, Patience, environment
from fund_app.services.hardening import CROWDED, Crowded, Line
from fund_app.views.headers import FIXED
from fund_app.views.requests import LARGEST_BODY

LINE = b"a piece"


class Named(dict[str, str]):
    """Headers as the server hands them over."""


@dataclass
class Scope:
    """A request as the server describes it."""

    headers: Named = field(default_factory=Named)
    method: str = "POST"
    path: str = "/return%C3%A9/%2e"
    query_string: str = "a=%20b"
    http_version: str = "1.1"
    scheme: str = "http"
    server: str = "127.0.0.1:8000"
    client: str = "127.0.0.1:50000"


@dataclass
class Sender:
    """Somebody who sends these pieces, each after so many seconds, and what they are told."""

    pieces: Iterable[bytes] = ()
    pause: float = 0
    told: tuple[int, list[tuple[str, str]], bytes] | None = None
    taken: int = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            await asyncio.sleep(self.pause)
            self.taken += 1
            yield piece

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.told = (status, headers, body)


def echo(environ: dict[str, Any], start: Any) -> list[bytes]:
    start("200 OK", [("Content-Type", "text/plain")])
    length = environ.get("CONTENT_LENGTH", "none")
    return [length.encode(), b" ", environ["wsgi.input"].read()]


def run(gate: Gate, sender: Sender, **headers: str) -> tuple[int, bytes]:
    named = Named({name.replace("_", "-"): value for name, value in headers.items()})
    asyncio.run(gate.__rsgi__(Scope(named), sender))
    assert sender.told is not None
    status, told, body = sender.told
    assert ("Server", "") in told
    if status != 200:
        assert set(FIXED.items()) <= set(told)
        assert body == b""
    return status, body


def test_gate_hands_over_what_arrived_whole() -> None:
    gate = Gate(echo, threads=1)
    assert run(gate, Sender([LINE, LINE]), content_length="14") == (200, b"14 " + LINE * 2)
    assert run(gate, Sender([LINE]), transfer_encoding="chunked") == (200, b"7 " + LINE)
    assert run(gate, Sender([])) == (200, b"none ")


def test_gate_refuses_a_body_that_broke_off() -> None:
    assert run(Gate(echo, threads=1), Sender([LINE]), content_length="70") == (400, b"")


@pytest.mark.parametrize("patience", [Patience(silence=0.05), Patience(whole=0.05)])
def test_gate_waits_so_long_and_no_longer(patience: Patience) -> None:
    sender = Sender([LINE] * 9, pause=0.2 if patience.silence < 1 else 0.02)
    assert run(Gate(echo, threads=1, patience=patience), sender, content_length="63") == (408, b"")


def test_gate_reads_nothing_of_a_body_that_is_too_large() -> None:
    sender = Sender([LINE])
    told = str(LARGEST_BODY + 1)
    assert run(Gate(echo, threads=1), sender, content_length=told) == (200, told.encode() + b" ")
    assert sender.taken == 0


def test_gate_stops_reading_where_a_body_grows_too_large() -> None:
    sender = Sender([b"x" * LARGEST_BODY, b"x", LINE, LINE])
    status, body = run(Gate(echo, threads=1), sender, transfer_encoding="chunked")
    assert (status, sender.taken) == (200, 2)
    # The length the application reads is beyond its limit: the refusal is its own page.
    assert body.startswith(str(LARGEST_BODY + 1).encode())


def test_gate_holds_no_more_than_it_may_of_all_bodies_together() -> None:
    gate = Gate(echo, threads=1, most_bytes=10)
    assert run(gate, Sender([LINE, LINE]), content_length="14") == (503, b"")
    # What was held is free again.
    assert run(gate, Sender([LINE]), content_length="7") == (200, b"7 " + LINE)


def test_gate_sends_away_whoever_finds_the_waiting_room_full() -> None:
    go_on = threading.Event()
    everybody: list[int] = []

    def slow(environ: dict[str, Any], start: Any) -> list[bytes]:
        go_on.wait(20)
        return echo(environ, start)

    async def crowd() -> None:
        gate = Gate(slow, threads=1)
        senders = [Sender() for _ in range(12)]
        asked = [asyncio.create_task(gate.__rsgi__(Scope(), each)) for each in senders]
        while sum(each.told is not None for each in senders) < 3:  # noqa: ASYNC110 (no event says so)
            await asyncio.sleep(0.01)
        everybody.extend(each.told[0] for each in senders if each.told)
        go_on.set()
        await asyncio.gather(*asked)
        everybody.extend(each.told[0] for each in senders if each.told)

    asyncio.run(crowd())
    assert everybody[:3] == [503] * 3
    assert sorted(everybody[3:]) == [200] * 9 + [503] * 3


class Door:
    """An application behind a line of one place; it tells in which order it let people in."""

    def __init__(self) -> None:
        self.line = Line(through=1, waiting=0)
        self.let_in: list[str] = []
        self.refused: list[str] = []

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        name = environ["QUERY_STRING"]
        try:
            with self.line.place():
                time.sleep(0.05)
        except Crowded as crowded:
            self.refused.append(name)
            environ[CROWDED] = crowded.line
            start("503 Service Unavailable", list(FIXED.items()))
            return [b""]
        self.let_in.append(name)
        start("200 OK", [])
        return [name.encode()]


def test_gate_calls_those_who_stand_in_the_order_of_coming() -> None:
    """Whoever asks again and again at once has no better place than somebody who came once."""
    door = Door()
    came: list[str] = []

    async def crowd() -> None:
        gate = Gate(door, threads=4)

        async def come(name: str, times: int) -> None:
            for _ in range(times):
                came.append(name)
                sender = Sender()
                await gate.__rsgi__(Scope(query_string=name), sender)
                assert sender.told is not None
                assert sender.told[0] == 200

        restless = [asyncio.create_task(come(f"restless{n}", 4)) for n in range(4)]
        while len(door.let_in) < 2:  # noqa: ASYNC110 (no event says so)
            await asyncio.sleep(0.01)
        await come("right", 1)
        place = door.let_in.index("right")
        await asyncio.gather(*restless)
        assert place <= 2 + len(restless) + 1

    asyncio.run(crowd())
    assert sorted(door.let_in) == sorted(came)
    assert door.refused
    assert door.line.enter()


def test_gate_tells_whoever_stood_in_vain() -> None:
    door = Door()
    patience = Patience(standing=0.05)
    with door.line.place():
        assert run(Gate(door, threads=1, patience=patience), Sender())[0] == 503
    assert run(Gate(door, threads=1, patience=patience), Sender())[0] == 200


def test_gate_lets_only_so_many_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_gate, "MOST_STANDING", 0)
    door = Door()
    with door.line.place():
        assert run(Gate(door, threads=1), Sender())[0] == 503
    assert door.line.enter()


def test_gate_describes_a_request_as_wsgi_does() -> None:
    headers = Named({"content-type": "text/plain", "x-real": "1", "x_real": "2", "cookie": "s=t"})
    found = environment(Scope(headers), b"body")
    assert found["PATH_INFO"] == "/return\xc3\xa9/."
    assert found["QUERY_STRING"] == "a=%20b"
    assert (found["CONTENT_TYPE"], found["CONTENT_LENGTH"]) == ("text/plain", "4")
    assert (found["HTTP_X_REAL"], found["HTTP_COOKIE"]) == ("1", "s=t")
    assert found["REMOTE_ADDR"] == "127.0.0.1"
    # Without a Host no name of ours stands in for it.
    assert found["SERVER_NAME"] == "nobody.invalid"
