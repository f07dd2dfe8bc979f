"""What somebody meets whom the insider brake slows or stops: why, the number, what to do now."""

from __future__ import annotations

from math import ceil

from flask import Flask, Response, make_response, render_template, request

from fund_app.services.brakes import Slowed, Stopped
from fund_app.views import custody_labels
from workflows.brakes import Pulled

NOT_SENT_AGAIN = frozenset({"csrf_token"})


def register(app: Flask) -> None:
    """Answer a brake wherever it is met."""
    app.register_error_handler(Slowed, _on_slowed)
    app.register_error_handler(Stopped, _on_stopped)


def _on_slowed(slowed: Slowed) -> Response:
    seconds = ceil(slowed.wait.total_seconds())
    sent = [pair for pair in request.form.items(multi=True) if pair[0] not in NOT_SENT_AGAIN]
    body = render_template(
        "staff/slowed.html",
        counted=custody_labels.counted(slowed.measured, slowed.count),
        seconds=seconds,
        sent=sent if request.method == "POST" else None,
        here=request.full_path.rstrip("?"),
    )
    response = make_response(body, 429)
    response.headers["Retry-After"] = str(seconds)
    return response


def _on_stopped(stopped: Stopped) -> Response:
    by_hand = stopped.pulled is Pulled.HAND
    counted = "" if by_hand else custody_labels.counted(stopped.pulled, stopped.count)
    return make_response(render_template("staff/stopped.html", counted=counted), 403)
