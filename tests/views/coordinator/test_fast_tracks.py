"""The fast track through the pages: an amount proposed by one, given to somebody by another."""

from __future__ import annotations

from typing import Any

import pytest

from fund_app.extensions import db
from fund_app.services import applications, disbursements, payee_details
from fund_app.services.application_effects import CheckResult
from tests.support.desk import Desk, case_path
from tests.support.house import press
from workflows.engine import Refused

PAYEE: dict[str, Any] = {
    "amount_0": "800",
    "amount_1": "0",
    "channel": "bank_transfer",
    "payee_name": "Test Person A-0016",
    "payee_account": "NL91 ABNA 0417 1643 00",
}


def test_two_officers_give_at_once_to_somebody_whose_country_and_status_are_told(
    desk: Desk,
) -> None:
    house = desk.house
    _, case_id = house.submitted()
    applications.acknowledge(house["anna"], case_id, press())
    applications.set_band(house["anna"], case_id, "life_threat", press())
    found = CheckResult("incident", "confirmed", 2, "seen")
    applications.verify(house["anna"], case_id, found, press())
    house.redact(case_id, (("legal", 80_000), ("medical", 40_000)))
    here = case_path(case_id)
    first, second = f"{here}/propose_fast_track", f"{here}/fast_track"
    assert "Two different authorised officers have to sign" in desk.see("anna", here).text
    desk.press("boris", first, "propose_fast_track", expected=422, amount="eight hundred")
    desk.press("boris", first, "propose_fast_track", amount="800")

    page = desk.see("anna", second)
    assert page.form("fast_track").values["amount_0"] == ["800"]
    unknown = desk.press("anna", second, "fast_track", expected=409, **PAYEE)
    assert "This way to pay is not safe in the place of receipt" in unknown.text
    assert unknown.form("fast_track").values["payee_name"] == ["Test Person A-0016"]
    known: dict[str, Any] = {
        **PAYEE,
        "country": "GE",
        "status": "abroad",
        "payee_born": "1991-02-03",
    }
    much = desk.press("anna", second, "fast_track", expected=409, **{**known, "amount_0": "900"})
    assert "larger than its line" in much.text
    other = desk.press("anna", second, "fast_track", expected=409, **{**known, "amount_0": "700"})
    assert "Two different authorised officers have to sign" in other.text
    desk.press("anna", second, "fast_track", **known)
    payment = house.payment_of(case_id)
    assert (payment.amount, payment.channel, payment.receipt_region) == (
        80_000,
        "bank_transfer",
        "caucasus",
    )
    payee = payee_details.opened(db.session(), house.fresh("fin1"), case_id)
    assert (payee["payee_born"], payee["receipt_country"]) == ("1991-02-03", "GE")
    assert payee_details.opened(db.session(), house.fresh("anna"), case_id) == {}


def test_treasurer_signs_first_without_reading_and_a_coordinator_gives_that_amount(
    desk: Desk,
) -> None:
    house = desk.house
    _, case_id = house.submitted()
    applications.acknowledge(house["anna"], case_id, press())
    here = f"/treasury/fast-tracks/{case_id}"
    desk.see("treasurer", here, status=404)
    assert "No case in danger of life" in desk.see("board", "/treasury/fast-tracks").text
    applications.set_band(house["anna"], case_id, "life_threat", press())
    assert "At least one sign" in desk.see("treasurer", here).text
    found = CheckResult("incident", "confirmed", 2, "seen")
    applications.verify(house["anna"], case_id, found, press())
    house.redact(case_id, (("legal", 80_000), ("medical", 40_000)))
    desk.press("treasurer", here, here, expected=422, amount="eight hundred")
    much = desk.press("treasurer", here, here, expected=409, amount="90000")
    assert "above the limit of the fast track" in much.text
    assert much.form(here).values["amount"] == ["90000"]
    page = desk.press("treasurer", here, here, expected=303, amount="800")
    assert "Treasurer" in page.text
    assert "They came at six" not in desk.see("board", here).text
    desk.see("fin1", here, status=404)

    known = {**PAYEE, "country": "GE", "status": "abroad", "payee_born": "1991-02-03"}
    desk.press("anna", f"{case_path(case_id)}/fast_track", "fast_track", **known)
    payment_id = house.payment_of(case_id).id
    disbursements.safety_check(
        house.fresh("fin1"), payment_id, payee_verified=True, request=press()
    )
    disbursements.authorise_first(house["fin2"], payment_id, press())
    with pytest.raises(Refused) as refused:
        disbursements.authorise_second(house["treasurer"], payment_id, press())
    assert "decided_the_case" in refused.value.codes
