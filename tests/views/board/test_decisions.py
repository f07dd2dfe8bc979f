"""What waits for the board: consent, a vote without a quorum, numbers that name nobody."""

from __future__ import annotations

import pytest

from fund_app.services import ballots, board_votes, deadlines
from fund_app.services.votes import Cast
from tests.support.house import House, press
from tests.support.pages import Page
from tests.support.staff import Enter
from workflows.counting import Choice
from workflows.roles import Role

LARGE = (("legal", 450_000),)
SMALL = (("legal", 100_000),)


def granted(house: House) -> str:
    """Return a case whose panel has granted more than it may."""
    _, case_id = house.submitted()
    house.to_review(case_id, LARGE, level=3)
    house.vote(case_id, dict.fromkeys(("r1", "r2", "r3"), Cast(Choice.APPROVE, reason="Needed.")))
    return case_id


def stuck(house: House) -> tuple[str, str]:
    """Return a case and its vote without a quorum, with nobody left to draw."""
    _, case_id = house.submitted()
    house.to_review(case_id, SMALL)
    ballot_id = house.ballot_of(case_id).id
    for handle in ("r1", "r2", "r3"):
        ballots.declare_free(house[handle], ballot_id, press())
    ballots.declare_conflict(house["r1"], ballot_id, press())
    house.clock.advance(hours=25)
    deadlines.fire_due(house.clock.now())
    return case_id, ballot_id


def test_award_above_the_limit_goes_on_with_the_boards_consent(house: House, enter: Enter) -> None:
    case_id = granted(house)
    assert house.case(case_id).state == "review"
    client = enter("board")
    page = client.page("/board")
    assert house.case(case_id).designation in page.text
    assert "€4,500.00" in page.text
    assert client.submit(page, to="consent").status_code == 303
    assert house.case(case_id).state == "approved"
    assert client.submit(page, to="consent").status_code == 303
    assert "No award waits for your consent." in client.page("/board").text


def test_stale_consent_is_refused(house: House, enter: Enter) -> None:
    case_id = granted(house)
    one, other = enter("board"), enter("board")
    first, second = one.page("/board"), other.page("/board")
    one.submit(first, to="consent")
    answer = other.submit(second, to="consent")
    assert answer.status_code == 409
    assert "Somebody else was quicker" in Page(answer).text
    assert house.case(case_id).state == "approved"


def test_unknown_case_is_not_found(house: House, enter: Enter) -> None:
    granted(house)
    client = enter("board")
    page = client.page("/board")
    token = page.form("consent").values["csrf_token"][0]
    for act in ("consent", "appeal"):
        answer = client.post(f"/board/cases/{'0' * 32}/{act}", data={"csrf_token": token})
        assert answer.status_code == 404


@pytest.mark.parametrize("handle", ["anna", "fin1", "r1"])
def test_board_is_for_its_members(house: House, enter: Enter, handle: str) -> None:
    assert house.staff
    enter(handle).page("/board", status=404)


def test_statistics_show_no_small_number(house: House, enter: Enter) -> None:
    for _ in range(3):
        house.submitted()
    page = enter("board").page("/board/statistics")
    assert "too few to show" in page.text
    assert "2026-Q2 too few to show" in page.text
    for _ in range(2):
        house.submitted()
    assert "2026-Q2 5" in enter("board").page("/board/statistics").text


def test_two_members_decide_in_writing_where_nobody_is_left(house: House, enter: Enter) -> None:
    house.add("board2", Role.BOARD_MEMBER)
    case_id, ballot_id = stuck(house)
    address = f"/board/ballots/{ballot_id}"
    one, two = enter("board"), enter("board2")
    assert "A coordinator opens it for the board" in one.page(address).text
    desk = enter("anna")
    case = f"/coordinator/applications/{case_id}"
    assert desk.submit(desk.page(case), to="hand_over").status_code == 302
    assert "The board can open the file now." in desk.page(case).text
    for client in (one, two):
        assert client.submit(client.page(address), to="file").status_code == 303
    assert "A person needs help." in one.page(address).text
    assert one.submit(one.page(address), to="sign-first").status_code == 303
    assert "You have signed first." in one.page(address).text
    page = two.page(address)
    answer = two.submit(page, {"choice": "approve", "reason": ""}, to="decide")
    assert answer.status_code == 422
    answer = two.submit(page, {"choice": "approve", "reason": "It is needed."}, to="decide")
    assert answer.status_code == 303
    assert house.case(case_id).state == "approved"
    two.page(address, status=404)


def test_one_member_alone_does_not_decide(house: House, enter: Enter) -> None:
    case_id, ballot_id = stuck(house)
    board_votes.hand_over(house["anna"], ballot_id, press())
    address = f"/board/ballots/{ballot_id}"
    client, again = enter("board"), enter("board")
    client.submit(client.page(address), to="file")
    page = client.page(address)
    client.submit(page, to="sign-first")
    again.submit(again.page(address), to="file")
    token = again.page(address).find_all("input", name="csrf_token")[0].get("value")
    sent = {"csrf_token": token, "choice": "approve", "reason": "Mine alone."}
    answer = again.post(f"{address}/decide", data=sent)
    assert answer.status_code == 409
    assert house.case(case_id).state == "review"


def test_file_is_not_handed_over_while_somebody_can_step_in(house: House, enter: Enter) -> None:
    case_id, ballot_id = stuck(house)
    desk = enter("anna")
    page = desk.page(f"/coordinator/applications/{case_id}")
    house.add("r4", Role.REVIEWER)
    answer = desk.submit(page, to="hand_over")
    assert answer.status_code == 409
    assert (
        "A coordinator opens it for the board"
        in enter("board").page(f"/board/ballots/{ballot_id}").text
    )
    offered = [form.action for form in desk.page(f"/coordinator/applications/{case_id}").forms]
    assert [action for action in offered if action.endswith("hand_over")] == []
    assert len([action for action in offered if action.endswith("substitutes")]) == 1
