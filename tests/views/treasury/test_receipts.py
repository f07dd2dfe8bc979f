"""Receipts over the pages: asked for, issued, taken away, made void; a whole year in turns."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pikepdf
import pytest
from flask import Flask

from fund_app.queries import donations as gifts
from fund_app.services import donations, ledger_grants, told_quarters
from fund_app.services.ledger_facts import Origin
from fund_app.services.ledger_grants import Part
from fund_app.services.transition import Request
from fund_app.services.unit import unit_of_work
from tests.support.client import FundClient
from tests.support.pages import Page, without_token
from tests.support.receipts import FACTS
from tests.views.donor.conftest import _funds, double, settings
from tests.views.donor.test_give import begin, keep
from tests.views.donor.test_receipt import WISH, ask, staff
from workflows.roles import Actor, Role

__all__ = ["_funds", "double", "settings"]

FINANCE = Actor("f" * 32, frozenset({Role.FINANCE_OFFICER}))


@pytest.fixture
def treasurer(app: Flask) -> FundClient:
    return staff(app, Role.TREASURER)


def set_up_issuer(client: FundClient, code: str = "DE") -> None:
    address = f"/treasury/receipts/issuers/{code}"
    answer = client.submit(client.page(address), FACTS[code], to=address)
    assert answer.status_code == 303, Page(answer).text


def arrive(app: Flask, client: FundClient, amount: int, day: date, line: str) -> None:
    """Let money come under the reference of the donor signed in."""
    with app.app_context():
        row = gifts.gifts(sort="-day").rows[0]
        gift = donations.BankGift("GEN", amount, day, row.reference, line, is_source_known=True)
        donations.record_bank_gift(FINANCE, gift, Request(None))


def waiting(app: Flask, client: FundClient, **changes: str) -> None:
    """Let a donor give in the past year by bank transfer and ask for a receipt."""
    begin(client, method="bank_transfer")
    keep(client)
    arrive(app, client, 12_345, date(2025, 3, 4), "one")
    arrive(app, client, 700, date(2025, 5, 6), "two")
    ask(client, year="2025", **changes)


def test_receipt_is_issued_downloaded_by_both_and_made_void(
    app: Flask, client: FundClient, treasurer: FundClient
) -> None:
    waiting(app, client)
    shown = treasurer.page("/treasury/receipts").links["Show"]
    refused = treasurer.submit(treasurer.page(shown), to=f"{shown}/issue")
    assert "Nobody has written down yet who issues" in Page(refused).text
    set_up_issuer(treasurer)
    answer = treasurer.submit(treasurer.page(shown), to=f"{shown}/issue")
    assert answer.status_code == 303
    issued = answer.headers["Location"]
    page = treasurer.page(issued)
    assert "Receipt ZB-2026-00001" in page.text
    assert "€130.45" in page.text
    assert b"Zq" not in without_token(page.response.get_data())
    copy = treasurer.submit(page, to=f"{issued}/copy")
    assert copy.mimetype == "application/pdf"
    mine = client.page("/donate/receipt")
    assert "ZB-2026-00001, gifts of 2025" in mine.text
    own = client.get(mine.links["Download as PDF"])
    with pikepdf.open(BytesIO(copy.data)) as marked, pikepdf.open(BytesIO(own.data)) as clean:
        assert (len(marked.pages), len(clean.pages)) == (2, 2)
    assert own.data != copy.data
    assert "Treasurer, June 30, 2026" in client.page("/donate/receipt").text
    chosen = {"void-reason": "wrong_details"}
    assert treasurer.submit(page, {}, to=f"{issued}/void").status_code == 422
    assert treasurer.submit(treasurer.page(issued), chosen, to=f"{issued}/void").status_code == 303
    assert "ZB-2026-V00001" in treasurer.page(issued).text
    assert client.get(mine.links["Download as PDF"]).status_code == 404
    assert "Please do not use it" in client.page("/donate/receipt").text
    assert "To be made" in treasurer.page("/treasury/receipts").text
    again = treasurer.submit(treasurer.page(shown), to=f"{shown}/issue")
    assert "It replaces a void receipt" in treasurer.page(again.headers["Location"]).text


def test_receipt_is_corrected_on_a_page_that_says_what_changes(
    app: Flask, client: FundClient, treasurer: FundClient
) -> None:
    waiting(app, client)
    set_up_issuer(treasurer)
    shown = treasurer.page("/treasury/receipts").links["Show"]
    issued = treasurer.submit(treasurer.page(shown), to=f"{shown}/issue").headers["Location"]
    page = treasurer.page(treasurer.page(issued).links["See what would change"])
    assert "Can be certified now €130.45" in page.text
    assert b"Zq" not in without_token(page.response.get_data())
    refused = treasurer.submit(page, {}, to=f"{issued}/correct")
    assert (refused.status_code, "Please choose a reason." in Page(refused).text) == (422, True)
    answer = treasurer.submit(page, {"correct-reason": "wrong_amount"}, to=f"{issued}/correct")
    assert answer.status_code == 303
    page = treasurer.page(answer.headers["Location"])
    assert "Receipt ZB-2026-00002" in page.text
    assert treasurer.page(page.links["It replaces a void receipt"]).text.count("V00001") == 1
    assert treasurer.get(f"{issued}/correct").status_code == 404
    assert "ZB-2026-00002, gifts of 2025" in client.page("/donate/receipt").text


def test_donor_closes_their_copy(app: Flask, client: FundClient, treasurer: FundClient) -> None:
    waiting(app, client)
    set_up_issuer(treasurer)
    shown = treasurer.page("/treasury/receipts").links["Show"]
    treasurer.submit(treasurer.page(shown), to=f"{shown}/issue")
    mine = client.page("/donate/receipt")
    file = mine.links["Download as PDF"]
    stranger = FundClient(app, response_wrapper=app.response_class)
    begin(stranger)
    keep(stranger)
    assert stranger.get(file).status_code == 404
    assert client.get(file).status_code == 200
    assert client.submit(mine, to="/close").status_code == 303
    assert client.get(file).status_code == 404
    assert "Your copy is closed" in client.page("/donate/receipt").text


def test_year_is_issued_in_turns_and_listed_by_number(
    app: Flask, client: FundClient, treasurer: FundClient
) -> None:
    years = "/treasury/receipts/years"
    assert "No year has been begun yet." in treasurer.page(years).text
    assert "No receipt has been issued yet." in treasurer.page("/treasury/receipts/issued").text
    nothing = treasurer.submit(treasurer.page(years), {"year": "2025"}, to=years)
    assert (nothing.status_code, "Nobody waits for" in Page(nothing).text) == (409, True)
    waiting(app, client, country="FR")
    set_up_issuer(treasurer, "INT")
    begun = treasurer.submit(treasurer.page(years), {"year": "2025"}, to=years)
    batch = begun.headers["Location"]
    assert "0 of 1" in treasurer.page(batch).text
    assert treasurer.submit(treasurer.page(batch), to=f"{batch}/go-on").status_code == 303
    page = treasurer.page(batch)
    assert ("1 of 1" in page.text, "Finished" in page.text) == (True, True)
    listing = "/treasury/receipts/issued"
    auditor = staff(app, Role.AUDITOR)
    for search in ("INT-2026-00001", "INT", "2025", ""):
        assert "INT-2026-00001" in auditor.page(f"{listing}?q={search}&sort=-total").text
    for search in ("ZB", "INT-2026-2", "Zqname", "1999"):
        assert "No receipt fits." in treasurer.page(f"{listing}?q={search}").text
    shown = auditor.page(auditor.page(listing).links["INT-2026-00001"])
    assert "Download a copy" not in shown.text


def test_issuer_form_keeps_what_was_typed_and_says_what_is_missing(treasurer: FundClient) -> None:
    address = "/treasury/receipts/issuers/DE"
    facts = {**FACTS["DE"], "tax_office": "", "assessment_period": ""}
    answer = treasurer.submit(treasurer.page(address), facts, to=address)
    page = Page(answer)
    assert answer.status_code == 422
    assert page.text.count("A receipt of this country needs this.") >= 2
    assert page.form(address).values["tax_number"] == [FACTS["DE"]["tax_number"]]
    set_up_issuer(treasurer)
    assert "Receipts can be issued" in treasurer.page("/treasury/receipts/issuers").text
    old = {**FACTS["DE"], "notice_day": "2019-01-01"}
    treasurer.submit(treasurer.page(address), old, to=address)
    assert "The notice is too old" in treasurer.page("/treasury/receipts/issuers").text
    assert treasurer.get("/treasury/receipts/issuers/XX").status_code == 404


def test_gift_aid_is_declared_and_cancelled(
    app: Flask, client: FundClient, treasurer: FundClient
) -> None:
    set_up_issuer(treasurer, "GB")
    begin(client)
    keep(client)
    details = {"name": WISH["name"], "address": WISH["address"], "with_past": "y"}
    page = client.page("/donate/gift-aid")
    refused = client.submit(page, details, to="/donate/gift-aid")
    assert refused.status_code == 422
    assert Page(refused).form("/donate/gift-aid").values["name"] == [WISH["name"]]
    answer = client.submit(page, {**details, "understood": "y"}, to="/donate/gift-aid")
    assert answer.status_code == 303
    held = client.page("/donate/gift-aid")
    assert "for gifts from June 30, 2022 on" in held.text
    shown = held.response.get_data(as_text=True)
    assert WISH["name"] not in shown
    assert WISH["address"] not in shown
    assert client.submit(held, to="/donate/gift-aid/cancel").status_code == 303
    assert "Your declaration" not in client.page("/donate/gift-aid").text


def test_fund_report_is_shown_and_printed_and_wants_quarters_in_order(
    app: Flask, client: FundClient, treasurer: FundClient
) -> None:
    assert (
        "No quarter of the books is finished yet." in treasurer.page("/treasury/fund-report").text
    )
    waiting(app, client)
    with app.app_context():
        told_quarters.freeze()
    shown = treasurer.page("/treasury/fund-report?fund=EMG&since=2025-Q1&until=2025-Q2")
    assert "€130.45" in shown.text
    printed = treasurer.get(shown.links["Download as PDF"])
    assert printed.data.startswith(b"%PDF")
    wrong = "/treasury/fund-report?fund=EMG&since=2025-Q2&until=2025-Q1"
    assert treasurer.get(wrong).status_code == 422
    assert treasurer.get(wrong.replace("report", "report/file")).status_code == 404
    assert (
        treasurer.get("/treasury/fund-report?fund=XX&since=2025-Q1&until=2025-Q1").status_code
        == 404
    )


def test_fund_report_of_few_cases_is_refused_and_says_what_can_be_told(
    app: Flask, client: FundClient, treasurer: FundClient
) -> None:
    waiting(app, client)
    with app.app_context(), unit_of_work() as session:
        case = Origin("one", date(2025, 5, 2), ("application", "a" * 32), "f" * 32)
        ledger_grants.approve_grant(session, case, "EMG", [Part(500)], "EUR")
    with app.app_context():
        told_quarters.freeze()
    few = "/treasury/fund-report?fund=EMG&since=2025-Q1&until=2025-Q2"
    refused = treasurer.get(few)
    assert refused.status_code == 422
    assert "Too few cases lie between these quarters" in Page(refused).text
    assert "or end with: Quarter 4 of 2024, Quarter 1 of 2025." in Page(refused).text
    assert treasurer.get(few.replace("report", "report/file")).status_code == 404
