"""Asking for help, from the first page to the codename and back again."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.emergency import PAGES as ALL_PAGES
from fund_app.models.applications import Answer, Application
from fund_app.models.sealed import Compartment
from fund_app.services import vault
from tests.support import applicants
from tests.support.client import FundClient
from tests.support.pages import Page

LIGHT = 50 * 1024


@pytest.fixture
def coordinator(app: Flask) -> str:
    with app.app_context():
        return applicants.add_coordinator()


def rows(session: Session) -> list[Application]:
    return list(session.scalars(select(Application)))


def test_landing_says_it_is_open_sets_no_cookie_and_is_light(client: FundClient) -> None:
    page = client.page("/apply/emergency")
    style = client.get("/static/fund.css").data
    assert "Open." in page.text
    assert page.title == "Your page"
    assert "Set-Cookie" not in page.response.headers
    assert len(page.response.data) + len(style) <= LIGHT


def test_fit_check_answers_at_once_and_stores_nothing(client: FundClient, session: Session) -> None:
    page = client.page("/apply/emergency/fit")
    answer = Page(client.submit(page, {"work": "yes", "device": "no"}, to="fit"))
    assert "come back from a safer device" in answer.text
    assert "This is what the fund is for." in answer.text
    assert rows(session) == []


def test_first_answers_begin_a_draft_sealed_for_the_applicant_alone(
    client: FundClient, session: Session, coordinator: str
) -> None:
    applicants.answer_minimum(client)
    (case,) = rows(session)
    assert case.state == "draft"
    assert vault.holders_of(case.id, Compartment.NARRATIVE) == [case.holder_id]
    stored = b"".join(row.value_sealed for row in session.scalars(select(Answer)))
    assert b"sentinel" not in stored


def test_sending_shares_keys_gives_a_codename_once_and_shows_received(
    client: FundClient, session: Session, coordinator: str
) -> None:
    applicants.answer_minimum(client)
    words = applicants.send(client)
    assert len(words) == 7
    (case,) = rows(session)
    assert case.state == "submitted"
    assert case.region == "caucasus"
    for part in (Compartment.NARRATIVE, Compartment.MESSAGES):
        assert coordinator in vault.holders_of(case.id, part)
    assert vault.holders_of(case.id, Compartment.IDENTITY) == [case.holder_id]
    assert vault.holders_of(case.id, Compartment.PAYOUT) == [case.holder_id]

    shown = client.page("/apply/emergency/words")
    kept = client.submit(shown, to="kept")
    home = client.page(kept.location)
    assert home.headings[0] == "Received"
    assert words[0] not in home.text
    assert client.get("/apply/emergency/words").location == "/return/case"


def test_codename_opens_the_case_again_in_any_spelling(
    client: FundClient, coordinator: str
) -> None:
    applicants.answer_minimum(client)
    words = applicants.send(client)
    client.get("/exit")
    typed = "  " + "-".join(words).upper() + " "
    answer = client.submit(client.page("/return"), {"codename": typed}, to="/return")
    assert answer.status_code == 303
    assert client.page("/return/case").headings[0] == "Received"


def test_sending_twice_with_the_same_request_sends_once(
    client: FundClient, session: Session, coordinator: str
) -> None:
    applicants.answer_minimum(client)
    check = client.page("/apply/emergency/check")
    first = client.submit(check, dict(applicants.CONSENT), to="check")
    again = client.submit(check, dict(applicants.CONSENT), to="check")
    assert (first.status_code, again.status_code) == (302, 302)
    assert [case.state for case in rows(session)] == ["submitted"]


def test_sending_without_consent_is_refused_and_shares_nothing(
    client: FundClient, session: Session, coordinator: str
) -> None:
    applicants.answer_minimum(client)
    response = client.submit(client.page("/apply/emergency/check"), {"truth": "y"}, to="check")
    assert response.status_code == 422
    assert "Without this tick" in Page(response).text
    (case,) = rows(session)
    assert case.state == "draft"
    assert vault.holders_of(case.id, Compartment.NARRATIVE) == [case.holder_id]


def test_a_refused_answer_comes_back_as_typed_and_the_others_are_kept(
    client: FundClient, coordinator: str
) -> None:
    applicants.answer_minimum(client)
    page = client.page("/apply/emergency/costs")
    typed = {"cost_category_0": "legal", "cost_amount_0": "1.400", "cost_currency_0": "EUR"}
    response = client.submit(page, typed, to="costs")
    assert response.status_code == 422
    answer = Page(response)
    assert "leave the point or comma out" in answer.text
    assert answer.form("costs").values["cost_amount_0"] == ["1.400"]


def test_too_long_a_story_is_told_so_and_kept_on_the_page(
    client: FundClient, coordinator: str
) -> None:
    applicants.answer_minimum(client)
    long = "a" * 1900
    response = client.submit(client.page("/apply/emergency/story"), {"narrative": long}, to="story")
    assert response.status_code == 422
    assert Page(response).form("story").values["narrative"] == [long]


def test_save_and_come_back_gives_a_codename_for_the_draft(client: FundClient) -> None:
    page = client.page("/apply/emergency/now")
    saved = client.submit(page, {"for_whom": "self", "leave": "yes"}, to="now")
    assert saved.location == "/apply/emergency/keep"
    kept = client.submit(client.page(saved.location), {"word_list": "ru"}, to="keep")
    words = applicants.shown_words(client.page(kept.location))
    client.get("/exit")
    back = client.submit(client.page("/return"), {"codename": " ".join(words)}, to="/return")
    assert back.status_code == 303
    assert client.get("/return/case").location == "/apply/emergency/list"
    form = client.page("/apply/emergency/now").form("now")
    assert form.values["for_whom"] == ["self"]


def test_a_page_sent_after_the_session_ended_begins_anew_with_what_was_typed(
    client: FundClient, session: Session
) -> None:
    first = client.submit(client.page("/apply/emergency/now"), {"for_whom": "self"}, to="now")
    story = client.page("/apply/emergency/story")
    client.get("/exit")
    token = client.page("/apply/emergency/now").form("now").values["csrf_token"][0]
    answer = client.submit(story, {"narrative": "kept words", "csrf_token": token}, to="story")
    assert (first.status_code, answer.status_code) == (302, 302)
    form = client.page("/apply/emergency/story").form("story")
    assert form.values["narrative"] == ["kept words"]
    assert len(rows(session)) == 2


def test_an_answer_changed_after_sending_is_a_new_version(
    client: FundClient, session: Session, coordinator: str
) -> None:
    applicants.answer_minimum(client)
    applicants.send(client)
    client.submit(client.page("/apply/emergency/words"), to="kept")
    client.submit(
        client.page("/apply/emergency/story"), {"narrative": "corrected words"}, to="story"
    )
    statement = select(Answer.version).where(Answer.question == "narrative")
    assert sorted(session.scalars(statement)) == [1, 2]


@pytest.mark.parametrize("slug", [page.slug for page in ALL_PAGES])
def test_every_page_of_the_form_opens_and_saves_empty(
    client: FundClient, coordinator: str, slug: str
) -> None:
    applicants.answer_minimum(client)
    page = client.page(f"/apply/emergency/{slug}")
    assert client.submit(page, to=slug).status_code == 302


def test_an_unknown_page_is_not_found(client: FundClient) -> None:
    assert client.get("/apply/emergency/nothing-here").status_code == 404
