"""Payments through the services: checked, signed by two, sent, proven, and what is refused."""

from __future__ import annotations

import pytest

from fund_app.extensions import db
from fund_app.models.sealed import NoKey
from fund_app.models.subjects import SUBJECTS
from fund_app.queries import ledger, ledger_check
from fund_app.services import applications, audit, ballots, disbursements, offers, payee_details
from fund_app.services.disbursements import BankLine, Sending
from fund_app.services.transition import Conflict
from fund_app.services.votes import Cast
from tests.support.house import House, press
from workflows.counting import Choice
from workflows.engine import Refused
from workflows.roles import Role

pytestmark = pytest.mark.both_stores

LINES = (("legal", 100_000),)


def money() -> tuple[int, int, int]:
    """Return what the emergency fund has committed, in transit and available."""
    position = ledger.position("EMG", "EUR")
    return position.committed, position.in_transit, position.available


def test_payment_goes_from_planned_to_reconciled(house: House) -> None:
    applicant, case_id = house.accepted(LINES)
    payment = house.payment_of(case_id)
    assert (payment.state, payment.amount, money()) == ("ready", 100_000, (100_000, 0, 400_000))

    disbursements.safety_check(house["fin1"], payment.id, payee_verified=True, request=press())
    disbursements.authorise_first(house["fin2"], payment.id, press())
    disbursements.authorise_second(house["treasurer"], payment.id, press())
    assert money() == (0, 100_000, 400_000)
    disbursements.send(house["fin1"], payment.id, Sending(), press())
    line = BankLine(100_000, house.payment_of(case_id).reference)
    disbursements.bank_ok(house["fin1"], payment.id, line, press())
    assert money() == (0, 0, 400_000)
    assert house.case(case_id).state == "active"
    offers.confirm_receipt(applicant, payment.id, "Heron", press())
    disbursements.reconcile(house["fin1"], payment.id, None, press())
    assert house.payment_of(case_id).state == "reconciled"

    offers.report(applicant, "The lawyer was paid.", press())
    applications.close(house["anna"], case_id, press())
    assert house.case(case_id).state == "closed"
    assert list(audit.verify(db.session(), SUBJECTS)) == []
    assert ledger_check.recompute_check() == ()


def test_one_person_cannot_give_two_signatures(house: House) -> None:
    _, case_id = house.accepted(LINES)
    payment_id = house.payment_of(case_id).id
    both = house.add("double", Role.FINANCE_OFFICER, Role.TREASURER)
    disbursements.safety_check(house["fin1"], payment_id, payee_verified=True, request=press())
    disbursements.authorise_first(both, payment_id, press())
    with pytest.raises(Refused) as refused:
        disbursements.authorise_second(both, payment_id, press())
    assert refused.value.codes == ("authorised_first",)


def test_checker_does_not_authorise(house: House) -> None:
    _, case_id = house.accepted(LINES)
    payment_id = house.payment_of(case_id).id
    disbursements.safety_check(house["fin1"], payment_id, payee_verified=True, request=press())
    with pytest.raises(Refused) as refused:
        disbursements.authorise_first(house["fin1"], payment_id, press())
    assert refused.value.codes == ("checked_the_payee",)


def test_chair_who_broke_the_tie_does_not_release_the_money(house: House) -> None:
    """Whoever decides has no hand in the payment, also without a seat on the panel."""
    both = house.add("both", Role.CHAIR, Role.TREASURER)
    applicant, case_id = house.submitted()
    house.to_review(case_id, LINES)
    yes = Cast(Choice.APPROVE, reason="Needed.")
    no = Cast(Choice.REJECT, reason_code="no_acute_risk", reason="It has passed.")
    nothing = Cast(Choice.ABSTAIN, reason="I do not know the field.")
    ballot_id = house.ballot_of(case_id).id
    house.vote(case_id, {"r1": yes, "r2": no, "r3": nothing})
    ballots.chair_decides(both, ballot_id, yes, press())
    house.accept_offer(applicant, case_id)
    payment_id = house.payment_of(case_id).id
    disbursements.safety_check(house["fin1"], payment_id, payee_verified=True, request=press())
    disbursements.authorise_first(house["fin2"], payment_id, press())
    with pytest.raises(Refused) as refused:
        disbursements.authorise_second(both, payment_id, press())
    assert refused.value.codes == ("decided_the_case",)


def test_unchecked_payee_is_refused(house: House) -> None:
    _, case_id = house.accepted(LINES)
    payment_id = house.payment_of(case_id).id
    with pytest.raises(Refused) as refused:
        disbursements.safety_check(house["fin1"], payment_id, payee_verified=False, request=press())
    assert refused.value.codes == ("payee_not_verified",)


def test_bank_line_of_another_amount_is_refused(house: House) -> None:
    _, case_id = house.released(LINES)
    payment = house.payment_of(case_id)
    disbursements.send(house["fin1"], payment.id, Sending(), press())
    line = BankLine(99_999, payment.reference)
    with pytest.raises(Refused) as refused:
        disbursements.bank_ok(house["fin1"], payment.id, line, press())
    assert refused.value.codes == ("statement_differs",)


def test_returned_payment_is_tried_again_as_a_new_one(house: House) -> None:
    _, case_id = house.released(LINES)
    first = house.payment_of(case_id)
    first_id, reference = first.id, first.reference
    disbursements.send(house["fin1"], first_id, Sending(), press())
    disbursements.bank_ok(house["fin1"], first_id, BankLine(100_000, reference), press())
    disbursements.bounce(house["fin1"], first_id, BankLine(100_000, reference, fee=500), press())
    disbursements.sign_first(house["anna"], first_id, "retry", press())
    disbursements.retry(house["fin1"], first_id, "partner_payout", press())
    second = house.payment_of(case_id)
    assert (second.parent_id, second.attempt, second.amount) == (first_id, 2, 100_000)
    assert second.reference != reference
    assert ledger.position("GEN", "EUR").available == -500


def test_payment_that_comes_back_before_it_was_seen_at_the_bank_costs_what_is_missing(
    house: House,
) -> None:
    _, case_id = house.released(LINES)
    payment = house.payment_of(case_id)
    disbursements.send(house["fin1"], payment.id, Sending(), press())
    line = BankLine(99_000, payment.reference, fee=500)
    disbursements.bounce(house["fin1"], payment.id, line, press())
    assert money() == (0, 100_000, 399_000)
    assert ledger.position("GEN", "EUR").available == -500
    assert ledger_check.recompute_check() == ()


def test_wrong_code_word_is_refused(house: House) -> None:
    applicant, case_id = house.released(LINES)
    payment_id = house.payment_of(case_id).id
    disbursements.send(house["fin1"], payment_id, Sending(), press())
    with pytest.raises(Refused) as refused:
        offers.confirm_receipt(applicant, payment_id, "sparrow", press())
    assert refused.value.codes == ("proof_missing",)


def test_finance_reads_the_payee_and_nobody_else_does(house: House) -> None:
    _, case_id = house.accepted(LINES)
    payee = payee_details.opened(db.session(), house["fin1"], case_id)
    assert payee["payee_name"] == "Test Person A-0017"
    assert payee_details.opened(db.session(), house["anna"], case_id) == {}


def test_withdrawing_cancels_the_payment_and_frees_the_money(house: House) -> None:
    applicant, case_id = house.accepted(LINES)
    offers.withdraw(applicant, press())
    assert house.case(case_id).state == "withdrawn"
    assert house.payment_of(case_id).state == "cancelled"
    assert money() == (0, 0, 500_000)


def test_withdrawing_after_a_failed_payment_frees_what_was_owed(house: House) -> None:
    applicant, case_id = house.released(LINES)
    payment_id = house.payment_of(case_id).id
    disbursements.send(house["fin1"], payment_id, Sending(), press())
    disbursements.fail(house["fin1"], payment_id, press())
    assert money() == (0, 100_000, 400_000)
    offers.withdraw(applicant, press())
    assert house.case(case_id).state == "withdrawn"
    assert house.payment_of(case_id).state == "cancelled"
    assert money() == (0, 0, 500_000)
    assert ledger_check.recompute_check() == ()


def test_nothing_can_be_withdrawn_once_money_has_left(house: House) -> None:
    applicant, case_id = house.released(LINES)
    disbursements.send(house["fin1"], house.payment_of(case_id).id, Sending(), press())
    with pytest.raises(Refused) as refused:
        offers.withdraw(applicant, press())
    assert refused.value.codes == ("money_has_moved",)


def test_story_stays_shut_for_finance(house: House) -> None:
    _, case_id = house.accepted(LINES)
    story = next(a for a in house.case(case_id).answers if a.question == "narrative")
    with pytest.raises(NoKey):
        story.value.open(house["fin1"].ring)


def test_more_coming_back_than_went_out_is_refused(house: House) -> None:
    _, case_id = house.released(LINES)
    payment = house.payment_of(case_id)
    disbursements.send(house["fin1"], payment.id, Sending(), press())
    line = BankLine(100_001, payment.reference)
    with pytest.raises(Refused) as refused:
        disbursements.bounce(house["fin1"], payment.id, line, press())
    assert refused.value.codes == ("nothing_came_back",)


def test_press_used_on_one_payment_does_nothing_to_another(house: House) -> None:
    _, first = house.released(LINES)
    _, second = house.released(LINES)
    pressed = press()
    disbursements.send(house["fin1"], house.payment_of(first).id, Sending(), pressed)
    with pytest.raises(Conflict):
        disbursements.send(house["fin1"], house.payment_of(second).id, Sending(), pressed)
    assert house.payment_of(second).state == "authorised"
