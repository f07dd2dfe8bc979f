"""A desk to sit at: people with keys who sign in through the page, and a case before them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from flask import Flask

from fund_app.adapters.clock import ManualClock
from tests.support.client import FundClient
from tests.support.desk import Desk
from tests.support.house import build


@pytest.fixture
def desk(app: Flask, clock: ManualClock, client: FundClient) -> Iterator[Desk]:
    """The house, with browsers for its people."""
    with app.app_context():
        app.extensions["fund.lot"] = Random(7)
        yield Desk(build(app, clock), app)
