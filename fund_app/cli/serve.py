"""`fund serve`: the web site, and beside it the worker of a small installation.

The process a person starts holds no requests: it watches the web process (which the server
starts anew should it fall over) and has the worker as a thread, which therefore shares no
interpreter lock with the pages. A larger installation starts `fund serve --no-worker` and as
many `fund worker` as it likes.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import threading
import time
from typing import Any

import click
from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from fund_app import cli
from fund_app.cli import _demo, _process
from fund_app.jobs.worker import Worker

LONGEST_JOB_SECONDS = 30
HEADERS_MILLISECONDS = 15_000
"""Within how long a request's headers must be here; also how long a connection may idle."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to answer on.")
@click.option("--port", default=8000, show_default=True, help="Port to answer on.")
@click.option("--processes", default=1, show_default=True, help="How many web processes.")
@click.option("--threads", default=8, show_default=True, help="Requests at a time per process.")
@click.option("--worker/--no-worker", default=True, show_default=True, help="Do the jobs too.")
def serve(host: str, port: int, processes: int, threads: int, worker: bool) -> None:
    """Serve the web site until asked to stop."""
    _process.log_plainly()
    _refuse_taken(host, port)
    if os.environ.get("FUND_ENV") == "demo":
        _demo.refuse_public(host)
        _demo.furnish(os.environ, host=host, port=port)
    settings = cli.settings()
    # A forked child would inherit locks that the worker's threads hold at that moment.
    multiprocessing.set_start_method("spawn", force=True)
    work = _Work(cli.application()) if worker else None
    if work:
        work.start()
    address = f"{settings.base_url}/door" if settings.is_demo else settings.base_url
    threading.Thread(target=_announce, args=(host, port, address), daemon=True).start()
    try:
        _server(host, port, processes).serve(target_loader=_Loader(threads))
    finally:
        if work:
            work.stop()


class _Loader:
    """Makes the web application in a web process, which gets this by name and number."""

    def __init__(self, threads: int) -> None:
        self._threads = threads

    def __call__(self, _target: str) -> Any:
        return _process.load_web(self._threads)


def _server(host: str, port: int, processes: int) -> Any:
    """Set up the server: no access log, no request lines, nothing but failures."""
    return Granian(
        "fund_app",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=processes,
        loop=Loops.asyncio,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_MILLISECONDS),
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.error,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=_process.GRACE_SECONDS,
    )


def _refuse_taken(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as refused:
            raise click.ClickException(
                f"Cannot answer on {host} port {port}: {refused.strerror}. Try --port."
            ) from None


def _announce(host: str, port: int, address: str) -> None:
    """Say where the fund is as soon as somebody would be answered there."""
    while True:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            click.echo(f"The fund is open: {address}")
            return


class _Work:
    """The worker as a thread; one whose job hangs is left behind and replaced."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._present: tuple[Worker, threading.Thread] | None = None

    def start(self) -> None:
        """Start a worker, the first or one in the place of one that hangs."""
        worker = Worker(self._app, when_stuck=self.start)
        thread = threading.Thread(target=worker.run, name="fund-worker", daemon=True)
        self._present = (worker, thread)
        thread.start()

    def stop(self) -> None:
        """Let the present job end; one that takes longer is freed when its lease lapses."""
        if self._present:
            worker, thread = self._present
            worker.stop()
            thread.join(LONGEST_JOB_SECONDS)
