"""The double's post office: signed webhooks, with every trouble a real network has."""

from __future__ import annotations

import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.doubles.stripe_wire import Json, sign

TIMEOUT = 10
RETRY_AFTER = (0.2, 0.5, 1.0, 2.0)


@dataclass(slots=True)
class Switches:
    """The troubles a test can turn on; all off is a calm day."""

    webhooks: bool = True
    copies: int = 1
    parallel: int = 1
    delay: float = 0.0
    reorder: bool = False
    lose_answers: int = 0
    fail_next: int = 0
    seed: int = 0
    blocked_countries: str = ""
    """Card countries a rule of the account blocks ("RU,BY"), as Radar's rules do."""

    def set(self, name: str, value: object) -> None:
        """Turn one switch; an unknown name or a value of another kind is a ValueError."""
        if name not in Switches.__dataclass_fields__:
            raise ValueError(f"no switch {name!r}")
        if not isinstance(value, type(getattr(self, name))) and not (
            name == "delay" and type(value) is int
        ):
            raise ValueError(f"{name} cannot be {value!r}")
        setattr(self, name, value)


@dataclass(slots=True)
class Post:
    """Delivers events to one address in the background, as the switches say."""

    url: str
    secret: str
    now: Callable[[], int]
    switches: Switches
    held: list[Json] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def send(self, event: Json) -> None:
        """Deliver one event, or hold it back while the order is being mixed up."""
        if not self.switches.webhooks or not self.url:
            return
        if self.switches.reorder:
            self.held.append(event)
            return
        self._start([event] * self.switches.copies)

    def release(self) -> int:
        """Deliver what was held back, in a random but repeatable order; returns how many."""
        waiting = [event for event in self.held for _ in range(self.switches.copies)]
        self.held.clear()
        # A repeatable order, nothing secret.
        random.Random(self.switches.seed).shuffle(waiting)  # noqa: S311
        self._start(waiting)
        return len(waiting)

    def wait(self, seconds: float = 20.0) -> None:
        """Return when everything under way has been delivered or given up."""
        until = time.monotonic() + seconds
        for thread in list(self._threads):
            thread.join(max(0.0, until - time.monotonic()))
        self._threads = [thread for thread in self._threads if thread.is_alive()]

    def _start(self, events: list[Json]) -> None:
        lanes = max(1, self.switches.parallel)
        for lane in range(lanes):
            share = events[lane::lanes]
            if share:
                thread = threading.Thread(target=self._deliver, args=(share,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _deliver(self, events: list[Json]) -> None:
        for event in events:
            time.sleep(self.switches.delay)
            body = json.dumps(event, indent=2).encode()
            for pause in (*RETRY_AFTER, 0.0):
                status = self._once(body)
                self.answers.append(status)
                if status < 300:
                    break
                time.sleep(pause)

    def _once(self, body: bytes) -> int:
        header = sign(body, self.secret, self.now())
        request = urllib.request.Request(  # noqa: S310  loopback address given at start
            self.url,
            data=body,
            headers={"Content-Type": "application/json", "Stripe-Signature": header},
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 599
