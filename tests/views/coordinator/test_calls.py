"""Taking down a call at the page, and taking it over at home."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from fund_app.adapters.keystore import Keystore
from fund_app.adapters.keystore_schema import sessions as session_rows
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.services import calls, codenames
from tests.support.client import FundClient
from tests.support.desk import Desk, case_path
from tests.support.pages import Page

TOLD = {
    "consent": "y",
    "for_whom": "self",
    "safe_now": "no",
    "deadline": "days",
    "language": "en",
    "channel": "portal",
    "country_now": "GE",
    "narrative": "sentinel story, told on the telephone",
    "need_most": "a lawyer",
    "hand_over": "codename",
    "word_list": "en",
    "never_do": None,
    "narrative_later": None,
    "need_most_later": None,
    "country_now_later": None,
}


def call(desk: Desk, expected: int = 200, **changes: object) -> Page:
    return desk.press("anna", "/coordinator/calls/new", "new", expected, **{**TOLD, **changes})


def case() -> Application:
    db.session.rollback()
    return db.session.scalars(select(Application)).one()


def words_on(page: Page) -> list[list[str]]:
    return [
        "".join(node.itertext()).split() for node in page.find_all("p", class_="keepsake__words")
    ]


def test_codename_is_shown_once_and_kept_in_no_session(desk: Desk, keystore: Keystore) -> None:
    page = call(desk)
    words, digits = words_on(page)
    assert (len(words), len(digits)) == (7, 7)
    assert page.response.headers["Cache-Control"] == "no-store"
    entrant = codenames.applicants().sign_in(" ".join(words))
    assert entrant is not None
    assert entrant.holder_id == case().holder_id
    client = desk.browser("anna")
    seen = client.page(client.submit(page, to="words").location)
    assert "The words are with the person alone now." in seen.text
    assert words[0] not in seen.text.split()
    assert "From the person, by telephone" in seen.text
    with keystore.engine.begin() as connection:
        kinds = list(connection.scalars(select(session_rows.c.kind)))
    assert "applicant" not in kinds


def test_same_call_sent_twice_leads_to_its_case(desk: Desk) -> None:
    client = desk.browser("anna")
    page = client.page("/coordinator/calls/new")
    assert client.submit(page, dict(TOLD), to="new").status_code == 200
    again = client.submit(page, dict(TOLD), to="new")
    assert again.location == case_path(case().id)
    assert "Its words were shown once and are gone." in client.page(again.location).text


def test_address_read_out_is_the_published_one_behind_a_proxy_too(desk: Desk) -> None:
    """The proxy ends TLS: the request itself says http, and the caller must not type that."""
    client = desk.browser("anna")
    for told, address in ((TOLD, "/return"), ({**TOLD, "hand_over": "code"}, "/return/claim")):
        page = client.page("/coordinator/calls/new")
        answer = client.submit(page, dict(told), to="new", base_url="http://fund.test")
        assert f"https://fund.test{address} " in Page(answer).text
        assert "http:" not in Page(answer).text


def test_call_interrupted_on_the_way_keeps_what_was_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = desk.browser("anna")
    page = client.page("/coordinator/calls/new")

    def killed(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(calls, "_submit", killed)
        assert client.submit(page, dict(TOLD), to="new").status_code == 500
    again = client.submit(page, dict(TOLD), to="new")
    assert again.status_code == 409
    asked = Page(again)
    assert "look among the cases first" in asked.text
    assert asked.form("new").values["narrative"] == [TOLD["narrative"]]
    assert client.submit(asked, to="new").status_code == 200
    assert case().state == "submitted"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"consent": None}, "Without the caller's word we may not write anything down."),
        ({"narrative": ""}, "We need an answer to this, even if it is short."),
        ({"for_whom": "other"}, "Please ask who the caller is to the person they ask for."),
        ({"channel": "phone"}, "Please say how we find you there"),
    ],
)
def test_what_is_missing_is_named_and_nothing_typed_is_lost(
    desk: Desk, changes: dict[str, object], sentence: str
) -> None:
    page = call(desk, 422, **changes)
    assert sentence in page.text
    assert page.form("new").values["need_most"] == ["a lawyer"]
    assert list(db.session.scalars(select(Application))) == []


def test_story_may_be_told_later(desk: Desk) -> None:
    call(desk, narrative="", narrative_later="y")
    assert case().state == "submitted"


def test_call_for_somebody_else_is_marked(desk: Desk) -> None:
    call(desk, for_whom="other", proxy_relation="her sister", proxy_has_consent="yes")
    assert case().intake == "proxy"


@pytest.mark.parametrize("hand_over", ["codename", "code"])
def test_address_that_is_read_out_is_short(desk: Desk, hand_over: str) -> None:
    client = desk.browser("anna")
    asked = client.page("/coordinator/calls/new?lang=ru")
    page = Page(client.submit(asked, {**TOLD, "hand_over": hand_over}, to="new?lang=ru"))
    spoken = "/return/claim " if hand_over == "code" else "/return "
    assert spoken in page.text
    assert "lang=" not in page.text


def test_code_is_traded_at_home_for_words_nobody_else_knows(desk: Desk, app: Flask) -> None:
    page = call(desk, hand_over="code")
    (code,) = words_on(page)
    assert len(code) == 5
    assert "waits until" in desk.see("anna", case_path(case().id)).text
    home = FundClient(app, response_wrapper=app.response_class)
    typed = {"code": " ".join(code), "word_list": "ru"}
    door = home.page("/return/claim")
    wrong = home.submit(door, {**typed, "code": "one two three four five"}, to="claim")
    assert wrong.status_code == 422
    assert "We do not know these words" in Page(wrong).text
    taken = home.submit(door, typed, to="claim")
    assert taken.status_code == 303
    shown = home.page(taken.location)
    assert len(words_on(shown)[0]) == 7
    home.submit(shown, to="kept")
    assert home.page("/return/case").headings[0] == "Received"
    again = FundClient(app, response_wrapper=app.response_class)
    assert again.submit(again.page("/return/claim"), typed, to="claim").status_code == 422
    assert "waits until" not in desk.see("anna", case_path(case().id)).text


@pytest.mark.parametrize("handle", ["r1", "fin1", "board", "security"])
def test_calls_are_for_coordinators(desk: Desk, handle: str) -> None:
    desk.see(handle, "/coordinator/calls/new", 404)
