"""Whole cases through the services, on both stores."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.applications import AwardLine
from fund_app.models.clocks import Clock
from fund_app.models.subjects import SUBJECTS
from fund_app.queries import ledger
from fund_app.services import applications, audit
from fund_app.services.application_effects import CheckResult
from fund_app.services.votes import Cast
from tests.support.house import House, press
from workflows.counting import Choice

pytestmark = pytest.mark.both_stores

LINES = (("legal", 140_000), ("medical", 50_000), ("equipment", 90_000), ("transport", 30_000))


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of March 2026 in Berlin, winter time, as UTC."""
    return datetime(2026, 3, day, hour - 1, minute, tzinfo=UTC)


def due_of(case_id: str, name: str) -> datetime:
    clock = db.session.scalar(
        select(Clock).where(
            Clock.subject_id == case_id, Clock.name == name, Clock.state.in_(("running", "paused"))
        )
    )
    assert clock is not None
    return clock.due_at


def test_case_reaches_its_partial_award_at_the_exact_times(house: House) -> None:
    house.at(berlin(13, 22, 40))
    applicant, case_id = house.submitted()
    assert due_of(case_id, "ack") == berlin(14, 22, 40)

    house.at(berlin(14, 10))
    applications.acknowledge(house["anna"], case_id, press())
    applications.set_band(house["anna"], case_id, "standard", press())
    applications.request_info(house["anna"], case_id, ["Who is the lawyer?"], press())
    house.at(berlin(15, 16))
    applications.answer_info(applicant, case_id, press())
    assert due_of(case_id, "decide") == berlin(18, 4, 40)

    applications.start_verification(house["anna"], case_id, press())
    for kind in ("identity", "incident", "activity", "need"):
        result = CheckResult(kind, "confirmed", 2, "seen")
        applications.verify(house["anna"], case_id, result, press())
    house.redact(case_id, LINES)
    applications.to_review(house["anna"], case_id, press())

    votes = {
        "r1": Cast(Choice.APPROVE, reason="Needed and plausible."),
        "r2": Cast(Choice.PARTIAL, (140_000, 50_000, 30_000, 20_000), reason="Less equipment."),
        "r3": Cast(Choice.PARTIAL, (140_000, 50_000, 0, 0), reason="The essentials."),
    }
    house.vote(case_id, votes)

    case = house.case(case_id)
    awarded = db.session.scalars(
        select(AwardLine.awarded)
        .where(AwardLine.application_id == case_id)
        .order_by(AwardLine.line)
    ).all()
    assert awarded == [140_000, 50_000, 30_000, 20_000]
    assert (case.state, case.awarded, case.fund_code) == ("approved", 240_000, "EMG")
    position = ledger.position("EMG", "EUR")
    assert (position.committed, position.available) == (240_000, 260_000)
    assert list(audit.verify(db.session(), SUBJECTS)) == []
