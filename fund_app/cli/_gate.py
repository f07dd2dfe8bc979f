"""The gate before the web application: a request takes a thread only once it is wholly here.

The application answers in a few threads. A server that hands it a request as soon as the headers
are read lets every slow or stingy sender hold a thread, and twelve of them hold the site. Here a
body is read by the event loop, which costs next to nothing while it waits: within bounds of
size, of silence, of time and of memory for all bodies together. A person on a slow line is not
stingy: whoever keeps sending has a quarter of an hour.

Who would have to wait for the memory-hard function waits here as well: first come, first called.

What cannot be taken in is answered here, without a page, and with the headers of every page.
"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from fund_app.services.hardening import CROWDED, Line
from fund_app.views.headers import bare
from fund_app.views.requests import LARGEST_BODY

StartResponse = Callable[..., Any]
WebApplication = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
Headers = list[tuple[str, str]]

BROKEN_OFF, TIMED_OUT, TOO_BUSY = 400, 408, 503
MOST_STANDING = 256
LOOK_SECONDS = 0.02
COME_BACK_SECONDS = "5"
NOBODY = "nobody.invalid"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long, in seconds, a body may take between two pieces and in all; how long one stands."""

    silence: float = 20
    whole: float = 15 * 60
    standing: float = 50


class _Refused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Gate:
    """Reads requests whole, then lets the application answer them, so many at a time."""

    def __init__(
        self,
        application: WebApplication,
        *,
        threads: int,
        patience: Patience | None = None,
        most_bytes: int = 16 * LARGEST_BODY,
    ) -> None:
        """Answer in `threads` threads; hold at most `most_bytes` of bodies that are arriving.

        As many requests as there are threads may wait for one, times eight; those beyond are
        told to come back.
        """
        self._application = application
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="fund-web")
        self._patience = patience or Patience()
        self._bytes_left = most_bytes
        self._places = threads * 9
        self._standing = 0
        self._turns: defaultdict[Line, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Take one request from the server and answer it."""
        held = [0]
        try:
            status, headers, body = await self._answer(scope, protocol, held)
        except _Refused as refused:
            status, headers, body = refused.status, bare(), b""
            if status == TOO_BUSY:
                headers.append(("Retry-After", COME_BACK_SECONDS))
            headers.append(("Connection", "close"))
        finally:
            self._bytes_left += held[0]
        protocol.response_bytes(status, [*headers, ("Server", "")], body)

    async def _answer(
        self, scope: Any, protocol: Any, held: list[int]
    ) -> tuple[int, Headers, bytes]:
        content = await self._read(scope, protocol, held)
        work = _Call(self._application, scope, content)
        until = asyncio.get_running_loop().time() + self._patience.standing
        answer = await self._run(work)
        while work.crowded is not None and await self._has_stood(work.crowded, until):
            answer = await self._run(work)
        return answer

    async def _run(self, work: _Call) -> tuple[int, Headers, bytes]:
        if self._places < 1:
            work.give_up_place()
            raise _Refused(TOO_BUSY)
        self._places -= 1
        try:
            running = asyncio.get_running_loop().run_in_executor(self._threads, work)
            # Whoever goes away does not take the place along: the call is made all the same.
            return await asyncio.shield(running)
        finally:
            self._places += 1

    async def _has_stood(self, line: Line, until: float) -> bool:
        """Wait for a place in the line and take it; False where there is none in time.

        The lock hands the head of the line on in the order of coming.
        """
        if self._standing >= MOST_STANDING:
            return False
        self._standing += 1
        try:
            with line.stood_in():
                async with asyncio.timeout_at(until), self._turns[line]:
                    while not line.enter():  # noqa: ASYNC110 (places are given up in threads)
                        await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            return False
        else:
            return True
        finally:
            self._standing -= 1

    async def _read(self, scope: Any, protocol: Any, held: list[int]) -> bytes:
        """Return the body, or the first piece beyond the largest one: the application refuses it.

        Of a body that says itself that it is too large nothing is read.
        """
        told = scope.headers.get("content-length")
        if told is None and "transfer-encoding" not in scope.headers:
            return b""
        if told is not None and (not told.isdecimal() or int(told) > LARGEST_BODY):
            return b""
        pieces: list[bytes] = []
        incoming = aiter(protocol)
        try:
            async with asyncio.timeout(self._patience.whole):
                while held[0] <= LARGEST_BODY:
                    piece = await asyncio.wait_for(_next(incoming), self._patience.silence)
                    if piece is None:
                        break
                    self._hold(len(piece), held)
                    pieces.append(piece)
        except TimeoutError:
            raise _Refused(TIMED_OUT) from None
        if told is not None and held[0] != int(told):
            raise _Refused(BROKEN_OFF)
        return b"".join(pieces)

    def _hold(self, size: int, held: list[int]) -> None:
        """Count bytes that are in memory; refuse where all bodies together hold too many."""
        if size > self._bytes_left:
            raise _Refused(TOO_BUSY)
        self._bytes_left -= size
        held[0] += size


async def _next(incoming: Any) -> bytes | None:
    """Return the next piece of a body, or None after the last."""
    try:
        piece: bytes = await anext(incoming)
    except StopAsyncIteration:
        return None
    return piece


def environment(scope: Any, content: bytes) -> dict[str, Any]:
    """Describe a request as WSGI does (PEP 3333)."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope.path).decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        # A request without a Host is for nobody: no address of ours stands in for it.
        "SERVER_NAME": NOBODY,
        "SERVER_PORT": scope.server.rpartition(":")[2],
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(content),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        key = name.upper().replace("-", "_")
        if key in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            environ[key] = value
        elif "_" not in name:
            # One name in two spellings would let a visitor write over what a proxy has set.
            known = environ.get(f"HTTP_{key}")
            between = "; " if key == "COOKIE" else ","
            environ[f"HTTP_{key}"] = value if known is None else f"{known}{between}{value}"
    if "CONTENT_LENGTH" not in environ and content:
        environ["CONTENT_LENGTH"] = str(len(content))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return environ


class _Call:
    """One request to the application, its answer collected.

    `crowded` is the line that was full at the last call. Calling again is calling with a place
    in it.
    """

    def __init__(self, application: WebApplication, scope: Any, content: bytes) -> None:
        self._application, self._scope, self._content = application, scope, content
        self._status, self._headers = 500, list[tuple[str, str]]()
        self.crowded: Line | None = None

    def __call__(self) -> tuple[int, Headers, bytes]:
        """Return status, headers and body."""
        environ = environment(self._scope, self._content)
        place = nullcontext() if self.crowded is None else self.crowded.brought()
        with place:
            body = self._body(environ)
        self.crowded = environ.get(CROWDED)
        return self._status, self._headers, body

    def give_up_place(self) -> None:
        """Leave the line: nobody will call."""
        if self.crowded is not None:
            self.crowded.leave()

    def _body(self, environ: dict[str, Any]) -> bytes:
        pieces = self._application(environ, self._start)
        try:
            return b"".join(pieces)
        finally:
            close = getattr(pieces, "close", None)
            if close:
                close()

    def _start(self, status: str, headers: Headers, _error: object = None) -> Callable[..., Any]:
        self._status, self._headers = int(status[:3]), list(headers)
        return _refuse_writing


def _refuse_writing(_data: bytes) -> None:
    raise NotImplementedError("answers are returned, not written")
