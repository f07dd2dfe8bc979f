"""The pages of safe ways to pay: who sees the matrix, changes a cell, stops a way and lifts it."""

from __future__ import annotations

import pytest

from fund_app.extensions import db
from fund_app.services import channels
from tests.support.house import House
from tests.support.pages import Page
from tests.support.staff import Enter
from workflows.channels import ANY, Receipt, Verdict

ADDRESS = "/treasury/channels"
CAUCASUS = Receipt("caucasus")
WORD = {
    "place": "caucasus",
    "channel": "cash_agent",
    "status": "listed",
    "verdict": "discouraged",
    "reason": "agents_watched",
    "resolution": "Board 2026-05-01",
}


def test_cell_is_changed_by_treasury_and_security(house: House, enter: Enter) -> None:
    treasurer, security = enter("treasurer"), enter("security")
    page = treasurer.page(f"{ADDRESS}/change?place=caucasus&channel=cash_agent&status=listed")
    assert page.form("change").values["place"] == ["caucasus"]
    assert treasurer.submit(page, WORD, to="change").status_code == 303
    assert channels.matrix(db.session()).version == 0
    own = treasurer.page(ADDRESS)
    assert "Somebody else has to confirm it." in own.text
    assert security.submit(security.page(ADDRESS), to="confirm").status_code == 303
    db.session.rollback()
    cell = channels.matrix(db.session()).cells["caucasus", "cash_agent", "listed"]
    assert (cell.verdict, cell.version) == (Verdict.DISCOURAGED, 1)
    assert "The matrix, version 1" in security.page(ADDRESS).text


def test_refused_word_keeps_what_was_typed_and_says_what_to_do(house: House, enter: Enter) -> None:
    client = enter("fin1")
    page = client.page(f"{ADDRESS}/change")
    answer = client.submit(page, {**WORD, "reason": ""}, to="change")
    assert answer.status_code == 422
    assert "Please say why" in Page(answer).text
    assert Page(answer).form("change").values["resolution"] == ["Board 2026-05-01"]
    below = {"place": "russia", "channel": "bank_transfer", "status": ANY, "verdict": "allowed"}
    answer = client.submit(page, {**WORD, **below, "reason": ""}, to="change")
    assert answer.status_code == 409
    assert "No fund may allow this" in Page(answer).text
    assert Page(answer).form("change").values["resolution"] == ["Board 2026-05-01"]


def test_way_is_stopped_by_one_and_opened_by_two(house: House, enter: Enter) -> None:
    lead, security, treasurer = enter("anna"), enter("security"), enter("treasurer")
    sent = {"region": "caucasus", "channel": "voucher"}
    assert lead.submit(lead.page(ADDRESS), sent, to="stop").status_code == 303
    assert not channels.is_allowed(db.session(), CAUCASUS, "voucher")
    assert "0 days" in security.page(ADDRESS).text
    assert security.submit(security.page(ADDRESS), to="propose-lift").status_code == 303
    assert "Somebody of the other side has to lift it." in security.page(ADDRESS).text
    assert treasurer.submit(treasurer.page(ADDRESS), to="/lift").status_code == 303
    db.session.rollback()
    assert channels.is_allowed(db.session(), CAUCASUS, "voucher")


def test_matrix_is_searched_filtered_and_paged(house: House, enter: Enter) -> None:
    client = enter("security")
    first = client.page(ADDRESS)
    assert "Next page" in first.links
    assert "Russia" in client.page(f"{ADDRESS}?q=russia&channel=bank_transfer").text
    assert "Nothing in the matrix fits." in client.page(f"{ADDRESS}?q=atlantis").text
    forbidden = client.page(f"{ADDRESS}?verdict=forbidden").text
    assert "A transfer from abroad stays in the bank's records for good." in forbidden
    for odd in ("page=0", "page=9999999", "page=x", "verdict=x", "channel=x"):
        assert client.get(f"{ADDRESS}?{odd}").status_code == 200


@pytest.mark.parametrize("handle", ["r1", "custodian1"])
def test_matrix_is_not_for_everybody(house: House, enter: Enter, handle: str) -> None:
    assert enter(handle).get(ADDRESS).status_code == 404


def test_stopped_way_is_not_offered_with_its_reason(house: House, enter: Enter) -> None:
    """What holds without a key is the group's; the page and the service ask the same function."""
    _, case_id = house.accepted((("legal", 60_000),))
    payment = f"/treasury/disbursements/{house.payment_of(case_id).id}"
    client, finance = enter("security"), enter("fin1")
    assert "Nobody is paid this way there now" not in finance.page(payment).text
    client.submit(client.page(ADDRESS), {"region": "russia", "channel": "voucher"}, to="stop")
    assert "once two people have lifted the stop" in finance.page(payment).text
    db.session.rollback()
    cell = channels.verdicts(db.session(), Receipt("russia"))["voucher"]
    assert (cell.verdict, cell.reason) == (Verdict.FORBIDDEN, "frozen_there")
