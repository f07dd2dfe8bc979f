"""Pledges, gifts in kind and the reconciliation on the pages of finance and the board."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from fund_app.queries import ledger
from fund_app.services import ledger_chart, stripe_readings
from fund_app.services.unit import unit_of_work
from tests.support.client import FundClient
from tests.support.gifts import double, settings
from tests.support.pages import Page
from tests.support.stripe import StripeDouble
from tests.views.treasury.test_gifts import record as record_transfer
from tests.views.treasury.test_gifts import signed_in
from workflows.roles import Role

__all__ = ["double", "settings"]

PLEDGE = {
    "amount": "900,00", "fund": "GEN", "source": "foundation", "first": "2026-08-15",
    "count": "3", "months": "3",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _funds(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        ledger_chart.seed_chart(session)


@pytest.fixture
def finance(app: Flask) -> FundClient:
    return signed_in(app, Role.FINANCE_OFFICER)


def offered(client: FundClient, **changes: Any) -> str:
    page = client.page("/treasury/pledges/record")
    answer = client.submit(page, {**PLEDGE, **changes}, to="/treasury/pledges/record")
    assert answer.status_code == 303, Page(answer).text
    return str(answer.headers["Location"])


def press(client: FundClient, address: str, action: str, **fields: str) -> Any:
    return client.submit(client.page(address), fields, to=f"{address}/{action}")


def test_small_pledge_from_the_form_to_fulfilled(app: Flask, finance: FundClient) -> None:
    address = offered(finance)
    assert press(finance, address, "accept").status_code == 303
    page = finance.page(address)
    assert page.text.count("€300.00") >= 3
    reference = re.search(r"[A-Z2-9]{10}", page.text)
    assert reference is not None
    record_transfer(finance, amount="900,00", reference=reference[0].lower())
    page = finance.page(address)
    assert "Fulfilled" in page.text
    assert "Arrived" in page.text
    with app.app_context():
        assert ledger.position("GEN", "EUR").spendable == 900_00
    listed = finance.page(f"/treasury/pledges?q={reference[0]}")
    assert "Fulfilled" in listed.text
    assert "No pledge fits." in finance.page("/treasury/pledges?q=ZZZZ").text


def test_restricted_pledge_needs_the_boards_three_points(app: Flask, finance: FundClient) -> None:
    address = offered(finance, fund="EMG")
    refused = press(finance, address, "accept")
    assert "so the board looks at it first" in Page(refused).text
    assert press(finance, address, "screen").status_code == 303
    board = signed_in(app, Role.BOARD_MEMBER)
    answer = press(board, address, "end/decline")
    assert answer.status_code == 422
    assert "Please choose a reason." in Page(answer).text
    press(board, address, "end/decline", **{"decline-reason": "other"})
    assert "Declined" in board.page(address).text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"amount": ""}, "Please write the amount."),
        ({"count": "0"}, "Between 1 and 60 instalments are possible."),
        ({"amount": "0,02", "count": "3"}, "too small for so many instalments"),
        ({"first": ""}, "Please give a day."),
        ({"first": "9999-12-31"}, "Please check the year."),
    ],
)
def test_form_keeps_what_was_typed(
    finance: FundClient, changes: dict[str, str], sentence: str
) -> None:
    page = finance.page("/treasury/pledges/record")
    answer = finance.submit(page, {**PLEDGE, **changes}, to="/treasury/pledges/record")
    assert answer.status_code == 422
    assert sentence in Page(answer).text
    assert Page(answer).form("/record").values["source"] == ["foundation"]


def test_gift_in_kind_is_recorded_and_struck_and_never_posted(
    app: Flask, finance: FundClient
) -> None:
    page = finance.page("/treasury/gifts-in-kind/record")
    gift = {"category": "translation", "quantity": "12", "value": "600", "fund": "GEN",
            "day": "2026-06-20"}  # fmt: skip
    late = finance.submit(page, {**gift, "day": "2027-01-01"}, to="/treasury/gifts-in-kind/record")
    assert "This day has not come yet." in Page(late).text
    answer = finance.submit(page, gift, to="/treasury/gifts-in-kind/record")
    assert answer.status_code == 303
    again = finance.submit(page, gift, to="/treasury/gifts-in-kind/record")
    assert again.status_code == 303
    page = finance.page("/treasury/gifts-in-kind")
    assert page.text.count("€600.00") == 1
    with app.app_context():
        assert ledger.trial_balance() == ()
    (form,) = [
        each for each in page.find_all("form", class_="action-form")
        if "/strike" in str(each.get("action"))
    ]  # fmt: skip
    assert finance.submit(page, {}, to=str(form.get("action"))).status_code == 303
    assert "Struck on" in finance.page("/treasury/gifts-in-kind").text


def test_hostile_source_is_held_and_cannot_be_accepted(app: Flask, finance: FundClient) -> None:
    answer = record_transfer(finance, source="state_body", is_source_known="y")
    address = str(answer.headers["Location"])
    assert "It can only go back." in finance.page(address).text
    refused = press(finance, address, "accept", **{"accept-is_source_known": "y"})
    assert "has to be looked at" in Page(refused).text


def test_reconciliation_is_read_on_demand(
    app: Flask, finance: FundClient, double: StripeDouble
) -> None:
    assert "No reading has been taken yet." in finance.page("/treasury/stripe").text
    page = finance.page("/treasury/stripe")
    assert finance.submit(page, {}, to="/treasury/stripe").status_code == 303
    assert "The account is being read." in finance.page("/treasury/stripe").text
    double.book.move("adjustment", "other_adjustment", 123, 0, {"currency": "eur", "id": "x"})
    with app.app_context():
        stripe_readings.take()
    page = finance.page("/treasury/stripe")
    assert "There are differences" in page.text
    assert "€1.23" in page.text
    auditor = signed_in(app, Role.AUDITOR)
    assert "There are differences" in auditor.page("/treasury/stripe").text


def test_empty_pages_say_so_and_reviewers_see_none(app: Flask, finance: FundClient) -> None:
    assert "Nothing has been pledged yet." in finance.page("/treasury/pledges").text
    assert "Nothing has been given in kind yet." in finance.page("/treasury/gifts-in-kind").text
    reviewer = signed_in(app, Role.REVIEWER)
    for path in ("pledges", "gifts-in-kind", "stripe"):
        assert reviewer.get(f"/treasury/{path}").status_code == 404
