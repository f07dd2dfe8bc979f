"""The memory-hard function behind codenames and passphrases, and how often it may run.

One run takes 64 MiB and some tenths of a second on purpose. Two run at the same time in one
process and three more wait. Whoever comes beyond stands in line at the gate (cli/_gate.py), where
waiting holds no thread, and is called in the order of coming: a flood of guesses slows guessing,
the right one gets in among them, and neither memory nor threads pile up.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import Any, cast

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from flask import current_app

SALT_BYTES = 16
RESULT_BYTES = 64
ALGORITHM = "argon2id"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run costs: memory in KiB, passes over it, parallel lanes."""

    memory: int
    passes: int
    lanes: int


PRODUCTION = Cost(memory=64 * 1024, passes=3, lanes=1)
REHEARSAL = Cost(memory=64, passes=1, lanes=1)
"""For the demonstration's staff alone, whose passphrase stands in the source: nothing to guess."""


COME_BACK_SECONDS = 2
CROWDED = "fund.crowded"
"""Where an answer in a request's environment says which line was full."""


class Crowded(Exception):
    """The line is full; nothing was tried. `wait` says in how many seconds it will have moved."""

    def __init__(self, line: Line, wait: int = COME_BACK_SECONDS) -> None:
        """Keep the line and the number of whole seconds."""
        super().__init__(wait)
        self.line = line
        self.wait = wait


class Line:
    """Lets so many through at a time and so many wait; nobody beyond keeps a thread.

    Who finds it full may stand in it without a thread (`stood_in`), ask again and again for a
    place (`enter`) and bring that place along (`brought`). While anybody stands, no newcomer
    takes a place before them.
    """

    def __init__(self, *, through: int, waiting: int) -> None:
        """Begin empty."""
        self._turn = threading.Semaphore(through)
        self._places = through + waiting
        self._standing = 0
        self._lock = threading.Lock()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Wait for a turn and hold it for the block; raises Crowded where the line is full.

        Whoever has brought a place has it for as many blocks as it takes.
        """
        if _brought.get() is self:
            with self._turn:
                yield
            return
        if not self._enter_as_newcomer():
            raise Crowded(self)
        try:
            with self._turn:
                yield
        finally:
            self.leave()

    @contextmanager
    def stood_in(self) -> Iterator[None]:
        """Stand in the line during the block, before everybody who comes later."""
        with self._lock:
            self._standing += 1
        try:
            yield
        finally:
            with self._lock:
                self._standing -= 1

    def enter(self) -> bool:
        """Take a place if one is free, for somebody who has stood; it is given up by `leave`."""
        with self._lock:
            return self._take()

    def leave(self) -> None:
        """Give up a place."""
        with self._lock:
            self._places += 1

    @contextmanager
    def brought(self) -> Iterator[None]:
        """Use a place taken by `enter` for whatever the block does, and give it up after it."""
        token = _brought.set(self)
        try:
            yield
        finally:
            _brought.reset(token)
            self.leave()

    def _enter_as_newcomer(self) -> bool:
        with self._lock:
            return self._standing == 0 and self._take()

    def _take(self) -> bool:
        if self._places < 1:
            return False
        self._places -= 1
        return True


_brought: ContextVar[Line | None] = ContextVar("brought", default=None)


class Hardening:
    """Runs Argon2id; create_app keeps one per process at `app.extensions["fund.hardening"]`.

    `cost` is a constructor argument for fast tests and for the demonstration's loading, and
    has no other source.
    """

    def __init__(self, cost: Cost = PRODUCTION, *, together: int = 2, waiting: int = 3) -> None:
        """Run with this cost, at most `together` at a time while at most `waiting` wait."""
        self.cost = cost
        self.runs = 0
        self._line = Line(through=together, waiting=waiting)
        self._count = threading.Lock()

    def derive(self, secret: bytes, salt: bytes, cost: Cost | None = None) -> bytes:
        """Return 64 bytes; `cost` is the one on record where it differs from today's.

        Raises Crowded, at once and before any work, where too many wait already.
        """
        chosen = cost or self.cost
        with self._line.place():
            with self._count:
                self.runs += 1
            return Argon2id(
                salt=salt,
                length=RESULT_BYTES,
                iterations=chosen.passes,
                lanes=chosen.lanes,
                memory_cost=chosen.memory,
            ).derive(secret)

    def record(
        self, factors: list[str], salt: bytes | None = None, *, secret: str | None = None
    ) -> str:
        """Describe a derivation for the keystore: algorithm, cost, salt and what it takes.

        `factors` names what goes into the key beside this function ("deployment"; a passkey
        later), so that a new kind of key is a new record and not a new column. `secret` names
        the deployment secret it was made under.
        """
        content: dict[str, Any] = {"kdf": ALGORITHM, "factors": factors, **asdict(self.cost)}
        if salt is not None:
            content["salt"] = salt.hex()
        if secret is not None:
            content["secret"] = secret
        return json.dumps(content, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Derivation:
    """A record read back."""

    cost: Cost
    salt: bytes
    factors: tuple[str, ...]
    secret: str | None = None

    @classmethod
    def read(cls, record: str) -> Derivation:
        """Read what `Hardening.record` wrote; ValueError for another algorithm."""
        content = json.loads(record)
        if content["kdf"] != ALGORITHM:
            raise ValueError("unknown key derivation")
        cost = Cost(content["memory"], content["passes"], content["lanes"])
        salt = bytes.fromhex(content.get("salt", ""))
        return cls(cost, salt, tuple(content["factors"]), content.get("secret"))


def hardening() -> Hardening:
    """Return the process's one memory-hard function."""
    return cast("Hardening", current_app.extensions["fund.hardening"])
