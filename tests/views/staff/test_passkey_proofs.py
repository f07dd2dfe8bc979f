"""What a dishonest page, device or listener could send instead of an honest passkey."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode

import pytest
from werkzeug.test import TestResponse

from fund_app.adapters.clock import ManualClock
from fund_app.services import people
from tests.support.authenticator import Authenticator
from tests.support.client import FundClient
from tests.support.pages import Page
from tests.views.conftest import PASSPHRASE
from tests.views.staff.conftest import Newcomer, happened
from workflows.roles import SYSTEM, Role


def _page(newcomer: Newcomer) -> tuple[Page, str]:
    page = newcomer.client.page("/staff/")
    return page, page.form("/staff/").passkey["options"]


def _send(client: FundClient, page: Page, answer: str, **changes: str) -> TestResponse:
    sent = {"handle": "ida", "passphrase": PASSPHRASE, "passkey": answer, **changes}
    return client.submit(page, sent, to="/staff/")


def test_honest_passkey_opens(enrolled: Newcomer) -> None:
    page, options = _page(enrolled)
    answer = _send(enrolled.client, page, enrolled.device.sign(options))
    assert (answer.status_code, answer.location) == (303, "/staff/home")


def test_passphrase_alone_opens_nothing(enrolled: Newcomer) -> None:
    page, _options = _page(enrolled)
    assert _send(enrolled.client, page, "").status_code == 422
    assert enrolled.client.get("/staff/home").status_code == 302
    assert happened(enrolled.app)[-1] == ("sign_in_refused", f"passkey:{enrolled.id}")


def test_passkey_alone_opens_nothing(enrolled: Newcomer) -> None:
    page, options = _page(enrolled)
    signed = enrolled.device.sign(options)
    answer = _send(enrolled.client, page, signed, passphrase="not her passphrase")
    assert answer.status_code == 422
    assert happened(enrolled.app)[-1] == ("sign_in_refused", f"passphrase:{enrolled.id}")


@pytest.mark.parametrize(
    "origin",
    ["https://fund.test.evil.example", "http://fund.test", "https://fund.test:8443", "null"],
)
def test_signature_for_another_page_is_refused(enrolled: Newcomer, origin: str) -> None:
    page, options = _page(enrolled)
    assert _send(enrolled.client, page, enrolled.device.at(origin).sign(options)).status_code == 422


def test_signature_for_another_name_is_refused(enrolled: Newcomer) -> None:
    page, options = _page(enrolled)
    signed = enrolled.device.sign(options, place="evil.example")
    assert _send(enrolled.client, page, signed).status_code == 422


def test_signature_inside_a_frame_is_refused(enrolled: Newcomer) -> None:
    page, options = _page(enrolled)
    enrolled.device.framed = True
    assert _send(enrolled.client, page, enrolled.device.sign(options)).status_code == 422


def test_signature_without_pin_is_refused(enrolled: Newcomer) -> None:
    page, options = _page(enrolled)
    enrolled.device.verifies = False
    assert _send(enrolled.client, page, enrolled.device.sign(options)).status_code == 422


@pytest.mark.parametrize("challenge", ["", "AAAA", "A" * 75])
def test_challenge_of_somebody_elses_making_is_refused(enrolled: Newcomer, challenge: str) -> None:
    page, options = _page(enrolled)
    signed = enrolled.device.sign(options, challenge=challenge or "_")
    assert _send(enrolled.client, page, signed).status_code == 422


def test_challenge_shown_in_another_browser_is_refused(enrolled: Newcomer) -> None:
    """A look-alike page that fetches our challenge for itself gains nothing."""
    theirs = enrolled.elsewhere().page("/staff/").form("/staff/").passkey["options"]
    page, _options = _page(enrolled)
    assert _send(enrolled.client, page, enrolled.device.sign(theirs)).status_code == 422


def test_challenge_of_another_purpose_is_refused(enrolled: Newcomer, clock: ManualClock) -> None:
    assert enrolled.sign_in() == 303
    clock.advance(minutes=11)
    asked = enrolled.client.page("/staff/confirm").form("/staff/confirm").passkey["options"]
    enrolled.client.submit(enrolled.client.page("/staff/home"), to="/sign-out")
    page, _options = _page(enrolled)
    assert _send(enrolled.client, page, enrolled.device.sign(asked)).status_code == 422


def test_challenge_runs_out(enrolled: Newcomer, clock: ManualClock) -> None:
    page, options = _page(enrolled)
    clock.advance(minutes=61)
    assert _send(enrolled.client, page, enrolled.device.sign(options)).status_code == 422


@pytest.mark.parametrize("counts", [True, False])
def test_answer_opens_once(enrolled: Newcomer, counts: bool) -> None:
    """The very same bytes, with the very same cookie, a second time."""
    enrolled.device.counts = counts
    page, options = _page(enrolled)
    cookie = enrolled.client.get_cookie("__Host-s", domain="fund.test")
    assert cookie is not None
    signed = enrolled.device.sign(options)
    assert _send(enrolled.client, page, signed).status_code == 303
    listener = FundClient(enrolled.app, response_wrapper=enrolled.app.response_class)
    listener.set_cookie("__Host-s", cookie.value, domain="fund.test", secure=True)
    assert _send(listener, page, signed).status_code == 422
    assert listener.get("/staff/home").status_code == 302


def test_answer_is_used_up_by_a_wrong_passphrase(enrolled: Newcomer) -> None:
    enrolled.device.counts = False
    page, options = _page(enrolled)
    signed = enrolled.device.sign(options)
    assert _send(enrolled.client, page, signed, passphrase="a wrong one").status_code == 422
    assert _send(enrolled.client, page, signed).status_code == 422


def test_counter_that_fell_is_refused(enrolled: Newcomer) -> None:
    """A copy of the device counts from where it was copied."""
    enrolled.device.keys[0].counter = 40
    assert enrolled.sign_in() == 303
    enrolled.client.submit(enrolled.client.page("/staff/home"), to="/sign-out")
    enrolled.device.keys[0].counter = 20
    assert enrolled.sign_in() == 422
    enrolled.device.keys[0].counter = 40
    assert enrolled.sign_in() == 422
    enrolled.device.keys[0].counter = 41
    assert enrolled.sign_in() == 303


def test_passkey_of_somebody_else_is_refused(enrolled: Newcomer) -> None:
    with enrolled.app.app_context():
        people.add(SYSTEM, "otto", "Otto", [Role.AUDITOR], PASSPHRASE)
    page, options = _page(enrolled)
    answer = _send(enrolled.client, page, enrolled.device.sign(options), handle="otto")
    assert answer.status_code == 422


def test_changed_signature_is_refused(enrolled: Newcomer) -> None:
    page, options = _page(enrolled)
    told = json.loads(enrolled.device.sign(options))
    signature = told["response"]["signature"]
    told["response"]["signature"] = ("B" if signature[20] == "A" else "A").join(
        (signature[:20], signature[21:])
    )
    assert _send(enrolled.client, page, json.dumps(told)).status_code == 422


@pytest.mark.parametrize(
    "answer",
    ["{}", "[]", "null", "1", '"x"', "{", "\x00", '{"rawId": 1}', "[" * 5000, "x" * 20_000,
     '{"rawId": "é", "response": {"clientDataJSON": "é"}}'],
)  # fmt: skip
def test_nonsense_is_refused_like_everything_else(enrolled: Newcomer, answer: str) -> None:
    page, _options = _page(enrolled)
    assert _send(enrolled.client, page, answer).status_code == 422


def test_challenges_are_long_and_never_the_same(enrolled: Newcomer) -> None:
    seen = set()
    for _ in range(5):
        told = json.loads(_page(enrolled)[1])
        assert (told["rpId"], told["userVerification"]) == ("fund.test", "required")
        assert told["allowCredentials"] == []
        seen.add(urlsafe_b64decode(told["challenge"] + "="))
    assert {len(each) for each in seen} == {56}
    assert len(seen) == 5


@pytest.mark.settings(base_url="http://127.0.0.1:8000")
def test_page_under_a_number_leads_to_the_name(client: FundClient) -> None:
    page = client.page("/staff/", base_url="http://127.0.0.1:8000")
    assert page.links["Open this page by its name"] == "http://localhost:8000/staff/"
    assert page.form("/staff/").passkey["options"] == ""
    named = client.page("/staff/", base_url="http://localhost:8000")
    assert json.loads(named.form("/staff/").passkey["options"])["rpId"] == "localhost"


ONION = "http://fundtestfundtestfundtestfundtestfundtestfundtestfundtest.onion"


@pytest.mark.settings(onion_url=ONION)
def test_onion_address_has_passkeys_of_its_own(enrolled: Newcomer) -> None:
    page = enrolled.client.page("/staff/", base_url=ONION)
    options = page.form("/staff/").passkey["options"]
    assert json.loads(options)["rpId"] == ONION.removeprefix("http://")
    device: Authenticator = enrolled.device.at(ONION)
    sent = {"handle": "ida", "passphrase": PASSPHRASE, "passkey": device.sign(options)}
    headers = {"Origin": ONION}
    answer = enrolled.client.submit(page, sent, to="/staff/", base_url=ONION, headers=headers)
    assert answer.status_code == 422
