"""What the tests of pages share: cheap hashing, a person to sign in as."""

from __future__ import annotations

import pytest
from flask import Flask

from fund_app.services import people
from fund_app.services.hardening import Cost, Hardening
from tests.support.client import FundClient
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
