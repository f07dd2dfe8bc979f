"""Answers that do not count, as the security lead meets them: no name, no word."""

from __future__ import annotations

from fund_app.services import referees
from fund_app.services.referees import Asking
from tests.support.house import House, press
from tests.support.staff import Enter

LIST = "/security/referees"
GIVEN = {"name": "Anya", "how": "Sentinel words.", "freely": "somebody"}


def answered(house: House, freely: str) -> str:
    """Return a case of which a referee has answered."""
    _, case_id = house.submitted()
    asking = Asking(None, "found", "existence", "en", agreed=True)
    invitation = referees.ask(house["anna"], case_id, asking, press())
    assert invitation is not None
    referees.answer(invitation.lookup, invitation.code, {**GIVEN, "freely": freely}, press())
    return house.case(case_id).designation


def test_only_what_does_not_count_is_listed_until_somebody_has_looked(
    house: House, enter: Enter
) -> None:
    flagged, free = answered(house, "somebody"), answered(house, "freely")
    client = enter("security")
    page = client.page(LIST)
    assert flagged in page.text
    assert free not in page.text
    assert "Sentinel" not in page.text
    for _ in range(2):
        assert client.submit(page, to="/seen").status_code == 303
    assert "No answer is like this." in client.page(LIST).text
    assert flagged in client.page(f"{LIST}?view=seen").text


def test_list_is_searched_by_the_name_of_the_case(house: House, enter: Enter) -> None:
    first, second = answered(house, "somebody"), answered(house, "unsaid")
    page = enter("security").page(f"{LIST}?q={first.lower()}")
    assert first in page.text
    assert second not in page.text
    assert "No answer is like this." in enter("security").page(f"{LIST}?q=%25").text


def test_others_find_no_list(house: House, enter: Enter) -> None:
    for handle in ("anna", "r1", "treasurer"):
        enter(handle).page(LIST, status=404)
