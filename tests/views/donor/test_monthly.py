"""A monthly gift through the pages: begun, agreed, seen among one's gifts, paused and stopped."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from fund_app.jobs.worker import run_worker
from tests.support.application import BASE_URL
from tests.support.client import FundClient
from tests.support.pages import Page
from tests.support.stripe import StripeDouble
from tests.views.donor.test_give import CARD, GIFT, begin, deliver


def agree(client: FundClient, **changes: Any) -> str:
    """Begin a monthly gift and go on to its page; returns that page's address."""
    assert begin(client, rhythm="monthly", **changes).endswith("/donate/codename")
    answer = client.submit(client.page("/donate/codename"), to="/donate/codename")
    assert answer.headers["Location"].endswith("/donate/monthly")
    page = client.page("/donate/monthly")
    assert "You can stop at any time" in page.text
    answer = client.submit(page, CARD, to="/donate/monthly")
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def act(client: FundClient, word: str) -> None:
    page = client.page("/donate/statements")
    (form,) = [
        each for each in page.find_all("form", class_="action-form")
        if str(each.get("action")).endswith(f"/{word}")
    ]  # fmt: skip
    assert client.submit(page, {}, to=str(form.get("action"))).status_code == 303


def test_monthly_gift_from_the_form_to_the_last_month(
    app: Flask, client: FundClient, double: StripeDouble
) -> None:
    address = agree(client)
    (session,) = double.book.every("checkout.session")
    assert address == session["url"]
    assert "within the hour" in session["asked"]["custom_text"]["submit"]["message"]
    double.book.pay(session["id"])
    for _round in range(2):
        deliver(app, client, double)
    assert "It is collected each month." in client.page("/donate/done").text
    page = client.page("/donate/statements")
    assert "€12.50 each month for: Emergency support" in page.text
    assert "Months paid: 1" in page.text
    act(client, "pause")
    assert "Paused: nothing is collected." in client.page("/donate/statements").text
    act(client, "resume")
    act(client, "stop")
    run_worker(app, once=True)
    assert "Ended: nothing more is collected." in client.page("/donate/statements").text
    assert double.book.every("subscription")[0]["status"] == "canceled"


def test_refused_card_is_told_plainly(app: Flask, client: FundClient, double: StripeDouble) -> None:
    agree(client)
    double.book.pay(double.book.every("checkout.session")[0]["id"], "RU")
    deliver(app, client, double)
    assert "This card was refused" in client.page("/donate/done").text
    assert "Refused: the card's country." in client.page("/donate/statements").text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"method": "bank_transfer"}, "set up a standing order"),
        ({"also": ["FAM"]}, "A monthly gift is for one purpose."),
    ],
)
def test_what_cannot_be_monthly_is_said(
    client: FundClient, changes: dict[str, Any], sentence: str
) -> None:
    page = client.page("/donate")
    answer = client.submit(page, {**GIFT, "rhythm": "monthly", **changes}, to="/donate")
    assert answer.status_code == 422
    assert sentence in Page(answer).text


def test_foreign_monthly_gift_is_not_there(
    app: Flask, client: FundClient, double: StripeDouble
) -> None:
    agree(client)
    token = client.page("/donate/monthly").form("/donate/monthly").values["csrf_token"]
    here = {"Referer": f"{BASE_URL}/donate/monthly", "Origin": BASE_URL}
    for word in ("pause", "resume", "stop"):
        address = f"/donate/monthly/{'0' * 32}/{word}"
        answer = client.post(address, data={"csrf_token": token}, headers=here)
        assert answer.status_code == 404


def test_shared_gift_says_so(app: Flask, client: FundClient, double: StripeDouble) -> None:
    begin(client, also=["FAM", "LEG"])
    client.submit(client.page("/donate/codename"), to="/donate/codename")
    assert "Shared between several purposes" in client.page("/donate/statements").text


def test_debit_under_way_says_that_it_takes_days(
    app: Flask, client: FundClient, double: StripeDouble
) -> None:
    begin(client)
    client.submit(client.page("/donate/codename"), to="/donate/codename")
    client.submit(client.page("/donate/payment"), CARD, to="/donate/payment")
    double.book.debit(double.book.every("checkout.session")[0]["id"])
    deliver(app, client, double)
    assert "nothing of it is counted" in client.page("/donate/done").text
    assert "On its way: a debit takes some days" in client.page("/donate/statements").text
