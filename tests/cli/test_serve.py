from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

import config
from fund_app.cli import _process
from fund_app.views.headers import FIXED
from tests.jobs.conftest import wait_until

FUND = [sys.executable, "-m", "fund_app.cli"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    found = {**kept, "FUND_ENV": "demo", "FUND_HOME": str(tmp_path)}
    subprocess.run([*FUND, "init"], env=found, cwd=config.ROOT, check=True, capture_output=True)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_answering(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def serving(environment: dict[str, str], port: int) -> Iterator[subprocess.Popen[str]]:
    words = [*FUND, "serve", "--port", str(port)]
    process = subprocess.Popen(
        words,
        env=environment,
        cwd=config.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        wait_until(lambda: is_answering(port))
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        assert process.stdout is not None
        process.stdout.close()


def fetch(port: int, path: str) -> tuple[int, str | None]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    with closing(connection):
        connection.request("GET", path)
        with connection.getresponse() as answer:
            return answer.status, answer.getheader("Server")


def said_until(stream: Iterable[str], last: str) -> str:
    """Read up to a line that a process says, which must come before it ends."""
    said = ""
    for line in stream:
        said += line
        if line == last:
            return said
    raise AssertionError(said)


@pytest.mark.slow
def test_serve_answers_without_naming_itself_and_logs_no_request(
    environment: dict[str, str],
) -> None:
    port = free_port()
    address = f"The fund is open: http://127.0.0.1:{port}/door\n"
    with serving(environment, port) as process:
        health = fetch(port, "/healthz")
        missing = fetch(port, "/a-secret-word?asked=another")
        assert (health, missing) == ((200, ""), (404, ""))
        assert process.stdout is not None
        said = said_until(process.stdout, address)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        said += process.stdout.read()
    assert process.returncode == 0
    assert "secret-word" not in said
    assert "127.0.0.1 " not in said


@pytest.mark.slow
def test_web_process_ends_with_the_process_that_started_it(environment: dict[str, str]) -> None:
    port = free_port()
    with serving(environment, port) as process:
        process.kill()
        process.wait()
        wait_until(lambda: not is_answering(port))


@pytest.mark.slow
def test_serve_refuses_to_show_the_demonstration_to_others(environment: dict[str, str]) -> None:
    answer = subprocess.run(
        [*FUND, "serve", "--host", "0.0.0.0"],  # noqa: S104 (that it is refused is the test)
        env=environment,
        cwd=config.ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 1
    assert "answers on this machine only" in answer.stderr


def test_discreet_hides_what_an_error_quotes(capfd: pytest.CaptureFixture[str]) -> None:
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def broken(_environ: object, _start: object) -> list[bytes]:
        raise ValueError("words somebody confided")

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        started.append((status, headers))

    assert list(_process.discreet(broken)({}, start)) == [b""]
    [(status, headers)] = started
    assert status == "500 Internal Server Error"
    assert set(FIXED.items()) < set(headers)
    said = capfd.readouterr()
    assert "confided" not in said.out + said.err
