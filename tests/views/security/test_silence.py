"""Somebody has typed their silence word: one sentence for the security lead, nothing for others."""

from __future__ import annotations

from fund_app.services import applications, codenames, intake, silence
from tests.support.house import House, press
from tests.support.staff import Enter

ALARM = "Please look at the frozen cases now."


def fallen_silent(house: House) -> str:
    person, case_id = house.submitted()
    fresh = intake.keep(person, person.ring.private_key, "en")
    silence.set_word(person, "saffron")
    assert codenames.applicants().sign_in(f"{fresh.phrase} saffron") is None
    assert silence.answer_knocks() == 1
    return case_id


def test_security_lead_is_told_on_the_first_page_without_content(
    house: House, enter: Enter
) -> None:
    client = enter("security")
    assert ALARM not in client.page("/staff/home").text
    case_id = fallen_silent(house)
    page = client.page("/staff/home")
    assert ALARM in page.text
    assert house.case(case_id).designation not in page.text
    assert ALARM not in enter("anna").page("/staff/home").text
    shown = client.page(f"/security/suspensions/{case_id}").text
    assert "Shut by their own word" in shown


def test_freeze_by_a_colleague_is_no_alarm(house: House, enter: Enter) -> None:
    _person, case_id = house.submitted()
    applications.suspend_security(house["anna"], case_id, press())
    client = enter("security")
    assert ALARM not in client.page("/staff/home").text
    assert "Shut by their own word" not in client.page(f"/security/suspensions/{case_id}").text


def test_alarm_ends_with_the_freeze(house: House, enter: Enter) -> None:
    case_id = fallen_silent(house)
    applications.sign_first(house["anna"], case_id, "resume", press())
    applications.resume(house["security"], case_id, verified=True, request=press())
    client = enter("security")
    assert ALARM not in client.page("/staff/home").text
