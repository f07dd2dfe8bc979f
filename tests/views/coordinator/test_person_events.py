"""What happens to a person, through the pages: recorded, gone on with as wished, ended for good."""

from __future__ import annotations

from typing import Any

from fund_app.extensions import db
from fund_app.queries import ledger_check
from fund_app.services import disbursement_facts, intake, payee_details
from fund_app.services.intake import AnswerText
from tests.support.desk import Desk, case_path

LAWYER: dict[str, Any] = {
    "channel": "partner_payout",
    "payee_name": "Test Person L-0027",
    "payee_account": "Office 4",
    "country": "GE",
    "status": "abroad",
}


def test_what_is_signed_already_goes_to_whom_the_person_wished_beside_the_panel(
    desk: Desk,
) -> None:
    house = desk.house
    applicant, case_id = house.released((("legal", 60_000),))
    intake.save(applicant, [AnswerText("will_pay", 0, "identity", "My lawyer.")])
    before = house.payment_of(case_id)
    earlier = before.payee_hash
    here = case_path(case_id)
    assert "directive_continue" not in desk.see("anna", here).text
    assert "Only the person who leads this case" in desk.see("boris", here).text
    desk.press("anna", f"{here}/person_event", "person_event", expected=422)
    desk.press("anna", f"{here}/person_event", "person_event", two_sources="y")
    assert "Something has happened to somebody" in desk.see("r1", "/reviewer/ballots").text
    assert "a member of the panel, has to agree first" in desk.see("anna", here).text

    go_on = f"{here}/directive_continue"
    alone = desk.press("anna", go_on, "directive_continue", expected=409, **LAWYER)
    assert alone.form("directive_continue").values["payee_name"] == ["Test Person L-0027"]
    desk.press("r1", "/reviewer/ballots", "directive-continue/sign-first", expected=303)
    assert "Agree to go on" not in desk.see("r2", "/reviewer/ballots").text
    assert house.payment_of(case_id).payee_hash == earlier
    desk.press("anna", go_on, "directive_continue", expected=422, channel="partner_payout")
    desk.press("anna", go_on, "directive_continue", **LAWYER)

    payment = house.payment_of(case_id)
    assert (payment.state, payment.channel, payment.receipt_region) == (
        "ready", "partner_payout", "caucasus",
    )  # fmt: skip
    assert payment.payee_hash != earlier
    assert disbursement_facts.signer(payment, "safety_check") is None
    payee = payee_details.opened(db.session(), house.fresh("fin1"), case_id)
    assert (payee["payee_name"], payee["payee_account"]) == ("Test Person L-0027", "Office 4")
    assert payee_details.opened(db.session(), house.fresh("anna"), case_id) == {}
    assert ledger_check.recompute_check() == ()


def test_case_ends_for_good_beside_the_board(desk: Desk) -> None:
    house = desk.house
    _, case_id = house.accepted((("legal", 60_000),))
    here = case_path(case_id)
    desk.press("anna", f"{here}/person_event", "person_event", two_sources="y")
    assert "Agree to go on" not in desk.see("r1", "/reviewer/ballots").text
    end = f"{here}/directive_close"
    alone = desk.press("anna", end, "directive_close", expected=409, stop_confirmed="y")
    assert "has to agree first" in alone.text
    desk.press("board", "/board", "directive-close/sign-first", expected=303)
    assert "Who leads it carries it out" not in desk.see("board", "/board").text
    desk.press("anna", end, "directive_close", stop_confirmed="y")
    assert (house.case(case_id).state, house.payment_of(case_id).state) == ("closed", "cancelled")
