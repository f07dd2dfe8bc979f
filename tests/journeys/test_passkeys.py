"""Staff at a browser with a security key: the one place where a page needs its script."""

from __future__ import annotations

import pytest

from fund_app.services import personas
from tests.journeys.stage import Stage, berlin, enrolment_code
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MORNING = berlin(2026, 3, 16, 9)
LINES = 'rent "March"\nsecond <b>line</b>'


def _enrol(stage: Stage, person: Visitor, handle: str) -> None:
    person.go("/staff/enrol")
    code = enrolment_code(stage.fund, handle)
    person.fill(handle=handle, passphrase=personas.STAFF_PASSPHRASE, code=code)
    person.press("Go on")
    assert person.heading == "Make a passkey", person.text
    person.shot("make")
    person.fill(name="blue key")
    person.press("Make the passkey")
    person.page.wait_for_url("**/staff/")


def _sign_in(person: Visitor, handle: str, passphrase: str = personas.STAFF_PASSPHRASE) -> None:
    person.fill(handle=handle, passphrase=passphrase)
    with person.page.expect_navigation():
        person.press("Sign in")


def test_passkey_is_made_and_signs_in(stage: Stage) -> None:
    stage.at(MORNING)
    person = stage.at_a_device("coordinator")
    _enrol(stage, person, "coordinator")
    assert "Kept. Now sign in with it" in person.text
    person.shot("enrolled")
    _sign_in(person, "coordinator", "not the passphrase")
    assert person.status == 422
    assert "That name, passphrase and passkey do not fit together." in person.text
    person.shot("refused")
    _sign_in(person, "coordinator")
    assert (person.path, person.status) == ("/staff/home", 200)
    person.go("/staff/access")
    assert "blue key" in person.text
    person.shot("access")


def test_browser_without_the_passkey_is_told_before_anything_is_sent(stage: Stage) -> None:
    person = stage.at_a_device("board")
    person.go("/staff/")
    person.fill(handle="board", passphrase=personas.STAFF_PASSPHRASE)
    person.press("Sign in")
    person.page.locator("#passkey-trouble").wait_for(state="visible")
    assert person.path == "/staff/"
    assert person.field("passphrase").input_value() == personas.STAFF_PASSPHRASE
    person.shot("no-passkey")


def test_it_is_asked_again_before_harm_and_a_late_form_comes_back(stage: Stage) -> None:
    stage.at(MORNING)
    officer = stage.at_a_device("finance-1")
    _enrol(stage, officer, "finance-1")
    _sign_in(officer, "finance-1")
    stage.at(berlin(2026, 3, 16, 9, 11))
    officer.go("/staff/access/passphrase")
    assert officer.heading == "Confirm that it is you"
    officer.shot("confirm")
    with officer.page.expect_navigation():
        officer.press("Show my passkey and go on")
    assert officer.heading == "Change your passphrase"
    officer.shot("passphrase")
    officer.go("/treasury/gifts/record")
    officer.fill(amount="40.00", day="2026-03-13", reference=LINES[:12], line="2026-03/0001")
    stage.at(berlin(2026, 3, 16, 9, 45))
    officer.press("Record")
    assert (officer.status, officer.heading) == (403, "Sign in")
    officer.shot("ran-out")
    _sign_in(officer, "finance-1", "not the passphrase")
    assert officer.status == 422
    _sign_in(officer, "finance-1")
    officer.press("Go on with what I wrote")
    assert officer.path == "/treasury/gifts", officer.text
    assert officer.page.locator("table tbody tr").count() == 1
    assert "€40.00" in officer.text
