"""Publishing on pages: two people, the check's sentence, and what everybody sees then."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from fund_app.queries import pages
from tests.support import awards
from tests.support.client import FundClient
from tests.support.house import House
from tests.support.staff import Enter
from workflows.roles import Role

WINTER, SPRING = date(2025, 2, 3), date(2025, 5, 6)


def figure(client: FundClient, since: str, until: str, by: str = "whole") -> str:
    """Propose a figure on the page; return where one is sent, or what the page says."""
    sent = {"measure": "awarded", "by": by, "since": since, "until": until}
    answer = client.submit(client.page("/board/figures"), sent, to="/board/figures")
    return answer.headers.get("Location") or answer.get_data(as_text=True)


@pytest.fixture
def many(house: House) -> House:
    awards.open_books()
    awards.cases(6, WINTER)
    awards.cases(2, SPRING)
    house.add("second", Role.BOARD_MEMBER)
    return house


def test_figure_goes_from_proposal_to_everybody(
    many: House, enter: Enter, client: FundClient
) -> None:
    assert "No figure has been published yet." in client.page("/figures").text
    address = figure(enter("anna"), "2025-Q1", "2025-Q2")
    assert "Another member of the board has to confirm it." in enter("anna").page(address).text
    board = enter("board")
    page = board.page(address)
    assert "All together at least 5 about €8,000.00" in page.text
    assert board.submit(page, to="confirm").status_code == 303
    shown = client.page("/figures")
    assert "Grants awarded, quarter 1 of 2025 to quarter 2 of 2025" in shown.headings
    assert "All together at least 5 about €8,000.00" in shown.text


def test_figure_that_would_tell_of_few_is_refused_with_what_to_coarsen(
    many: House, enter: Enter
) -> None:
    desk, board = enter("anna"), enter("board")
    address = figure(desk, "2025-Q1", "2025-Q2")
    board.submit(board.page(address), to="confirm")
    told = figure(desk, "2025-Q1", "2025-Q1")
    assert "could work out what concerns fewer than five people" in told
    assert "Please take quarters that do not overlap with it" in told
    assert '<option selected value="2025-Q1">' in told
    assert "Please turn them round" in figure(desk, "2025-Q2", "2025-Q1")
    listed = desk.page("/board/figures?state=refused")
    assert listed.text.count("refused by the check") == 3


def test_grant_is_published_by_two_and_taken_off_by_one(
    many: House, enter: Enter, client: FundClient
) -> None:
    assert client.get("/figures/grants.json").headers["Location"] == "/figures"
    name = awards.designation(awards.cases(1, WINTER)[0])
    desk, board = enter("anna"), enter("board")
    sent = {"designation": name, "reason": "agreed", "description": "Call +49 30 1234567"}
    answer = desk.submit(desk.page("/board/grants"), sent, to="/board/grants")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "a telephone number" in text
    assert "Call +49 30 1234567" in text
    sent["description"] = "A lawyer."
    assert desk.submit(desk.page("/board/grants"), sent, to="/board/grants").status_code == 303
    assert board.submit(board.page("/board/grants"), to="confirm").status_code == 303
    found = json.loads(client.get("/figures/grants.json").get_data(as_text=True))
    assert [grant["description"] for grant in found["grants"]] == ["A lawyer."]
    assert name not in json.dumps(found)
    assert desk.submit(desk.page("/board/grants"), to="withdraw").status_code == 303
    assert client.get("/figures/grants.json").status_code == 303
    assert "No single grant is published." in client.page("/figures").text


def test_lists_are_searched_sorted_and_turned_a_page_at_a_time(
    many: House, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, board = enter("anna"), enter("board")
    assert "No figure has been proposed yet." in desk.page("/board/figures").text
    for since, until in (("2024-Q4", "2025-Q1"), ("2025-Q2", "2025-Q1"), ("2025-Q1", "2025-Q2")):
        figure(desk, since, until)
    monkeypatch.setattr(pages, "SIZE", 1)
    walked, address = [], "/board/figures?sort=since"
    for _page in range(3):
        page = desk.page(address)
        walked += re.findall(r"Grants awarded, quarter (\d) of (\d{4})", page.text)
        address = page.links.get("Next page", "")
    assert walked == [("4", "2024"), ("1", "2025"), ("2", "2025")]
    assert address == ""
    monkeypatch.setattr(pages, "SIZE", 50)
    found = {
        asked: desk.page(f"/board/figures?q={asked}").text.count("Grants awarded, quarter")
        for asked in ("2024", "2025-q1", "2025-Q2", "Anna", "Nobody")
    }
    assert found == {"2024": 1, "2025-q1": 2, "2025-Q2": 1, "Anna": 3, "Nobody": 0}
    assert "No figure fits." in desk.page("/board/figures?state=published").text

    names = [awards.designation(each) for each in awards.cases(2, WINTER)]
    for name, words in zip(names, ("A lawyer.", "A 50% flight."), strict=True):
        sent = {"designation": name, "reason": "agreed", "description": words}
        assert desk.submit(desk.page("/board/grants"), sent, to="/board/grants").status_code == 303
    listed = board.page("/board/grants?q=50%25&sort=-amount").text
    assert names[1] in listed
    assert names[0] not in listed
    assert names[0] in board.page(f"/board/grants?q={names[0].upper()}").text
    assert "No grant fits." in board.page("/board/grants?q=2024").text
    assert names[0] in board.page("/board/grants?q=2025&sort=amount&state=proposed").text


@pytest.mark.parametrize("handle", ["r1", "fin1", "custodian1"])
def test_publishing_is_for_those_who_answer_for_it(house: House, enter: Enter, handle: str) -> None:
    assert house.staff
    enter(handle).page("/board/figures", status=404)
