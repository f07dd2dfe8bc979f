"""A house behind the pages, and somebody who has applied through them and is signed in."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from tests.support import applicants
from tests.support.client import FundClient
from tests.support.house import House


@pytest.fixture
def case_id(client: FundClient, house: House, session: Session) -> str:
    """Apply through the pages and stay signed in; return the case."""
    assert house.staff
    applicants.answer_minimum(client)
    applicants.send(client)
    client.submit(client.page("/apply/emergency/words"), to="kept")
    found: str = session.scalars(select(Application.id)).one()
    return found
