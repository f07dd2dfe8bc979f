"""The ways out of a freeze: who has to agree, what is asked, and what is never shown."""

from __future__ import annotations

import pytest

from fund_app.extensions import db
from fund_app.models.holds import Hold
from fund_app.models.types import new_ref
from fund_app.queries import suspensions
from fund_app.services import applications, holds
from tests.support.house import House, press
from tests.support.pages import Page
from tests.support.staff import Enter

LIST = "/security/suspensions"
LONG = 181


def frozen(house: House) -> str:
    """Return a case that its lead has frozen."""
    _, case_id = house.submitted()
    applications.acknowledge(house["anna"], case_id, press())
    applications.suspend_security(house["anna"], case_id, press())
    return case_id


def held(house: House, case_id: str) -> tuple[str, ...]:
    house.case(case_id)
    return holds.active(db.session(), case_id)


def test_freeze_is_lifted_beside_a_coordinator(house: House, enter: Enter) -> None:
    case_id = frozen(house)
    client, address = enter("security"), f"{LIST}/{case_id}"
    name = house.case(case_id).designation
    assert client.page(LIST).links[name] == address
    page = client.page(address)
    assert "A second person, a coordinator, has to agree first." in page.text
    assert [form for form in page.forms if form.action.endswith("/resume")] == []
    applications.sign_first(house["anna"], case_id, "resume", press())
    page = client.page(address)
    assert "Signed first: Anna" in page.text
    answer = client.submit(page, {"verified": "y"}, to="/resume")
    assert (answer.status_code, answer.location) == (303, LIST)
    assert held(house, case_id) == ()
    after = client.page(LIST)
    assert "The freeze is lifted. The case goes on where it stood." in after.text
    assert "No case is frozen." in after.text


def test_lifting_twice_with_one_press_happens_once(house: House, enter: Enter) -> None:
    case_id = frozen(house)
    applications.sign_first(house["anna"], case_id, "resume", press())
    client = enter("security")
    page = client.page(f"{LIST}/{case_id}")
    for _ in range(2):
        assert client.submit(page, {"verified": "y"}, to="/resume").status_code == 303
    events = client.page(f"{LIST}/{case_id}").text
    assert events.count("Freeze lifted") == 1
    assert "This case is not frozen any more." in events


def test_contact_has_to_be_checked_before_the_freeze_is_lifted(house: House, enter: Enter) -> None:
    case_id = frozen(house)
    applications.sign_first(house["anna"], case_id, "resume", press())
    client = enter("security")
    answer = client.submit(client.page(f"{LIST}/{case_id}"), to="/resume")
    assert answer.status_code == 422
    assert "Please confirm this first." in Page(answer).text
    assert held(house, case_id) == ("suspended_security",)


def test_one_person_alone_does_not_end_a_freeze(house: House, enter: Enter) -> None:
    case_id = frozen(house)
    client, address = enter("security"), f"{LIST}/{case_id}"
    token = client.page(address).find_all("input", name="csrf_token")[0].get("value")
    sent = {"csrf_token": token, "request_id": new_ref(), "verified": "y", "risk_too_high": "y"}
    for way, who in (("resume", "a coordinator"), ("close-suspended", "a member of the board")):
        answer = client.post(f"{address}/{way}", data=sent)
        assert answer.status_code == 409
        assert f"A second person, {who}, has to agree first." in Page(answer).text
    assert held(house, case_id) == ("suspended_security",)


def test_stale_page_lifts_nothing(house: House, enter: Enter) -> None:
    case_id = frozen(house)
    applications.sign_first(house["anna"], case_id, "resume", press())
    client = enter("security")
    page = client.page(f"{LIST}/{case_id}")
    applications.assign(house["anna"], case_id, house["boris"].ref, press())
    answer = client.submit(page, {"verified": "y"}, to="/resume")
    assert answer.status_code == 409
    assert "Somebody else was quicker" in Page(answer).text
    assert held(house, case_id) == ("suspended_security",)


def test_frozen_case_without_contact_ends_beside_the_board(house: House, enter: Enter) -> None:
    case_id = frozen(house)
    house.clock.advance(days=LONG)
    board = enter("board")
    page = board.page("/board")
    assert house.case(case_id).designation in page.text
    assert board.submit(page, to="close-suspended/sign-first").status_code == 303
    page = board.page("/board")
    assert "You have signed first. Another person has to follow." in page.text
    client = enter("security")
    page = client.page(f"{LIST}/{case_id}")
    assert "Signed first: Board" in page.text
    assert client.submit(page, to="close-suspended").status_code == 303
    assert house.case(case_id).state == "closed"
    after = client.page(f"{LIST}/{case_id}")
    assert "This case is not frozen any more." in after.text
    assert "Closed while frozen" in after.text
    assert "No case is frozen." in board.page("/board").text


def test_recent_contact_asks_for_a_danger_before_the_case_ends(house: House, enter: Enter) -> None:
    case_id = frozen(house)
    applications.sign_first(house["board"], case_id, "close_suspended", press())
    client, address = enter("security"), f"{LIST}/{case_id}"
    answer = client.submit(client.page(address), to="close-suspended")
    assert answer.status_code == 409
    assert "no risk that asks us to stop" in Page(answer).text
    assert house.case(case_id).state == "triage"
    page = client.page(address)
    answer = client.submit(page, {"risk_too_high": "y"}, to="close-suspended")
    assert answer.status_code == 303
    assert house.case(case_id).state == "closed"


def test_stale_signature_of_the_board_is_refused(house: House, enter: Enter) -> None:
    case_id = frozen(house)
    board = enter("board")
    page = board.page("/board")
    applications.assign(house["anna"], case_id, house["boris"].ref, press())
    assert board.submit(page, to="close-suspended/sign-first").status_code == 409
    assert suspensions.first_signatures(db.session(), [case_id]) == {}


def test_page_shows_nothing_that_was_confided(house: House, enter: Enter) -> None:
    _, case_id = house.submitted(narrative=("narrative", "Sentinel of the story"))
    applications.suspend_security(house["fin1"], case_id, press())
    page = enter("security").page(f"{LIST}/{case_id}")
    assert "Sentinel" not in page.response.get_data(as_text=True)
    assert "Frozen for safety" in page.text
    assert db.session.query(Hold).one().placed_by == house["fin1"].ref


def test_case_that_was_never_frozen_is_not_found(house: House, enter: Enter) -> None:
    _, case_id = house.submitted()
    client = enter("security")
    for unknown in (case_id, "0" * 32):
        client.page(f"{LIST}/{unknown}", status=404)


@pytest.mark.parametrize("handle", ["anna", "fin1", "board", "r1"])
def test_desk_is_for_the_security_lead(house: House, enter: Enter, handle: str) -> None:
    case_id = frozen(house)
    client = enter(handle)
    client.page(LIST, status=404)
    client.page(f"{LIST}/{case_id}", status=404)


def test_first_page_leads_to_the_desk(house: House, enter: Enter) -> None:
    assert house.staff
    assert enter("security").page("/staff/home").links["Frozen cases"] == LIST
