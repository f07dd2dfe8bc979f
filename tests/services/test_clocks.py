"""Clocks: exactly those a state asks for, counted as the rules of the case say."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.clocks import Clock
from fund_app.services import applications, disbursements, offers
from tests.support.house import House, press

pytestmark = pytest.mark.both_stores

LINES = (("legal", 100_000),)


def running(subject_id: str) -> dict[str, datetime]:
    db.session.rollback()
    statement = select(Clock).where(
        Clock.subject_id == subject_id, Clock.state.in_(("running", "paused"))
    )
    return {each.name: each.due_at for each in db.session.scalars(statement)}


def test_submission_starts_three_clocks_and_the_answer_ends_one(house: House) -> None:
    start = house.clock.now()
    _, case_id = house.submitted()
    assert running(case_id) == {
        "ack": start + timedelta(hours=24),
        "triage": start + timedelta(hours=72),
        "decide": start + timedelta(hours=72),
    }
    house.clock.advance(hours=1)
    applications.acknowledge(house["anna"], case_id, press())
    assert running(case_id) == {
        "triage": start + timedelta(hours=72),
        "decide": start + timedelta(hours=72),
    }


@pytest.mark.parametrize(
    ("band", "triage", "decide"), [("life_threat", 4, 12), ("urgent", 24, 72), ("standard", 72, 72)]
)
def test_band_makes_the_clocks_count_anew_from_their_start(
    house: House, band: str, triage: int, decide: int
) -> None:
    start = house.clock.now()
    _, case_id = house.submitted()
    house.clock.advance(hours=2)
    applications.acknowledge(house["anna"], case_id, press())
    applications.set_band(house["anna"], case_id, band, press())
    assert running(case_id) == {
        "triage": start + timedelta(hours=triage),
        "decide": start + timedelta(hours=decide),
    }


def test_nearest_clock_stands_on_the_case(house: House) -> None:
    start = house.clock.now()
    _, case_id = house.submitted()
    case = house.case(case_id)
    assert (case.due_clock, case.due_at) == ("ack", start + timedelta(hours=24))
    applications.acknowledge(house["anna"], case_id, press())
    applications.set_band(house["anna"], case_id, "urgent", press())
    case = house.case(case_id)
    assert (case.due_clock, case.due_at) == ("triage", start + timedelta(hours=24))


def test_case_that_has_ended_has_no_clock(house: House) -> None:
    applicant, case_id = house.accepted(LINES)
    payment_id = house.payment_of(case_id).id
    offers.withdraw(applicant, press())
    assert running(case_id) == {}
    assert running(payment_id) == {}
    case = house.case(case_id)
    assert (case.due_clock, case.due_at) == (None, None)


def test_payment_counts_by_its_way(house: House) -> None:
    start = house.clock.now()
    _, case_id = house.released(LINES)
    payment_id = house.payment_of(case_id).id
    assert running(payment_id) == {"send": start + timedelta(hours=24)}
    disbursements.send(house["fin1"], payment_id, disbursements.Sending(), press())
    assert running(payment_id) == {"confirm": start + timedelta(days=7)}


def test_clock_that_goes_on_through_states_keeps_its_start(house: House) -> None:
    start = house.clock.now()
    _, case_id = house.submitted()
    house.clock.advance(hours=20)
    house.to_review(case_id, LINES)
    assert running(case_id) == {"decide": start + timedelta(hours=72)}
