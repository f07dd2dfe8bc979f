"""The process in which a file is opened: it can do nothing but read its pipe and answer.

It is given a task as its one argument and the content on its standard input. The answer is one
line, "taken" with the kind or "refused" with the reason, and the new content after it.
"""

from __future__ import annotations

import contextlib
import ctypes
import resource
import sys

from .kinds import (
    LARGEST_FILE,
    LARGEST_MADE,
    LARGEST_MARK,
    Accepted,
    RefusedFile,
    unframed,
)

MEMORY = 340 * 1024 * 1024
CPU_SECONDS = 20
OPEN_FILES = 32
TAKEN, REFUSED = b"taken", b"refused"
MARKING = "mark_"
"""What a task is called that puts a mark on a file that was made here."""

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38

LIMITS = (
    (resource.RLIMIT_AS, MEMORY),
    (resource.RLIMIT_CPU, CPU_SECONDS),
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_NOFILE, OPEN_FILES),
)
"""Memory, time, and not one byte written to any file, a memory dump included."""


def main() -> None:
    """Do the task this process was started for."""
    confine()
    task = sys.argv[1]
    content = sys.stdin.buffer.read(
        LARGEST_MADE + LARGEST_MARK if task.startswith(MARKING) else LARGEST_FILE + 1
    )
    try:
        accepted = _task(task, content)
    except RefusedFile as refused:
        _answer(REFUSED, refused.code)
    except (MemoryError, RecursionError):
        _answer(REFUSED, "too_heavy")
    else:
        _answer(TAKEN, accepted.media_type, accepted.content)


def confine() -> None:
    """Give up what a file has no business to use; what a system does not know is left out."""
    for limit, most in LIMITS:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
    if sys.platform != "linux":
        return
    system = ctypes.CDLL(None)
    system.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    system.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # A network without any device. Refused inside the sandbox, which has taken it already.
    system.unshare(CLONE_NEWUSER | CLONE_NEWNET)


def _task(name: str, content: bytes) -> Accepted:
    # Each library is loaded by the one task that needs it: starting is what takes the time.
    if name.endswith("picture"):
        from . import pictures  # noqa: PLC0415

        marks = name.startswith(MARKING)
        return pictures.mark(*unframed(content)) if marks else pictures.clean(content)
    if name.endswith("pdf"):
        from . import pdf  # noqa: PLC0415

        return pdf.mark(*unframed(content)) if name.startswith(MARKING) else pdf.clean(content)
    from . import office  # noqa: PLC0415

    return office.inspect(content)


def _answer(word: bytes, about: str, content: bytes = b"") -> None:
    sys.stdout.buffer.write(word + b" " + about.encode() + b"\n" + content)
    sys.stdout.buffer.flush()
