from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from fund_app.adapters.clock import ManualClock
from fund_app.models.clocks import Clock
from fund_app.queries import programmes
from fund_app.queries.programmes import Band, Speed
from tests.support.client import FundClient


def _ended(session: Session, clock: ManualClock, *hours: int) -> None:
    for number, elapsed in enumerate(hours):
        session.add(
            Clock(
                subject_type="application",
                subject_id=f"{number:032x}",
                name="decide",
                state="kept",
                step=1,
                started_at=clock.now(),
                due_at=clock.now() + timedelta(hours=72),
                length=72,
                elapsed_hours=elapsed,
            )
        )
    session.commit()


def test_home_says_what_is_promised(client: FundClient) -> None:
    text = client.page("/").text
    assert "A person reads what you wrote 24 hours" in text
    assert "You have a decision 72 hours" in text


def test_home_says_what_is_open(client: FundClient, session: Session, clock: ManualClock) -> None:
    status = programmes.public_status(session, clock.now())
    assert [(one.code, one.is_open) for one in status] == [
        ("emergency", True),
        ("relocation", False),
        ("long_term", False),
    ]
    assert status[0].band is Band.NONE
    assert "Open, waiting for money" in client.page("/").text


def test_home_shows_the_measured_median(
    client: FundClient, session: Session, clock: ManualClock
) -> None:
    _ended(session, clock, 6, 12, 18, 48, 66)
    assert programmes.public_status(session, clock.now())[0].decide == Speed(72, 18)
    assert "measured, in the middle: 18 hours" in client.page("/").text


def test_home_shows_no_median_of_a_few(session: Session, clock: ManualClock) -> None:
    _ended(session, clock, 6, 12, 18, 48)
    assert programmes.public_status(session, clock.now())[0].decide == Speed(72, None)


def test_home_leads_to_every_front_door(client: FundClient) -> None:
    links = set(client.page("/").links.values())
    assert {"/apply/emergency", "/return", "/donate", "/staff/"} <= links


def test_home_knows_no_door_outside_a_demonstration(client: FundClient) -> None:
    assert "/door" not in client.page("/").links.values()


def test_health_answers_plainly(client: FundClient) -> None:
    assert client.get("/healthz").get_data(as_text=True) == "ok\n"
    assert client.get("/readyz").get_data(as_text=True) == "ready\n"


def test_health_says_which_store_is_missing(app: Flask, client: FundClient) -> None:
    engine = app.extensions["fund.keystore"]._engine  # noqa: SLF001 - take the tables away
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE keystore_schema")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.get_data(as_text=True) == "not ready: keystore\n"


@pytest.mark.parametrize("line", ['fund_http_responses_total{class="4xx"} 1', "fund_jobs"])
def test_metrics_are_counts(client: FundClient, line: str) -> None:
    client.get("/nothing")
    assert line in client.get("/metrics").get_data(as_text=True)
