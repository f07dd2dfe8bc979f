"""Slow down who tries too often, without knowing who it is and without locking anybody out.

A bucket of tries refills steadily. What is counted is what was tried, not who seems to try: at
the staff's door the name that was typed, at the codename's door the browser's cookie and all of
them together. Behind a proxy or an onion service everybody has the same address, so addresses
are a bad name for anybody, and they are kept nowhere.

An empty bucket never means "no", because the right person may be the next to try: whoever is
beyond the pace goes through a narrow line instead, one try at a time, so that the pace of all
guessing together is that of one run of the memory-hard function after the other. Where that
line is full, the gate keeps whoever comes beyond standing, in the order of coming.

Buckets are found by a keyed hash whose key is made at start-up and kept nowhere, so nothing
here can be turned back into a name, a cookie or an address.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from flask import current_app, request

from config import Settings
from fund_app.adapters.clock import Clock
from fund_app.services.hardening import Crowded, Line
from fund_app.views import session

MOST_BUCKETS = 10_000
EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Pace:
    """How many tries at once, and how many seconds until one more."""

    burst: int
    seconds_per_try: float


SIGN_IN = Pace(burst=20, seconds_per_try=2.0)
CODES = Pace(burst=40, seconds_per_try=10.0)
"""For the short codes of an app at one name: a million of them would be found in a line."""
SUBMIT = Pace(burst=30, seconds_per_try=2.0)
ALL_SIGN_INS = Pace(burst=60, seconds_per_try=0.5)
"""For a door where nobody says a name: all its visitors together."""


class TooManyTries(Exception):
    """The bucket is empty; `wait` is the number of whole seconds until the next try."""

    def __init__(self, wait: int) -> None:
        """Keep how many seconds the visitor should wait."""
        super().__init__(wait)
        self.wait = wait


class Throttle:
    """Buckets of tries, in this process's memory only, and the narrow line beside them."""

    def __init__(self, clock: Clock) -> None:
        """Start with full buckets and a fresh key."""
        self.line = Line(through=1, waiting=1)
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, what: str, who: str, pace: Pace) -> None:
        """Use one try of `who` for `what`; raises TooManyTries when none is left."""
        left = self._spend(what, who, pace)
        if left < 1:
            raise TooManyTries(max(1, math.ceil((1 - left) * pace.seconds_per_try)))

    def is_in_pace(self, what: str, who: str, pace: Pace) -> bool:
        """Use one try of `who` for `what`; False when none is left."""
        return self._spend(what, who, pace) >= 1

    def give_back(self, what: str, who: str, pace: Pace) -> None:
        """Return a try that succeeded: only failures are counted."""
        name, moment = self._name(what, who), self._clock.now().timestamp()
        with self._lock:
            self._keep(name, min(pace.burst, self._left(name, moment, pace) + 1), moment)

    def _spend(self, what: str, who: str, pace: Pace) -> float:
        """Return how many tries there were, one of which is used up where there was one."""
        name, moment = self._name(what, who), self._clock.now().timestamp()
        with self._lock:
            left = self._left(name, moment, pace)
            if left >= 1:
                self._keep(name, left - 1, moment)
        return left

    def _name(self, what: str, who: str) -> bytes:
        return hmac.new(self._key, f"{what}\0{who}".encode(), hashlib.sha256).digest()

    def _left(self, name: bytes, moment: float, pace: Pace) -> float:
        left, since = self._buckets.get(name, (float(pace.burst), moment))
        return min(pace.burst, left + max(0.0, moment - since) / pace.seconds_per_try)

    def _keep(self, name: bytes, left: float, moment: float) -> None:
        self._buckets[name] = (left, moment)
        self._buckets.move_to_end(name)
        while len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)


class Try:
    """One try at a door; `give_back` returns what it used."""

    def __init__(self, throttle: Throttle, buckets: tuple[tuple[str, str, Pace], ...]) -> None:
        """Use one try of each bucket."""
        self._throttle = throttle
        self._used = [each for each in buckets if throttle.is_in_pace(*each)]
        self.is_in_pace = len(self._used) == len(buckets)

    def give_back(self) -> None:
        """Count this try for nothing: it succeeded, or nothing was tried."""
        for bucket in self._used:
            self._throttle.give_back(*bucket)


@contextmanager
def by(*buckets: tuple[str, str, Pace]) -> Iterator[Try]:
    """Try to come in at a door; beyond the pace of one of the buckets, one after the other.

    A bucket is what is tried, whose tries are counted and at which pace. Raises Crowded where
    the narrow line is full.
    """
    throttle = _throttle()
    attempt = Try(throttle, buckets)
    try:
        with nullcontext() if attempt.is_in_pace else throttle.line.place():
            yield attempt
    except Crowded:
        attempt.give_back()
        raise


@contextmanager
def by_secret(what: str) -> Iterator[Try]:
    """Try to come in by a secret alone, as `by`; counted by browser and over all."""
    with by((what, visitor(), SIGN_IN), (what, EVERYBODY, ALL_SIGN_INS)) as attempt:
        yield attempt


def take(what: str, pace: Pace) -> None:
    """Use one of the present visitor's tries for `what`; raises TooManyTries."""
    _throttle().take(what, visitor(), pace)


def give_back(what: str, pace: Pace) -> None:
    """Return the present visitor's try for `what` after a success."""
    _throttle().give_back(what, visitor(), pace)


def visitor() -> str:
    """Return what tells the present visitor from others; for hashing only, never to be kept.

    The address a trusted proxy adds, where the settings say how many proxies there are; else the
    cookie. A peer's own address says nothing: it is the proxy's, or Tor's.
    """
    settings: Settings = current_app.extensions["fund.settings"]
    if settings.trusted_proxies:
        header = request.headers.get("X-Forwarded-For", "")
        passed = [each.strip() for each in header.split(",") if each.strip()]
        if len(passed) >= settings.trusted_proxies:
            return f"address {passed[-settings.trusted_proxies]}"
    return f"cookie {session.token()}"


def take_as(what: str, who: str, pace: Pace) -> None:
    """Use one try of somebody told apart otherwise than by where they visit from."""
    _throttle().take(what, who, pace)


def give_back_as(what: str, who: str, pace: Pace) -> None:
    """Return such a try after a success."""
    _throttle().give_back(what, who, pace)


def _throttle() -> Throttle:
    throttle: Throttle = current_app.extensions["fund.throttle"]
    return throttle
