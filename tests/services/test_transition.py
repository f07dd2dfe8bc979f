"""The transition: stale pages, repeated requests, unknown subjects, and options that hold."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.events import Event
from fund_app.models.subjects import SUBJECTS
from fund_app.services import (
    application_facts,
    applications,
    audit,
    ballots,
    casework,
    deadlines,
    disbursement_offers,
    disbursements,
    offers,
)
from fund_app.services.casework import Deed
from fund_app.services.transition import Conflict, Request, Unknown
from fund_app.services.unit import unit_of_work
from tests.support.dump import contents
from tests.support.house import House, press
from workflows.catalogue import workflow
from workflows.engine import Refused, fire
from workflows.roles import Actor, Role

pytestmark = pytest.mark.both_stores

LINES = (("legal", 100_000),)


def events(subject_id: str) -> int:
    db.session.rollback()
    statement = select(func.count()).where(Event.subject_id == subject_id)
    return db.session.scalar(statement) or 0


def test_stale_page_is_a_conflict_that_names_what_happened_since(house: House) -> None:
    _, case_id = house.submitted()
    seen = house.case(case_id).step
    applications.acknowledge(house["anna"], case_id, press(seen))
    applications.set_band(house["anna"], case_id, "urgent", press(seen + 1))
    before = contents()
    with pytest.raises(Conflict) as conflict:
        applications.set_band(house["boris"], case_id, "standard", press(seen))
    assert [(event.action, event.actor_ref) for event in conflict.value.since] == [
        ("acknowledge", house["anna"].ref),
        ("set_band", house["anna"].ref),
    ]
    assert contents() == before


def test_reminder_of_a_clock_leaves_an_open_page_as_it_is(house: House) -> None:
    _, case_id = house.submitted()
    seen = house.case(case_id).step
    house.clock.advance(hours=25)
    deadlines.fire_due(house.clock.now())
    assert house.case(case_id).step > seen
    applications.acknowledge(house["anna"], case_id, press(seen))
    assert house.case(case_id).state == "triage"


def test_page_of_a_step_that_is_still_to_come_is_a_conflict(house: House) -> None:
    _, case_id = house.submitted()
    with pytest.raises(Conflict):
        applications.acknowledge(house["anna"], case_id, press(house.case(case_id).step + 1))


def test_same_request_twice_changes_nothing_the_second_time(house: House) -> None:
    _, case_id = house.submitted()
    pressed = press(house.case(case_id).step)
    applications.acknowledge(house["anna"], case_id, pressed)
    before = contents()
    applications.acknowledge(house["anna"], case_id, pressed)
    assert contents() == before


def test_request_of_the_applicant_sent_twice_happens_once(house: House) -> None:
    applicant, case_id = house.submitted()
    applications.acknowledge(house["anna"], case_id, press())
    applications.request_info(house["anna"], case_id, ["When?"], press())
    pressed = press(house.case(case_id).step)
    applications.answer_info(applicant, case_id, pressed)
    before = contents()
    applications.answer_info(applicant, case_id, pressed)
    assert contents() == before


@pytest.mark.parametrize("unknown", ["0" * 32, "", "1 OR 1=1", "\N{SNOWMAN}"])
def test_subject_nobody_knows_is_unknown_everywhere(house: House, unknown: str) -> None:
    with pytest.raises(Unknown):
        applications.acknowledge(house["anna"], unknown, press())
    with pytest.raises(Unknown):
        ballots.declare_free(house["r1"], unknown, press())
    with pytest.raises(Unknown):
        disbursements.fail(house["fin1"], unknown, press())


def test_case_of_somebody_else_is_unknown_to_an_applicant(house: House) -> None:
    applicant, _ = house.submitted()
    _, other = house.submitted()
    before = contents()
    with pytest.raises(Unknown):
        applications.withdraw(applicant, other, press())
    assert contents() == before


@pytest.mark.parametrize(
    "action", ["to_closed", "to_approved", "__class__", "trigger", "may_acknowledge", "", "accept"]
)
def test_action_that_is_none_here_is_refused_and_leaves_nothing(house: House, action: str) -> None:
    _, case_id = house.submitted()
    before = contents()
    with pytest.raises(Refused) as refused:
        casework.carry_out(house["anna"], case_id, Deed(action), press())
    assert refused.value.code in {"unknown_action", "wrong_state"}
    assert contents() == before


def test_refused_step_leaves_nothing(house: House) -> None:
    _, case_id = house.submitted()
    before = contents()
    with pytest.raises(Refused) as refused:
        applications.acknowledge(house["fin1"], case_id, press())
    assert refused.value.codes == ("wrong_role",)
    assert contents() == before


def test_step_names_the_role_it_was_taken_in(house: House) -> None:
    both = house.add("both", Role.COORDINATOR, Role.REVIEWER, Role.BOARD_MEMBER)
    _, case_id = house.submitted()
    applications.acknowledge(both, case_id, press())
    statement = select(Event.actor_role).where(
        Event.subject_id == case_id, Event.action == "acknowledge"
    )
    assert db.session.scalar(statement) == Role.COORDINATOR


def verdicts(actor: Actor, application: Application) -> dict[str, tuple[str, ...]]:
    """Return what the engine says to each action, with the facts a step of it would gather."""
    definition = workflow(application.workflow, application.workflow_version)
    found: dict[str, tuple[str, ...]] = {}
    for action in definition.actions:
        facts = application_facts.gather(db.session(), application, action, actor)
        try:
            fire(definition, application, action, actor, facts)
        except Refused as refused:
            found[action] = refused.codes
        else:
            found[action] = ()
    return found


def assert_options_hold(house: House, case_id: str, *others: Actor) -> None:
    for actor in (*house.staff.values(), *others):
        with unit_of_work() as session:
            application = session.get_one(Application, case_id)
            offered = casework.offered_to(session, application, actor)
            shown = {option.action: option.refusals for option in offered}
            assert shown == verdicts(actor, application)


def test_options_of_a_case_are_what_a_step_would_answer(house: House) -> None:
    applicant, case_id = house.submitted()
    assert_options_hold(house, case_id, applicant)
    applications.acknowledge(house["anna"], case_id, press())
    applications.request_info(house["anna"], case_id, ["When?"], press())
    assert_options_hold(house, case_id, applicant)
    applications.answer_info(applicant, case_id, press())
    applications.set_band(house["anna"], case_id, "standard", press())
    applications.start_verification(house["anna"], case_id, press())
    applications.sign_first(house["anna"], case_id, "waive_verification", press())
    assert_options_hold(house, case_id, applicant)
    applications.suspend_security(house["security"], case_id, press())
    applications.sign_first(house["anna"], case_id, "resume", press())
    assert_options_hold(house, case_id, applicant)


def test_options_of_an_offer_are_what_a_step_would_answer(house: House) -> None:
    applicant, case_id = house.accepted(LINES)
    assert_options_hold(house, case_id, applicant)
    offers.withdraw(applicant, press())
    assert_options_hold(house, case_id, applicant)


def test_open_action_of_a_payment_is_carried_out(house: House) -> None:
    _, case_id = house.accepted(LINES)
    payment = house.payment_of(case_id)
    payment_id = payment.id
    with unit_of_work() as session:
        application = session.get_one(Application, case_id)
        offered = disbursement_offers.offered_to(session, payment, application, house["fin1"])
    is_open = [each.action for each in offered if each.is_open]
    assert is_open == ["set_terms", "safety_check", "safety_block"]
    disbursements.safety_check(house["fin1"], payment_id, payee_verified=True, request=press())
    payment = house.payment_of(case_id)
    with unit_of_work() as session:
        application = session.get_one(Application, case_id)
        of_checker, of_other = (
            {
                each.action: each.refusals
                for each in disbursement_offers.offered_to(
                    session, payment, application, house[handle]
                )
            }
            for handle in ("fin1", "fin2")
        )
    assert of_checker["authorise_first"] == ("checked_the_payee",)
    assert of_other["authorise_first"] == ()
    disbursements.authorise_first(house["fin2"], payment_id, Request(None))
    assert list(audit.verify(db.session(), SUBJECTS)) == []
