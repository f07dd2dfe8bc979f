from __future__ import annotations

import re

import pytest
from flask import Flask

from fund_app.adapters.clock import ManualClock
from fund_app.services import enrolments, factors, people
from tests.support.authenticator import Authenticator
from tests.support.client import FundClient
from tests.support.pages import Page
from tests.views.conftest import PASSPHRASE
from tests.views.staff.conftest import Newcomer, happened
from workflows.roles import SYSTEM, Role

NEW_PASSPHRASE = "seven brown kettles under snow"
CHANGE = {
    "present_passphrase": PASSPHRASE,
    "new_passphrase": NEW_PASSPHRASE,
    "repeated_passphrase": NEW_PASSPHRASE,
}


def _add(newcomer: Newcomer, device: Authenticator, name: str) -> None:
    newcomer.client.hold(device)
    page = newcomer.client.page("/staff/access/passkeys/add")
    answer = newcomer.client.submit(page, {"name": name}, to="/passkeys/add")
    assert (answer.status_code, answer.location) == (303, "/staff/access")


def _removals(page: Page) -> list[str]:
    return [form.action for form in page.forms if form.action.endswith("/remove")]


def _ends(page: Page) -> list[str]:
    return [form.action for form in page.forms if form.action.endswith("/end")]


@pytest.fixture
def ida(enrolled: Newcomer) -> Newcomer:
    """Sign Ida in with her one passkey."""
    assert enrolled.sign_in() == 303
    return enrolled


def test_passkey_is_added_and_signs_in(ida: Newcomer) -> None:
    second = Authenticator()
    _add(ida, second, "  green key ")
    page = ida.client.page("/staff/access")
    assert "blue key" in page.text
    assert "green key" in page.text
    assert len(_removals(page)) == 2
    assert sorted(ida.factors) == ["blue key", "green key"]
    browser = ida.elsewhere()
    browser.hold(second)
    assert ida.sign_in(browser) == 303
    assert happened(ida.app)[-1] == ("passkey_added", ida.id)


def test_passkey_of_the_same_device_is_made_once(ida: Newcomer) -> None:
    page = ida.client.page("/staff/access/passkeys/add")
    with pytest.raises(LookupError, match="has a key of this person"):
        ida.client.submit(page, {"name": "again"}, to="/passkeys/add")


def test_passkey_wants_a_name(ida: Newcomer) -> None:
    page = ida.client.page("/staff/access/passkeys/add")
    answer = ida.client.submit(page, {"name": " ", "passkey": ""}, to="/passkeys/add")
    assert answer.status_code == 422
    assert "Please give it a name." in Page(answer).text
    assert ida.factors == ["blue key"]


def test_passkey_is_removed_and_ends_what_it_opened(ida: Newcomer) -> None:
    second = Authenticator()
    _add(ida, second, "green key")
    stolen = ida.elsewhere()
    stolen.hold(second)
    assert ida.sign_in(stolen) == 303
    page = ida.client.page("/staff/access")
    with ida.app.app_context():
        lost = next(each.id for each in factors.of(ida.id) if each.name == "green key")
    answer = ida.client.submit(page, to=f"/factors/{lost}/remove")
    assert (answer.status_code, answer.location) == (303, "/staff/access")
    assert ida.factors == ["blue key"]
    assert stolen.get("/staff/home").status_code == 302
    assert ida.sign_in(stolen) == 422
    assert ida.client.get("/staff/home").status_code == 200
    assert ("passkey_removed", ida.id) in happened(ida.app)


def test_last_passkey_stays(ida: Newcomer) -> None:
    page = ida.client.page("/staff/access")
    assert _removals(page) == []
    with ida.app.app_context():
        [only] = factors.of(ida.id)
    token = page.form("/sign-out").values["csrf_token"]
    path = f"/staff/access/factors/{only.id}/remove"
    answer = ida.client.post(path, data={"csrf_token": token})
    assert answer.status_code == 409
    assert "This is the only one you have." in Page(answer).text
    assert ida.factors == ["blue key"]


def test_passkey_of_somebody_else_is_like_an_unknown_one(ida: Newcomer) -> None:
    with ida.app.app_context():
        otto = people.add(SYSTEM, "otto", "Otto", [Role.AUDITOR], PASSPHRASE)
        for name in ("one", "two"):
            facts = {"id": "00", "key": "00", "at": "fund.test"}
            row = factors.sealed(otto, factors.Kind.PASSKEY, name, facts, lookup=name)
            factors.store().add(row)
        foreign = factors.of(otto)[0].id
    token = ida.client.page("/staff/access").form("/sign-out").values["csrf_token"]
    answers = [
        ida.client.post(f"/staff/access/factors/{each}/remove", data={"csrf_token": token})
        for each in (foreign, "0" * 32)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].get_data() == answers[1].get_data()
    with ida.app.app_context():
        assert len(factors.of(otto)) == 2


@pytest.mark.parametrize("path", ["/staff/access/passkeys/add", "/staff/access/passphrase"])
def test_changes_of_access_are_confirmed(ida: Newcomer, clock: ManualClock, path: str) -> None:
    assert ida.client.get(path).status_code == 200
    clock.advance(minutes=10)
    assert ida.client.get(path).location == f"/staff/confirm?next={path}"


def test_sessions_are_listed_and_ended_one_by_one(ida: Newcomer, clock: ManualClock) -> None:
    clock.advance(minutes=5)
    other = ida.elsewhere()
    assert ida.sign_in(other) == 303
    page = ida.client.page("/staff/access")
    assert re.findall(r"30 Jun 2026, 12:0\d UTC (this one|another one)", page.text) == [
        "another one",
        "this one",
    ]
    foreign, own = _ends(page)
    assert ida.client.submit(page, to=foreign).location == "/staff/access"
    assert other.get("/staff/home").status_code == 302
    page = ida.client.page("/staff/access")
    assert _ends(page) == [own]
    assert ida.client.submit(page, to=own).location == "/signed-out"
    assert ida.client.get("/staff/home").status_code == 302
    assert happened(ida.app)[-1] == ("session_ended", ida.id)


def test_sessions_elsewhere_end_all_at_once(ida: Newcomer) -> None:
    others = [ida.elsewhere() for _ in range(3)]
    assert [ida.sign_in(other) for other in others] == [303] * 3
    answer = ida.client.submit(ida.client.page("/staff/access"), to="/sessions/end-others")
    assert answer.location == "/staff/access"
    assert [other.get("/staff/home").status_code for other in others] == [302] * 3
    assert ida.client.get("/staff/home").status_code == 200
    assert happened(ida.app)[-1] == ("sessions_ended", ida.id)


def test_session_of_somebody_else_is_like_an_unknown_one(app: Flask, ida: Newcomer) -> None:
    with app.app_context():
        people.add(SYSTEM, "otto", "Otto", [Role.AUDITOR], PASSPHRASE)
    otto = FundClient(app, response_wrapper=app.response_class)
    sent = {"handle": "otto", "passphrase": PASSPHRASE}
    assert otto.submit(otto.page("/staff/"), sent, to="/staff/").status_code == 303
    [foreign] = _ends(otto.page("/staff/access"))
    token = ida.client.page("/staff/access").form("/sign-out").values["csrf_token"]
    assert ida.client.post(foreign, data={"csrf_token": token}).status_code == 404
    assert otto.get("/staff/home").status_code == 200


def test_passphrase_is_changed_and_ends_all_other_sessions(ida: Newcomer) -> None:
    other = ida.elsewhere()
    assert ida.sign_in(other) == 303
    before = ida.client.get_cookie("__Host-s", domain="fund.test")
    page = ida.client.page("/staff/access/passphrase")
    answer = ida.client.submit(page, CHANGE, to="/access/passphrase")
    assert (answer.status_code, answer.location) == (303, "/staff/access")
    assert before is not None
    replayed = ida.elsewhere()
    replayed.set_cookie("__Host-s", before.value, domain="fund.test", secure=True)
    assert replayed.get("/staff/home").status_code == 302
    assert other.get("/staff/home").status_code == 302
    assert ida.client.get("/staff/home").status_code == 200
    assert ida.sign_in(ida.elsewhere()) == 422
    browser = ida.elsewhere()
    sent = {"handle": "ida", "passphrase": NEW_PASSPHRASE}
    assert browser.submit(browser.page("/staff/"), sent, to="/staff/").status_code == 303
    assert ("passphrase_changed", ida.id) in happened(ida.app)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"present_passphrase": "not hers at all"}, "That is not your present passphrase."),
        ({"repeated_passphrase": "seven brown kettles"}, "The two new passphrases differ."),
        (dict.fromkeys(list(CHANGE)[1:], "too short"), "That is shorter than 15 characters."),
        (dict.fromkeys(list(CHANGE)[1:], "long words " * 12), "That is longer than 128"),
        (dict.fromkeys(list(CHANGE)[1:], "Solidarity Fund 2026"), "Others would try this one"),
        ({"new_passphrase": ""}, "Please write the passphrase you want from now on."),
    ],
)
def test_passphrase_is_not_changed_where_something_is_wrong(
    ida: Newcomer, changes: dict[str, str], said: str
) -> None:
    page = ida.client.page("/staff/access/passphrase")
    answer = ida.client.submit(page, {**CHANGE, **changes}, to="/access/passphrase")
    assert answer.status_code == 422
    assert said in Page(answer).text
    assert "Please type passphrases anew" in Page(answer).text
    assert PASSPHRASE not in answer.get_data(as_text=True)
    assert ida.sign_in(ida.elsewhere()) == 303


def test_passphrases_are_never_carried_along(ida: Newcomer, clock: ManualClock) -> None:
    page = ida.client.page("/staff/access/passphrase")
    clock.advance(minutes=10)
    asked = ida.client.submit(page, CHANGE, to="/access/passphrase")
    assert asked.status_code == 403
    text = asked.get_data(as_text=True)
    assert PASSPHRASE not in text
    assert NEW_PASSPHRASE not in text


def test_refused_tries_are_shown_to_the_person(ida: Newcomer) -> None:
    assert "Nobody has tried to sign in as you and failed." in ida.client.page("/staff/access").text
    thief = ida.elsewhere()
    thief.hold(None)
    thief.submit(thief.page("/staff/"), {"handle": "ida", "passphrase": "guess"}, to="/staff/")
    assert ida.sign_in(thief) == 422
    text = ida.client.page("/staff/access").text
    assert "wrong passphrase" in text
    assert "passphrase right, passkey missing" in text


def test_parting_ends_passkeys_with_everything_else(ida: Newcomer) -> None:
    with ida.app.app_context():
        enrolments.offer(SYSTEM, ida.id)
        people.disable(SYSTEM, "ida")
        assert factors.of(ida.id) == ()
    assert ida.client.get("/staff/home").status_code == 302
    assert ida.sign_in(ida.elsewhere()) == 422
