"""Appeals, events in a life and the board's written word, through the services."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.ballots import Ballot, Seat
from fund_app.models.sealed import Compartment
from fund_app.services import (
    appeals,
    applications,
    ballots,
    board_votes,
    deadlines,
    letters,
    person_events,
    vault,
)
from fund_app.services.intake import AnswerText
from fund_app.services.votes import Cast
from tests.support.house import House, build, press
from workflows.counting import Choice
from workflows.engine import Refused
from workflows.roles import Role

LINES = (("legal", 100_000),)
YES = Cast(Choice.APPROVE, reason="Needed.")
NO = Cast(Choice.REJECT, reason_code="no_acute_risk", reason="The danger has passed.")
PAYEE = (
    AnswerText("payout_channel", 0, "payout", "voucher"),
    AnswerText("payee_name", 0, "payout", "Test Person L-0027"),
)


@pytest.fixture
def house(app: Flask, clock: ManualClock) -> Iterator[House]:
    with app.app_context():
        house = build(app, clock)
        house.add("board2", Role.BOARD_MEMBER)
        yield house


def appealed(house: House) -> str:
    """Return a case whose refusal was appealed against."""
    applicant, case_id = house.submitted()
    house.to_review(case_id, LINES)
    house.vote(case_id, {"r1": NO, "r2": NO, "r3": NO})
    applications.notice_reached(applicant, case_id, press())
    applications.appeal(applicant, case_id, press())
    return case_id


def test_upheld_appeal_draws_a_panel_of_other_people(house: House) -> None:
    case_id = appealed(house)
    for handle in ("r4", "r5", "r6"):
        house.add(handle, Role.REVIEWER)
    for handle in ("board", "board2"):
        appeals.sign(house[handle], case_id, "upheld", press())
    appeals.decide(house["anna"], case_id, "upheld", press())
    assert house.case(case_id).state == "review"
    seated = {seat.reviewer_id for seat in house.ballot_of(case_id).seats}
    assert seated == {house[handle].ref for handle in ("r4", "r5", "r6")}


def test_offer_after_an_appeal_waits_for_its_own_letter(house: House) -> None:
    case_id = appealed(house)
    for handle in ("r4", "r5", "r6"):
        house.add(handle, Role.REVIEWER)
    house.write_letter(case_id)
    for handle in ("board", "board2"):
        appeals.sign(house[handle], case_id, "upheld", press())
    appeals.decide(house["anna"], case_id, "upheld", press())
    house.vote(case_id, dict.fromkeys(("r4", "r5", "r6"), YES))
    with pytest.raises(Refused) as refused:
        applications.offer(house["anna"], case_id, press())
    assert refused.value.codes == ("letter_missing",)
    house.write_letter(case_id)
    applications.offer(house["anna"], case_id, press())
    assert house.case(case_id).state == "offered"


def test_dismissed_appeal_makes_the_refusal_final(house: House) -> None:
    case_id = appealed(house)
    for handle in ("board", "board2"):
        appeals.sign(house[handle], case_id, "dismissed", press())
    appeals.decide(house["anna"], case_id, "dismissed", press())
    assert house.case(case_id).state == "rejected_final"


def test_one_member_of_the_board_does_not_decide_an_appeal(house: House) -> None:
    case_id = appealed(house)
    for _ in range(2):
        appeals.sign(house["board"], case_id, "dismissed", press())
    with pytest.raises(Refused) as refused:
        appeals.decide(house["anna"], case_id, "dismissed", press())
    assert refused.value.code == "second_person_missing"
    assert house.case(case_id).state == "appealed"


def test_member_of_the_board_signs_for_the_last_outcome_only(house: House) -> None:
    case_id = appealed(house)
    for outcome in ("upheld", "dismissed", "inadmissible"):
        appeals.sign(house["board"], case_id, outcome, press())
    for outcome in ("upheld", "dismissed"):
        appeals.sign(house["board2"], case_id, outcome, press())
        with pytest.raises(Refused) as refused:
            appeals.decide(house["anna"], case_id, outcome, press())
        assert refused.value.code == "second_person_missing"
    appeals.sign(house["board2"], case_id, "inadmissible", press())
    assert appeals.agreed(db.session(), house.case(case_id)) == ("inadmissible",)
    appeals.decide(house["anna"], case_id, "inadmissible", press())
    assert house.case(case_id).state == "rejected_final"


def test_nobody_but_the_board_signs_for_an_appeal(house: House) -> None:
    case_id = appealed(house)
    with pytest.raises(Refused) as refused:
        appeals.sign(house["anna"], case_id, "upheld", press())
    assert refused.value.code == "wrong_role"


def offered(house: House, **answers: tuple[str, str]) -> str:
    """Return a case whose offer lies before the applicant."""
    _, case_id = house.submitted(**answers)
    house.to_review(case_id, LINES)
    house.vote(case_id, dict.fromkeys(("r1", "r2", "r3"), YES))
    key = f"{case_id}:{house.case(case_id).step}:make_letter"
    letters.make(case_id, letters.AWARD, key=key, complete=lambda _session: None)
    applications.offer(house["anna"], case_id, press())
    return case_id


def test_directive_of_somebody_arrested_is_paid(house: House) -> None:
    case_id = offered(house, will_pay=("identity", "My lawyer."))
    person_events.record(house["anna"], case_id, sources=2, request=press())
    applications.sign_first(house["r1"], case_id, "directive_continue", press())
    person_events.continue_as_wished(house["anna"], case_id, PAYEE, press())
    assert (house.case(case_id).state, house.payment_of(case_id).state) == ("accepted", "ready")


def test_without_a_directive_a_new_panel_decides(house: House) -> None:
    case_id = offered(house)
    person_events.record(house["anna"], case_id, sources=2, request=press())
    applications.sign_first(house["r1"], case_id, "directive_continue", press())
    with pytest.raises(Refused) as refused:
        person_events.continue_as_wished(house["anna"], case_id, PAYEE, press())
    assert refused.value.codes == ("directive_missing",)
    person_events.decide_again(house["anna"], case_id, press())
    case = house.case(case_id)
    assert (case.state, case.band, house.ballot_of(case_id).state) == (
        "review",
        "life_threat",
        "prepared",
    )


def test_one_source_is_no_event(house: House) -> None:
    case_id = offered(house)
    with pytest.raises(Refused) as refused:
        person_events.record(house["anna"], case_id, sources=1, request=press())
    assert refused.value.codes == ("sources_missing",)


def test_payment_is_not_impossible_while_ways_are_left(house: House) -> None:
    _, case_id = house.accepted(LINES)
    with pytest.raises(Refused) as refused:
        applications.payment_impossible(house["fin1"], case_id, press())
    assert refused.value.codes == ("channels_left",)


def test_two_board_members_decide_where_nobody_is_left_to_draw(house: House) -> None:
    _, case_id = house.submitted()
    house.to_review(case_id, LINES)
    ballot_id = house.ballot_of(case_id).id
    for handle in ("r1", "r2", "r3"):
        ballots.declare_free(house[handle], ballot_id, press())
    ballots.cast(house["r1"], ballot_id, YES, press())
    house.clock.advance(hours=25)
    deadlines.fire_due(house.clock.now())
    board_votes.hand_over(house["anna"], ballot_id, press())
    board_votes.sign_first(house["board"], ballot_id, press())
    ballots.written_board(house["board2"], ballot_id, YES, press())
    assert (house.case(case_id).state, house.case(case_id).awarded) == ("approved", 100_000)
    readers = set(vault.holders_of(case_id, Compartment.REVIEW))
    assert readers == {house["anna"].ref, house["boris"].ref}


def test_file_is_not_handed_to_the_board_while_somebody_can_step_in(house: House) -> None:
    _, case_id = house.submitted()
    house.to_review(case_id, LINES)
    ballot_id = house.ballot_of(case_id).id
    for handle in ("r1", "r2", "r3"):
        ballots.declare_free(house[handle], ballot_id, press())
    house.add("r4", Role.REVIEWER)
    house.clock.advance(hours=25)
    deadlines.fire_due(house.clock.now())
    with pytest.raises(Refused) as refused:
        board_votes.hand_over(house["anna"], ballot_id, press())
    assert refused.value.code == "pool_has_people"


def test_leaving_a_panel_that_is_still_large_enough_draws_nobody(house: House) -> None:
    """Under the rules of 2015 five sit on a panel and three are a quorum."""
    house.clock.advance(days=-365)
    for handle in ("r4", "r5", "r6"):
        house.add(handle, Role.REVIEWER)
    _, case_id = house.submitted()
    house.to_review(case_id, LINES)
    ballot = house.ballot_of(case_id)
    leaving = next(
        person for person in house.staff.values() if person.ref == ballot.seats[0].reviewer_id
    )
    ballots.declare_conflict(leaving, ballot.id, press())
    seats = select(Seat.status).join(Ballot, Ballot.id == Seat.ballot_id)
    statuses = list(db.session.scalars(seats.where(Ballot.application_id == case_id)))
    assert sorted(statuses) == ["drawn", "drawn", "drawn", "drawn", "recused"]
