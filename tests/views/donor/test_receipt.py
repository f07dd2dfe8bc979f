"""A donor asks for a tax receipt, changes it, takes it back; the treasury opens it."""

from __future__ import annotations

import pytest
from flask import Flask

from fund_app.services import people
from tests.support.client import FundClient
from tests.support.pages import Page, without_token
from tests.views.conftest import PASSPHRASE
from tests.views.donor.test_give import begin, keep
from workflows.roles import SYSTEM, Role

WISH = {
    "year": "2026",
    "country": "DE",
    "name": "Ada Zqname",
    "address": "Zqstreet 7, 10115 Zqtown",
}


def staff(app: Flask, role: Role, handle: str = "") -> FundClient:
    """Take somebody on in a role and sign them in."""
    handle = handle or role.value
    with app.app_context():
        people.add(SYSTEM, handle, "Somebody", [role], PASSPHRASE)
    client = FundClient(app, response_wrapper=app.response_class)
    page = client.page("/staff/")
    answer = client.submit(page, {"handle": handle, "passphrase": PASSPHRASE}, to="/staff/")
    assert answer.status_code == 303
    return client


@pytest.fixture
def treasurer(app: Flask) -> FundClient:
    """Sign a treasurer in, in whose time requests are sealed."""
    return staff(app, Role.TREASURER)


def ask(client: FundClient, **changes: str) -> None:
    page = client.page("/donate/receipt")
    answer = client.submit(page, {**WISH, **changes}, to="/donate/receipt")
    assert answer.status_code == 303, Page(answer).text


def test_receipt_is_asked_for_and_opened_with_a_trace(
    app: Flask, client: FundClient, treasurer: FundClient
) -> None:
    begin(client)
    keep(client)
    ask(client)
    mine = client.page("/donate/receipt")
    assert "Sealed for the treasury" in mine.text
    assert "2026, Germany" in mine.text
    assert "Nobody yet." in mine.text
    assert "Zqname" not in mine.response.get_data(as_text=True)
    listing = treasurer.page("/treasury/receipts")
    assert "Germany" in listing.text
    assert b"Zq" not in without_token(listing.response.get_data())
    closed = treasurer.page(listing.links["Show"])
    assert b"Zq" not in without_token(closed.response.get_data())
    opened = Page(treasurer.submit(closed, to=listing.links["Show"]))
    assert "Ada Zqname" in opened.text
    assert "Zqstreet 7, 10115 Zqtown" in opened.text
    assert "Treasurer, June 30, 2026" in client.page("/donate/receipt").text
    assert "Zq" not in treasurer.page(listing.links["Show"]).text


def test_printed_name_of_a_donor_leads_back_to_the_look(
    app: Flask, client: FundClient, treasurer: FundClient
) -> None:
    lead = staff(app, Role.SECURITY_LEAD)
    begin(client)
    keep(client)
    ask(client)
    shown = treasurer.page("/treasury/receipts").links["Show"]
    opened = Page(treasurer.submit(treasurer.page(shown), to=shown))
    [mark] = opened.find_all("p", class_="viewer-mark")
    handle, _, code = "".join(mark.itertext()).split(" · ")
    assert (handle, len(code)) == ("treasurer", 8)
    told = lead.page(f"/security/watch?mark={code}").text
    assert "Opened the name on a tax receipt · 30 Jun 2026, 12:00 UTC" in told


def test_request_is_changed_and_taken_back(
    app: Flask, client: FundClient, treasurer: FundClient
) -> None:
    begin(client)
    keep(client)
    ask(client)
    ask(client, name="Ada Other", country="AT")
    mine = client.page("/donate/receipt")
    assert "2026, Austria" in mine.text
    assert "2026, Germany" not in mine.text
    answer = client.submit(mine, to="/withdraw")
    assert answer.status_code == 303
    assert "Your name and address are destroyed" in client.page("/donate/receipt").text
    assert "Nobody has asked for a receipt." in treasurer.page("/treasury/receipts").text


def test_form_keeps_what_was_typed(client: FundClient, treasurer: FundClient) -> None:
    begin(client)
    keep(client)
    page = client.page("/donate/receipt")
    answer = client.submit(page, {**WISH, "name": ""}, to="/donate/receipt")
    form = Page(answer).form("/donate/receipt")
    assert answer.status_code == 422
    assert "A receipt needs a name." in Page(answer).text
    assert (form.values["address"], form.values["country"]) == ([WISH["address"]], ["DE"])


def test_without_a_treasury_nothing_is_taken(client: FundClient) -> None:
    begin(client)
    keep(client)
    answer = client.submit(client.page("/donate/receipt"), WISH, to="/donate/receipt")
    assert answer.status_code == 409
    assert "Nobody could open this here at the moment" in Page(answer).text
    assert Page(answer).form("/donate/receipt").values["name"] == [WISH["name"]]


def test_list_is_searched_and_sorted(app: Flask, client: FundClient, treasurer: FundClient) -> None:
    begin(client)
    keep(client)
    ask(client)
    assert "Germany" in treasurer.page("/treasury/receipts?q=de&sort=year").text
    assert "Germany" in treasurer.page("/treasury/receipts?q=2026&sort=-year").text
    for search in ("2025", "AT", "Zqname"):
        assert "No request fits." in treasurer.page(f"/treasury/receipts?q={search}").text


def test_foreign_and_unknown_requests_look_the_same(
    app: Flask, client: FundClient, treasurer: FundClient
) -> None:
    begin(client)
    keep(client)
    ask(client)
    shown = treasurer.page("/treasury/receipts").links["Show"]
    stranger = FundClient(app, response_wrapper=app.response_class)
    begin(stranger)
    keep(stranger)
    page = stranger.page("/donate/receipt")
    token = page.form("/donate/receipt").values["csrf_token"][0]
    answers = [
        stranger.post(f"/donate/receipt/{each}/withdraw", data={"csrf_token": token})
        for each in (shown.rpartition("/")[2], "0" * 32)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    late = staff(app, Role.FINANCE_OFFICER)
    closed = late.page(shown)
    refused = late.submit(closed, to=shown)
    assert refused.status_code == 409
    assert "Your key does not open this" in Page(refused).text
    for role in (Role.BOARD_MEMBER, Role.AUDITOR, Role.COORDINATOR, Role.ADMINISTRATOR):
        assert staff(app, role).get(shown).status_code == 404


@pytest.mark.parametrize("blank", ["   ", "\u200b", "\t\n "])
def test_blanks_are_no_name_and_no_address(
    client: FundClient, treasurer: FundClient, blank: str
) -> None:
    begin(client)
    keep(client)
    page = client.page("/donate/receipt")
    for name in ("name", "address"):
        answer = client.submit(page, {**WISH, name: blank}, to="/donate/receipt")
        assert answer.status_code == 422
        assert "A receipt needs a" in Page(answer).text
    assert "Nobody has asked for a receipt." in treasurer.page("/treasury/receipts").text
