"""A house and its people at their browsers; somebody just taken on, with a new security key."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.events import HOUSE, Event
from fund_app.services import enrolments, factors, people
from tests.support.authenticator import Authenticator
from tests.support.client import FundClient
from tests.support.pages import Page
from tests.views.conftest import PASSPHRASE
from workflows.roles import SYSTEM, Role


@dataclass
class Newcomer:
    """Ida on her first day: a code on paper, a key in hand, a browser."""

    app: Flask
    client: FundClient
    id: str
    device: Authenticator
    code: str

    def begin(self, **changes: str) -> Page:
        """Say who she is and follow to the page that makes the passkey, if that is shown."""
        sent = {"handle": "ida", "passphrase": PASSPHRASE, "code": self.code, **changes}
        answer = self.client.submit(self.client.page("/staff/enrol"), sent, to="/staff/enrol")
        return self.client.page(answer.location) if answer.location else Page(answer)

    def enrol(self) -> None:
        """Make the first passkey."""
        answer = self.client.submit(self.begin(), {"name": "blue key"}, to="/enrol/passkey")
        assert (answer.status_code, answer.location) == (303, "/staff/")

    def sign_in(self, client: FundClient | None = None) -> int:
        """Sign in with passphrase and the key in hand; return the status."""
        client = client or self.client
        sent = {"handle": "ida", "passphrase": PASSPHRASE}
        return client.submit(client.page("/staff/"), sent, to="/staff/").status_code

    def elsewhere(self) -> FundClient:
        """Open another browser with the same key in hand."""
        client = FundClient(self.app, response_wrapper=self.app.response_class)
        client.hold(self.device)
        return client

    @property
    def factors(self) -> list[str]:
        """What she calls her passkeys and apps."""
        with self.app.app_context():
            return [each.name for each in factors.of(self.id)]


@pytest.fixture
def coordinator(app: Flask) -> str:
    """Take on a coordinator who reads English; returns the person's id."""
    with app.app_context():
        return people.add(SYSTEM, "ida", "Ida Berg", [Role.COORDINATOR], PASSPHRASE)


@pytest.fixture
def newcomer(app: Flask, client: FundClient, coordinator: str) -> Newcomer:
    with app.app_context():
        code = enrolments.offer(SYSTEM, coordinator)
    device = Authenticator()
    client.hold(device)
    return Newcomer(app, client, coordinator, device, code)


@pytest.fixture
def enrolled(newcomer: Newcomer) -> Newcomer:
    newcomer.enrol()
    return newcomer


def happened(app: Flask) -> list[tuple[str, str | None]]:
    """Return what the trail of the house says, oldest first, without how people came."""
    with app.app_context():
        statement = select(Event).where(Event.chain == HOUSE).order_by(Event.step)
        events = db.session.scalars(statement)
        return [
            (event.action, event.reason_code) for event in events if event.action != "person_added"
        ]
