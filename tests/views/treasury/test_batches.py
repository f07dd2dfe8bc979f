"""Payment files through the pages: made by one, seen and released by another, answered by hand."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from io import BytesIO

import pytest
from sqlalchemy import select

from config import Settings
from fund_app.extensions import db
from fund_app.models.batches import PayoutLine
from fund_app.services.disbursements import BankLine
from tests.support.bank_reports import NAME, report
from tests.support.house import House
from tests.support.pages import Page
from tests.support.queries import QueryCounter
from tests.support.staff import Enter

LIST = "/treasury/batches"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Return settings with an account of the fund's own."""
    return replace(settings, bank_holder="Konto Sieben", bank_iban="DE89370400440532013000")


def released(house: House, account: str = "NL91 ABNA 0417 1643 00") -> tuple[str, str]:
    """Return a case with a released payment to an account, and the payment's id."""
    _, case_id = house.released(
        (("legal", 100_000),),
        region="caucasus",
        payout_channel="bank_transfer",
        payee_name="Мария Проба А-0017",
        payee_account=account,
    )
    return case_id, house.payment_of(case_id).id


def test_file_is_made_by_one_released_by_another_and_answered(house: House, enter: Enter) -> None:
    case_id, payment_id = released(house)
    maker, releaser = enter("fin1"), enter("treasurer")
    assert "No payment file has been made yet." in releaser.page(LIST).text
    answer = maker.submit(maker.page(f"{LIST}/new"), {"payments": [payment_id]}, to="new")
    assert answer.status_code == 303
    address = answer.headers["Location"]
    assert "another person releases it" in maker.page(address).text

    closed = releaser.page(address)
    assert "Open the names first" in closed.text
    assert "0417" not in closed.text
    opened = Page(releaser.submit(closed, to="names"))
    assert "Мария Проба А-0017" in opened.text
    assert "Mariya Proba A-0017" in opened.text
    assert "NL91ABNA0417164300" in opened.text
    assert releaser.submit(opened, to="release").status_code == 303

    first = maker.submit(maker.page(address), to="file")
    again = releaser.submit(releaser.page(address), to="file")
    assert first.get_data() == again.get_data()
    assert first.mimetype == "application/xml"
    assert hashlib.sha256(first.get_data()).hexdigest() in maker.page(address).text

    wrong = maker.submit(maker.page(address), {"answer-verdict": "partly"}, to="answer")
    assert wrong.status_code == 422
    assert "Please mark the lines" in Page(wrong).text
    sent = maker.submit(maker.page(address), {"answer-verdict": "accepted"}, to="answer")
    assert sent.status_code == 303
    assert house.payment_of(case_id).state == "sent"


def test_banks_answer_is_taken_in_as_a_file_after_it_was_shown(house: House, enter: Enter) -> None:
    case_id, payment_id = released(house)
    maker, releaser = enter("fin1"), enter("treasurer")
    assert releaser.get(f"{LIST}/report").status_code == 404
    made = maker.submit(maker.page(f"{LIST}/new"), {"payments": [payment_id]}, to="new")
    address = made.headers["Location"]
    releaser.submit(Page(releaser.submit(releaser.page(address), to="names")), to="release")
    maker.submit(maker.page(address), to="file")
    reference, number = house.payment_of(case_id).reference, batch_number(payment_id)

    def upload(content: bytes) -> Page:
        sent = {"file": (BytesIO(content), "status.xml")}
        page = maker.page(f"{LIST}/report")
        return Page(maker.submit(page, sent, to="report", content_type="multipart/form-data"))

    assert "This is not a status report of a bank (pain.002)." in upload(b"").text
    assert "There is no payment file of this number here. (OTHER)" in upload(report("OTHER")).text
    foreign = upload(report(number, {"STRANGE": ("ACSP", "")}))
    assert "do not stand in the file it speaks of. (STRANGE) Nothing of it" in foreign.text
    shown = upload(report(number, {reference: ("RJCT", "AC04")}, group="PART"))
    assert "refused (AC04 – account closed)" in shown.text
    assert "counts as failed; it is still owed" in shown.text
    assert NAME not in shown.text
    assert house.payment_of(case_id).state == "exported"
    assert maker.submit(shown, to="take-in").status_code == 303
    assert house.payment_of(case_id).state == "failed"
    again = upload(report(number, {reference: ("RJCT", "AC04")}, group="PART"))
    assert "is so already" in again.text
    done = maker.submit(again, to="take-in")
    assert "It changes nothing that is not known already." in maker.page(done.location).text


def batch_number(payment_id: str) -> str:
    """Return the number of the file a payment stands in."""
    db.session.rollback()
    line = db.session.scalars(
        select(PayoutLine).where(PayoutLine.disbursement_id == payment_id)
    ).one()
    return line.batch.number


def test_payment_that_does_not_fit_is_named_with_its_reason(house: House, enter: Enter) -> None:
    case_id, payment_id = released(house, "NL91 ABNA 0417 1643 01")
    client = enter("fin1")
    answer = client.submit(client.page(f"{LIST}/new"), {"payments": [payment_id]}, to="new")
    assert answer.status_code == 422
    assert "check digits do not fit" in Page(answer).text
    assert house.payment_of(case_id).state == "authorised"


def test_nothing_chosen_is_said_and_nothing_waits_is_said(house: House, enter: Enter) -> None:
    client = enter("fin1")
    assert "No released payment to an account waits here." in client.page(f"{LIST}/new").text
    released(house)
    answer = client.submit(client.page(f"{LIST}/new"), to="new")
    assert answer.status_code == 422
    assert "Please choose at least one payment." in Page(answer).text


def test_list_is_searched_and_cheap(
    house: House, enter: Enter, query_counter: QueryCounter
) -> None:
    case_id, payment_id = released(house)
    client = enter("fin1")
    client.submit(client.page(f"{LIST}/new"), {"payments": [payment_id]}, to="new")
    reference = house.payment_of(case_id).reference
    assert "1 000" in client.page(f"{LIST}?q={reference.lower()}").text.replace(",", " ")
    assert "No file fits." in client.page(f"{LIST}?q=nothing").text
    with query_counter() as counted:
        client.page(LIST)
    assert counted.count <= 6, counted.statements


def test_partner_is_named_and_accounts_for_the_money(house: House, enter: Enter) -> None:
    _, case_id = house.released((("legal", 100_000),), payout_channel="partner_payout")
    payment = house.payment_of(case_id)
    address, reference = f"/treasury/disbursements/{payment.id}", payment.reference
    finance, board = enter("fin1"), enter("board")
    assert finance.submit(finance.page(address), to="send").status_code == 422
    finance.submit(finance.page(address), {"send-partner": "P-07"}, to="send")
    line = BankLine(100_000, reference)
    fields = {"bank_ok-amount": "1000", "bank_ok-reference": line.reference}
    finance.submit(finance.page(address), fields, to="bank-ok")
    part = {
        "account_for-kind": "handed_over",
        "account_for-amount": "960",
        "account_for-evidence": "signed_receipt",
    }
    assert finance.submit(finance.page(address), part, to="account-for").status_code == 303
    page = finance.page(address)
    assert "€40.00" in page.text
    finance.submit(page, to="sign-first/write_off_advance")
    asked = {"write_off_advance-reason": "stolen"}
    assert board.submit(board.page(address), asked, to="write-off-advance").status_code == 303
    assert finance.submit(finance.page(address), to="reconcile").status_code == 303
    assert house.payment_of(case_id).state == "reconciled"


def test_worth_abroad_is_written_down_and_a_slip_is_kept(house: House, enter: Enter) -> None:
    _, case_id = house.accepted((("legal", 100_000),))
    address = f"/treasury/disbursements/{house.payment_of(case_id).id}"
    client = enter("fin1")
    fields = {
        "set_terms-currency": "USD",
        "set_terms-amount": "1080",
        "set_terms-rate": "one",
        "set_terms-source": "ecb",
        "set_terms-day": "2026-06-30",
    }
    slip = client.submit(client.page(address), fields, to="set-terms")
    assert slip.status_code == 422
    assert Page(slip).form("set-terms").values["set_terms-amount"] == ["1080"]
    right = {**fields, "set_terms-rate": "1,08"}
    assert client.submit(client.page(address), right, to="set-terms").status_code == 303
    assert "$1,080.00" in client.page(address).text


def test_changed_payee_and_unknown_outcome_and_cancelling_have_their_pages(
    house: House, enter: Enter
) -> None:
    case_id, payment_id = released(house)
    address = f"/treasury/disbursements/{payment_id}"
    lead, finance = enter("anna"), enter("fin1")
    fields = {
        "change_payee-channel": "voucher",
        "change_payee-payee_name": "Test Person",
        "change_payee-payee_account": "Pick-up point 9",
    }
    unknown = {**fields, "change_payee-channel": "bank_transfer"}
    slip = lead.submit(lead.page(address), unknown, to="change-payee")
    assert slip.status_code == 422
    assert "Not this way, for this country and person: A transfer from abroad" in Page(slip).text
    known = {**unknown, "change_payee-country": "GE", "change_payee-status": "abroad"}
    assert lead.submit(lead.page(address), known, to="change-payee").status_code == 303
    assert house.payment_of(case_id).receipt_region == "caucasus"
    assert lead.submit(lead.page(address), fields, to="change-payee").status_code == 303
    assert house.payment_of(case_id).state == "ready"
    finance.submit(finance.page(address), to="sign-first/cancel")
    assert lead.submit(lead.page(address), to="cancel").status_code == 303
    assert house.payment_of(case_id).state == "cancelled"

    case_id, payment_id = released(house)
    address = f"/treasury/disbursements/{payment_id}"
    finance.submit(finance.page(f"{LIST}/new"), {"payments": [payment_id]}, to="new")
    finance.submit(finance.page(address), to="outcome-unknown")
    page = finance.page(address)
    assert "It was sent" not in page.text
    wrong = finance.submit(page, {"found_sent-reference": "NOTHING"}, to="found-sent")
    assert wrong.status_code == 409
    reference = house.payment_of(case_id).reference
    right = {"found_sent-reference": reference}
    assert finance.submit(finance.page(address), right, to="found-sent").status_code == 303
    assert house.payment_of(case_id).state == "sent"
