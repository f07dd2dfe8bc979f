"""Messages of the payment provider taken in, new and told again, beside their rows alone."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from hashlib import sha256

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import EnvironBuilder, run_wsgi_app

from fund_app.adapters import stripe
from fund_app.adapters.clock import now
from fund_app.bench.installation import BASE_URL, Installation
from fund_app.bench.measuring import Effort, Figure, race
from fund_app.bench.raw import driver, inserts, recording, renamed, statements, transaction
from fund_app.extensions import db
from fund_app.models.stripe import StripeEvent
from fund_app.models.types import new_ref

PATH = "/webhooks/stripe"
SECRET = "whsec_measured"  # noqa: S105 # nosec B105 (made up, for an installation that is removed)
COPIES = 3
"""How often one message comes where some come again: the provider repeats what it is unsure of."""


class Miscounted(Exception):
    """The inbox holds more or fewer messages than were sent."""


def inbox(site: Installation, effort: Effort) -> Iterator[Figure]:
    """Measure one message from its request to its commit, alone and with copies of it.

    Taken in through WSGI: the signature checked, the message and its job kept, once. Raises
    Miscounted where a copy was kept too.
    """
    stripe.configure(site.app, api_key="sk_test_measured", api_base="", webhook_secret=SECRET)
    sender = _Sender(site.app)
    with recording() as said:
        name = sender.send()
    rows = inserts(transaction(said))
    with driver(site.settings.database_url) as connection:

        def bare() -> None:
            connection.transact(renamed(rows, {name: _name()}))

        for what, copies in (
            ("a message taken in", 1),
            (f"a message that comes {COPIES} times, taken in once", COPIES),
        ):
            yield race(
                what,
                lambda copies=copies: sender.send(copies),  # type: ignore[misc]
                "its rows in one commit through the bare driver",
                bare,
                effort,
                statements=statements(said) if copies == 1 else None,
            )
    _require_once(site, sender.sent + 2 * effort.turns)


class _Sender:
    """Somebody who knows the secret, without a network between."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        with app.app_context():
            self._moment = int(now().timestamp())
        self.sent = 0

    def send(self, copies: int = 1) -> str:
        """Send a new message, and copies of it; return its id."""
        name = _name()
        body = json.dumps(_message(name, self._moment)).encode()
        signed = hmac.new(SECRET.encode(), f"{self._moment}.".encode() + body, sha256)
        for _ in range(copies):
            self._post(body, f"t={self._moment},v1={signed.hexdigest()}")
        self.sent += 1
        return name

    def _post(self, body: bytes, signature: str) -> None:
        builder = EnvironBuilder(
            PATH,
            base_url=BASE_URL,
            method="POST",
            data=body,
            content_type="application/json",
            headers=[("Stripe-Signature", signature)],
        )
        try:
            _body, status, _headers = run_wsgi_app(
                self._app.wsgi_app, builder.get_environ(), buffered=True
            )
        finally:
            builder.close()
        if not status.startswith("200"):
            raise Miscounted(f"a message was answered by {status}")


def _name() -> str:
    return f"evt_{new_ref()}"


def _message(name: str, moment: int) -> dict[str, object]:
    """Make up what the provider says when a card was charged, as long as it usually is."""
    charged = {"id": f"ch_{name[4:]}", "object": "charge", "amount": 10_000, "currency": "eur"}
    return {
        "id": name,
        "object": "event",
        "type": "charge.succeeded",
        "api_version": "2026-01-01",
        "created": moment,
        "livemode": False,
        "data": {"object": {**charged, "metadata": {"said": "x" * 3_000}}},
    }


def _require_once(site: Installation, expected: int) -> None:
    with site.app.app_context():
        kept = db.session.scalar(select(func.count()).select_from(StripeEvent))
    if kept != expected:
        raise Miscounted(f"{kept} messages are kept of {expected}")
