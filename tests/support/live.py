"""A whole installation in a process of its own, as `make run` starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from config import ROOT
from fund_app.adapters.clock import ShiftedClock

START_SECONDS = 180.0
STOP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class LiveFund:
    """A running demonstration: where it answers and where it keeps things."""

    base_url: str
    home: Path
    environment: dict[str, str]
    pid: int

    @property
    def clock(self) -> ShiftedClock:
        """Return the demonstration's clock; setting it moves web and worker alike."""
        return ShiftedClock(self.home / "clock")

    @property
    def log(self) -> str:
        """Return what the processes have written so far."""
        return (self.home / "fund.log").read_text(encoding="utf-8", errors="replace")

    def run(self, *command: str) -> str:
        """Run `fund` with these words in the same installation and return what it prints."""
        return run_fund(*command, environment=self.environment)


def fund_command(*words: str) -> list[str]:
    """Return the command line of `fund` in this Python."""
    return [sys.executable, "-m", "fund_app.cli", *words]


def run_fund(*words: str, environment: dict[str, str]) -> str:
    """Run `fund` to its end; a failure raises with what it said."""
    done = subprocess.run(
        fund_command(*words),
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, f"fund {' '.join(words)}: {done.stdout}{done.stderr}"
    return done.stdout


@contextmanager
def running_fund(
    home: Path, *, commands: tuple[str, ...] = (), **settings: str
) -> Iterator[LiveFund]:
    """Set up an installation in `home`, serve it, stop it by its process id.

    `commands` are further words of `fund` to run before it is served.
    """
    home.mkdir(parents=True, exist_ok=True)
    port = free_port()
    environment = {
        **os.environ,
        "FUND_ENV": "demo",
        "FUND_HOME": str(home),
        "FUND_BASE_URL": f"http://127.0.0.1:{port}",
        "PYTHONUNBUFFERED": "1",
        **settings,
    }
    for command in ("init", *commands):
        run_fund(command, environment=environment)
    with (home / "fund.log").open("wb") as log:
        process = subprocess.Popen(
            fund_command("serve", "--port", str(port)),
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        fund = LiveFund(environment["FUND_BASE_URL"], home, environment, process.pid)
        try:
            _wait_until_ready(process, port, fund)
            yield fund
        finally:
            _stop(process)


@pytest.fixture
def live_fund(tmp_path: Path) -> Iterator[LiveFund]:
    """Serve a fresh demonstration on a loopback port, its worker included."""
    with running_fund(tmp_path / "home") as fund:
        yield fund


def free_port() -> int:
    """Return a loopback port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, fund: LiveFund) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"fund serve ended early:\n{fund.log}"
        if _is_ready(port):
            return
        time.sleep(0.05)
    raise AssertionError(f"fund serve was not ready after {START_SECONDS} s:\n{fund.log}")


def _is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
