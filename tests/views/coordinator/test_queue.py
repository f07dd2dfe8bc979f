from __future__ import annotations

import pytest

from fund_app.services import applications
from tests.support.desk import Desk
from tests.support.house import press
from tests.support.pages import Page
from tests.support.queries import QueryCounter

QUEUE = "/coordinator/applications"
MOST = 6


def names(page: Page) -> list[str]:
    """Return the cases of a page in their order."""
    cells = page.find_all("th", scope="row")
    return ["".join(cell.find(".//a").itertext()) for cell in cells]  # type: ignore[union-attr]


def name(desk: Desk, case_id: str) -> str:
    return desk.house.case(case_id).designation


def test_queue_is_ordered_by_the_time_left_and_tells_late_from_running(desk: Desk) -> None:
    _a, first = desk.house.submitted()
    desk.house.clock.advance(hours=20)
    _a, second = desk.house.submitted()
    desk.house.clock.advance(hours=5)
    page = desk.see("anna", QUEUE)
    assert names(page) == [name(desk, first), name(desk, second)]
    assert "1 hour over" in page.text
    assert "19 hours left" in page.text


def test_queue_shows_a_clock_that_stands_still_with_its_hold(desk: Desk) -> None:
    _a, case_id = desk.house.submitted()
    applications.acknowledge(desk.house["anna"], case_id, press())
    applications.request_info(desk.house["anna"], case_id, ["Who?"], press())
    page = desk.see("anna", QUEUE)
    assert "Decide ‖stands still" in page.text
    assert "Waiting for the applicant's answers" in page.text


def test_urgent_case_overtakes(desk: Desk) -> None:
    _a, calm = desk.house.submitted()
    desk.house.clock.advance(hours=2)
    _a, urgent = desk.house.submitted()
    for case_id, band in ((calm, "standard"), (urgent, "life_threat")):
        applications.acknowledge(desk.house["anna"], case_id, press())
        applications.set_band(desk.house["anna"], case_id, band, press())
    page = desk.see("anna", QUEUE)
    assert names(page) == [name(desk, urgent), name(desk, calm)]
    assert "Life in danger" in page.text


def test_queue_costs_the_same_at_one_row_and_at_three(
    desk: Desk, query_counter: QueryCounter
) -> None:
    counts = []
    client = desk.browser("anna")
    for cases in (1, 2):
        for _ in range(cases):
            desk.house.submitted()
        with query_counter() as counted:
            page = client.page(QUEUE)
        counts.append((len(names(page)), counted.count))
    assert counts == [(1, MOST), (3, MOST)]


def test_filters_stay_in_the_address_and_narrow(desk: Desk) -> None:
    _a, mine = desk.house.submitted()
    _a, other = desk.house.submitted()
    applications.acknowledge(desk.house["anna"], mine, press())
    assert names(desk.see("anna", f"{QUEUE}?lead=me")) == [name(desk, mine)]
    assert names(desk.see("anna", f"{QUEUE}?lead=none")) == [name(desk, other)]
    assert names(desk.see("anna", f"{QUEUE}?state=triage")) == [name(desk, mine)]
    found = desk.see("anna", f"{QUEUE}?q={name(desk, other).lower()}&state=submitted")
    assert names(found) == [name(desk, other)]
    assert found.form("/coordinator/applications").values["state"] == ["submitted"]
    assert "q=" in found.links["Ended"]


def test_empty_queue_says_so(desk: Desk) -> None:
    assert "Nothing waits here. Well done." in desk.see("anna", QUEUE).text
    narrowed = desk.see("anna", f"{QUEUE}?q=nobody")
    assert "No case is like this." in narrowed.text
    assert narrowed.links["Show all"] == QUEUE


def test_ended_cases_have_a_view_of_their_own_and_drafts_none(desk: Desk) -> None:
    desk.house.draft()
    applicant, case_id = desk.house.submitted()
    applications.withdraw(applicant, case_id, press())
    assert names(desk.see("anna", QUEUE)) == []
    page = desk.see("anna", f"{QUEUE}?view=ended")
    assert names(page) == [name(desk, case_id)]
    assert "Withdrawn" in page.text


@pytest.mark.parametrize(
    "query",
    ["after=not-a-cursor", "state=nothing&band=%00", "view=x&lead=%F0%9F%98%80", "q=%25_%27"],
)
def test_odd_addresses_show_the_queue(desk: Desk, query: str) -> None:
    desk.see("anna", f"{QUEUE}?{query}")


@pytest.mark.parametrize("handle", ["r1", "chair", "fin1", "treasurer", "board", "security"])
def test_other_roles_find_no_queue(desk: Desk, handle: str) -> None:
    desk.see(handle, QUEUE, 404)
