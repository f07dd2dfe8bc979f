"""What keeps an applicant safe at the page: the first screen, the plan, the word, the log."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import event, select

from fund_app.adapters.clock import ManualClock
from fund_app.adapters.keystore import Keystore
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.documents import Document
from fund_app.models.sealed import Compartment
from fund_app.services import documents, looks, messages, silence
from fund_app.services.audit import record
from fund_app.services.unit import unit_of_work
from tests.support import applicants
from tests.support.client import FundClient
from tests.support.house import House, press
from tests.support.pages import Page
from tests.views.applicant.test_case import photo, send_file
from workflows.roles import Role

TOKEN = re.compile(rb'name="csrf_token" (type="hidden" )?value="[^"]+"')
"""The one part of a page that changes by the second."""


@pytest.fixture
def words(client: FundClient, house: House) -> str:
    """Apply through the pages, keep the codename and stay signed in."""
    applicants.answer_minimum(client)
    found = applicants.send(client)
    client.submit(client.page("/apply/emergency/words"), to="kept")
    return " ".join(found)


def case() -> Application:
    db.session.rollback()
    return db.session.scalars(select(Application)).one()


def stranger(app: Flask) -> FundClient:
    return FundClient(app, response_wrapper=app.response_class)


def first_screen(page: Page) -> str:
    """Return what can be read before anything is pressed."""
    (main,) = page.find_all("main")
    for part in page.find_all("details"):
        for child in list(part):
            if child.tag != "summary":
                part.remove(child)
    return " ".join("".join(main.itertext()).split())


def test_first_screen_says_one_neutral_word_and_one_sentence(
    client: FundClient, words: str
) -> None:
    page = client.page("/return/case")
    assert page.title == "Your page"
    assert case().designation not in page.text
    assert "Solidarity Fund" not in page.text
    assert first_screen(page) == (
        "Received Nothing is needed from you now. You can close this page and come back whenever "
        "you like. Show more What you can do Close and forget"
    )


def test_first_screen_tells_neither_an_offer_nor_an_amount(
    client: FundClient, house: House, words: str
) -> None:
    messages.write_to_applicant(house["anna"], case().id, "€1,900.00 for you", press())
    screen = first_screen(client.page("/return/case"))
    assert screen.startswith("Received There is something here for you. Show more")
    assert "€" not in screen
    assert "1 new message" in client.page("/return/case").text


def test_new_words_are_marked_until_the_person_says_they_have_read_them(
    client: FundClient, house: House, words: str
) -> None:
    messages.write_to_applicant(house["anna"], case().id, "It was good to hear you.", press())
    page = client.page("/return/messages")
    assert "June 30, 2026 · new It was good to hear you." in page.text
    client.submit(page, to="read")
    assert "· new" not in client.page("/return/messages").text
    assert "new message" not in client.page("/return/case").text


def test_plan_is_seen_and_changed_at_any_time(client: FundClient, words: str) -> None:
    page = client.page(client.page("/return/case").links["How we reach you"])
    assert page.form("plan").values["handle"] == ["sentinel-handle"]
    changes = {"hours_from": "9", "hours_until": "12", "time_zone": "Europe/Minsk"}
    client.submit(page, {**changes, "never_do": ["no_calls", "no_name"]}, to="plan")
    again = client.page("/return/plan").form("plan").values
    assert [again[name] for name in (*changes, "never_do")] == [
        ["9"], ["12"], ["Europe/Minsk"], ["no_calls", "no_name"],
    ]  # fmt: skip


def test_plan_that_does_not_fit_keeps_what_was_typed(client: FundClient, words: str) -> None:
    page = client.page("/return/plan")
    answer = client.submit(page, {"channel": "matrix", "handle": "", "never_do": None}, to="plan")
    assert answer.status_code == 422
    assert "Please say how we find you there" in Page(answer).text


def test_wish_is_written_and_changed_after_sending(client: FundClient, words: str) -> None:
    page = client.page(client.page("/return/case").links["If something happens to you"])
    sent = {"will_pay": "My lawyer", "will_publicity": "ask"}
    assert client.submit(page, sent, to="wish").location == "/return/case"
    again = client.page("/return/wish").form("wish").values
    assert (again["will_pay"], again["will_publicity"]) == (["My lawyer"], ["ask"])


def test_word_page_looks_the_same_whether_there_is_a_word_or_not(
    client: FundClient, words: str
) -> None:
    def seen() -> bytes:
        return TOKEN.sub(b"", client.get("/return/word").data)

    before = seen()
    answers = []
    for word in ("saffron", "marigold", ""):
        answer = client.submit(client.page("/return/word"), {"word": word}, to="word")
        answers.append((answer.status_code, answer.location, answer.headers.get("Set-Cookie")))
        client.page("/return/case")
        assert seen() == before
    assert answers == [(302, "/return/case", None)] * 3


def test_too_short_a_word_is_not_taken_and_not_shown_again(client: FundClient, words: str) -> None:
    answer = client.submit(client.page("/return/word"), {"word": "ab"}, to="word")
    assert answer.status_code == 422
    assert "at least three letters" in Page(answer).text
    assert b'value="ab"' not in answer.data


def test_silence_is_answered_like_a_typo_to_the_byte(
    client: FundClient, house: House, words: str, app: Flask
) -> None:
    client.submit(client.page("/return/word"), {"word": "Saffron"}, to="word")
    keystore: Keystore = app.extensions["fund.keystore"]
    hard = app.extensions["fund.hardening"]
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    with app.app_context():
        engines = (keystore.engine, db.engine)
    typed = {
        "typo": f"x{words}",
        "another word": f"{words} tulip",
        "silence": f"{words} saffron",
        "after it": words,
        "silence again": f"{words} saffron",
    }
    found = {}
    visitor = stranger(app)
    page = visitor.page("/return")
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    for name, text in typed.items():
        statements.clear()
        before = hard.runs
        answer = visitor.submit(page, {"codename": text}, to="/return")
        body = answer.data.replace(text.encode(), b"typed")
        headers = sorted((key, value) for key, value in answer.headers if key != "Content-Length")
        size = len(answer.data) - len(text.encode())
        found[name] = (
            answer.status_code, headers, TOKEN.sub(b"", body), size,
            hard.runs - before, tuple(statements),
        )  # fmt: skip
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
    assert found["typo"][0] == 422
    assert found["typo"][4] == 1
    assert [name for name, answer in found.items() if answer != found["typo"]] == []


def test_silence_ends_the_persons_session_and_freezes_the_case(
    client: FundClient, house: House, words: str, app: Flask
) -> None:
    client.submit(client.page("/return/word"), {"word": "Saffron"}, to="word")
    visitor = stranger(app)
    visitor.submit(visitor.page("/return"), {"codename": f"{words} saffron"}, to="/return")
    assert client.get("/return/case").location == "/return"
    assert silence.answer_knocks() == 1
    answer = client.submit(client.page("/return"), {"codename": words}, to="/return")
    assert answer.status_code == 422


def test_log_names_roles_what_and_why_the_latest_first(
    client: FundClient, house: House, words: str, clock: ManualClock
) -> None:
    assert "Nobody so far." in client.page("/return/looks").text
    send_file(client, photo(), "a.jpg")
    case_id = case().id
    looks.look(house["anna"], case_id, Compartment.NARRATIVE)
    clock.advance(days=1)
    looks.look(house["boris"], case_id, Compartment.NARRATIVE)
    document = db.session.scalars(select(Document.id)).one()
    documents.read(house["anna"], document)
    with unit_of_work() as session:
        record(
            session, "view", case_id, "identity_opened", actor=house["anna"],
            role=Role.COORDINATOR, reason_code="reach_safely",
        )  # fmt: skip
        record(
            session, "view", case_id, "something_new", actor=house["board"],
            role=Role.BOARD_MEMBER, reason_code="a_code_of_tomorrow",
        )  # fmt: skip
    client.submit(client.page("/return"), {"codename": words}, to="/return")
    page = client.page("/return/looks")
    rows = [" ".join("".join(row.itertext()).split()) for row in page.find_all("dd")]
    assert rows[:5] == [
        "Board memberOpened something you confided · They wrote down why.",
        "CoordinatorLooked at who the person is · to reach you safely",
        "CoordinatorOpened a document",
        "CoordinatorRead what was confided",
        "CoordinatorRead what was confided",
    ]
    assert "Anna" not in page.text
    assert "Agrees to large sums and sees the whole, never a person." in page.text


def test_long_log_comes_in_pages(client: FundClient, house: House, words: str) -> None:
    for _ in range(51):
        looks.look(house["anna"], case().id, Compartment.NARRATIVE)
    first = client.page("/return/looks")
    assert len(first.find_all("strong")) == 50
    second = client.page(first.links["Next page"])
    assert len(second.find_all("strong")) == 1
    assert second.links["Previous page"] == "/return/looks"
    assert client.page("/return/looks?after=99999999999").headings[0] == "Who looked into it"
