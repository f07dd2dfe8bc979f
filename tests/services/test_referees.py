"""Referees: asked with what the person allows, answering once, read by those who asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.events import Event
from fund_app.models.jobs import Job
from fund_app.models.referees import MOST_TRIES, RefereeRequest
from fund_app.models.sealed import Compartment, NoKey
from fund_app.queries import referees as reads
from fund_app.services import applications, cases, intake, referees, vault
from fund_app.services.hardening import Cost, Hardening
from fund_app.services.intake import AnswerText
from fund_app.services.referees import Asking, Invitation, NotAgreed
from fund_app.services.transition import Request, Unknown
from fund_app.services.unit import unit_of_work
from tests.support.house import House, build, press
from tests.support.threads import at_once
from workflows.engine import Refused
from workflows.roles import Role

pytestmark = pytest.mark.both_stores

GIVEN = {"name": "Anya", "how": "We work together.", "confirms": "yes", "freely": "freely"}
OWN_FIND = Asking(None, "found", "existence", "en", agreed=True)
FIRST = Asking(0, "found", "existence", "en", agreed=True)


@pytest.fixture
def house(app: Flask, clock: ManualClock) -> Iterator[House]:
    app.extensions["fund.hardening"] = Hardening(Cost(memory=64, passes=1, lanes=1))
    with app.app_context():
        yield build(app, clock)


def naming(house: House, *, knows: str = "yes", may_know: str = "existence") -> str:
    """Return a case whose applicant has named a referee."""
    applicant = house.draft()
    told = {"referee_name": ("identity", "Sentinel Name"), "referee_knows": ("narrative", knows),
            "referee_may_know": ("narrative", may_know)}  # fmt: skip
    intake.save(applicant, [AnswerText(key, 0, *each) for key, each in told.items()])
    intake.submit(applicant, press(), region="russia", form_version=1)
    return house.case_of(applicant)


def asked(house: House, case_id: str, asking: Asking = FIRST) -> Invitation:
    invitation = referees.ask(house["anna"], case_id, asking, press())
    assert invitation is not None
    return invitation


def only(case_id: str) -> RefereeRequest:
    db.session.rollback()
    (row,) = reads.of_case(db.session(), case_id)
    return row


def actions(case_id: str) -> list[tuple[str, str | None]]:
    statement = select(Event.action, Event.reason_code).where(
        Event.chain == referees.CHAIN, Event.subject_id == case_id
    )
    return [(action, reason) for action, reason in db.session.execute(statement.order_by(Event.id))]


def test_answer_is_taken_once_and_read_by_coordinators_alone(house: House) -> None:
    case_id = naming(house)
    invitation = asked(house, case_id)
    assert referees.opens(invitation.lookup, invitation.code)
    assert referees.answer(invitation.lookup, invitation.code, GIVEN, press())
    assert not referees.answer(invitation.lookup, invitation.code, GIVEN, press())
    assert not referees.opens(invitation.lookup, invitation.code)
    row = only(case_id)
    assert (row.status, row.counts, row.code_mac, row.quiet_mac) == ("answered", True, None, None)
    told = reads.said(row, house["anna"].ring)
    assert told == {**GIVEN, "quiet_word": ""}
    assert reads.said(row, house["boris"].ring) == told
    assert row.scope is not None
    readers = sorted([house["anna"].ref, house["boris"].ref])
    assert vault.holders_of(row.scope, Compartment.NARRATIVE) == readers
    assert actions(case_id) == [("referee_asked", "found"), ("referee_answered", None)]


def test_answer_is_erased_with_its_case(house: House) -> None:
    case_id = naming(house)
    invitation = asked(house, case_id)
    referees.answer(invitation.lookup, invitation.code, GIVEN, press())
    vault.erase_case(case_id)
    anna = vault.ring_for(house["anna"].ref, house["anna"].ring._private_key)  # noqa: SLF001
    assert reads.said(only(case_id), anna) is None


def test_same_page_sent_twice_is_one_answer(house: House) -> None:
    invitation = asked(house, naming(house))
    request = press()
    for _ in range(2):
        assert referees.answer(invitation.lookup, invitation.code, GIVEN, request)


def test_same_press_asks_once(house: House) -> None:
    case_id, request = naming(house), press()
    assert referees.ask(house["anna"], case_id, FIRST, request) is not None
    assert referees.ask(house["anna"], case_id, FIRST, request) is None
    assert only(case_id).status == "asked"


def test_words_are_read_as_people_type_them(house: House) -> None:
    invitation = asked(house, naming(house), replace(FIRST, code="Зелёный чай, 7"))
    assert referees.opens(invitation.lookup, " ЗЕЛЕНЫЙ-ЧАЙ 7")
    assert not referees.opens(invitation.lookup, "")


def test_request_ends_with_its_time(house: House) -> None:
    case_id = naming(house)
    invitation = asked(house, case_id)
    house.clock.advance(hours=72)
    assert not referees.opens(invitation.lookup, invitation.code)
    assert not referees.answer(invitation.lookup, invitation.code, GIVEN, press())
    assert reads.standing(only(case_id), house.clock.now()) == "expired"
    assert referees.opens((again := asked(house, case_id)).lookup, again.code)


def test_withdrawn_request_opens_nothing(house: House) -> None:
    case_id = naming(house)
    invitation = asked(house, case_id)
    referees.withdraw(house["boris"], case_id, only(case_id).id)
    assert not referees.opens(invitation.lookup, invitation.code)
    assert only(case_id).status == "withdrawn"
    with pytest.raises(Unknown):
        referees.withdraw(house["boris"], naming(house), only(case_id).id)


def test_guessing_ends_the_request(house: House) -> None:
    case_id = naming(house)
    invitation = asked(house, case_id)
    for number in range(MOST_TRIES):
        assert not referees.opens(invitation.lookup, f"wrong {number}")
    assert not referees.opens(invitation.lookup, invitation.code)
    assert only(case_id).status == "burnt"
    assert actions(case_id)[-1] == ("referee_burnt", None)


@pytest.mark.parametrize("freely", ["somebody", "unsaid"])
def test_answer_under_pressure_is_kept_and_does_not_count(house: House, freely: str) -> None:
    case_id = naming(house)
    invitation = asked(house, case_id)
    assert referees.answer(invitation.lookup, invitation.code, {**GIVEN, "freely": freely}, press())
    assert only(case_id).counts is False
    assert actions(case_id)[-1] == ("referee_answered", "does_not_count")


def test_quiet_words_open_alike_and_the_answer_does_not_count(house: House) -> None:
    case_id = naming(house)
    invitation = asked(house, case_id)
    assert invitation.quiet != invitation.code
    assert referees.opens(invitation.lookup, invitation.quiet)
    assert referees.answer(invitation.lookup, invitation.quiet, GIVEN, press())
    row = only(case_id)
    assert row.counts is False
    assert (reads.said(row, house["anna"].ring) or {})["quiet_word"] == "yes"
    assert [each.id for each in reads.flagged(db.session(), seen=False).rows] == [row.id]
    mailed = db.session.scalars(select(Job.key).where(Job.kind == "send_notice")).all()
    assert any(house["security"].ref in key for key in mailed)
    referees.note_seen(house["security"], row.id)
    assert reads.flagged(db.session(), seen=False).rows == []
    assert [each.id for each in reads.flagged(db.session(), seen=True).rows] == [row.id]


def test_no_more_is_told_than_the_person_allows(house: House) -> None:
    shy, open_ = naming(house, knows="no"), naming(house, may_know="full")
    for case_id, asking, code in (
        (shy, replace(FIRST, may_tell="full"), "more_than_allowed"),
        (shy, replace(FIRST, agreed=False), "not_asked_first"),
        (shy, replace(FIRST, item=1), "not_named"),
        (shy, replace(OWN_FIND, may_tell="full"), "more_than_allowed"),
        (shy, replace(OWN_FIND, agreed=False), "not_asked_first"),
    ):
        with pytest.raises(NotAgreed) as refused:
            referees.ask(house["anna"], case_id, asking, press())
        assert refused.value.code == code
    assert asked(house, open_, replace(FIRST, may_tell="full", agreed=False)).may_tell == "full"
    with pytest.raises(NotAgreed, match="open_already"):
        referees.ask(house["anna"], open_, FIRST, press())


def test_only_who_holds_the_case_can_ask(house: House) -> None:
    case_id = naming(house)
    late = house.add("late", Role.COORDINATOR)
    with pytest.raises(NoKey):
        referees.ask(late, case_id, FIRST, press())
    with pytest.raises(Unknown):
        referees.ask(house["anna"], house.case_of(house.draft()), OWN_FIND, press())


def test_nothing_is_asked_about_a_case_that_has_ended(house: House) -> None:
    applicant, case_id = house.submitted()
    applications.withdraw(applicant, case_id, press())
    with pytest.raises(cases.Closed):
        referees.ask(house["anna"], case_id, OWN_FIND, press())


def test_independent_answers_reach_a_level(house: House) -> None:
    case_id = naming(house)
    reached = []
    for asking in (replace(FIRST, way="given"), OWN_FIND, OWN_FIND, OWN_FIND):
        invitation = asked(house, case_id, asking)
        referees.answer(invitation.lookup, invitation.code, GIVEN, press())
        db.session.rollback()
        reached.append(reads.reach(reads.of_case(db.session(), case_id)))
    assert reached == [0, 2, 3, 3]
    assert house.case(case_id).verification_level == 0


def test_names_of_referees_stay_sealed_without_their_key(house: House) -> None:
    case_id = naming(house)
    vault.revoke(case_id, Compartment.IDENTITY, house["anna"].ref)
    ring = vault.ring_for(house["anna"].ref, house["anna"].ring._private_key)  # noqa: SLF001
    (named,) = reads.named(db.session(), ring, case_id)
    assert named.sealed == {"referee_name"}
    assert named.told == {"referee_knows": "yes", "referee_may_know": "existence"}


def test_look_at_an_answer_is_written_down(house: House) -> None:
    case_id = naming(house)
    invitation = asked(house, case_id)
    row_id = only(case_id).id
    with pytest.raises(Unknown):
        referees.look(house["anna"], case_id, row_id)
    referees.answer(invitation.lookup, invitation.code, GIVEN, press())
    late = house.add("late", Role.COORDINATOR)
    with pytest.raises(Unknown):
        referees.look(late, case_id, row_id)
    referees.look(house["anna"], case_id, row_id)
    seen = select(Event.actor_ref).where(Event.action == "referee_opened")
    assert db.session.scalars(seen).all() == [house["anna"].ref]


def test_two_who_answer_at_once_are_one_answer(house: House) -> None:
    case_id = naming(house)
    invitation = asked(house, case_id)
    db.session.rollback()

    def send(number: int) -> None:
        given = {**GIVEN, "more": str(number)}
        if not referees.answer(invitation.lookup, invitation.code, given, Request(f"{number}")):
            raise Refused("used_up", {})

    outcomes = at_once(house.app, [partial(send, number) for number in range(4)])
    assert sorted(outcomes) == ["done", "used_up", "used_up", "used_up"]
    assert only(case_id).status == "answered"


@pytest.mark.parametrize(
    "change",
    ["status = 'asked', code_mac = 'x'", "counts = true", "answered_on = '2020-01-01'",
     "scope = 'f'", "may_tell = 'full'", "hours = 300", "way = 'given'", "tries = tries - 1",
     "hours = 337", "status = 'gone'"],
)  # fmt: skip
def test_database_itself_keeps_what_was_asked_and_answered(house: House, change: str) -> None:
    case_id = naming(house)
    invitation = asked(house, case_id)
    referees.opens(invitation.lookup, "wrong")
    given = {**GIVEN, "freely": "unsaid"}
    referees.answer(invitation.lookup, invitation.code, given, press())
    with pytest.raises(DBAPIError), unit_of_work() as session:
        session.execute(text(f"UPDATE referee_request SET {change}"))  # noqa: S608
    assert only(case_id).counts is False
