"""A treasurer takes over what lay in an account, and a slip is corrected, page by page."""

from __future__ import annotations

from datetime import date

from fund_app.queries import corrections
from fund_app.services import bank_accounts, disbursements
from fund_app.services import donations as giving
from fund_app.services.bank_accounts import AccountWish
from fund_app.services.disbursements import Sending
from fund_app.services.donations import BankGift
from tests.support import bank
from tests.support.bank_files import OTHER_IBAN
from tests.support.house import House, press
from tests.support.pages import Page
from tests.support.staff import Enter

TYPED = {"day": "2026-06-01", "balance": "1.080,00", "fund_GEN": "1.000,00", "fund_LEG": "90"}


def test_opening_balance_is_proposed_agreed_to_and_corrected(house: House, enter: Enter) -> None:
    account_id = bank.account(house["treasurer"], "USD")
    treasurer, board = enter("treasurer"), enter("board")
    here = f"/treasury/bank/{account_id}/opening"
    page = treasurer.page(here)
    assert "this account began empty" in page.text
    off = treasurer.submit(page, TYPED, to="/opening")
    assert off.status_code == 422
    assert "the balance is -$10.00 more than the funds" in Page(off).text
    assert "1.080,00" in off.text
    sent = treasurer.submit(Page(off), {**TYPED, "fund_LEG": "80"}, to="/opening")
    assert sent.status_code == 303
    assert "Agree and book it" not in treasurer.page(here).text
    assert bank.balance("Bank", "USD") == 0
    assert board.submit(board.page(here), to="/agree").status_code == 303
    assert bank.balance("Bank", "USD") == 108_000
    stands = board.page(here)
    assert "In the books" in stands.text
    assert "Opening balance" in board.page(stands.links["The entry it led to"]).text
    entry = treasurer.page(here).links["It is wrong: correct it"]
    wrong = treasurer.page(entry)
    empty = treasurer.submit(wrong, to=entry)
    assert empty.status_code == 422
    said = treasurer.submit(wrong, {"reason": "wrong_fund"}, to=entry)
    assert said.status_code == 303
    listed = board.page("/treasury/corrections")
    assert board.submit(listed, to="/agree").status_code == 303
    assert "reversed" in board.page("/treasury/corrections").text
    assert bank.balance("Bank", "USD") == 0
    assert "Propose" in treasurer.page(here).text


def test_mistyped_year_opens_no_books(house: House, enter: Enter) -> None:
    account_id = bank.account(house["treasurer"], "USD")
    treasurer = enter("treasurer")
    page = treasurer.page(f"/treasury/bank/{account_id}/opening")
    refused = treasurer.submit(page, {**TYPED, "day": "0202-07-01"}, to="/opening")
    assert refused.status_code == 422
    assert "Please check the year" in Page(refused).text


def test_slip_begins_at_the_gift(house: House, enter: Enter) -> None:
    gift = BankGift("LEG", 9_000, date(2026, 6, 29), "", "S6-1")
    gift_id = giving.record_bank_gift(house["fin1"], gift, press())
    finance = enter("fin1")
    page = finance.page(f"/treasury/gifts/{gift_id}")
    entry = next(link for words, link in page.links.items() if "what was wrong" in words)
    form = finance.page(entry)
    assert finance.submit(form, {"reason": "wrong_amount"}, to=entry).status_code == 303
    twice = finance.submit(form, {"reason": "wrong_fund", "request_id": ""}, to=entry)
    assert twice.status_code == 409
    assert "waits for a second person already" in Page(twice).text
    listed = finance.page("/treasury/corrections?q=" + str(corrections.entry_of_gift(gift_id)))
    assert "Agree and reverse" not in listed.text
    assert finance.submit(listed, to="/withdraw").status_code == 303
    assert "taken back" in finance.page("/treasury/corrections").text
    assert "No correction fits" in finance.page("/treasury/corrections?q=999").text


def test_what_is_recorded_by_hand_names_the_account_it_lies_on(house: House, enter: Enter) -> None:
    """Asked only where the currency has a second account; the gift and the payment follow it."""
    finance = enter("fin1")
    bank.account(house["treasurer"])
    record = "/treasury/gifts/record"
    assert "account" not in finance.page(record).form(record).values
    second = bank_accounts.add(house["treasurer"], AccountWish("SPARE", "EUR", OTHER_IBAN))
    typed = {"amount": "90", "day": "2026-06-29", "line": "S9-1", "fund": "LEG", "account": second}
    assert finance.submit(finance.page(record), typed, to=record).status_code == 303
    assert (bank.balance("Bank-SPARE"), bank.balance()) == (9_000, bank.SEEDED)
    _applicant, case_id = house.released([("legal", 5_000)])
    payment = house.payment_of(case_id)
    disbursements.send(house["fin1"], payment.id, Sending(), press())
    fields = {
        "bank_ok-amount": "50", "bank_ok-reference": payment.reference, "bank_ok-account": second,
    }  # fmt: skip
    page = finance.page(f"/treasury/disbursements/{payment.id}")
    assert finance.submit(page, fields, to="bank-ok").status_code == 303
    assert (bank.balance("Bank-SPARE"), bank.balance()) == (4_000, bank.SEEDED)
