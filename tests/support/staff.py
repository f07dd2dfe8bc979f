"""A house, and its people at their browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from fund_app.adapters.clock import ManualClock
from tests.support.client import FundClient
from tests.support.house import PASSPHRASE, House, build

Enter = Callable[[str], FundClient]


@pytest.fixture
def house(app: Flask, clock: ManualClock) -> Iterator[House]:
    """Let the people of a house in; the application context is open."""
    with app.app_context():
        yield build(app, clock)


@pytest.fixture
def enter(app: Flask) -> Enter:
    """Sign somebody of the house in, in a browser of their own."""

    def sign_in(handle: str) -> FundClient:
        client = FundClient(app, response_wrapper=app.response_class)
        sent = {"handle": handle, "passphrase": PASSPHRASE}
        answer = client.submit(client.page("/staff/"), sent, to="/staff/")
        assert answer.status_code == 303
        return client

    return sign_in
