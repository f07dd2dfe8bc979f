"""A test client that distrusts every answer it gets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask, has_app_context, signals
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from fund_app.extensions import db
from tests.support.application import BASE_URL
from tests.support.authenticator import Authenticator
from tests.support.pages import Form, Page
from tests.support.pocket import pocket

READING = frozenset({"GET", "HEAD", "OPTIONS"})
WRITING_SQL = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class FundClient(FlaskClient):
    """Speaks to the application as a browser would.

    Every request runs outside the test's own application context, so that the view has a
    session of its own. Every HTML answer is parsed strictly. A request that only reads must
    not write to the application database. Where a page asks for a passkey, the device at hand
    answers: `device`, which a test may set with `hold`, or the one in the person's pocket.
    """

    device: Authenticator | None = None
    has_own_device = False

    def hold(self, device: Authenticator | None) -> None:
        """Take a device of one's own in hand, or none."""
        self.device, self.has_own_device = device, True

    def open(self, *args: Any, **options: Any) -> TestResponse:
        """Send one request; refuses to start while the test holds unsaved rows."""
        options.setdefault("base_url", BASE_URL)
        options.setdefault("buffered", True)
        _forget_what_was_read()
        with _only_reads_may_not_write(self.application):
            response: TestResponse = Context().run(super().open, *args, **options)
        if response.mimetype == "text/html" and response.get_data():
            Page(response)
        return response

    def page(self, path: str, *, status: int = 200, **options: Any) -> Page:
        """Get a page and check its status."""
        response = self.get(path, **options)
        assert response.status_code == status, (path, response.status_code)
        return Page(response)

    def submit(
        self, page: Page, changes: dict[str, Any] | None = None, *, to: str = "", **options: Any
    ) -> TestResponse:
        """Send a form of the page as a browser would, with some values changed.

        The form is the only one whose action ends with `to`. A value of None sends the field
        not at all.
        """
        form = page.form(to)
        data: dict[str, Any] = {**form.values, **(changes or {})}
        data = {name: value for name, value in data.items() if value is not None}
        answer = form.passkey["answer"]
        if form.passkey["options"] and answer not in (changes or {}):
            data[answer] = self._answer(page, form, data)
        here = page.response.request.url
        target = urlsplit(urljoin(here, form.action or here))
        path = f"{target.path}?{target.query}" if target.query else target.path
        options.setdefault("headers", {"Referer": here, "Origin": BASE_URL})
        return self.open(path, method=form.method.upper(), data=data, **options)

    def _answer(self, page: Page, form: Form, data: dict[str, Any]) -> str:
        """Do what the page's script does: ask the device, and hand on what it says.

        People who were taken on by a service find a passkey in their pocket.
        """
        handle = _first(data.get("handle"))
        if handle and not self.has_own_device:
            self.device = Context().run(pocket, self.application, handle)
        if self.device is None:
            return ""
        device = self.device.at(page.response.request.host_url.rstrip("/"))
        if form.passkey["kind"] == "make":
            return device.make(form.passkey["options"])
        return device.sign(form.passkey["options"]) if device.keys else ""


def _first(value: Any) -> str:
    return str(value[0] if isinstance(value, list) else value or "")


def _forget_what_was_read() -> None:
    if not has_app_context():
        return
    session = db.session()
    pending = [*session.new, *session.dirty, *session.deleted]
    assert not pending, f"commit what the test prepared before it sends a request: {pending}"
    session.rollback()


@contextmanager
def _only_reads_may_not_write(app: Flask) -> Iterator[None]:
    """Fail when a reading request writes, or leaves something unwritten in its session."""
    faults: list[str] = []
    reading: list[bool] = []

    def started(_app: Flask, **_context: Any) -> None:
        from flask import request  # noqa: PLC0415 (only meaningful inside the signal)

        reading.append(request.method in READING)

    def finished(_app: Flask, **_context: Any) -> None:
        session = db.session()
        if reading[-1]:
            faults.extend(repr(row) for row in [*session.new, *session.dirty, *session.deleted])

    def executed(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if reading and reading[-1] and statement.lstrip().upper().startswith(WRITING_SQL):
            faults.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", executed)
    try:
        with (
            signals.request_started.connected_to(started, app),
            signals.request_finished.connected_to(finished, app),
        ):
            yield
    finally:
        event.remove(engine, "before_cursor_execute", executed)
    assert not faults, f"a request that only reads has written: {faults}"
