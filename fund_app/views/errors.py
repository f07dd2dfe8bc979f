"""What a person reads when something could not be done: what happened, and what to do now.

One handler catches whatever nobody expected. It writes an event code, the type of the error and
the place in the code; never a value, because a value may be something confided.
"""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError
from werkzeug.routing import RequestRedirect

from fund_app.extensions import db
from fund_app.services.hardening import CROWDED, Crowded
from fund_app.views import resume
from fund_app.views.throttle import TooManyTries

log = logging.getLogger("fund.errors")


@dataclass(frozen=True, slots=True)
class Explanation:
    """The two sentences of an error page, translated when shown."""

    title: LazyString
    advice: LazyString


INTERNAL = 500
EXPLANATIONS: dict[int, Explanation] = {
    400: Explanation(
        _l("We could not read what your browser sent."),
        _l("Please go back and try once more. Nothing was changed."),
    ),
    403: Explanation(
        _l("This request did not come from one of our own pages."),
        _l("Please open the page here and do it from there. Nothing was changed."),
    ),
    404: Explanation(
        _l("There is no such page, or it is not for you to see."),
        _l("Please check the address, or start again from the first page."),
    ),
    405: Explanation(
        _l("This address cannot be used in this way."),
        _l("Please go back and use the buttons on the page. Nothing was changed."),
    ),
    409: Explanation(
        _l("Something changed in the meantime, so this was not done."),
        _l("Please go back, reload the page and look at how things stand now."),
    ),
    413: Explanation(
        _l("This is larger than we can take."),
        _l("Please go back and send a shorter text, or a file of at most 10 MB."),
    ),
    422: Explanation(
        _l("Something in the form needs another look."),
        _l("Please go back and correct it. Nothing was changed."),
    ),
    429: Explanation(
        _l("There were many tries in a short time."),
        _l("Nobody is locked out. Please wait a moment and try again."),
    ),
    503: Explanation(
        _l("Many people are coming in at this moment."),
        _l("Nothing was tried and nobody is locked out. Please go back and try again in a moment."),
    ),
    500: Explanation(
        _l("Something went wrong on our side."),
        _l("It is not your fault, and nothing was half done. Please try again in a few minutes."),
    ),
}


def register(app: Flask) -> None:
    """Answer every error of the application with a page in plain words."""
    app.register_error_handler(SecurityError, _on_wrong_host)
    app.register_error_handler(CSRFError, _on_csrf)
    app.register_error_handler(TooManyTries, _on_too_many)
    app.register_error_handler(Crowded, _on_crowded)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(Exception, _on_anything)


def page(status: int, sentence: str | None = None) -> Response:
    """Return the error page of a status; `sentence` replaces its usual advice."""
    known = EXPLANATIONS.get(status, EXPLANATIONS[INTERNAL if status >= INTERNAL else 400])
    body = render_template("errors/page.html", known=known, sentence=sentence, status=status)
    return make_response(body, status)


def refusal(sentence: str, *, status: int = 409) -> Response:
    """Return the page for a step that was refused, with the reason as a plain sentence."""
    return page(status, sentence)


def _on_wrong_host(_error: SecurityError) -> Response:
    # No address can be built for a host that is not ours: no links, and none of the frame.
    page_alone = current_app.jinja_env.get_template("errors/bare.html")
    return make_response(page_alone.render(known=EXPLANATIONS[400]), 400)


def _on_csrf(_error: CSRFError) -> Response:
    return resume.ask_to_send_again(400) or page(400)


def _on_too_many(error: TooManyTries) -> Response:
    response = page(429)
    response.headers["Retry-After"] = str(error.wait)
    return response


def _on_crowded(error: Crowded) -> Response:
    # The gate calls again when there is a place; this page is for those who wait in vain.
    request.environ[CROWDED] = error.line
    response = page(503)
    response.headers["Retry-After"] = str(error.wait)
    return response


def _on_http(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    if isinstance(error, RequestRedirect):
        return make_response(error.get_response(request.environ))
    response = page(error.code or 500)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _on_anything(error: Exception) -> Response:
    log.error("request.failed type=%s at=%s", type(error).__name__, location(error))
    try:
        db.session.rollback()
    except SQLAlchemyError as also:
        log.error("rollback.failed type=%s", type(also).__name__)  # noqa: TRY400
    return page(500)


def location(error: BaseException) -> str:
    """Return where in the code an error arose ("file.py:12 function"), without any value."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "unknown"
    last = frames[-1]
    ours = next((frame for frame in reversed(frames) if "fund_app" in frame.filename), last)
    return " < ".join(
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}"
        for frame in ((last,) if ours is last else (ours, last))
    )
