"""Finance records bank transfers and finds gifts."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from fund_app.models.donations import Method
from fund_app.queries import ledger
from fund_app.services import donations, ledger_chart, people
from fund_app.services.unit import unit_of_work
from tests.support.client import FundClient
from tests.support.pages import Page
from tests.views.conftest import PASSPHRASE
from workflows.roles import SYSTEM, Role

LINE = {"amount": "250,00", "day": "2026-06-29", "reference": "", "line": "12/3", "fund": "GEN"}


@pytest.fixture(autouse=True)
def _funds(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        ledger_chart.seed_chart(session)


def signed_in(app: Flask, role: Role) -> FundClient:
    """Take somebody on in a role and sign them in."""
    with app.app_context():
        people.add(SYSTEM, role.value, "Somebody", [role], PASSPHRASE)
    client = FundClient(app, response_wrapper=app.response_class)
    page = client.page("/staff/")
    answer = client.submit(page, {"handle": role.value, "passphrase": PASSPHRASE}, to="/staff/")
    assert answer.status_code == 303
    return client


@pytest.fixture
def finance(app: Flask) -> FundClient:
    """Sign a finance officer in."""
    return signed_in(app, Role.FINANCE_OFFICER)


def record(client: FundClient, **changes: Any) -> Any:
    page = client.page("/treasury/gifts/record")
    return client.submit(page, {**LINE, **changes}, to="/treasury/gifts/record")


def bank(app: Flask, fund: str) -> int:
    with app.app_context():
        return ledger.position(fund, "EUR").spendable


def test_transfer_without_reference_goes_to_the_unmatched(app: Flask, finance: FundClient) -> None:
    answer = record(finance)
    assert answer.status_code == 303
    page = finance.page("/treasury/gifts")
    assert "The gift is recorded and in the ledger." in page.text
    assert "nobody yet" in page.text
    assert bank(app, "GEN") == 25_000


def test_transfer_finds_the_donor_by_reference_in_any_form(app: Flask, finance: FundClient) -> None:
    with app.app_context():
        begun = donations.begin(
            donations.Wish("EMG", 25_000, Method.BANK_TRANSFER),
            language="en",
            request_id="r1",
        )
    typed = f"gift {begun.reference[:5].lower()} {begun.reference[5:]}"
    record(finance, reference=typed.removeprefix("gift "))
    page = finance.page("/treasury/gifts")
    assert "by codename" in page.text
    assert (bank(app, "EMG"), bank(app, "GEN")) == (25_000, 0)
    record(finance, reference=begun.reference, line="12/4", amount="10")
    assert bank(app, "EMG") == 26_000
    assert finance.page("/treasury/gifts").text.count("by codename") == 2


def test_same_line_is_not_booked_twice(app: Flask, finance: FundClient) -> None:
    record(finance)
    answer = record(finance)
    assert answer.status_code == 409
    assert "recorded already" in Page(answer).text
    assert bank(app, "GEN") == 25_000


def test_same_form_sent_twice_is_one_gift(app: Flask, finance: FundClient) -> None:
    page = finance.page("/treasury/gifts/record")
    assert page.form("/treasury/gifts/record").values["fund"] == ["GEN"]
    for _ in range(2):
        assert finance.submit(page, LINE, to="/record").status_code == 303
    assert bank(app, "GEN") == 25_000


def test_large_gift_nobody_has_looked_into_is_held(app: Flask, finance: FundClient) -> None:
    answer = record(finance, amount="10 000")
    page = finance.page(str(answer.headers["Location"]))
    assert "held until somebody has looked into it" in page.text
    answer = finance.submit(page, {}, to="/accept")
    assert answer.status_code == 422
    assert "Please look first" in Page(answer).text
    answer = finance.submit(Page(answer), {"accept-is_source_known": "y"}, to="/accept")
    assert "The gift is accepted" in finance.page(str(answer.headers["Location"])).text
    assert bank(app, "GEN") == 1_000_000


def test_large_gift_whose_source_is_known_is_accepted(app: Flask, finance: FundClient) -> None:
    record(finance, amount="10 000", is_source_known="y")
    assert "Accepted" in finance.page("/treasury/gifts").text
    assert bank(app, "GEN") == 1_000_000


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"day": "2026-07-01"}, "has not come yet"),
        ({"day": "1999-01-01"}, "check the year"),
        ({"day": "soon"}, "Not a valid date"),
        ({"amount": "0"}, "above zero"),
        ({"line": ""}, "no line is booked twice"),
        ({"fund": "NOPE"}, "Not a valid choice"),
    ],
)
def test_form_refuses_with_a_sentence(
    finance: FundClient, changes: dict[str, str], sentence: str
) -> None:
    answer = record(finance, **changes)
    assert answer.status_code == 422
    assert sentence in Page(answer).text


def test_list_is_searched_sorted_and_empty_in_words(app: Flask, finance: FundClient) -> None:
    assert "No gift has arrived yet." in finance.page("/treasury/gifts").text
    for number, amount in enumerate(("10", "30", "20")):
        record(finance, amount=amount, line=f"1/{number}", fund="LEG" if number else "GEN")
    text = finance.page("/treasury/gifts?sort=amount").text
    assert text.index("€10.00") < text.index("€20.00") < text.index("€30.00")
    text = finance.page("/treasury/gifts?sort=-amount&q=leg").text
    assert text.index("€30.00") < text.index("€20.00")
    assert "€10.00" not in text
    assert "No gift fits." in finance.page("/treasury/gifts?q=NOTHERE").text


def test_list_has_pages(app: Flask, finance: FundClient) -> None:
    with app.app_context():
        for number in range(60):
            donations.begin(
                donations.Wish("GEN", 1_000 + number, Method.BANK_TRANSFER),
                language="en",
                request_id=f"r{number}",
                holder_id=f"{1:032x}",
            )
    first = finance.page("/treasury/gifts?sort=amount")
    assert "€10.49" in first.text
    assert "€10.50" not in first.text
    second = finance.page(first.links["Next page"])
    assert "€10.50" in second.text
    assert "€10.59" in second.text


@pytest.mark.parametrize(
    ("role", "reads", "records"),
    [
        (Role.TREASURER, 200, 404),
        (Role.AUDITOR, 200, 404),
        (Role.BOARD_MEMBER, 200, 404),
        (Role.COORDINATOR, 404, 404),
        (Role.REVIEWER, 404, 404),
    ],
)
def test_others_read_at_most(app: Flask, role: Role, reads: int, records: int) -> None:
    client = signed_in(app, role)
    assert client.get("/treasury/gifts").status_code == reads
    assert client.get("/treasury/gifts/record").status_code == records
