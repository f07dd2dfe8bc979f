"""Who holds which key: the role decides, and a missing key cannot be talked away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from fund_app.adapters.clock import ManualClock
from fund_app.adapters.keystore import Keystore
from fund_app.extensions import db
from fund_app.models.applications import Answer, Application, ReviewFile
from fund_app.models.ballots import Ballot, Vote
from fund_app.models.documents import Document
from fund_app.models.messages import Message
from fund_app.models.sealed import CannotOpen, Compartment
from fund_app.services import ballots, messages, sessions, unlocks, vault
from fund_app.services.intake import AnswerText
from fund_app.services.sessions import SessionKind
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from fund_app.services.votes import Cast
from tests.support.house import STAFF, House, build, press
from workflows.counting import Choice
from workflows.roles import Role

pytestmark = pytest.mark.both_stores

LINES = (("legal", 100_000),)
YES = Cast(Choice.APPROVE, reason="Needed.")
OWN = set(Compartment) - {Compartment.REVIEW}
DESK = {
    Compartment.NARRATIVE,
    Compartment.DOCUMENTS,
    Compartment.MESSAGES,
    Compartment.REVIEW,
}


CUSTODIANS = ("custodian1", "custodian2")
NAMES = {Compartment.IDENTITY}


@pytest.fixture
def house(app: Flask, clock: ManualClock) -> Iterator[House]:
    with app.app_context():
        house = build(app, clock)
        house.add("admin", Role.ADMINISTRATOR)
        house.add("auditor", Role.AUDITOR)
        yield house


def held(person: SignedIn, case_id: str) -> set[Compartment]:
    """Return what a person could open in their next request."""
    ring = vault.KeyRing(vault.keystore(), person.ref, person.ring._private_key)  # noqa: SLF001
    return {compartment for compartment in Compartment if ring.opens(case_id, compartment)}


def holdings(house: House, case_id: str) -> dict[str, set[Compartment]]:
    return {handle: held(person, case_id) for handle, person in house.staff.items()}


def nobody(house: House) -> dict[str, set[Compartment]]:
    return {handle: set() for handle in house.staff}


def test_draft_is_the_applicants_alone(house: House) -> None:
    applicant = house.draft()
    case_id = house.case_of(applicant)
    assert held(applicant, case_id) == OWN
    assert holdings(house, case_id) == nobody(house)


def test_submission_opens_the_story_for_coordinators_and_names_for_custodians(house: House) -> None:
    _, case_id = house.submitted()
    desk = DESK - {Compartment.REVIEW}
    assert holdings(house, case_id) == {
        **nobody(house),
        **dict.fromkeys(("anna", "boris"), desk),
        **dict.fromkeys(CUSTODIANS, NAMES),
    }


def test_panel_and_chair_hold_the_review_key_and_no_other(house: House) -> None:
    _, case_id = house.submitted()
    house.to_review(case_id, LINES)
    panel = {Compartment.REVIEW}
    assert holdings(house, case_id) == {
        **nobody(house),
        **dict.fromkeys(("anna", "boris"), DESK),
        **dict.fromkeys(("r1", "r2", "r3", "chair"), panel),
        **dict.fromkeys(CUSTODIANS, NAMES),
    }


def test_names_are_held_by_custodians_alone_until_a_case_has_been_paid(house: House) -> None:
    applicant, case_id = house.released(LINES)
    keepers = {house[handle].ref for handle in CUSTODIANS}
    assert set(vault.holders_of(case_id, Compartment.IDENTITY)) == {applicant.ref, *keepers}


def test_an_unlock_gives_one_person_one_compartment_and_takes_it_back(house: House) -> None:
    _, case_id = house.submitted()
    before = holdings(house, case_id)
    unlock_id = house.unlocked("anna", case_id)
    opened = {**before, "anna": before["anna"] | NAMES}
    assert holdings(house, case_id) == opened
    unlocks.end(house["custodian1"], unlock_id)
    assert holdings(house, case_id) == before


def test_panel_and_chair_lose_the_key_with_the_decision(house: House) -> None:
    _, case_id = house.approved(LINES)
    assert holdings(house, case_id) == {
        **nobody(house),
        **dict.fromkeys(("anna", "boris"), DESK),
        **dict.fromkeys(CUSTODIANS, NAMES),
    }


def test_key_stays_with_whom_another_vote_on_the_case_needs(house: House) -> None:
    for handle in ("r4", "r5", "r6"):
        house.add(handle, Role.REVIEWER)
    _, case_id = house.submitted()
    house.to_review(case_id, LINES)
    first = house.ballot_of(case_id)
    first_id, panel = first.id, [seat.reviewer_id for seat in first.seats]
    with unit_of_work() as session:
        application = session.get_one(Application, case_id)
        second_id = ballots.open_for(
            session, application, house["anna"], kind=ballots.RATIFICATION
        ).id
    for voter in [each for each in house.staff.values() if each.ref in panel]:
        ballots.declare_free(voter, first_id, press())
    for voter in [each for each in house.staff.values() if each.ref in panel]:
        ballots.cast(voter, first_id, YES, press())
    assert db.session.get_one(Ballot, first_id).state == "decided"
    seated = {seat.reviewer_id for seat in db.session.get_one(Ballot, second_id).seats}
    found = holdings(house, case_id)
    reading = {handle for handle in found if Compartment.REVIEW in found[handle]}
    needed = {handle for handle in found if house[handle].ref in seated}
    assert reading == needed | {"chair", "anna", "boris"}


def test_finance_and_treasurer_hold_the_payee_and_nothing_else(house: House) -> None:
    applicant, case_id = house.accepted(LINES)
    found = holdings(house, case_id)
    payers = {handle for handle in found if Compartment.PAYOUT in found[handle]}
    assert payers == {"fin1", "fin2", "treasurer"}
    assert [found[handle] for handle in payers] == [{Compartment.PAYOUT}] * 3
    assert held(applicant, case_id) == OWN


@pytest.mark.parametrize("handle", ["admin", "auditor", "board", "security"])
def test_who_keeps_the_house_opens_no_case(house: House, handle: str) -> None:
    applicant, case_id = house.accepted(LINES)
    messages.write(applicant, "A word to you.", press())
    assert held(house[handle], case_id) == set()
    ring = house[handle].ring
    sealed = [
        *(row.value for row in db.session.scalars(select(Answer))),
        *(row.body for row in db.session.scalars(select(Message))),
        *(row.reason for row in db.session.scalars(select(Vote))),
        *(
            value
            for row in db.session.scalars(select(ReviewFile))
            for value in (row.narrative, row.lines)
        ),
    ]
    assert len(sealed) > 15
    for value in sealed:
        with pytest.raises(CannotOpen):
            value.open(ring)
    for row in db.session.scalars(select(Document)):
        assert not ring.opens(row.scope, Compartment.DOCUMENTS)


def test_reason_of_a_vote_is_shut_for_those_who_pay_and_for_the_applicant(house: House) -> None:
    applicant, case_id = house.accepted(LINES)
    vote = db.session.scalars(select(Vote).where(Vote.application_id == case_id)).first()
    assert vote is not None
    assert vote.reason.open(house["anna"].ring) == "Needed."
    for person in (applicant, house["fin1"], house["treasurer"]):
        with pytest.raises(CannotOpen):
            vote.reason.open(person.ring)


def test_key_of_one_case_opens_no_other(house: House) -> None:
    first, _ = house.submitted()
    _, second = house.submitted()
    other = next(each for each in house.case(second).answers if each.question == "narrative")
    with pytest.raises(CannotOpen):
        other.value.open(first.ring)


def test_recused_reviewer_cannot_open_the_file_again(house: House) -> None:
    house.add("r4", Role.REVIEWER)
    _, case_id = house.submitted()
    house.to_review(case_id, LINES)
    seated = {seat.reviewer_id for seat in house.ballot_of(case_id).seats}
    leaving = next(house[each] for each in STAFF if house[each].ref in seated)
    ballots.declare_conflict(leaving, house.ballot_of(case_id).id, press())
    assert held(leaving, case_id) == set()


def test_stories_of_ten_and_two_hundred_characters_take_the_same_room(house: House) -> None:
    sizes = set()
    for length in (10, 200):
        _, case_id = house.submitted(narrative=("narrative", "x" * length))
        row = next(each for each in house.case(case_id).answers if each.question == "narrative")
        sizes.add(len(row.value_sealed))
    assert len(sizes) == 1


@pytest.mark.parametrize("text", ["x" * 10, "x" * 200])
def test_votes_take_the_same_room_whatever_they_say(house: House, text: str) -> None:
    _, case_id = house.submitted()
    house.to_review(case_id, LINES)
    given = {
        "r1": Cast(Choice.APPROVE, reason=text),
        "r2": Cast(Choice.PARTIAL, (1,), reason=text),
        "r3": Cast(Choice.REJECT, reason_code="no_acute_risk", reason=text),
    }
    house.vote(case_id, given)
    db.session.rollback()
    cast = list(db.session.scalars(select(Vote).where(Vote.application_id == case_id)))
    assert len({len(vote.choice_boxed) for vote in cast}) == 1
    assert len({len(vote.reason_sealed) for vote in cast}) == 1


def test_row_of_a_session_is_no_cookie(house: House, keystore: Keystore) -> None:
    now = house.clock.now()
    store = sessions.store()
    token = store.start(
        SessionKind.STAFF,
        house["anna"].ref,
        {},
        now,
        private_key=house["anna"].ring._private_key,  # noqa: SLF001
    )
    name = sessions._row_name(token)  # noqa: SLF001
    row = keystore.session(name)
    assert row is not None
    assert store.load(token, now) is not None
    stored = [name, row.payload.hex(), row.payload.decode("latin-1"), str(row)]
    assert [value for value in stored if store.load(value, now) is not None] == []
    assert token not in str(row)
    assert token.encode() not in row.payload


def test_answer_moved_to_another_row_or_case_does_not_open(house: House) -> None:
    applicant, case_id = house.submitted()
    rows = {each.question: each for each in house.case(case_id).answers}
    stolen = rows["narrative"].value_sealed
    rows["need_most"].value_sealed = stolen
    with pytest.raises(CannotOpen):
        rows["need_most"].value.open(applicant.ring)
    db.session.rollback()


def test_payee_of_an_offer_is_sealed_before_anybody_is_asked(house: House) -> None:
    _, case_id = house.accepted(LINES)
    rows = [each for each in house.case(case_id).answers if each.compartment == "payout"]
    assert {each.question for each in rows} == {
        "payout_channel", "payee_name", "payee_account", "confirmation_word",
    }  # fmt: skip
    assert AnswerText("payee_name", 0, "payout", "secret").__repr__().count("secret") == 0
