"""Slow down who tries too often, without knowing who it is and without locking anybody out.

A bucket of tries per visitor refills steadily; an empty one means "in a few seconds", never
"no". Visitors are told apart by a keyed hash whose key is made at start-up and kept nowhere,
so nothing here can be turned back into an address.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass

from flask import current_app, request

from fund_app.adapters.clock import Clock

MOST_BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How many tries at once, and how many seconds until one more."""

    burst: int
    seconds_per_try: float


SIGN_IN = Pace(burst=20, seconds_per_try=2.0)
SIGN_IN_NAME = Pace(burst=40, seconds_per_try=10.0)
"""For one name from everywhere, by whoever shows nothing but guesses."""
SUBMIT = Pace(burst=30, seconds_per_try=2.0)


class TooManyTries(Exception):
    """The bucket is empty; `wait` is the number of whole seconds until the next try."""

    def __init__(self, wait: int) -> None:
        """Keep how many seconds the visitor should wait."""
        super().__init__(wait)
        self.wait = wait


class Throttle:
    """Buckets of tries, in this process's memory only."""

    def __init__(self, clock: Clock) -> None:
        """Start with full buckets and a fresh key."""
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, what: str, who: str, pace: Pace) -> None:
        """Use one try of `who` for `what`; raises TooManyTries when none is left."""
        name = hmac.new(self._key, f"{what}\0{who}".encode(), hashlib.sha256).digest()
        moment = self._clock.now().timestamp()
        with self._lock:
            left = self._left(name, moment, pace)
            if left < 1:
                raise TooManyTries(max(1, math.ceil((1 - left) * pace.seconds_per_try)))
            self._keep(name, left - 1, moment)

    def give_back(self, what: str, who: str, pace: Pace) -> None:
        """Return a try that succeeded: only failures are counted."""
        name = hmac.new(self._key, f"{what}\0{who}".encode(), hashlib.sha256).digest()
        moment = self._clock.now().timestamp()
        with self._lock:
            self._keep(name, min(pace.burst, self._left(name, moment, pace) + 1), moment)

    def _left(self, name: bytes, moment: float, pace: Pace) -> float:
        left, since = self._buckets.get(name, (float(pace.burst), moment))
        return min(pace.burst, left + max(0.0, moment - since) / pace.seconds_per_try)

    def _keep(self, name: bytes, left: float, moment: float) -> None:
        self._buckets[name] = (left, moment)
        self._buckets.move_to_end(name)
        while len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)


def take(what: str, pace: Pace) -> None:
    """Use one of the present visitor's tries for `what`; raises TooManyTries."""
    _throttle().take(what, request.remote_addr or "", pace)


def give_back(what: str, pace: Pace) -> None:
    """Return the present visitor's try for `what` after a success."""
    _throttle().give_back(what, request.remote_addr or "", pace)


def take_as(what: str, who: str, pace: Pace) -> None:
    """Use one try of somebody told apart otherwise than by where they visit from."""
    _throttle().take(what, who, pace)


def give_back_as(what: str, who: str, pace: Pace) -> None:
    """Return such a try after a success."""
    _throttle().give_back(what, who, pace)


def _throttle() -> Throttle:
    throttle: Throttle = current_app.extensions["fund.throttle"]
    return throttle
