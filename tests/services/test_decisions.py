"""Decisions: what a counted ballot means for its case, and when an earlier one means nothing."""

from __future__ import annotations

from fund_app.services import applications, offers
from fund_app.services.votes import Cast
from tests.support.house import House, press
from workflows.counting import Choice

ABOVE_THE_CAP = (("legal", 450_000),)
SMALLER = (("legal", 100_000),)
YES = Cast(Choice.APPROVE, reason="Needed.")


def test_consent_of_the_board_takes_up_the_decision_that_waited(house: House) -> None:
    _, case_id = house.submitted()
    house.to_review(case_id, ABOVE_THE_CAP, level=4)
    house.vote(case_id, dict.fromkeys(("r1", "r2", "r3"), YES))
    assert house.case(case_id).state == "review"
    applications.board_consent(house["board"], case_id, press())
    assert (house.case(case_id).state, house.case(case_id).awarded) == ("approved", 450_000)


def test_consent_while_a_new_panel_sits_does_not_revive_an_earlier_decision(house: House) -> None:
    applicant, case_id = house.submitted()
    house.to_review(case_id, ABOVE_THE_CAP, level=4)
    house.vote(case_id, dict.fromkeys(("r1", "r2", "r3"), YES))
    offers.withdraw(applicant, press())
    applications.reopen(house["anna"], case_id, new_facts=True, request=press())
    applications.start_verification(house["anna"], case_id, press())
    house.redact(case_id, SMALLER)
    applications.to_review(house["anna"], case_id, press())
    applications.board_consent(house["board"], case_id, press())
    assert house.case(case_id).state == "review"
    assert house.ballot_of(case_id).state == "prepared"
