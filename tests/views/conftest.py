"""What the tests of pages share: cheap hashing, a person to sign in as."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from fund_app.adapters.clock import ManualClock
from fund_app.services import people
from fund_app.services.hardening import Cost, Hardening
from tests.support.client import FundClient
from tests.support.desk import Desk
from tests.support.house import build
from workflows.roles import SYSTEM, Role

PASSPHRASE = "a long walk by the river"
CHEAP = Cost(memory=64, passes=1, lanes=1)


@pytest.fixture(autouse=True)
def _cheap_hashing(app: Flask) -> None:
    app.extensions["fund.hardening"] = Hardening(CHEAP)


@pytest.fixture
def coordinator(app: Flask) -> str:
    """Take on a coordinator whose language is German; returns the person's id."""
    with app.app_context():
        return people.add(SYSTEM, "ida", "Ida Berg", [Role.COORDINATOR], PASSPHRASE, language="de")


@pytest.fixture
def signed_in(client: FundClient, coordinator: str) -> FundClient:
    """Sign the coordinator in through the page."""
    page = client.page("/staff/")
    answer = client.submit(page, {"handle": "ida", "passphrase": PASSPHRASE}, to="/staff/")
    assert answer.status_code == 303
    return client


@pytest.fixture
def desk(app: Flask, clock: ManualClock) -> Iterator[Desk]:
    """Set up a house whose people have browsers."""
    with app.app_context():
        yield Desk(build(app, clock), app)
