"""A gift goes back through the pages: finance asks, the board answers, finance records."""

from __future__ import annotations

import pytest
from flask import Flask

from fund_app.jobs.worker import run_worker
from fund_app.queries import ledger
from tests.support.client import FundClient
from tests.support.gifts import deliver, double, give, settings
from tests.support.pages import Page
from tests.support.stripe import StripeDouble
from tests.views.treasury.test_gifts import _funds, record, signed_in
from workflows.roles import Role

__all__ = ["_funds", "double", "settings"]


@pytest.fixture
def finance(app: Flask) -> FundClient:
    return signed_in(app, Role.FINANCE_OFFICER)


@pytest.fixture
def board(app: Flask) -> FundClient:
    return signed_in(app, Role.BOARD_MEMBER)


def ask(client: FundClient, gift: str, amount: str, status: int = 303) -> Page:
    sent = {"ask-amount": amount, "ask-reason": "donor_asked"}
    answer = client.submit(client.page(gift), sent, to="/returns")
    assert answer.status_code == status, Page(answer).text
    return client.page(gift) if status == 303 else Page(answer)


def bank_gift(finance: FundClient, **changes: str) -> str:
    record(finance, **changes)
    page = finance.page("/treasury/gifts")
    return next(
        url for url in page.links.values() if url.startswith("/treasury/gifts/") and len(url) > 40
    )


def test_card_gift_goes_back_in_part(
    app: Flask, finance: FundClient, board: FundClient, double: StripeDouble
) -> None:
    with app.app_context():
        donation, session = give("EMG", 10_000)
        double.book.pay(session)
        deliver(double)
    gift = f"/treasury/gifts/{donation}"
    assert "Waits for the board" in ask(finance, gift, "30,05").text
    page = board.page(gift)
    assert "€30.05 are to go back" in page.text
    assert board.submit(page, to="/agree").status_code == 303
    assert "Stripe is asked to send it back" in board.page(gift).text
    run_worker(app, once=True)
    page = finance.page(gift)
    assert "Gone back" in page.text
    assert "Accepted, partly given back" in page.text
    assert "€69.95" in page.text
    assert [each["amount"] for each in double.book.every("refund")] == [3_005]


def test_bank_gift_goes_back_by_a_line(app: Flask, finance: FundClient, board: FundClient) -> None:
    gift = bank_gift(finance)
    ask(finance, gift, "250")
    board.submit(board.page(gift), to="/agree")
    page = finance.page(gift)
    refused = finance.submit(page, {"sent-day": "2026-07-01", "sent-line": "9/1"}, to="/record")
    assert refused.status_code == 422
    assert "has not come yet" in Page(refused).text
    finance.submit(page, {"sent-day": "2026-06-30", "sent-line": "9/1"}, to="/record")
    assert "Given back" in finance.page(gift).text
    with app.app_context():
        assert ledger.position("GEN", "EUR").spendable == 0


def test_form_keeps_what_was_typed_and_says_what_is_left(finance: FundClient) -> None:
    gift = bank_gift(finance)
    page = ask(finance, gift, "250,01", status=422)
    assert "At most €250.00 is left of this gift." in page.text
    assert page.form("/returns").values["ask-amount"] == ["250,01"]
    assert page.form("/returns").values["ask-reason"] == ["donor_asked"]


def test_request_is_declined_or_taken_back(finance: FundClient, board: FundClient) -> None:
    gift = bank_gift(finance)
    ask(finance, gift, "10")
    board.submit(board.page(gift), to="/decline")
    assert "Declined" in finance.page(gift).text
    page = ask(finance, gift, "20")
    stale = board.page(gift)
    finance.submit(page, to="/withdraw")
    answer = board.submit(stale, to="/agree")
    assert answer.status_code == 409
    assert "has moved on" in Page(answer).text


def test_held_gift_is_refused_by_the_board(finance: FundClient, board: FundClient) -> None:
    gift = bank_gift(finance, amount="10 000")
    assert [form.action for form in board.page(gift).forms if "accept" in form.action] == []
    answer = board.submit(board.page(gift), to="/refuse")
    assert answer.status_code == 422
    answer = board.submit(Page(answer), {"refuse-reason": "source_doubtful"}, to="/refuse")
    assert answer.status_code == 303
    sent = {"sent-day": "2026-06-30", "sent-line": "9/1"}
    finance.submit(finance.page(gift), sent, to="/record")
    assert "Refused" in finance.page(gift).text


def test_unknown_gifts_and_returns_are_not_there(finance: FundClient, board: FundClient) -> None:
    gift = bank_gift(finance)
    token = finance.page(gift).form("/returns").values["ask-csrf_token"][0]
    assert finance.get(f"/treasury/gifts/{'0' * 32}").status_code == 404
    for path in (f"{'0' * 32}/accept", f"{'0' * 32}/returns", f"returns/{'0' * 32}/withdraw"):
        data = {"csrf_token": token, "accept-is_source_known": "y", "ask-amount": "1",
                "ask-reason": "other"}  # fmt: skip
        assert finance.post(f"/treasury/gifts/{path}", data=data).status_code == 404
