"""What every long-running process of the fund has in common: how it logs, how it ends."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterable
from multiprocessing.connection import wait
from typing import Any

from fund_app import cli
from fund_app.cli._gate import Gate, StartResponse, WebApplication
from fund_app.views.headers import bare

log = logging.getLogger("fund.web")

GRACE_SECONDS = 15


def log_plainly() -> None:
    """Write the fund's event codes to standard error, without hours: the journal adds its own."""
    cli.silence_libraries()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    fund = logging.getLogger("fund")
    fund.handlers[:] = [handler]
    fund.setLevel(logging.INFO)
    fund.propagate = False
    # Flask brings a handler of its own for the application.
    logging.getLogger("fund_app").disabled = True


def load_web(threads: int) -> Gate:
    """Make the web application inside a web process; the server calls this once per process."""
    log_plainly()
    _end_with_parent()
    return Gate(discreet(cli.application()), threads=threads)


def discreet(application: WebApplication) -> WebApplication:
    """Keep the server from printing what an error quotes: the whole traceback, if one escapes."""

    def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        try:
            return application(environ, start_response)
        except Exception as error:  # noqa: BLE001 (whatever it is, it must not be printed)
            # Without the traceback, which would quote values.
            log.error("request_failed error=%s", type(error).__name__)  # noqa: TRY400
            start_response("500 Internal Server Error", [*bare(), ("Content-Length", "0")])
            return [b""]

    return answer


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def follow() -> None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(GRACE_SECONDS)
        os._exit(1)

    threading.Thread(target=follow, name="fund-parent", daemon=True).start()
