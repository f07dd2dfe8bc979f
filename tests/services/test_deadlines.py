"""Deadlines: each mark is acted on once, whoever looks, however often, also after a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DatabaseError

from config import Settings
from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.applications import Answer
from fund_app.models.clocks import Clock
from fund_app.models.events import Event
from fund_app.models.jobs import Job
from fund_app.models.subjects import SUBJECTS
from fund_app.queries import ledger
from fund_app.services import applications, audit, ballots, deadlines, disbursements, intake
from fund_app.services.unit import unit_of_work
from fund_app.services.votes import Cast
from tests.support.application import running_app
from tests.support.house import House, press
from tests.support.threads import DONE, at_once
from workflows.counting import Choice

pytestmark = pytest.mark.both_stores

LINES = (("legal", 100_000),)
NO = Cast(Choice.REJECT, reason_code="no_acute_risk", reason="It can wait.")


def fire(house: House, **delta: float) -> int:
    """Move the clock on and fire what is due."""
    house.clock.advance(**delta)
    return deadlines.fire_due(house.clock.now())


def times(subject_id: str, action: str) -> int:
    db.session.rollback()
    statement = select(func.count()).where(Event.subject_id == subject_id, Event.action == action)
    return db.session.scalar(statement) or 0


def mark_of(subject_id: str, name: str) -> int | None:
    db.session.rollback()
    statement = select(Clock.next_mark).where(Clock.subject_id == subject_id, Clock.name == name)
    return db.session.scalars(statement).one()


def test_each_mark_of_a_clock_fires_once(house: House) -> None:
    _, case_id = house.submitted()
    assert (fire(house, hours=11, minutes=59), mark_of(case_id, "ack")) == (0, 50)
    assert (fire(house, minutes=1), mark_of(case_id, "ack")) == (1, 80)
    assert fire(house) == 0
    assert (fire(house, hours=7, minutes=12), mark_of(case_id, "ack")) == (1, 100)
    assert times(case_id, "escalate") == 0
    assert (fire(house, hours=4, minutes=48), mark_of(case_id, "ack")) == (1, None)
    assert times(case_id, "escalate") == 1
    fire(house, days=1)
    assert fire(house) == 0


def test_worker_that_was_away_acts_on_every_mark_in_order(house: House) -> None:
    _, case_id = house.submitted()
    fire(house, hours=25)
    assert times(case_id, "escalate") == 1
    assert mark_of(case_id, "ack") is None


def test_half_time_tells_the_lead_and_four_fifths_the_desk(house: House) -> None:
    _, case_id = house.submitted()
    applications.acknowledge(house["anna"], case_id, press())
    with unit_of_work() as session:
        session.execute(delete(Job))
    fire(house, hours=36)
    db.session.rollback()
    told = {job.payload["person"] for job in db.session.scalars(select(Job))}
    assert told == {house["anna"].ref}
    fire(house, hours=22)
    db.session.rollback()
    told = {job.payload["person"] for job in db.session.scalars(select(Job))}
    assert told == {house["anna"].ref, house["boris"].ref}


def test_mark_fired_before_a_restart_is_not_fired_again(
    house: House, settings: Settings, clock: ManualClock
) -> None:
    _, case_id = house.submitted()
    assert fire(house, hours=24) == 3
    db.session.rollback()
    with running_app(settings, clock) as again, again.app_context():
        assert deadlines.fire_due(clock.now()) == 0
        clock.advance(hours=48)
        assert deadlines.fire_due(clock.now()) > 0
    assert times(case_id, "escalate") == 2 + 1


def test_several_workers_fire_a_mark_once(app: Flask, house: House) -> None:
    _, case_id = house.submitted()
    house.clock.advance(hours=24)
    moment = house.clock.now()
    told = at_once(app, [partial(deadlines.fire_due, moment)] * 4)
    assert told == [DONE] * 4
    assert times(case_id, "escalate") == 1


def test_clock_of_a_case_that_has_moved_on_does_nothing(house: House) -> None:
    _, case_id = house.submitted()
    house.clock.advance(hours=23)
    applications.acknowledge(house["anna"], case_id, press())
    fire(house, hours=2)
    assert times(case_id, "escalate") == 0
    statement = select(Clock).where(Clock.subject_id == case_id, Clock.name == "ack")
    ended = db.session.scalars(statement).one()
    assert (ended.state, ended.next_mark, ended.next_mark_at) == ("kept", None, None)


def test_overdue_case_keeps_a_record_nobody_can_delete(house: House) -> None:
    _, case_id = house.submitted()
    fire(house, hours=25)
    of_breach = (Event.subject_id == case_id) & (Event.action == "escalate")
    with pytest.raises(DatabaseError, match="event: the trail is never"), unit_of_work() as session:
        session.execute(delete(Event).where(of_breach))
    applications.acknowledge(house["anna"], case_id, press())
    ended = db.session.scalars(
        select(Clock).where(Clock.subject_id == case_id, Clock.name == "ack")
    ).one()
    assert ended.state == "broken"
    assert times(case_id, "escalate") == 1
    assert list(audit.verify(db.session(), SUBJECTS)) == []


def test_unanswered_questions_end_the_case_and_its_ballot(house: House) -> None:
    _, case_id = house.submitted()
    house.to_review(case_id, LINES)
    ballot_id = house.ballot_of(case_id).id
    applications.request_info(house["anna"], case_id, ["When?"], press())
    fire(house, days=13, hours=23)
    assert house.case(case_id).state == "review"
    fire(house, hours=1)
    assert house.case(case_id).state == "expired"
    assert times(ballot_id, "cancel") == 1


def test_offer_that_nobody_takes_expires_and_frees_the_money(house: House) -> None:
    _, case_id = house.approved(LINES)
    house.write_letter(case_id)
    applications.offer(house["anna"], case_id, press())
    assert ledger.position("EMG", "EUR").committed == 100_000
    fire(house, days=10)
    assert house.case(case_id).state == "expired"
    assert ledger.position("EMG", "EUR").available == 500_000


def test_refusal_is_final_when_the_time_to_appeal_is_over(house: House) -> None:
    applicant, case_id = house.submitted()
    house.to_review(case_id, LINES)
    house.vote(case_id, dict.fromkeys(("r1", "r2", "r3"), NO))
    fire(house, days=20)
    applications.notice_reached(applicant, case_id, press())
    fire(house, days=29)
    assert house.case(case_id).state == "rejected"
    fire(house, days=1)
    assert house.case(case_id).state == "rejected_final"


def test_ballot_whose_time_is_over_is_counted(house: House) -> None:
    _, case_id = house.submitted()
    house.to_review(case_id, LINES)
    ballot_id = house.ballot_of(case_id).id
    for handle in ("r1", "r2", "r3"):
        ballots.declare_free(house[handle], ballot_id, press())
    for handle in ("r1", "r2"):
        ballots.cast(house[handle], ballot_id, NO, press())
    fire(house, hours=24)
    assert house.ballot_of(case_id).state == "no_quorum"
    assert house.case(case_id).state == "review"


def test_payment_nobody_confirms_is_looked_after(house: House) -> None:
    _, case_id = house.released(LINES)
    disbursements.send(
        house["fin1"], house.payment_of(case_id).id, disbursements.Sending(), press()
    )
    fire(house, days=7)
    assert house.payment_of(case_id).state == "unconfirmed"


def test_case_that_waits_for_money_in_vain_is_handed_on(house: House) -> None:
    house.approved((("legal", 400_000),))
    _, case_id = house.approved((("legal", 200_000),))
    assert house.case(case_id).state == "waiting_for_money"
    fire(house, days=10)
    assert house.case(case_id).state == "referred_out"
    assert ledger.position("EMG", "EUR").committed == 400_000


@pytest.mark.parametrize(("shared", "days"), [("no", 30), ("yes", 7)])
def test_draft_nobody_touches_is_shredded(house: House, shared: str, days: int) -> None:
    applicant = house.draft(device_shared=("narrative", shared))
    case_id = house.case_of(applicant)
    house.clock.advance(days=days - 1)
    assert intake.sweep_abandoned() == 0
    house.clock.advance(days=1)
    assert intake.sweep_abandoned() == 1
    assert house.case(case_id).state == "expired"
    assert db.session.scalar(select(func.count()).select_from(Answer)) == 0
    assert intake.sweep_abandoned() == 0
    assert list(audit.verify(db.session(), SUBJECTS)) == []


def test_ended_clock_forgets_the_hours(house: House) -> None:
    house.at(datetime(2026, 7, 1, 23, 47, 11, tzinfo=UTC))
    _, case_id = house.submitted()
    house.clock.advance(hours=3)
    applications.acknowledge(house["anna"], case_id, press())
    ended = db.session.scalars(
        select(Clock).where(Clock.subject_id == case_id, Clock.name == "ack")
    ).one()
    assert ended.started_at == datetime(2026, 7, 1, tzinfo=UTC)
    assert ended.due_at == datetime(2026, 7, 2, tzinfo=UTC)
    assert ended.elapsed_hours == 6
    assert ended.pauses == []
    assert timedelta(hours=ended.elapsed_hours) % timedelta(hours=6) == timedelta(0)


def test_step_a_hold_forbids_is_taken_once_the_hold_is_lifted(house: House) -> None:
    """Nobody waits for money for ever because the case was frozen on the last day."""
    house.approved((("legal", 400_000),))
    _, case_id = house.approved((("legal", 400_000),))
    assert house.case(case_id).state == "waiting_for_money"
    applications.suspend_security(house["anna"], case_id, press())
    fire(house, days=120)
    assert house.case(case_id).state == "waiting_for_money"
    applications.sign_first(house["anna"], case_id, "resume", press())
    applications.resume(house["security"], case_id, verified=True, request=press())
    fire(house, hours=1)
    assert house.case(case_id).state == "referred_out"
    assert times(case_id, "no_money") == 1
