"""Files are opened where nothing can be found, nothing written and nobody called."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Self

import pytest

from fund_app.adapters import files, sandbox
from fund_app.adapters.cleaning.kinds import MediaType, RefusedFile
from tests.support import uploads

MEBIBYTE = 1024 * 1024
MOST_EXTRA = 300 * MEBIBYTE
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
CONFINED = (
    f"import sys; sys.path.append({str(sandbox.HERE)!r}); "
    "from cleaning.child import confine; confine(); "
)


def children(pid: int) -> list[int]:
    """Return the processes a process has started, and theirs."""
    found: list[int] = []
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            direct = [int(each) for each in thread.read_text().split()]
        except OSError:
            continue
        for child in direct:
            found += [child, *children(child)]
    return found


def resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    except (OSError, IndexError):
        return 0


def opened(pid: int) -> set[str]:
    """Return the files of the disk a process has open for writing."""
    found = set()
    for each in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            target, flags = each.readlink(), Path(f"/proc/{pid}/fdinfo/{each.name}").read_text()
        except OSError:
            continue
        writes = int(flags.partition("flags:")[2].split()[0], 8) & (os.O_WRONLY | os.O_RDWR)
        if writes and str(target).startswith("/") and not str(target).startswith("/dev/"):
            found.add(str(target))
    return found


class Watch:
    """Watches this process and its children while something is done."""

    def __init__(self) -> None:
        self.extra = 0
        self.written: set[str] = set()
        self._before = opened(os.getpid())
        self._start = resident(os.getpid())
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_about: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        me = os.getpid()
        while not self._done.is_set():
            started = [each for each in children(me) if self._has_become_another(each)]
            grown = resident(me) - self._start + sum(resident(each) for each in started)
            self.extra = max(self.extra, grown)
            for each in (me, *started):
                self.written |= opened(each) - self._before
            time.sleep(0.002)

    @staticmethod
    def _has_become_another(pid: int) -> bool:
        """Whether a process has begun its own program; before that it shares our memory."""
        try:
            return Path(f"/proc/{pid}/exe").readlink() != Path("/proc/self/exe").readlink() or (
                b"cleaning.child" in Path(f"/proc/{pid}/cmdline").read_bytes()
            )
        except OSError:
            return False


def outcome_of(content: bytes) -> str:
    """Return whether a file was taken, or the reason why not."""
    try:
        files.accept(content)
    except RefusedFile as refused:
        return refused.code
    return "taken"


@needs_linux
@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("photo", lambda: uploads.noise("JPEG", (11_000, 5_400), quality=20)),
        ("photo in passes", lambda: uploads.noise("JPEG", (6_000, 4_000), progressive=True)),
        ("picture with holes", lambda: uploads.noise("PNG", (3_700, 3_700), "P", transparency=3)),
        ("small format", lambda: uploads.noise("WEBP", (4_000, 3_000), quality=10)),
        ("png of 30,000 pixels", lambda: uploads.picture("PNG", mode="1", size=(30_000, 30_000))),
        ("pdf bomb", lambda: uploads.pdf_bomb(400_000_000)),
        ("zip bomb", uploads.zip_bomb),
    ],
)
def test_hungry_files_cost_less_than_300_megabytes_and_no_disk(
    what: str, content: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(content)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    sent = content()
    assert len(sent) <= files.LARGEST_FILE, what
    with Watch() as watch:
        outcome = outcome_of(sent)
    assert outcome in {"taken", "too_many_pixels", "too_heavy", "bomb"}
    assert watch.extra < MOST_EXTRA
    assert watch.written == set()
    assert list(tmp_path.iterdir()) == []


def confined(program: str) -> str:
    """Run a line of Python as the child would be, and return what it says."""
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", CONFINED + program],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_child_cannot_write_a_file(tmp_path: Path) -> None:
    said = confined(
        f"import os; os.write(os.open({str(tmp_path / 'a')!r}, os.O_CREAT | os.O_WRONLY), b'x')"
    )
    assert "File too large" in said
    assert (tmp_path / "a").read_bytes() == b""


def test_child_gets_no_memory_without_end() -> None:
    assert "MemoryError" in confined("bytearray(500_000_000)")


@needs_linux
def test_child_reaches_no_network() -> None:
    said = confined("import socket; socket.create_connection(('127.0.0.1', 9), 5)")
    assert "unreachable" in said or "Network" in said


@pytest.mark.skipif(not sandbox.has_bubblewrap(), reason="bubblewrap is not installed")
def test_child_finds_nothing_on_an_empty_machine(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("sentinel")
    command = [*sandbox._sandboxed_python(), sys.executable, "-I", "-B", "-c"]  # noqa: SLF001
    for path in (secret, Path("/etc/passwd"), Path("/proc/self/status"), Path(__file__)):
        program = f"print(open({str(path)!r}).read())"
        done = subprocess.run([*command, program], capture_output=True, text=True, check=False)
        assert done.stdout == ""
        assert "FileNotFoundError" in done.stderr
    told = "import os; print(sorted(os.environ))"
    done = subprocess.run([*command, told], capture_output=True, text=True, check=False)
    assert set(eval(done.stdout)) <= {"PWD", "LC_CTYPE"}  # noqa: S307 (our own line)


def test_child_works_without_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "has_bubblewrap", lambda: False)
    assert files.accept(uploads.pdf()).media_type is MediaType.PDF
    assert files.accept(uploads.photo()).media_type is MediaType.JPEG
    for content in (uploads.picture("JPEG", size=(400, 400))[:300], uploads.pdf()[:-200]):
        with pytest.raises(RefusedFile, match="damaged"):
            files.accept(content)


def test_program_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 0.5)
    began = time.monotonic()
    endless = [sys.executable, "-c", "import time; time.sleep(60)"]
    assert sandbox._converse(endless, b"content") == b""  # noqa: SLF001
    assert time.monotonic() - began < 20


def test_program_that_never_stops_talking_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "LARGEST_ANSWER", 1000)
    endless = [sys.executable, "-c", "while True: print('x' * 100)"]
    assert sandbox._converse(endless, b"content") == b""  # noqa: SLF001


def test_who_waits_too_long_is_asked_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "PATIENCE", 0)
    monkeypatch.setattr(sandbox, "_turns", threading.BoundedSemaphore(1))
    with sandbox._turn(), pytest.raises(RefusedFile, match="busy"):  # noqa: SLF001
        files.accept(uploads.pdf())
