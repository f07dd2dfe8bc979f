"""Processes that tests start, kill and wake: forked from one that has imported everything.

Starting Python anew and importing the fund takes longer than most of what such a process does.
The one they are forked from has no threads, no connections and nothing of a test in it.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

Main = Callable[[list[str]], None]
PRELOADED = [
    "fund_app",
    "tests.jobs.site",
    "tests.services.killed",
    "tests.services.killed_erasing",
    "tests.services.killed_handing_over",
    "tests.services.killed_keys",
    "tests.services.killed_receipts",
]

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(PRELOADED)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended (negative: by which signal), and what it wrote."""

    code: int
    said: bytes
    complained: str


class Child:
    """A running process with a session of its own."""

    def __init__(self, main: Main, words: Sequence[str], out: Path, err: Path) -> None:
        """Start `main(words)`; what it writes goes to these files."""
        begin = (main, list(words), str(out), str(err))
        self._process = _context.Process(target=_begin, args=begin)
        self._process.start()

    @property
    def pid(self) -> int:
        """Its number."""
        number = self._process.pid
        assert number is not None
        return number

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.is_alive()

    def send_signal(self, signal: int) -> None:
        """Send a signal to it alone; one that has ended is left in peace."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal)

    def wait(self, seconds: float = 120) -> int:
        """Wait until it has ended; returns how."""
        self._process.join(seconds)
        assert self._process.exitcode is not None, "it does not end"
        return self._process.exitcode


def run(main: Main, *words: str) -> Ended:
    """Run `main(words)` in a process of its own, to its end or its death."""
    with TemporaryDirectory() as name:
        out, err = Path(name) / "out", Path(name) / "err"
        code = Child(main, words, out, err).wait()
        return Ended(code, out.read_bytes(), err.read_text(errors="replace"))


def _begin(main: Main, words: list[str], out: str, err: str) -> None:
    os.setsid()
    for path, number in ((out, 1), (err, 2)):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.argv[1:] = words
    main(words)
