"""From the letter of a refusal to an appeal, and what the board and the desk make of it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot
from fund_app.models.documents import Document
from fund_app.models.events import Event
from fund_app.models.messages import Message
from fund_app.services import applications, deadlines
from fund_app.services.votes import Cast
from tests.support import applicants
from tests.support.client import FundClient
from tests.support.desk import Desk, case_path
from tests.support.house import House, press
from tests.support.pages import Page
from tests.views.applicant.test_case import photo, send_file
from workflows.counting import Choice
from workflows.roles import Role

LINES = (("legal", 100_000),)
NO = Cast(Choice.REJECT, reason_code="no_acute_risk", reason="The danger has passed.")
LINK = "Ask for another look"
TOO_LATE = "The time to appeal is over."


@pytest.fixture
def desk(house: House, app: Flask) -> Desk:
    """Give everybody of the house a browser, and the board a second member."""
    house.add("board2", Role.BOARD_MEMBER)
    return Desk(house, app)


@pytest.fixture
def codename(client: FundClient, house: House) -> str:
    """Apply through the pages; return the words to come back with."""
    assert house.staff
    applicants.answer_minimum(client)
    words = applicants.send(client)
    client.submit(client.page("/apply/emergency/words"), to="kept")
    return " ".join(words)


@pytest.fixture
def case_id(client: FundClient, codename: str, session: Session) -> str:
    """Add a file to the application and stay signed in; return the case."""
    assert codename
    send_file(client, photo(), "photo.jpg")
    found: str = session.scalars(select(Application.id)).one()
    return found


def refuse(house: House, case_id: str) -> None:
    """Let the panel refuse, and make the letter."""
    house.to_review(case_id, LINES)
    house.vote(case_id, dict.fromkeys(("r1", "r2", "r3"), NO))
    house.write_letter(case_id)


def open_document(client: FundClient, session: Session, kind: str) -> int:
    """Send the button of a letter for a document of a kind; return the answer's status."""
    session.rollback()
    found = session.scalars(select(Document.id).where(Document.kind == kind)).one()
    token = client.page("/return/case").find_all("input", name="csrf_token")[0].get("value")
    return client.post(f"/return/letters/{found}", data={"csrf_token": token}).status_code


def arrivals(session: Session, case_id: str) -> int:
    session.rollback()
    found = select(Event.id).where(Event.subject_id == case_id, Event.action == "notice_reached")
    return len(session.scalars(found).all())


def test_only_the_letter_of_the_refusal_starts_the_time_to_appeal(
    client: FundClient, house: House, case_id: str, session: Session
) -> None:
    refuse(house, case_id)
    assert open_document(client, session, "evidence") == 200
    assert arrivals(session, case_id) == 0
    assert open_document(client, session, "refusal_letter") == 200
    assert arrivals(session, case_id) == 1
    assert open_document(client, session, "refusal_letter") == 200
    assert arrivals(session, case_id) == 1


def test_refused_person_appeals_on_their_page_with_sealed_words(
    client: FundClient, house: House, case_id: str, session: Session
) -> None:
    assert LINK not in client.page("/return/case").links
    refuse(house, case_id)
    open_document(client, session, "refusal_letter")
    assert LINK in client.page("/return/case").links
    page = client.page("/return/appeal")
    answer = client.submit(page, {"text": "sentinel-why"}, to="appeal")
    assert answer.location == "/return/case"
    home = client.page(answer.location)
    assert "People who had no part in the decision look at it again." in home.text
    assert LINK not in home.links
    assert house.case(case_id).state == "appealed"
    assert "sentinel-why" in client.page("/return/messages").text
    client.page("/return/appeal", status=404)
    again = client.submit(page, {"text": "sentinel-why"}, to="appeal")
    assert again.status_code == 302
    assert len(session.scalars(select(Message.id)).all()) == 1


def test_appeal_needs_no_words(
    client: FundClient, house: House, case_id: str, session: Session
) -> None:
    refuse(house, case_id)
    assert client.submit(client.page("/return/appeal"), to="appeal").status_code == 302
    assert house.case(case_id).state == "appealed"
    assert session.scalars(select(Message.id)).all() == []


def test_stale_appeal_keeps_what_was_typed(
    client: FundClient, house: House, case_id: str, session: Session
) -> None:
    refuse(house, case_id)
    page = client.page("/return/appeal")
    open_document(client, session, "refusal_letter")
    answer = client.submit(page, {"text": "sentinel-why"}, to="appeal")
    assert answer.status_code == 409
    kept = Page(answer)
    assert kept.form("appeal").values["text"] == ["sentinel-why"]
    assert client.submit(kept, to="appeal").status_code == 302
    assert house.case(case_id).state == "appealed"


def test_appeal_is_refused_once_its_time_is_over(
    client: FundClient, house: House, codename: str, case_id: str, session: Session
) -> None:
    refuse(house, case_id)
    open_document(client, session, "refusal_letter")
    house.clock.advance(days=31)
    client.submit(client.page("/return"), {"codename": codename}, to="/return")
    token = client.page("/return/case").find_all("input", name="csrf_token")[0].get("value")
    for _ in range(2):  # before and after a worker has acted on the end of the time
        late = client.post("/return/appeal", data={"csrf_token": token, "text": "late"})
        assert (late.status_code, TOO_LATE in Page(late).text) == (409, True)
        for path in ("/return/case", "/return/appeal"):
            shown = client.page(path)
            assert (TOO_LATE in shown.text, LINK in shown.links) == (True, False)
        deadlines.fire_due(house.clock.now())
    assert house.case(case_id).state == "rejected_final"
    assert session.scalars(select(Message.id)).all() == []


def test_reason_without_an_appeal_is_said_plainly(
    client: FundClient, house: House, case_id: str
) -> None:
    applications.acknowledge(house["anna"], case_id, press())
    applications.reject(house["anna"], case_id, "duplicate", press())
    for path in ("/return/case", "/return/appeal"):
        shown = client.page(path)
        assert "The rules offer no appeal against this kind of decision." in shown.text
        assert LINK not in shown.links


def test_nobody_appeals_before_a_refusal(client: FundClient, case_id: str) -> None:
    assert case_id
    client.page("/return/appeal", status=404)


def test_upheld_appeal_goes_from_the_letter_to_a_new_vote(
    client: FundClient, house: House, case_id: str, session: Session, desk: Desk
) -> None:
    refuse(house, case_id)
    first = house_ballots(session, case_id)
    open_document(client, session, "refusal_letter")
    client.submit(client.page("/return/appeal"), {"text": "sentinel-why"}, to="appeal")
    for handle in ("r4", "r5", "r6"):
        house.add(handle, Role.REVIEWER)
    sign(desk, "board", "upheld")
    assert "Uphold the appeal" not in desk.see("anna", case_path(case_id)).text
    early = desk.browser("anna").page(case_path(case_id, "appeal_upheld"))
    answer = desk.browser("anna").submit(early, to="appeal_upheld")
    assert answer.status_code == 409
    sign(desk, "board2", "upheld")
    page = desk.press("anna", case_path(case_id), "appeal_upheld")
    assert "Appeal upheld" in page.text
    assert house.case(case_id).state == "review"
    ballot = house.ballot_of(case_id)
    assert ballot.id not in first
    seated = {seat.reviewer_id for seat in ballot.seats}
    assert seated == {house[handle].ref for handle in ("r4", "r5", "r6")}


@pytest.mark.parametrize("outcome", ["dismissed", "inadmissible", "settled"])
def test_dismissed_appeal_makes_the_refusal_final(
    client: FundClient, house: House, case_id: str, desk: Desk, outcome: str
) -> None:
    refuse(house, case_id)
    client.submit(client.page("/return/appeal"), to="appeal")
    for handle in ("board", "board2"):
        sign(desk, handle, outcome)
    desk.press("anna", case_path(case_id), "appeal_dismissed")
    assert house.case(case_id).state == "rejected_final"
    assert client.page("/return/case").headings[0] == "Closed"
    client.page("/return/appeal", status=404)


def sign(desk: Desk, handle: str, outcome: str) -> None:
    """Let a member of the board sign for how the appeal ends."""
    desk.press(handle, "/board", "/appeal", 303, outcome=outcome)


def house_ballots(session: Session, case_id: str) -> set[str]:
    session.rollback()
    return set(session.scalars(select(Ballot.id).where(Ballot.application_id == case_id)))
