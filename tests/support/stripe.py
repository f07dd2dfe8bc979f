"""The payment provider's double as tests use it: a server on loopback for one test."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from stripe._http_client import HTTPClient

from fund_app.adapters.clock import Clock
from tests.doubles.stripe_book import Book
from tests.doubles.stripe_post import Switches
from tests.doubles.stripe_server import StripeServer
from tests.doubles.stripe_wire import sign

HTTPClient.INITIAL_DELAY = 0.01
"""The library waits this long before it asks anew: half a second on a network, here none."""

API_KEY = "sk_test_rehearsal"
WEBHOOK_SECRET = "whsec_rehearsal"


@dataclass(frozen=True, slots=True)
class StripeDouble:
    """A running double with its book, its switches and its clock."""

    server: StripeServer
    clock: Clock

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.server.url

    @property
    def book(self) -> Book:
        """What it remembers."""
        return self.server.rehearsal.book

    @property
    def switches(self) -> Switches:
        """The troubles it can make."""
        return self.server.rehearsal.switches

    @property
    def settings(self) -> dict[str, Any]:
        """The fund's settings that point at it."""
        return {
            "stripe_api_key": API_KEY,
            "stripe_webhook_secret": WEBHOOK_SECRET,
            "stripe_api_base": self.url,
        }

    def paid(self, session: str) -> str:
        """Pay a session by card and take the money, as the worker does; returns the charge."""
        self.book.pay(session)
        intent = self.book.get(self.book.get(session)["payment_intent"])
        self.book.capture(intent["id"], {})
        return str(intent["latest_charge"])

    def events(self, *kinds: str) -> list[dict[str, Any]]:
        """Return the events so far, oldest first; of some kinds only when they are named."""
        found = self.book.every("event")[::-1]
        return [event for event in found if not kinds or event["type"] in kinds]

    def envelope(self, event: dict[str, Any]) -> tuple[bytes, str]:
        """Return an event as it would be posted: the bytes and the signature header."""
        body = json.dumps(event, indent=2).encode()
        return body, sign(body, WEBHOOK_SECRET, int(self.clock.now().timestamp()))


@contextmanager
def running_stripe(clock: Clock, webhook_url: str = "") -> Iterator[StripeDouble]:
    """Run a double that lives on the test's clock."""
    server = StripeServer(0, webhook_url, WEBHOOK_SECRET, lambda: int(clock.now().timestamp()))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield StripeDouble(server, clock)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
