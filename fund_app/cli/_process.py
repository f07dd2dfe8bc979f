"""What every long-running process of the fund has in common: how it logs, how it ends."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from multiprocessing.connection import wait
from types import TracebackType
from typing import Any

from fund_app import cli

log = logging.getLogger("fund.web")

StartResponse = Callable[..., Any]
WebApplication = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
Headers = list[tuple[str, str]]
ErrorInfo = tuple[type[BaseException], BaseException, TracebackType]

GRACE_SECONDS = 15


def log_plainly() -> None:
    """Write the fund's event codes to standard error, without hours: the journal adds its own."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    fund = logging.getLogger("fund")
    fund.handlers[:] = [handler]
    fund.setLevel(logging.INFO)
    fund.propagate = False
    # Flask and the database library quote values in what they log; the codes above suffice.
    for name in ("fund_app", "sqlalchemy"):
        logging.getLogger(name).disabled = True


def load_web(_target: str) -> WebApplication:
    """Make the web application inside a web process; the server calls this once per process."""
    log_plainly()
    _end_with_parent()
    return discreet(cli.application())


def discreet(application: WebApplication) -> WebApplication:
    """Keep the server from saying what it is and from printing what an error quotes.

    The server names itself in every answer that has no Server header, so an empty one is set;
    and it prints the whole traceback of an error that escapes, so none may escape.
    """

    def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: Headers, error: ErrorInfo | None = None) -> Any:
            return start_response(status, [*headers, ("Server", "")], error)

        try:
            return application(environ, start)
        except Exception as error:  # noqa: BLE001 (whatever it is, it must not be printed)
            # Without the traceback, which would quote values.
            log.error("request_failed error=%s", type(error).__name__)  # noqa: TRY400
            start("500 Internal Server Error", [("Content-Length", "0")])
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
