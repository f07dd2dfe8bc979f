"""Ballots through the services: conflicts, quorum, substitutes, ties, and what nobody may see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.applications import ReviewFile
from fund_app.models.ballots import Ballot, Seat
from fund_app.models.sealed import Compartment, NoKey
from fund_app.services import ballots, deadlines, vault
from fund_app.services.transition import Request, Unknown
from fund_app.services.vault import SignedIn
from fund_app.services.votes import Cast
from tests.support.house import House, press
from workflows.counting import Choice, InvalidVote
from workflows.engine import Refused
from workflows.roles import Role

pytestmark = pytest.mark.both_stores

LINES = (("legal", 100_000), ("medical", 20_000))
YES = Cast(Choice.APPROVE, reason="Needed.")
NO = Cast(Choice.REJECT, reason_code="no_acute_risk", reason="The danger has passed.")


def fresh_ring(person: SignedIn) -> vault.KeyRing:
    """Return a ring that has unwrapped nothing yet, as the next request would make it."""
    return vault.KeyRing(vault.keystore(), person.ref, person.ring._private_key)  # noqa: SLF001


def in_review(house: House) -> str:
    _, case_id = house.submitted()
    house.to_review(case_id, LINES)
    return case_id


def ballot(case_id: str) -> Ballot:
    db.session.rollback()
    found = db.session.scalar(select(Ballot).where(Ballot.application_id == case_id))
    assert found is not None
    return found


def test_vote_is_refused_before_the_reviewer_has_declared(house: House) -> None:
    case_id = in_review(house)
    ballot_id = house.ballot_of(case_id).id
    for handle in ("r1", "r2"):
        ballots.declare_free(house[handle], ballot_id, press())
    with pytest.raises(Refused) as refused:
        ballots.cast(house["r1"], ballot_id, YES, press())
    assert refused.value.code == "wrong_state"


def test_ballot_opens_by_itself_once_the_quorum_has_declared(house: House) -> None:
    case_id = in_review(house)
    for handle in ("r1", "r2", "r3"):
        ballots.declare_free(house[handle], house.ballot_of(case_id).id, press())
    assert ballot(case_id).state == "open"


def test_panel_holds_the_review_key_and_no_other(house: House) -> None:
    case_id = in_review(house)
    opened = {
        compartment
        for compartment in Compartment
        if fresh_ring(house["r1"]).opens(case_id, compartment)
    }
    assert opened == {Compartment.REVIEW}


def test_conflict_ends_access_and_draws_a_substitute_by_lot(house: House) -> None:
    substitute = house.add("r4", Role.REVIEWER)
    case_id = in_review(house)
    seated = {seat.reviewer_id for seat in house.ballot_of(case_id).seats}
    leaving = next(
        house[handle] for handle in ("r1", "r2", "r3", "r4") if house[handle].ref in seated
    )
    joining = next(
        each
        for each in (substitute, house["r1"], house["r2"], house["r3"])
        if each.ref not in seated
    )

    ballots.declare_conflict(leaving, house.ballot_of(case_id).id, press())

    file = db.session.scalar(select(ReviewFile).where(ReviewFile.application_id == case_id))
    assert file is not None
    with pytest.raises(NoKey):
        file.narrative.open(fresh_ring(leaving))
    assert file.narrative.open(fresh_ring(joining)) == "A person needs help."
    statuses = {
        seat.reviewer_id: (seat.status, seat.is_substitute)
        for seat in db.session.scalars(select(Seat))
    }
    assert statuses[leaving.ref] == ("recused", False)
    assert statuses[joining.ref] == ("drawn", True)


def test_late_conflict_voids_the_vote_and_a_substitute_decides(house: House) -> None:
    """Scenario 4 with its variant, on a panel of three and a quorum of three."""
    case_id = in_review(house)
    ballot_id = house.ballot_of(case_id).id
    for handle in ("r1", "r2", "r3"):
        ballots.declare_free(house[handle], ballot_id, press())
    ballots.cast(house["r1"], ballot_id, YES, press())
    ballots.cast(house["r2"], ballot_id, NO, press())
    decide_due = house.case(case_id).due_at

    ballots.declare_conflict(house["r2"], ballot_id, press())
    house.clock.advance(hours=25)
    deadlines.fire_due(house.clock.now())
    assert ballot(case_id).state == "no_quorum"
    assert house.case(case_id).state == "review"
    assert house.case(case_id).due_at == decide_due

    house.add("r6", Role.REVIEWER)
    ballots.substitutes(house["anna"], ballot_id, press())
    assert ballot(case_id).state == "open"
    extra = ballot(case_id).due_at
    assert extra == house.clock.now() + timedelta(hours=12)
    for handle, vote in (("r6", YES), ("r3", NO)):
        if handle == "r6":
            ballots.declare_free(house[handle], ballot_id, press())
        ballots.cast(house[handle], ballot_id, vote, press())
    assert ballot(case_id).state in {"chair_vote", "open", "decided"}


def test_tie_goes_to_the_chair_whose_word_decides(house: House) -> None:
    case_id = in_review(house)
    abstain = Cast(Choice.ABSTAIN, reason="I do not know the field.")
    house.vote(case_id, {"r1": YES, "r2": NO, "r3": abstain})
    assert ballot(case_id).state == "chair_vote"
    ballots.chair_decides(house["chair"], ballot(case_id).id, YES, press())
    decided = ballot(case_id)
    assert (decided.state, decided.result) == ("decided", "approve")
    assert house.case(case_id).awarded == 120_000


def test_refusal_carries_the_reason_most_voters_gave(house: House) -> None:
    case_id = in_review(house)
    house.vote(case_id, {"r1": NO, "r2": NO, "r3": YES})
    case = house.case(case_id)
    assert (case.state, case.reason_code) == ("rejected", "no_acute_risk")


def test_amount_above_a_requested_line_is_refused(house: House) -> None:
    case_id = in_review(house)
    ballot_id = house.ballot_of(case_id).id
    for handle in ("r1", "r2", "r3"):
        ballots.declare_free(house[handle], ballot_id, press())
    greedy = Cast(Choice.PARTIAL, (100_001, 0), reason="More.")
    with pytest.raises(InvalidVote) as invalid:
        ballots.cast(house["r1"], ballot_id, greedy, press())
    assert invalid.value.code == "lines_out_of_range"


def test_same_vote_sent_twice_is_one_vote(house: House) -> None:
    case_id = in_review(house)
    ballot_id = house.ballot_of(case_id).id
    for handle in ("r1", "r2", "r3"):
        ballots.declare_free(house[handle], ballot_id, press())
    pressed = press()
    ballots.cast(house["r1"], ballot_id, YES, pressed)
    step = ballot(case_id).step
    ballots.cast(house["r1"], ballot_id, YES, pressed)
    assert ballot(case_id).step == step


def test_ballot_nobody_knows_is_unknown(house: House) -> None:
    with pytest.raises(Unknown):
        ballots.declare_free(house["r1"], "0" * 32, Request(None))
