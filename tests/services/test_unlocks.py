"""Names are opened by two others for some hours, and taken away again whatever happens."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.jobs import rounds
from fund_app.models.events import UNLOCKS, VIEWS, Event
from fund_app.models.jobs import Job
from fund_app.models.sealed import Compartment
from fund_app.models.unlocks import Unlock
from fund_app.services import applications, people, unlocks, vault
from fund_app.services.transition import Unknown
from fund_app.services.unit import unit_of_work
from fund_app.services.unlocks import Question
from tests.support.house import House, press
from tests.support.threads import at_once
from workflows.engine import Refused
from workflows.roles import SYSTEM, Role
from workflows.unlocks import DEFAULT_HOURS, LONGEST_HOURS, Purpose

pytestmark = pytest.mark.both_stores

HANDLE = {"handle": ("identity", "@only_the_custodians_know")}
CHECK = Question(Purpose.CHECK)
IDENTITY = Compartment.IDENTITY


@pytest.fixture
def case(house: House) -> str:
    return house.submitted(**HANDLE)[1]


def opens(house: House, handle: str, case_id: str) -> bool:
    return house.fresh(handle).ring.opens(case_id, IDENTITY)


def row(unlock_id: str) -> Unlock:
    db.session.rollback()
    return db.session.get_one(Unlock, unlock_id)


def refusal(error: pytest.ExceptionInfo[Refused]) -> str:
    return error.value.code


def urgent(house: House, case_id: str) -> None:
    applications.acknowledge(house["anna"], case_id, press())
    applications.set_band(house["anna"], case_id, "life_threat", press())


def test_nobody_but_custodians_holds_names_from_submission_on(house: House, case: str) -> None:
    keepers = {house["custodian1"].ref, house["custodian2"].ref, house.case(case).holder_id}
    assert set(vault.holders_of(case, IDENTITY)) == keepers


def test_two_custodians_open_the_names_for_the_usual_hours(
    house: House, case: str, clock: ManualClock
) -> None:
    unlock_id = unlocks.ask(house["anna"], case, CHECK, press())
    assert not unlocks.agree(house["custodian1"], unlock_id)
    assert not opens(house, "anna", case)
    assert unlocks.agree(house["custodian2"], unlock_id)
    assert row(unlock_id).ends_at == clock.now() + timedelta(hours=DEFAULT_HOURS)
    found = unlocks.names(house.fresh("anna"), unlock_id)
    assert found.answers == {("handle", 0): "@only_the_custodians_know"}
    assert not opens(house, "boris", case)


def test_one_custodian_cannot_agree_twice(house: House, case: str) -> None:
    unlock_id = unlocks.ask(house["anna"], case, CHECK, press())
    unlocks.agree(house["custodian1"], unlock_id)
    with pytest.raises(Refused) as error:
        unlocks.agree(house.fresh("custodian1"), unlock_id)
    assert refusal(error) == "signed_already"
    assert row(unlock_id).state == "asked"
    assert not opens(house, "anna", case)


def test_asker_cannot_agree_to_their_own_question(house: House, case: str) -> None:
    question = Question(Purpose.CHECK, words="The family has called.")
    unlock_id = unlocks.ask(house["custodian1"], case, question, press())
    with pytest.raises(Refused) as error:
        unlocks.agree(house["custodian1"], unlock_id)
    assert refusal(error) == "own_question"
    assert row(unlock_id).state == "asked"


def test_custodian_who_looks_needs_another_and_a_sentence(house: House, case: str) -> None:
    keeper = house["custodian1"]
    with pytest.raises(Refused) as error:
        unlocks.ask(keeper, case, CHECK, press())
    assert refusal(error) == "words_missing"
    unlock_id = unlocks.ask(keeper, case, Question(Purpose.CHECK, words="Why."), press())
    with pytest.raises(Refused) as error:
        unlocks.names(keeper, unlock_id)
    assert refusal(error) == "unlock_over"
    assert unlocks.agree(house["custodian2"], unlock_id)
    assert unlocks.names(keeper, unlock_id).answers
    unlocks.end(keeper, unlock_id)
    assert opens(house, "custodian1", case), "a custodian keeps the key of the office"


@pytest.mark.parametrize("handle", ["boris", "r1", "fin1", "treasurer", "board", "security"])
def test_others_cannot_agree(house: House, case: str, handle: str) -> None:
    unlock_id = unlocks.ask(house["anna"], case, CHECK, press())
    with pytest.raises(Refused) as error:
        unlocks.agree(house[handle], unlock_id)
    assert refusal(error) in {"wrong_role", "not_an_emergency"}
    with pytest.raises(Refused):
        unlocks.refuse(house[handle], unlock_id)


@pytest.mark.parametrize("handle", ["r1", "fin1", "treasurer", "board", "security", "chair"])
def test_others_cannot_ask(house: House, case: str, handle: str) -> None:
    with pytest.raises(Refused) as error:
        unlocks.ask(house[handle], case, CHECK, press())
    assert refusal(error) == "wrong_role"


@pytest.mark.parametrize("order", [("security", "custodian1"), ("custodian1", "security")])
def test_one_custodian_and_the_security_lead_are_enough_where_a_life_is_in_danger(
    house: House, case: str, order: tuple[str, str]
) -> None:
    urgent(house, case)
    unlock_id = unlocks.ask(house["anna"], case, Question(Purpose.DANGER), press())
    assert not unlocks.agree(house[order[0]], unlock_id)
    assert not opens(house, "anna", case)
    assert unlocks.agree(house.fresh(order[1]), unlock_id)
    assert unlocks.names(house.fresh("anna"), unlock_id).answers
    assert not opens(house, "security", case), "the security lead handed on what they cannot open"


def test_what_a_custodian_left_is_gone_with_the_question(house: House, case: str) -> None:
    urgent(house, case)
    unlock_id = unlocks.ask(house["anna"], case, Question(Purpose.DANGER), press())
    unlocks.agree(house["custodian1"], unlock_id)
    box = row(unlock_id).deposit_id
    assert box
    assert vault.holders_of(box, Compartment.MESSAGES) == [house["security"].ref]
    unlocks.end(house["anna"], unlock_id)
    assert vault.holders_of(box, Compartment.MESSAGES) == []
    assert row(unlock_id).deposit_sealed is None


def test_names_are_refused_at_the_very_moment_even_if_the_job_is_late(
    house: House, case: str, clock: ManualClock
) -> None:
    unlock_id = house.unlocked("anna", case)
    clock.advance(hours=DEFAULT_HOURS, microseconds=-1)
    assert unlocks.names(house.fresh("anna"), unlock_id).answers
    clock.advance(microseconds=1)
    assert opens(house, "anna", case), "the job has not run"
    with pytest.raises(Refused) as error:
        unlocks.names(house.fresh("anna"), unlock_id)
    assert refusal(error) == "unlock_over"


def test_key_is_taken_away_when_the_time_is_over(
    house: House, case: str, clock: ManualClock
) -> None:
    unlock_id = house.unlocked("anna", case)
    clock.advance(hours=DEFAULT_HOURS)
    rounds.end_unlocks()
    rounds.end_unlocks()
    assert not opens(house, "anna", case)
    assert row(unlock_id).state == "over"
    chain = [each.action for each in events(UNLOCKS, case)]
    assert chain.count("identity_over") == 1


@pytest.mark.parametrize("handle", ["anna", "custodian2", "security"])
def test_either_can_end_it_early(house: House, case: str, handle: str) -> None:
    unlock_id = house.unlocked("anna", case)
    unlocks.end(house[handle], unlock_id)
    assert not opens(house, "anna", case)
    with pytest.raises(Refused):
        unlocks.names(house.fresh("anna"), unlock_id)
    assert row(unlock_id).state == "ended"


def test_strangers_cannot_end_or_use_it(house: House, case: str) -> None:
    unlock_id = house.unlocked("anna", case)
    for act in (unlocks.end, unlocks.names):
        with pytest.raises(Unknown):
            act(house.fresh("boris"), unlock_id)
    assert row(unlock_id).state == "open"


def test_refusal_ends_the_question(house: House, case: str) -> None:
    unlock_id = unlocks.ask(house["anna"], case, CHECK, press())
    unlocks.refuse(house["custodian1"], unlock_id)
    with pytest.raises(Refused) as error:
        unlocks.agree(house["custodian2"], unlock_id)
    assert refusal(error) == "unlock_over"
    assert not opens(house, "anna", case)


def test_question_lapses_after_a_day(house: House, case: str, clock: ManualClock) -> None:
    unlock_id = unlocks.ask(house["anna"], case, CHECK, press())
    unlocks.agree(house["custodian1"], unlock_id)
    clock.advance(hours=24)
    with pytest.raises(Refused):
        unlocks.agree(house["custodian2"], unlock_id)
    unlocks.run_out(clock.now())
    assert row(unlock_id).state == "lapsed"
    again = unlocks.ask(house["anna"], case, CHECK, press())
    assert again != unlock_id


def test_same_press_asks_once_and_a_second_question_is_refused(house: House, case: str) -> None:
    wish = press()
    first = unlocks.ask(house["anna"], case, CHECK, wish)
    assert unlocks.ask(house["anna"], case, CHECK, wish) == first
    with pytest.raises(Refused) as error:
        unlocks.ask(house["anna"], case, CHECK, press())
    assert refusal(error) == "unlock_running"


@pytest.mark.parametrize("hours", [0, LONGEST_HOURS + 1])
def test_hours_have_a_limit(house: House, case: str, hours: int) -> None:
    with pytest.raises(ValueError, match=str(hours)):
        unlocks.ask(house["anna"], case, Question(Purpose.CHECK, hours), press())


def test_draft_has_no_names_to_ask_for(house: House) -> None:
    draft = house.case_of(house.draft())
    with pytest.raises(Unknown):
        unlocks.ask(house["anna"], draft, CHECK, press())


def test_sentence_is_sealed_for_those_who_decide(house: House, case: str) -> None:
    question = Question(Purpose.CONTACT, words="Her sister waits at the border.")
    unlock_id = unlocks.ask(house["anna"], case, question, press())
    found = row(unlock_id)
    assert b"sister" not in bytes(found.words_sealed or b"")
    assert unlocks.words(house["custodian1"], found) == "Her sister waits at the border."
    assert unlocks.words(house["boris"], found) is None
    assert unlocks.words(house["security"], found) is None


def test_everything_is_in_the_trail_and_looks_carry_role_and_reason(
    house: House, case: str
) -> None:
    unlock_id = house.unlocked("anna", case, Purpose.PAYMENT)
    unlocks.names(house.fresh("anna"), unlock_id)
    unlocks.names(house.fresh("anna"), unlock_id)
    unlocks.end(house["custodian1"], unlock_id)
    assert [(each.action, each.actor_role) for each in events(UNLOCKS, case)] == [
        ("identity_asked", "coordinator"),
        ("identity_agreed", "custodian"),
        ("identity_agreed", "custodian"),
        ("identity_unlocked", "custodian"),
        ("identity_ended", "custodian"),
    ]
    assert [(each.action, each.actor_role, each.reason_code) for each in events(VIEWS, case)] == [
        ("identity_opened", "coordinator", "arrange_payment"),
        ("identity_opened", "coordinator", "arrange_payment"),
    ]


def test_custodians_are_told_without_a_word_of_the_case(house: House, case: str) -> None:
    with unit_of_work() as session:
        session.execute(text("DELETE FROM job"))
    unlocks.ask(house["anna"], case, CHECK, press())
    told = db.session.scalars(select(Job).where(Job.kind == "send_notice")).all()
    assert {job.payload["person"] for job in told} == {
        house["custodian1"].ref,
        house["custodian2"].ref,
    }
    assert {job.payload["audience"] for job in told} == {"custody"}


def test_key_without_a_reason_to_be_there_is_swept(house: House, case: str) -> None:
    vault.grant(house["custodian1"].ring, case, IDENTITY, house["boris"].ref)
    other = house.submitted(**HANDLE)[1]
    house.unlocked("anna", other)
    assert unlocks.sweep() == 1
    assert not opens(house, "boris", case)
    assert opens(house, "anna", other), "an open unlock accounts for its key"
    assert opens(house, "custodian1", case)
    assert unlocks.sweep() == 0


def failing_at(action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process die where this event would be written, the keystore done, the data not."""
    record = unlocks._record  # noqa: SLF001

    def die(session: Session, unlock: Unlock, what: str, *rest: Any) -> None:
        if what == action:
            raise RuntimeError(action)
        record(session, unlock, what, *rest)

    monkeypatch.setattr(unlocks, "_record", die)


def test_crash_after_the_key_was_given_leaves_nothing_to_see(
    house: House, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock_id = unlocks.ask(house["anna"], case, CHECK, press())
    unlocks.agree(house["custodian1"], unlock_id)
    failing_at("identity_unlocked", monkeypatch)
    with pytest.raises(RuntimeError):
        unlocks.agree(house["custodian2"], unlock_id)
    assert (opens(house, "anna", case), row(unlock_id).state) == (True, "asked")
    with pytest.raises(Refused):
        unlocks.names(house.fresh("anna"), unlock_id)
    assert unlocks.sweep() == 1
    assert not opens(house, "anna", case)


def test_crash_after_the_key_was_taken_leaves_too_little_never_too_much(
    house: House, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock_id = house.unlocked("anna", case)
    failing_at("identity_ended", monkeypatch)
    with pytest.raises(RuntimeError):
        unlocks.end(house["anna"], unlock_id)
    assert (opens(house, "anna", case), row(unlock_id).state) == (False, "open")
    with pytest.raises(Refused):
        unlocks.names(house.fresh("anna"), unlock_id)


def test_two_agree_at_once_and_the_key_is_given_once(house: House, case: str) -> None:
    unlock_id = unlocks.ask(house["anna"], case, CHECK, press())
    people_at_once = [house.fresh(each) for each in ("custodian1", "custodian2")]
    found = at_once(house.app, [partial(unlocks.agree, each, unlock_id) for each in people_at_once])
    assert found == ["done", "done"]
    assert row(unlock_id).state == "open"
    actions = [each.action for each in events(UNLOCKS, case)]
    assert actions.count("identity_unlocked") == 1


def test_unlock_ends_with_the_askers_role(house: House, case: str, clock: ManualClock) -> None:
    unlock_id = house.unlocked("anna", case)
    with unit_of_work() as session:
        session.execute(
            text("DELETE FROM role_grant WHERE person_id = :who"), {"who": house["anna"].ref}
        )
    unlocks.run_out(clock.now())
    assert row(unlock_id).state == "over"
    assert not opens(house, "anna", case)


def test_nothing_opens_for_who_has_left_meanwhile(house: House, case: str) -> None:
    unlock_id = unlocks.ask(house["anna"], case, CHECK, press())
    unlocks.agree(house["custodian1"], unlock_id)
    people.disable(SYSTEM, "anna")
    with pytest.raises(Refused) as error:
        unlocks.agree(house["custodian2"], unlock_id)
    assert refusal(error) == "unlock_over"


def test_custodian_without_the_key_cannot_agree(house: House, case: str) -> None:
    house.add("late", Role.CUSTODIAN)
    unlock_id = unlocks.ask(house["anna"], case, CHECK, press())
    with pytest.raises(Refused) as error:
        unlocks.agree(house["late"], unlock_id)
    assert refusal(error) == "custodian_without_key"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE unlock SET first_id = asker_id, first_role = 'custodian'",
        "UPDATE unlock SET state = 'open', opened_at = asked_at, ends_at = asked_at",
        "UPDATE unlock SET hours = 25",
        "UPDATE unlock SET purpose = 'verify'",
        "UPDATE unlock SET asker_id = {boris}",
        "UPDATE unlock SET first_role = 'security_lead', first_id = {security}",
    ],
)
def test_database_refuses_what_one_person_could_write(house: House, case: str, change: str) -> None:
    unlocks.ask(house["anna"], case, Question(Purpose.PAYMENT), press())
    someone = "(SELECT id FROM person WHERE handle = '{}')"
    statement = change.format(boris=someone.format("boris"), security=someone.format("security"))
    with pytest.raises(DatabaseError), unit_of_work() as session:
        session.execute(text(statement))


def test_database_never_opens_again_what_is_over(house: House, case: str) -> None:
    unlock_id = house.unlocked("anna", case)
    unlocks.end(house["anna"], unlock_id)
    with pytest.raises(DatabaseError), unit_of_work() as session:
        session.execute(text("UPDATE unlock SET state = 'open', closed_at = NULL"))


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.REVIEWER, Role.TREASURER])
def test_custody_is_kept_apart_from_work_on_cases(house: House, role: Role) -> None:
    with pytest.raises(people.RolesApart):
        house.add("both", Role.CUSTODIAN, role)
    with pytest.raises(people.RolesApart):
        people.grant(SYSTEM, "custodian1", role)
    people.grant(SYSTEM, "board", Role.CUSTODIAN)


def events(chain: str, subject_id: str) -> list[Event]:
    db.session.rollback()
    statement = select(Event).where(Event.chain == chain, Event.subject_id == subject_id)
    return list(db.session.scalars(statement.order_by(Event.step)))
