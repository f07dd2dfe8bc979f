"""The sandbox: programs that open files from outside, with nothing to find and nowhere to go.

What they read and write goes through pipes, never over the disk. Where bubblewrap is installed
they see an empty machine without network; without it the picture and PDF cleaners still run in
a process without environment, network, open files or leave to write, and office documents are
refused (docs/decisions/0018-files-are-opened-elsewhere.md).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import IO

from fund_app.adapters.cleaning.child import REFUSED, TAKEN
from fund_app.adapters.cleaning.kinds import (
    LARGEST_MADE,
    REASONS,
    Accepted,
    MediaType,
    RefusedFile,
)

HERE = Path(__file__).resolve().parent
BOOT = f"import sys; sys.path.append({str(HERE)!r}); from cleaning.child import main; main()"
PYTHON = (sys.executable, "-I", "-B", "-c", BOOT)
SECONDS = 30
"""How long a file may take; the processor's own time is bounded more tightly inside."""
LARGEST_ANSWER = LARGEST_MADE
TOGETHER = 2
"""How many files one process of the fund has opened at a time, so that memory stays bounded."""
PATIENCE = 60
"""Seconds somebody waits for their turn before they are asked to come back."""

SYSTEM = ("/usr", "/bin", "/lib", "/lib64")
SYSTEM_MAYBE = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/fonts", "/etc/mime.types")
EMPTY_MACHINE = (
    "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL",
)  # fmt: skip
TMPFS_BYTES = 192 * 1024 * 1024
MAT2_MEMORY_KIB = 400_000
MAT2_SCRIPT = (
    f"ulimit -c 0 && ulimit -v {MAT2_MEMORY_KIB} && ulimit -t 20"
    ' && cat >"$1" && mat2 --inplace --no-sandbox "$1" >&2 && cat "$1"'
)
"""Runs inside the sandbox, on its own memory disk; mat2 needs no second sandbox there."""

_turns = threading.BoundedSemaphore(TOGETHER)


def run(task: str, content: bytes) -> Accepted:
    """Let a child of our own open a file.

    `task` is picture, pdf or office, or mark_picture or mark_pdf for a file that was made so.

    Raises RefusedFile with the child's reason, too_heavy where it was stopped at its limits,
    busy where too many others wait.
    """
    command = [*_sandboxed_python(), *PYTHON, task]
    with _turn():
        answer = _converse(command, content)
    head, _, cleaned = answer.partition(b"\n")
    word, _, about = head.partition(b" ")
    code = about.decode("ascii", "replace")
    if word == TAKEN and code in set(MediaType):
        return Accepted(MediaType(code), cleaned)
    raise RefusedFile(code if word == REFUSED and code in REASONS else "too_heavy")


def mat2(content: bytes, extension: str) -> bytes:
    """Let mat2 take names and history out of an office document.

    Raises RefusedFile: no_cleaner where it is not installed, damaged where it gives up.
    """
    if not has_office_cleaner():
        raise RefusedFile("no_cleaner")
    inside = "/tmp"  # noqa: S108 # nosec B108 (the sandbox's own, in memory)
    command = [
        *_machine(SYSTEM, SYSTEM_MAYBE), "--size", str(TMPFS_BYTES), "--tmpfs", inside,
        "--chdir", inside, "--setenv", "PATH", "/usr/bin:/bin", "--setenv", "HOME", inside,
        "--setenv", "LC_ALL", "C.UTF-8",
        "sh", "-c", MAT2_SCRIPT, "sh", f"document.{extension}",
    ]  # fmt: skip
    with _turn():
        cleaned = _converse(command, content)
    if not cleaned:
        raise RefusedFile("damaged")
    return cleaned


def has_bubblewrap() -> bool:
    """Whether bubblewrap is installed and may do its work here."""
    return shutil.which("bwrap") is not None and _works()


def has_office_cleaner() -> bool:
    """Whether office documents can be cleaned: mat2 and a working bubblewrap are installed."""
    return shutil.which("mat2") is not None and has_bubblewrap()


@cache
def _works() -> bool:
    """Try it, once, as it will be used: some systems install it and forbid what it needs."""
    try:
        done = subprocess.run(  # noqa: S603 (a list of words, none of them from outside)
            [*_machine(SYSTEM), "true"], capture_output=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _machine(folders: Sequence[str], maybe: Sequence[str] = ()) -> list[str]:
    """Return the command that starts a program on an empty machine with these folders."""
    return [
        shutil.which("bwrap") or "bwrap",
        *EMPTY_MACHINE,
        *_bound((*folders, *maybe)),
        "--dev", "/dev",
    ]  # fmt: skip


def _bound(folders: Sequence[str]) -> list[str]:
    return [word for each in folders for word in ("--ro-bind-try", each, each)]


def _sandboxed_python() -> list[str]:
    """Return what goes before our own child; it sees Python, its libraries and the cleaners."""
    if not has_bubblewrap():
        return []
    own = dict.fromkeys((sys.base_prefix, sys.prefix, str(HERE / "cleaning")))
    return [*_machine((*SYSTEM, *own), ("/etc/ld.so.cache",)), "--chdir", "/"]


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE):
        raise RefusedFile("busy")
    try:
        yield
    finally:
        _turns.release()


def _converse(command: Sequence[str], content: bytes) -> bytes:
    """Hand content to a program and return what it answers; nothing where it was stopped."""
    with subprocess.Popen(  # noqa: S603 (a list of words, none of them from outside)
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={},
        start_new_session=True,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RefusedFile("busy")
        watch = threading.Timer(SECONDS, _stop, [process])
        feeder = threading.Thread(target=_feed, args=(process.stdin, content), daemon=True)
        watch.start()
        feeder.start()
        try:
            answer = process.stdout.read(LARGEST_ANSWER + 1)
            if len(answer) > LARGEST_ANSWER:
                _stop(process)
            return answer if process.wait() == 0 else b""
        finally:
            watch.cancel()
            _stop(process)
            feeder.join()


def _feed(pipe: IO[bytes], content: bytes) -> None:
    # A program that has seen enough closes its ear; that is its good right.
    with contextlib.suppress(BrokenPipeError):
        pipe.write(content)
    with contextlib.suppress(BrokenPipeError):
        pipe.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a program with everything it started; no-op when it has ended."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
