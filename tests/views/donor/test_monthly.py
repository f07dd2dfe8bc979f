"""A monthly gift through the pages: begun, agreed, seen among one's gifts, paused and stopped."""

from __future__ import annotations

from typing import Any

from flask import Flask

from fund_app.jobs.worker import run_worker
from tests.support.application import BASE_URL
from tests.support.client import FundClient
from tests.support.pages import Page
from tests.support.stripe import StripeDouble
from tests.views.donor.test_give import CARD, GIFT, begin, deliver
from tests.views.treasury.test_gifts import signed_in
from workflows.roles import Role


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


def test_transfer_cannot_be_monthly_and_says_what_to_do(client: FundClient) -> None:
    page = client.page("/donate")
    wish = {**GIFT, "rhythm": "monthly", "method": "bank_transfer"}
    answer = client.submit(page, wish, to="/donate")
    assert answer.status_code == 422
    assert "set up a standing order" in Page(answer).text


def test_monthly_gift_is_shared_and_finance_ends_it_for_its_donor(
    app: Flask, client: FundClient, double: StripeDouble
) -> None:
    finance = signed_in(app, Role.FINANCE_OFFICER)
    assert "Nobody gives each month yet." in finance.page("/treasury/monthly-gifts").text
    agree(client, also=["FAM", "LEG"])
    shown = client.page("/donate/monthly").text
    assert "Shared between several purposes" in shown
    assert "Legal defence: €4.16" in shown
    double.book.pay(double.book.every("checkout.session")[0]["id"])
    for _round in range(2):
        deliver(app, client, double)
    assert "€12.50 each month for: Shared between" in client.page("/donate/statements").text
    page = finance.page("/treasury/monthly-gifts?q=leg")
    assert "Together each month €12.50" in page.text
    assert "No monthly gift fits." in finance.page("/treasury/monthly-gifts?q=dig").text
    (link,) = [
        str(each.get("href")) for each in page.find_all("a")
        if str(each.get("href")).startswith("/treasury/monthly-gifts/")
    ]  # fmt: skip
    page = finance.page(link)
    assert "Families and prisoners €4.17" in page.text
    assert "Collected 1" in page.text
    (month,) = [
        str(each.get("href")) for each in page.find_all("a")
        if str(each.get("href")).startswith("/treasury/gifts/")
    ]  # fmt: skip
    assert "Shared between" in finance.page(month).text
    answer = finance.submit(page, {}, to=f"{link}/stop")
    assert (answer.status_code, "Please choose a reason." in Page(answer).text) == (422, True)
    answer = finance.submit(page, {"stop-reason": "donor_asked"}, to=f"{link}/stop")
    assert answer.status_code == 303, Page(answer).text
    run_worker(app, once=True)
    page = finance.page(link)
    assert "Finance ended it: The donor asked for it." in page.text
    assert "End it for the donor" not in page.text
    assert double.book.every("subscription")[0]["status"] == "canceled"
    board = signed_in(app, Role.BOARD_MEMBER)
    assert "End it for the donor" not in board.page(link).text


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
