"""The watch: what is open, who is stopped, who opened an invented case, whose paper it is."""

from __future__ import annotations

import re
import subprocess
import threading
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from flask import Flask, Response, send_file
from PIL import Image
from playwright.sync_api import Page as BrowserPage
from sqlalchemy import select

from fund_app.adapters import sandbox, stamps
from fund_app.adapters.files import MediaType
from fund_app.extensions import db
from fund_app.models.canaries import Canary
from fund_app.models.documents import Document
from fund_app.services import brakes, documents
from fund_app.services.vault import SignedIn
from fund_app.views.access import public
from tests.support import uploads
from tests.support.client import FundClient
from tests.support.desk import case_path
from tests.support.house import House, press
from tests.support.pages import Page
from tests.support.staff import Enter
from workflows.brakes import LIMITS, Measured

WATCH = "/security/watch"
INVENTED = {
    "language": "ru",
    "country": "RU",
    "handle": "@made_up_entirely",
    "story": "They came at night.",
    "need": "A way out.",
}


def canary_of(lead: FundClient) -> str:
    """Set an invented case out through the page; return the case's id."""
    page = lead.page("/security/canaries/new")
    answer = lead.submit(page, INVENTED, to="/canaries/new")
    assert (answer.status_code, answer.location) == (303, WATCH)
    db.session.rollback()
    return db.session.scalars(select(Canary.application_id)).one()


def open_story(client: FundClient, case_id: str) -> Page:
    page = client.page(case_path(case_id, "told"))
    answer = client.submit(page, to="/look")
    assert answer.status_code == 302, Page(answer).text
    return client.page(case_path(case_id, "told"))


def test_invented_case_sings_on_the_watch_and_nowhere_else(house: House, enter: Enter) -> None:
    lead, anna = enter("security"), enter("anna")
    case_id = canary_of(lead)
    assert "Nobody has opened one." in lead.page(WATCH).text
    shown = open_story(anna, case_id)
    assert "They came at night." in shown.text
    for tab in ("", "told", "history"):
        assert "nvented" not in anna.page(case_path(case_id, tab)).text
    page = lead.page(WATCH)
    assert "Anna" in page.text
    assert lead.submit(page, to="/stop").status_code == 303
    shut = anna.page(case_path(case_id, "told"))
    assert "They came at night." not in shut.text, "what was open is shut as well"
    answer = anna.submit(shut, {"purpose": "verify"}, to="/ask")
    assert answer.status_code == 303, "asking needs no key and goes on"
    _, other = house.submitted()
    answer = anna.submit(anna.page(case_path(other, "told")), to="/look")
    assert answer.status_code == 403
    assert "until a second person has lifted this" in Page(answer).text
    assert lead.submit(lead.page(WATCH), to="/retire").status_code == 303


def test_names_that_are_open_can_be_sealed_from_the_watch(house: House, enter: Enter) -> None:
    _, case_id = house.submitted()
    house.unlocked("anna", case_id)
    lead = enter("security")
    answer = lead.submit(lead.page(WATCH), to="/end")
    assert (answer.status_code, answer.location) == (303, WATCH)
    assert "All names are sealed." in lead.page(WATCH).text


def test_slowed_page_says_the_number_and_sends_the_same_again(house: House, enter: Enter) -> None:
    anna = enter("anna")
    limit = LIMITS[Measured.CASES]
    cases = [house.submitted()[1] for _ in range(limit.slow)]
    for case_id in cases[:-1]:
        open_story(anna, case_id)
    answer = anna.submit(anna.page(case_path(cases[-1], "told")), to="/look")
    page = Page(answer)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")
    assert f"You have opened {limit.slow - 1} different cases within ten minutes." in page.text
    assert "30 seconds" in page.text
    house.clock.advance(seconds=30)
    again = anna.submit(page, to="/look")
    assert (again.status_code, again.location) == (302, case_path(cases[-1], "told"))


@pytest.mark.parametrize("handle", ["boris", "security"])
def test_brake_is_lifted_by_another_with_a_reason(house: House, enter: Enter, handle: str) -> None:
    brakes.pull(house["security"], house["anna"].ref)
    other, anna = enter(handle), enter("anna")
    assert "A colleague was stopped" in other.page("/staff/home").text
    page = other.page(other.page("/staff/brakes").links["Anna"])
    assert other.submit(page, to="/lift").status_code == 422
    assert other.submit(page, {"reason": "spoken_with_person"}, to="/lift").status_code == 303
    assert "Nobody is stopped." in other.page("/staff/brakes").text
    assert "I have spoken with the person" in anna.page("/staff/brakes").text


def test_own_brake_offers_no_form(house: House, enter: Enter) -> None:
    brakes.pull(house["security"], house["anna"].ref)
    anna = enter("anna")
    page = anna.page("/staff/brakes")
    assert "Anna (you)" in page.text
    assert "Anna" not in page.links


@pytest.mark.parametrize("handle", ["anna", "r1", "custodian1", "board", "fin1"])
def test_watch_is_for_the_security_lead_alone(house: House, enter: Enter, handle: str) -> None:
    assert house[handle].ref
    client = enter(handle)
    for path in (WATCH, "/security/canaries/new"):
        assert client.get(path).status_code == 404


# What is printed and taken away


def mark_on(page: Page) -> str:
    [node] = page.find_all("p", class_="viewer-mark")
    return "".join(node.itertext())


def test_printed_page_says_who_looked_and_leads_back_to_the_look(
    house: House, enter: Enter
) -> None:
    _, case_id = house.submitted()
    anna, lead = enter("anna"), enter("security")
    assert mark_on(anna.page("/coordinator/applications")) == "anna · 2026-06-30"
    handle, day, code = mark_on(open_story(anna, case_id)).split(" · ")
    assert (handle, day, len(code)) == ("anna", "2026-06-30", 8)
    page = lead.page(f"{WATCH}?mark={code.lower()}")
    name = house.case(case_id).designation
    assert f"Read what was confided · {name}" in page.text
    assert "No look has this mark." in lead.page(f"{WATCH}?mark=zzzzzzzz").text


def test_pages_of_others_carry_no_mark(client: FundClient) -> None:
    for path in ("/", "/donate", "/staff/"):
        answer = client.get(path)
        assert "viewer-mark" not in answer.get_data(as_text=True)


def pdf() -> bytes:
    out = BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(300, 400))
        document.add_blank_page(page_size=(595, 842))
        document.save(out)
    return out.getvalue()


@pytest.fixture
def evidence(house: House) -> tuple[SignedIn, str, str]:
    applicant, case_id = house.submitted()
    documents.add(applicant, pdf(), "proof.pdf", press())
    db.session.rollback()
    return applicant, case_id, db.session.scalars(select(Document.id)).one()


def text_of(content: bytes, folder: Path) -> str:
    path = folder / "taken.pdf"
    path.write_bytes(content)
    done = subprocess.run(
        ["pdftotext", str(path), "-"],  # noqa: S607
        check=True,
        capture_output=True,
    )
    return done.stdout.decode()


def test_pdf_is_marked_for_staff_on_every_page(
    house: House, enter: Enter, evidence: tuple[SignedIn, str, str], tmp_path: Path
) -> None:
    _, case_id, document_id = evidence
    anna, lead = enter("anna"), enter("security")
    open_story(anna, case_id)
    page = anna.page(case_path(case_id, "messages"))
    taken = anna.submit(page, to=f"/files/{document_id}").get_data()
    lines = [line for line in text_of(taken, tmp_path).splitlines() if "anna" in line]
    assert len(lines) == 2, "one on every page"
    handle, day, code = lines[0].strip("\f ").split(" · ")
    assert (handle, day) == ("anna", "2026-06-30")
    name = house.case(case_id).designation
    assert f"Opened a document · {name}" in lead.page(f"{WATCH}?mark={code}").text


def test_pdf_for_the_applicant_and_in_the_store_stays_as_it_was(
    house: House, evidence: tuple[SignedIn, str, str]
) -> None:
    applicant, _, document_id = evidence
    own, staffs = documents.read(applicant, document_id), documents.read(house["anna"], document_id)
    assert own.content == staffs.content, "the mark is put on at the door"
    assert (own.mark, len(staffs.mark)) == ("", 8)


def test_picture_is_marked_for_staff_and_not_for_the_applicant(house: House, enter: Enter) -> None:
    applicant, case_id = house.submitted()
    documents.add(applicant, uploads.photo(), "proof.jpg", press())
    db.session.rollback()
    document_id = db.session.scalars(select(Document.id)).one()
    anna = enter("anna")
    open_story(anna, case_id)
    page = anna.page(case_path(case_id, "messages"))
    taken = anna.submit(page, to=f"/files/{document_id}")
    kept = documents.read(applicant, document_id).content
    before, after = Image.open(BytesIO(kept)), Image.open(BytesIO(taken.get_data()))
    assert taken.headers["Content-Disposition"] == 'attachment; filename="document-1.jpg"'
    assert int(taken.headers["Content-Length"]) == len(taken.get_data())
    assert after.height > before.height


def test_nobody_gets_a_file_unmarked_by_making_others_wait(
    house: House,
    enter: Enter,
    evidence: tuple[SignedIn, str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, case_id, document_id = evidence
    anna = enter("anna")
    open_story(anna, case_id)
    page = anna.page(case_path(case_id, "messages"))
    monkeypatch.setattr(sandbox, "PATIENCE", 0)
    monkeypatch.setattr(sandbox, "_turns", threading.BoundedSemaphore(1))
    with sandbox._turn():  # noqa: SLF001
        refused = anna.submit(page, to=f"/files/{document_id}")
    assert (refused.status_code, refused.mimetype) == (503, "text/html")
    assert "please try again in a minute" in Page(refused).text
    assert "Content-Disposition" not in refused.headers


@pytest.mark.parametrize("kind", sorted(stamps.TAKING))
def test_page_added_tomorrow_marks_what_it_sends_without_knowing(
    app: Flask, house: House, enter: Enter, kind: MediaType
) -> None:
    content = pdf() if kind is MediaType.PDF else uploads.picture(kind.name)

    @public
    def tomorrow() -> Response:
        return send_file(BytesIO(content), mimetype=kind)

    app.add_url_rule("/tomorrow", "tomorrow", tomorrow)
    assert house["anna"].ref
    assert enter("anna").get("/tomorrow").get_data() != content
    stranger = FundClient(app, response_wrapper=app.response_class)
    assert stranger.get("/tomorrow").get_data() == content


@pytest.mark.browser
def test_mark_is_printed_on_every_page_of_a_long_one(
    app: Flask, house: House, enter: Enter, page: BrowserPage, tmp_path: Path
) -> None:
    _, case_id = house.submitted(narrative=("narrative", "They came. " * 3000))
    anna = enter("anna")
    open_story(anna, case_id)
    told = anna.get(case_path(case_id, "told")).get_data(as_text=True)
    style = (Path(app.root_path) / "static" / "fund.css").read_text()
    page.set_content(told.replace("</head>", f"<style>{style}</style></head>"))
    sheets = text_of(page.pdf(format="A4"), tmp_path).split("\f")[:-1]
    assert len(sheets) > 5
    marks = [
        re.findall(r"^anna · 2026-06-30 · [0-9A-F]{8}$", each, re.MULTILINE) for each in sheets
    ]
    assert [len(each) for each in marks] == [1] * len(sheets)
