from __future__ import annotations

import pytest
from flask import Flask

from fund_app.adapters.clock import ManualClock
from fund_app.services import enrolments, people
from tests.support.authenticator import Authenticator
from tests.support.client import FundClient
from tests.support.pages import Page
from tests.views.conftest import PASSPHRASE
from tests.views.staff.conftest import Newcomer, happened
from workflows.roles import SYSTEM, Role


def test_enrolment_makes_the_first_passkey_and_then_it_signs_in(newcomer: Newcomer) -> None:
    assert newcomer.sign_in() == 422
    newcomer.enrol()
    assert newcomer.factors == ["blue key"]
    assert newcomer.client.get("/staff/home").status_code == 302
    assert newcomer.sign_in() == 303
    assert newcomer.client.get("/staff/home").status_code == 200
    assert [action for action, _ in happened(newcomer.app)] == [
        "enrolment_offered",
        "sign_in_refused",
        "passkey_enrolled",
    ]


@pytest.mark.parametrize(
    "wrong",
    [{"handle": "nobody"}, {"passphrase": "not her passphrase"}, {"code": "00000-00000"}],
)
def test_enrolment_says_the_same_whatever_is_wrong(
    newcomer: Newcomer, wrong: dict[str, str]
) -> None:
    page = newcomer.begin(**wrong)
    assert page.response.status_code == 422
    assert "That name, passphrase and code do not fit together." in page.text
    assert page.form("/staff/enrol").values["handle"] == [""]
    assert newcomer.client.get("/staff/enrol/passkey").status_code == 302


def test_enrolment_reads_a_code_as_people_write_it(newcomer: Newcomer) -> None:
    written = newcomer.code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert newcomer.begin(code=written).title.startswith("Make a passkey")


def test_enrolment_code_works_once(newcomer: Newcomer) -> None:
    page = newcomer.begin()
    later = FundClient(newcomer.app, response_wrapper=newcomer.app.response_class)
    later.hold(Authenticator())
    thief = Newcomer(newcomer.app, later, newcomer.id, Authenticator(), newcomer.code)
    stolen = thief.begin()
    newcomer.client.submit(page, {"name": "blue key"}, to="/enrol/passkey")
    answer = later.submit(stolen, {"name": "a thief's"}, to="/enrol/passkey")
    assert answer.status_code == 409
    assert "Your code has run out meanwhile." in Page(answer).text
    assert newcomer.factors == ["blue key"]
    assert thief.begin().response.status_code == 422


def test_enrolment_code_runs_out(newcomer: Newcomer, clock: ManualClock) -> None:
    clock.advance(hours=47)
    assert newcomer.begin().response.status_code == 200
    clock.advance(hours=1)
    assert newcomer.begin().response.status_code == 422


def test_enrolment_code_is_void_when_a_new_one_is_given(newcomer: Newcomer) -> None:
    with newcomer.app.app_context():
        second = enrolments.offer(SYSTEM, newcomer.id)
    assert newcomer.begin().response.status_code == 422
    assert newcomer.begin(code=second).response.status_code == 200


def test_enrolment_code_of_somebody_else_is_worth_nothing(newcomer: Newcomer) -> None:
    with newcomer.app.app_context():
        people.add(SYSTEM, "otto", "Otto", [Role.AUDITOR], PASSPHRASE)
    assert newcomer.begin(handle="otto").response.status_code == 422


def test_enrolment_anew_ends_what_was_before(enrolled: Newcomer) -> None:
    """A lost device must not stay a key, and whoever found it is signed out."""
    found = enrolled.elsewhere()
    assert enrolled.sign_in(found) == 303
    with enrolled.app.app_context():
        enrolled.code = enrolments.offer(SYSTEM, enrolled.id)
    enrolled.device = Authenticator()
    enrolled.client.hold(enrolled.device)
    enrolled.enrol()
    assert found.get("/staff/home").status_code == 302
    assert enrolled.sign_in(found) == 422
    assert enrolled.sign_in() == 303
    assert len(enrolled.factors) == 1


def test_enrolment_refuses_a_device_without_pin(newcomer: Newcomer) -> None:
    newcomer.device.verifies = False
    answer = newcomer.client.submit(newcomer.begin(), {"name": "key"}, to="/enrol/passkey")
    assert answer.status_code == 422
    assert newcomer.factors == []


def test_enrolment_refuses_what_was_made_on_another_page(newcomer: Newcomer) -> None:
    page = newcomer.begin()
    options = page.form("/enrol/passkey").passkey["options"]
    made = newcomer.device.at("https://fund.test.evil.example").make(options)
    sent = {"name": "key", "passkey": made}
    assert newcomer.client.submit(page, sent, to="/enrol/passkey").status_code == 422
    assert newcomer.factors == []


def test_enrolment_holds_no_key(app: Flask, newcomer: Newcomer) -> None:
    newcomer.begin()
    assert newcomer.client.get("/staff/home").status_code == 302
    assert newcomer.client.get("/staff/access").status_code == 302


def test_enrolment_page_has_its_script_and_no_other_page_has(newcomer: Newcomer) -> None:
    page = newcomer.begin()
    assert page.response.headers["Content-Security-Policy"].endswith("; script-src 'self'")
    features = page.response.headers["Permissions-Policy"].split(", ")
    assert "publickey-credentials-create=(self)" in features
    assert [node.get("src") for node in page.find_all("script")] == ["/static/passkey.js"]
    home = newcomer.client.get("/")
    assert "script" not in home.headers["Content-Security-Policy"]
    assert "publickey-credentials-create=()" in home.headers["Permissions-Policy"].split(", ")
