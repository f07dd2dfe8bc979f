"""The fast track through the services: two officers, one amount, the panel afterwards."""

from __future__ import annotations

import pytest

from fund_app.extensions import db
from fund_app.queries import ledger
from fund_app.services import applications, ballots, fast_track, payee_details
from fund_app.services.application_effects import CheckResult
from fund_app.services.fast_track import Grant
from fund_app.services.intake import AnswerText
from fund_app.services.votes import Cast
from tests.support.house import House, press
from workflows.counting import Choice
from workflows.engine import Refused

LINES = (("legal", 80_000), ("medical", 40_000))
PAYEE = (
    AnswerText("payout_channel", 0, "payout", "voucher"),
    AnswerText("payee_name", 0, "payout", "Test Person A-0016"),
    AnswerText("confirmation_word", 0, "payout", "heron"),
)
WHOLE = Grant((80_000, 40_000), PAYEE)


@pytest.fixture
def case_id(house: House) -> str:
    """Return a case about a life, with a sign that supports it and a redacted file."""
    _, case_id = house.submitted()
    applications.acknowledge(house["anna"], case_id, press())
    applications.set_band(house["anna"], case_id, "life_threat", press())
    found = CheckResult("incident", "confirmed", 2, "seen")
    applications.verify(house["anna"], case_id, found, press())
    house.redact(case_id, LINES)
    return case_id


def test_two_officers_plan_a_payment_and_call_the_panel(house: House, case_id: str) -> None:
    fast_track.propose(house["boris"], case_id, 120_000, press())
    fast_track.decide(house["anna"], case_id, WHOLE, press())
    case = house.case(case_id)
    assert (case.state, case.awarded, case.fund_code) == ("fast_track", 120_000, "EMG")
    assert (house.payment_of(case_id).state, house.ballot_of(case_id).kind) == (
        "ready",
        ballots.RATIFICATION,
    )
    assert ledger.position("EMG", "EUR").committed == 120_000


def test_finance_reads_the_payee_whom_the_coordinator_named(house: House, case_id: str) -> None:
    fast_track.propose(house["boris"], case_id, 120_000, press())
    fast_track.decide(house["anna"], case_id, WHOLE, press())
    with_key = payee_details.opened(db.session(), house["fin1"], case_id)
    assert with_key["payee_name"] == "Test Person A-0016"
    assert payee_details.opened(db.session(), house["anna"], case_id) == {}


def test_one_officer_is_not_enough(house: House, case_id: str) -> None:
    fast_track.propose(house["anna"], case_id, 120_000, press())
    with pytest.raises(Refused) as refused:
        fast_track.decide(house["anna"], case_id, WHOLE, press())
    assert refused.value.codes == ("two_officers_needed",)
    assert house.case(case_id).awarded is None


def test_signature_under_another_amount_does_not_count(house: House, case_id: str) -> None:
    fast_track.propose(house["boris"], case_id, 100_000, press())
    with pytest.raises(Refused) as refused:
        fast_track.decide(house["anna"], case_id, WHOLE, press())
    assert refused.value.codes == ("two_officers_needed",)


def test_signature_from_before_the_case_was_opened_again_does_not_count(
    house: House, case_id: str
) -> None:
    fast_track.propose(house["boris"], case_id, 120_000, press())
    applications.refer_out(house["anna"], case_id, consented=True, request=press())
    applications.reopen(house["anna"], case_id, new_facts=True, request=press())
    with pytest.raises(Refused) as refused:
        fast_track.decide(house["anna"], case_id, WHOLE, press())
    assert refused.value.codes == ("two_officers_needed",)


def test_amount_above_the_cap_is_refused(house: House, case_id: str) -> None:
    with pytest.raises(Refused) as refused:
        fast_track.propose(house["boris"], case_id, 150_001, press())
    assert refused.value.codes == ("above_fast_track_cap",)


def test_way_that_is_forbidden_is_refused_whoever_writes_the_payee_down(
    house: House, case_id: str
) -> None:
    fast_track.propose(house["boris"], case_id, 120_000, press())
    by_bank = (AnswerText("payout_channel", 0, "payout", "bank_transfer"), *PAYEE[1:])
    with pytest.raises(Refused) as refused:
        fast_track.decide(house["anna"], case_id, Grant((80_000, 40_000), by_bank), press())
    assert refused.value.codes == ("channel_forbidden",)


def test_amount_above_a_line_is_refused(house: House, case_id: str) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        fast_track.decide(house["anna"], case_id, Grant((80_001, 0), PAYEE), press())


def test_panel_is_not_asked_again_for_what_was_given_at_once(house: House, case_id: str) -> None:
    fast_track.propose(house["boris"], case_id, 80_000, press())
    fast_track.decide(house["anna"], case_id, Grant((80_000, 0), PAYEE), press())
    house.vote(case_id, dict.fromkeys(("r1", "r2", "r3"), Cast(Choice.APPROVE, reason="Right.")))
    assert house.case(case_id).state == "verification"
    found = CheckResult("identity", "confirmed", 2, "seen")
    applications.verify(house["anna"], case_id, found, press())
    with pytest.raises(Refused) as refused:
        applications.to_review(house["anna"], case_id, press())
    assert refused.value.codes == ("redaction_missing",)
    house.redact(case_id, (("medical", 40_000),))
    applications.to_review(house["anna"], case_id, press())
    assert house.ballot_of(case_id).kind == ballots.DECISION
