"""Apps for codes, in an installation that allows them beside passkeys."""

from __future__ import annotations

from base64 import b32decode

import pytest
from flask import Flask

from fund_app.adapters.clock import ManualClock
from fund_app.services import one_time_codes
from tests.support.pages import Page, text_of
from tests.views.conftest import PASSPHRASE
from tests.views.staff.conftest import Newcomer, happened

allowed = pytest.mark.settings(allow_totp=True)


def _code_on(app: Flask, page: Page) -> str:
    """Return what an app shows after the page's letters were typed into it."""
    [written] = page.find_all("p", class_="keepsake__words")
    seed = b32decode("".join(text_of(written).split()))
    with app.app_context():
        return one_time_codes.code_at(seed, one_time_codes.step_now())


def _sign_in(newcomer: Newcomer, code: str) -> int:
    client = newcomer.elsewhere()
    client.hold(None)
    sent = {"handle": "ida", "passphrase": PASSPHRASE, "code": code}
    return client.submit(client.page("/staff/"), sent, to="/staff/").status_code


@allowed
def test_app_is_enrolled_with_the_code_one_was_given(
    newcomer: Newcomer, clock: ManualClock
) -> None:
    client = newcomer.client
    first = newcomer.begin()
    assert first.links["I can have no passkey: use codes of an app instead"] == "/staff/enrol/app"
    page = client.page("/staff/enrol/app")
    wrong = client.submit(page, {"name": "phone", "code": "000000"}, to="/enrol/app")
    assert wrong.status_code == 422
    assert "That is not the code your app shows now." in Page(wrong).text
    code = _code_on(newcomer.app, Page(wrong))
    assert _code_on(newcomer.app, page) == code
    kept = client.submit(Page(wrong), {"name": "phone", "code": code}, to="/enrol/app")
    assert (kept.status_code, kept.location) == (303, "/staff/")
    assert newcomer.factors == ["phone"]
    assert _sign_in(newcomer, code) == 422, "the code that set it up is used"
    clock.advance(seconds=30)
    assert _sign_in(newcomer, _code_on(newcomer.app, page)) == 303
    assert ("code_enrolled", newcomer.id) in happened(newcomer.app)


@allowed
def test_app_is_added_beside_a_passkey(enrolled: Newcomer, clock: ManualClock) -> None:
    assert enrolled.sign_in() == 303
    page = enrolled.client.page("/staff/access/apps/add")
    sent = {"name": "phone", "code": _code_on(enrolled.app, page)}
    answer = enrolled.client.submit(page, sent, to="/apps/add")
    assert (answer.status_code, answer.location) == (303, "/staff/access")
    assert sorted(enrolled.factors) == ["blue key", "phone"]
    clock.advance(seconds=30)
    assert _sign_in(enrolled, _code_on(enrolled.app, page)) == 303
    again = enrolled.client.page("/staff/access/apps/add")
    assert _code_on(enrolled.app, again) != _code_on(enrolled.app, page)


def test_apps_are_unknown_where_they_are_not_allowed(enrolled: Newcomer) -> None:
    assert enrolled.client.get("/staff/enrol/app").status_code == 302
    assert enrolled.sign_in() == 303
    assert enrolled.client.get("/staff/access/apps/add").status_code == 404
    page = enrolled.client.page("/staff/access")
    assert "Add an app for codes" not in page.text
    token = page.form("/sign-out").values["csrf_token"]
    sent = {"csrf_token": token, "name": "phone", "code": "000000"}
    assert enrolled.client.post("/staff/access/apps/add", data=sent).status_code == 404


def test_first_app_is_unknown_where_it_is_not_allowed(newcomer: Newcomer) -> None:
    page = newcomer.begin()
    assert "I can have no passkey: use codes of an app instead" not in page.links
    assert newcomer.client.get("/staff/enrol/app").status_code == 404
    token = page.form("/enrol/passkey").values["csrf_token"]
    sent = {"csrf_token": token, "name": "phone", "code": "000000"}
    assert newcomer.client.post("/staff/enrol/app", data=sent).status_code == 404
    assert newcomer.factors == []
