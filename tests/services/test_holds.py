"""Holds: what stands still with a case, what may still happen, and what nobody can see."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.clocks import Clock
from fund_app.models.holds import Hold
from fund_app.models.messages import Message
from fund_app.services import (
    applications,
    ballots,
    deadlines,
    disbursements,
    holds,
    intake,
    offers,
    person_events,
)
from fund_app.services.votes import Cast
from tests.support.house import House, press
from workflows.catalogue import workflow
from workflows.counting import Choice
from workflows.engine import Refused
from workflows.holds import HoldKind

pytestmark = pytest.mark.both_stores

LINES = (("legal", 100_000),)
YES = Cast(Choice.APPROVE, reason="Needed.")


def clock_of(subject_id: str, name: str) -> Clock:
    db.session.rollback()
    statement = select(Clock).where(
        Clock.subject_id == subject_id, Clock.name == name, Clock.state.in_(("running", "paused"))
    )
    return db.session.scalars(statement).one()


def told(subject_id: str, name: str) -> tuple[str, datetime]:
    found = clock_of(subject_id, name)
    return found.state, found.due_at


def label(house: House, case_id: str) -> str:
    case = house.case(case_id)
    definition = workflow(case.workflow, case.workflow_version)
    return definition.public_label(case.state, holds.active(db.session(), case_id))


def in_review(house: House) -> tuple[str, str]:
    _, case_id = house.submitted()
    house.to_review(case_id, LINES)
    return case_id, house.ballot_of(case_id).id


def test_question_pauses_the_clocks_of_case_and_ballot_and_the_answer_resumes_them(
    house: House,
) -> None:
    start = house.clock.now()
    applicant, case_id = house.submitted()
    house.to_review(case_id, LINES)
    ballot_id = house.ballot_of(case_id).id
    decide, declare = start + timedelta(hours=72), start + timedelta(hours=12)
    house.at(start + timedelta(hours=5))

    applications.request_info(house["anna"], case_id, ["When exactly?"], press())
    assert told(case_id, "decide") == ("paused", decide)
    assert told(ballot_id, "declare") == ("paused", declare)
    assert told(case_id, "info") == ("running", house.clock.now() + timedelta(days=14))
    assert label(house, case_id) == "need_from_you"
    with pytest.raises(Refused) as refused:
        ballots.declare_free(house["r1"], ballot_id, press())
    assert refused.value.codes == ("on_hold",)

    house.at(start + timedelta(hours=35, minutes=17, seconds=3))
    question = db.session.scalars(select(Message).where(Message.application_id == case_id)).one()
    intake.answer(applicant, {question.id: "At six."}, press())
    stood = timedelta(hours=30, minutes=17, seconds=3)
    assert told(case_id, "decide") == ("running", decide + stood)
    assert told(ballot_id, "declare") == ("running", declare + stood)
    assert label(house, case_id) == "being_decided"
    ballots.declare_free(house["r1"], ballot_id, press())


def test_two_pauses_add_up_and_one_within_the_other_counts_once(house: House) -> None:
    start = house.clock.now()
    applicant, case_id = house.submitted()
    applications.acknowledge(house["anna"], case_id, press())
    applications.request_info(house["anna"], case_id, ["When?"], press())
    house.at(start + timedelta(hours=2))
    applications.suspend_security(house["security"], case_id, press())
    house.at(start + timedelta(hours=7))
    applications.sign_first(house["anna"], case_id, "resume", press())
    applications.resume(house["security"], case_id, verified=True, request=press())
    assert clock_of(case_id, "decide").state == "paused"
    house.at(start + timedelta(hours=10))
    applications.answer_info(applicant, case_id, press())
    house.at(start + timedelta(hours=20))
    applications.request_info(house["anna"], case_id, ["Where?"], press())
    house.at(start + timedelta(hours=21))
    applications.answer_info(applicant, case_id, press())
    assert told(case_id, "decide") == ("running", start + timedelta(hours=72 + 10 + 1))


def test_suspension_pauses_the_time_to_answer_too(house: House) -> None:
    start = house.clock.now()
    applicant, case_id = house.submitted()
    applications.acknowledge(house["anna"], case_id, press())
    applications.request_info(house["anna"], case_id, ["When?"], press())
    house.at(start + timedelta(days=13))
    applications.suspend_security(house["security"], case_id, press())
    assert told(case_id, "info") == ("paused", start + timedelta(days=14))
    house.at(start + timedelta(days=40))
    deadlines.fire_due(house.clock.now())
    applications.sign_first(house["anna"], case_id, "resume", press())
    applications.resume(house["security"], case_id, verified=True, request=press())
    assert told(case_id, "info") == ("running", start + timedelta(days=14 + 27))
    assert clock_of(case_id, "decide").state == "paused"
    applications.answer_info(applicant, case_id, press())
    assert told(case_id, "decide") == ("running", start + timedelta(hours=72, days=40))


def test_hold_placed_at_the_moment_another_is_lifted_goes_on_with_its_pause(house: House) -> None:
    start = house.clock.now()
    applicant, case_id = house.submitted()
    applications.acknowledge(house["anna"], case_id, press())
    applications.request_info(house["anna"], case_id, ["When?"], press())
    house.at(start + timedelta(hours=3))
    applications.answer_info(applicant, case_id, press())
    applications.request_info(house["anna"], case_id, ["Where?"], press())
    house.at(start + timedelta(hours=4))
    applications.answer_info(applicant, case_id, press())
    assert told(case_id, "decide") == ("running", start + timedelta(hours=72 + 4))


def test_third_round_of_questions_is_refused(house: House) -> None:
    applicant, case_id = house.submitted()
    applications.acknowledge(house["anna"], case_id, press())
    for _ in range(2):
        applications.request_info(house["anna"], case_id, ["When?"], press())
        applications.answer_info(applicant, case_id, press())
    with pytest.raises(Refused) as refused:
        applications.request_info(house["anna"], case_id, ["Again?"], press())
    assert refused.value.codes == ("info_rounds_used",)


def test_answers_arrive_until_every_question_has_one(house: House) -> None:
    applicant, case_id = house.submitted()
    applications.acknowledge(house["anna"], case_id, press())
    applications.request_info(house["anna"], case_id, ["When?", "Where?"], press())
    questions = db.session.scalars(
        select(Message).where(Message.application_id == case_id).order_by(Message.position)
    ).all()
    ids = [each.id for each in questions]
    assert intake.answer(applicant, {ids[0]: "At six."}, press()) == 1
    assert holds.active(db.session(), case_id) == (HoldKind.INFO_REQUESTED,)
    assert intake.answer(applicant, {ids[1]: "At home."}, press()) == 0
    assert holds.active(db.session(), case_id) == ()


@pytest.mark.parametrize("state", ["submitted", "review", "offered"])
def test_suspension_freezes_the_case_and_shows_the_same_label(house: House, state: str) -> None:
    applicant, case_id = house.submitted()
    if state != "submitted":
        house.to_review(case_id, LINES)
    if state == "offered":
        house.vote(case_id, dict.fromkeys(("r1", "r2", "r3"), YES))
        house.write_letter(case_id)
        applications.offer(house["anna"], case_id, press())
    before = label(house, case_id), house.case(case_id).state
    applications.suspend_security(house["security"], case_id, press())
    assert (label(house, case_id), house.case(case_id).state) == before
    for act in (
        lambda: offers.withdraw(applicant, press()),
        lambda: applications.acknowledge(house["anna"], case_id, press()),
        lambda: applications.request_info(house["anna"], case_id, ["When?"], press()),
    ):
        with pytest.raises(Refused):
            act()
    assert house.case(case_id).state == before[1]


def test_suspension_stops_payments_before_they_leave_and_lets_outcomes_in(house: House) -> None:
    _, case_id = house.released(LINES)
    payment_id = house.payment_of(case_id).id
    due = clock_of(payment_id, "send").due_at
    applications.suspend_security(house["security"], case_id, press())
    house.clock.advance(hours=6)
    with pytest.raises(Refused) as refused:
        disbursements.send(house["fin1"], payment_id, disbursements.Sending(), press())
    assert refused.value.codes == ("on_hold",)
    assert told(payment_id, "send") == ("paused", due)
    applications.sign_first(house["anna"], case_id, "resume", press())
    applications.resume(house["security"], case_id, verified=True, request=press())
    assert told(payment_id, "send") == ("running", due + timedelta(hours=6))
    disbursements.send(house["fin1"], payment_id, disbursements.Sending(), press())
    applications.suspend_security(house["security"], case_id, press())
    line = disbursements.BankLine(100_000, house.payment_of(case_id).reference)
    disbursements.bank_ok(house["fin1"], payment_id, line, press())
    assert house.payment_of(case_id).state == "confirmed"


def test_resuming_takes_two_people(house: House) -> None:
    case_id, _ = in_review(house)
    applications.suspend_security(house["security"], case_id, press())
    with pytest.raises(Refused) as refused:
        applications.resume(house["security"], case_id, verified=True, request=press())
    assert refused.value.codes == ("second_person_missing",)


def test_suspending_twice_is_refused(house: House) -> None:
    case_id, _ = in_review(house)
    applications.suspend_security(house["security"], case_id, press())
    with pytest.raises(Refused) as refused:
        applications.suspend_security(house["anna"], case_id, press())
    assert "already_held" in refused.value.codes


def test_event_to_the_person_needs_two_sources_and_stops_the_offer(house: House) -> None:
    _, case_id = house.approved(LINES)
    house.write_letter(case_id)
    applications.offer(house["anna"], case_id, press())
    due = clock_of(case_id, "offer").due_at
    with pytest.raises(Refused) as refused:
        person_events.record(house["anna"], case_id, sources=1, request=press())
    assert refused.value.codes == ("sources_missing",)
    person_events.record(house["anna"], case_id, sources=2, request=press())
    assert told(case_id, "offer") == ("paused", due)
    assert clock_of(case_id, "person_event").state == "running"
    assert label(house, case_id) == "decision_ready"


def test_case_that_ends_leaves_no_hold_behind(house: House) -> None:
    applicant, case_id = house.submitted()
    applications.acknowledge(house["anna"], case_id, press())
    applications.request_info(house["anna"], case_id, ["When?"], press())
    offers.withdraw(applicant, press())
    assert holds.active(db.session(), case_id) == ()
    live = select(Clock).where(Clock.subject_id == case_id, Clock.state.in_(("running", "paused")))
    assert db.session.scalars(live).all() == []


def test_hour_at_which_an_applicant_lifts_a_hold_is_not_kept(house: House) -> None:
    applicant, case_id = house.submitted()
    applications.acknowledge(house["anna"], case_id, press())
    applications.request_info(house["anna"], case_id, ["When?"], press())
    applications.answer_info(applicant, case_id, press())
    hold = db.session.scalars(select(Hold).where(Hold.application_id == case_id)).one()
    assert hold.lifted_at is not None
    assert (hold.lifted_at.hour, hold.lifted_at.minute) == (0, 0)
