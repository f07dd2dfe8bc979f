"""Finance brings statements, says what lines are, compares; two people close the period."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest

from fund_app.queries import periods as reads
from fund_app.queries.pages import encode_cursor
from tests.support import bank
from tests.support.application import BASE_URL
from tests.support.bank_files import IBAN, Line, camt
from tests.support.client import FundClient
from tests.support.house import House
from tests.support.pages import Page
from tests.support.staff import Enter

LAST = date(2026, 12, 31)


def uploaded(client: FundClient, account_id: str, content: bytes, **typed: str) -> Any:
    page = client.page(f"/treasury/bank/{account_id}/upload")
    sent = {"file": (BytesIO(content), "statement.xml"), **typed}
    return client.submit(page, sent, to="/upload")


def taken_in(client: FundClient, account_id: str, content: bytes) -> Page:
    preview = uploaded(client, account_id, content)
    assert preview.status_code == 200
    answer = client.submit(Page(preview), to="/import")
    assert answer.status_code == 303
    return client.page(f"/treasury/bank/{account_id}")


def test_treasurer_sets_up_an_account_and_defines_its_csv(house: House, enter: Enter) -> None:
    treasurer = enter("treasurer")
    page = treasurer.page("/treasury/bank")
    assert "No bank account is set up yet" in page.text
    wrong = treasurer.submit(page, {"code": "MAIN", "currency": "EUR", "iban": "DE00"}, to="/bank")
    assert wrong.status_code == 422
    assert "check digits" in Page(wrong).text
    spaced = f"{IBAN[:4]} {IBAN[4:]}"
    right = treasurer.submit(page, {"code": "MAIN", "currency": "EUR", "iban": spaced}, to="/bank")
    assert right.status_code == 303
    assert IBAN not in treasurer.page(right.location).text
    mapping = treasurer.page(f"{right.location}/mapping")
    filled = {
        "booked": "Day", "sign": "two_columns", "credit": "In", "debit": "", "decimal_mark": ",",
        "texts": "Words | Name",
    }  # fmt: skip
    missing = treasurer.submit(mapping, filled, to="/mapping")
    assert missing.status_code == 422
    assert "headings that go with this choice" in Page(missing).text
    assert treasurer.submit(mapping, {**filled, "debit": "Out"}, to="/mapping").status_code == 303
    rows = b"Day;In;Out;Words;Name\n29.06.2026;12,50;;hello;Zqname\n"
    account_id = right.location.rpartition("/")[2]
    unbalanced = uploaded(treasurer, account_id, rows)
    assert "does not say its balances" in Page(unbalanced).text
    shown = Page(uploaded(treasurer, account_id, rows, opening="0", closing="12,50"))
    assert "adds up to the cent" in shown.text
    assert "Zqname" not in shown.text


def test_file_is_shown_and_then_imported_once(house: House, enter: Enter) -> None:
    account_id = bank.account(house["treasurer"])
    finance = enter("fin1")
    content = camt([Line(25_000, "Zqwords", "R1")], opening=bank.SEEDED)
    preview = Page(uploaded(finance, account_id, content))
    assert "€5,250.00" in preview.text
    assert bank.lines(account_id) == []
    page = taken_in(finance, account_id, content)
    assert "1 line was imported." in page.text
    again = taken_in(finance, account_id, content)
    assert "Nothing was imported twice." in again.text
    assert len(bank.lines(account_id)) == 1
    foreign = finance.submit(preview, {"file": "not sealed here"}, to="/import")
    assert foreign.status_code == 409
    others = enter("fin2").submit(preview, to="/import")
    assert others.status_code != 303
    for page_name in ("", "/statements", "/reconciliation"):
        assert "Zqwords" not in finance.page(f"/treasury/bank/{account_id}{page_name}").text


def test_file_that_does_not_add_up_is_refused_with_the_difference(
    house: House, enter: Enter
) -> None:
    account_id = bank.account(house["treasurer"])
    finance = enter("fin1")
    refused = uploaded(finance, account_id, camt([Line(100)], closing=123))
    assert refused.status_code == 422
    assert "differ from the closing balance by €0.23" in Page(refused).text
    bank.bring(house["fin1"], account_id, [Line(100, "x", "R1")])
    gap = uploaded(finance, account_id, camt([Line(100, "y", "R2")], opening=7))
    assert "would close at €5,002.00 and says €1.07" in Page(gap).text
    nothing = finance.submit(finance.page(f"/treasury/bank/{account_id}/upload"), to="/upload")
    assert "choose a file first" in Page(nothing).text


def brought(house: House) -> tuple[str, str]:
    """Bring a gift, somebody's transfer and a fee on one day; returns account and reference."""
    account_id = bank.account(house["treasurer"])
    _gift, reference = bank.announced(25_000)
    day = date(2026, 7, 1)
    house.at(datetime(2026, 7, 1, 12, 0, tzinfo=UTC))
    lines = [
        Line(25_000, reference, day=day),
        Line(9_000, "Zqwords", day=day),
        Line(-500, "c", code="CHRG", day=day),
    ]
    bank.bring(house["fin1"], account_id, lines, day=day)
    return account_id, reference


def test_line_is_opened_and_split_by_hand(house: House, enter: Enter) -> None:
    account_id, _reference = brought(house)
    finance = enter("fin1")
    line_id = next(each.id for each in bank.lines(account_id) if each.amount == 9_000)
    line = finance.page(f"/treasury/bank/lines/{line_id}")
    assert "Zqwords" not in line.text
    assert "Zqwords" in Page(finance.submit(line, to="/words")).text
    too_much = finance.submit(line, {"amount": "90,01"}, to="/accept")
    assert too_much.status_code == 409
    assert "more than what is still open" in Page(too_much).text
    part = finance.submit(line, {"amount": "40,00", "fund": "GEN"}, to="/accept")
    assert part.location.endswith(line_id)
    rest = finance.submit(finance.page(part.location), to="/accept")
    assert rest.location.endswith(account_id)
    assert bank.balance("Donations") == -(bank.SEEDED + 9_000)


def test_all_sure_is_accepted_compared_and_taken_back(house: House, enter: Enter) -> None:
    account_id, reference = brought(house)
    finance = enter("fin1")
    account = finance.page(f"/treasury/bank/{account_id}")
    assert reference in account.text
    answer = finance.submit(account, to="/accept-sure")
    assert "2 lines were matched." in finance.page(answer.location).text
    state = finance.page(f"/treasury/bank/{account_id}/reconciliation")
    assert "They differ by -€90.00" in state.text
    fee = next(each for each in bank.lines(account_id) if each.amount == -500)
    undone = finance.submit(finance.page(f"/treasury/bank/lines/{fee.id}"), to="/undo")
    assert undone.status_code == 303
    state = finance.page(f"/treasury/bank/{account_id}/reconciliation")
    assert "They differ by -€85.00" in state.text
    assert bank.balance("BankFees") == 0


def test_who_only_reads_sees_no_words_and_no_buttons(house: House, enter: Enter) -> None:
    account_id = bank.account(house["treasurer"])
    bank.bring(house["fin1"], account_id, [Line(9_000, "Zqwords")])
    line_id = bank.lines(account_id)[0].id
    board = enter("board")
    page = board.page(f"/treasury/bank/lines/{line_id}")
    assert "Sealed for finance and the treasurer." in page.text
    assert "/accept" not in page.response.get_data(as_text=True)
    assert enter("anna").get("/treasury/bank").status_code == 404


def test_period_is_proposed_and_closed_by_another(house: House, enter: Enter) -> None:
    account_id = bank.account(house["treasurer"])
    bank.bring(house["fin1"], account_id, [Line(-500, "c", code="CHRG", day=LAST)], day=LAST)
    house.at(datetime(2027, 1, 4, 9, 0, tzinfo=UTC))
    treasurer, board, finance = enter("treasurer"), enter("board"), enter("fin1")
    page = treasurer.page("/treasury/periods")
    assert "Lines of the bank are not explained. Number: 1. Sum: -€5.00." in page.text
    finance.submit(finance.page(f"/treasury/bank/{account_id}"), to="/accept-sure")
    proposed = treasurer.submit(treasurer.page("/treasury/periods"), to="/propose")
    assert proposed.status_code == 303
    assert "Another signatory closes it." in treasurer.page("/treasury/periods").text
    waiting = board.page("/treasury/periods")
    assert board.submit(waiting, to="/close").status_code == 303
    assert "closed by Board" in board.page("/treasury/periods").text
    again = board.submit(waiting, to="/close")
    assert again.status_code == 409
    assert "closed already" in Page(again).text
    opened = treasurer.page("/treasury/periods")
    assert "Open 2027, to the end of its year" in opened.text
    sent = [form.values for form in opened.forms if "length" in form.values]
    assert [each["after"] for each in sent] == [["2026-12-31"]] * 3
    for _press in range(2):
        headers = {"Referer": f"{BASE_URL}/treasury/periods", "Origin": BASE_URL}
        answer = treasurer.post("/treasury/periods", data=sent[0], headers=headers)
        assert answer.status_code == 303
    codes = {row.code for row in reads.periods()}
    assert codes == {"2026", "2027-01"}


@pytest.mark.both_stores
def test_odd_addresses_and_answers_are_no_errors(house: House, enter: Enter) -> None:
    """Neither store holds the character zero or a number this large; nobody is to learn which."""
    account_id = bank.account(house["treasurer"])
    bank.bring(house["fin1"], account_id, [Line(9_000, "words")])
    finance, line_id = enter("fin1"), bank.lines(account_id)[0].id
    here = f"/treasury/bank/{account_id}"
    huge, zero = encode_cursor("9" * 30, "0" * 32), encode_cursor("2026-01-01", "\0")
    for query in ("?q=%00", f"?sort=amount&after={huge}", f"?sort=-amount&after={huge}",
                  f"?after={zero}", f"/statements?after={zero}"):  # fmt: skip
        assert finance.get(here + query).status_code == 200
    sorted_by = encode_cursor("a\0b", "0" * 32)
    odd = f"/treasury/resolutions?sort=number&after={sorted_by}"
    assert enter("treasurer").get(odd).status_code == 200
    assert finance.get(here + "%00").status_code == 404
    line = finance.page(f"/treasury/bank/lines/{line_id}")
    for kind, subject in (("entry", "9" * 19), ("entry", "9" * 5_000), ("payment", "\0")):
        answer = finance.submit(line, {"kind": kind, "subject": subject}, to="/accept")
        assert answer.status_code == 404


def test_debit_nobody_knows_waits_in_suspense_and_is_given_up_by_two(
    house: House, enter: Enter
) -> None:
    account_id = bank.account(house["treasurer"])
    bank.bring(house["fin1"], account_id, [Line(-9_000, "Zqwords")])
    finance, board = enter("fin1"), enter("board")
    here = f"/treasury/bank/lines/{bank.lines(account_id)[0].id}"
    line = finance.page(here)
    assert "Nobody can say yet" in line.text
    assert line.form("/accept").values["fund"] == ["GEN"]
    lonely = finance.submit(line, {"kind": "own_transfer"}, to="/accept")
    assert "no other account in this currency" in Page(lonely).text
    kept = finance.submit(line, {"kind": "suspense"}, to="/accept")
    assert kept.location.endswith(account_id)
    for page in ("/treasury/bank", f"/treasury/bank/{account_id}?view=kept", here):
        assert "€90.00" in board.page(page).text
    assert "€90.00 is in the books and not explained yet" in board.page("/treasury/periods").text
    part = finance.submit(finance.page(here), {"kind": "fee", "amount": "40,00"}, to="/clear")
    assert part.status_code == 303
    proposed = finance.submit(finance.page(here), {"kind": "loss"}, to="/clear")
    assert "A treasurer or somebody of the board agrees" in finance.page(proposed.location).text
    assert board.submit(board.page(here), to="/agree").status_code == 303
    assert (bank.balance("Losses"), bank.balance("SuspensePaid")) == (5_000, 0)
    shown = board.page(f"/treasury/bank/{account_id}?view=kept").text
    assert "Nothing is in suspense" in shown
    assert finance.submit(finance.page(here), to="/undo").status_code == 303
    assert bank.balance("SuspensePaid") == 4_000


def test_treasurer_divides_an_open_year(house: House, enter: Enter) -> None:
    treasurer, board = enter("treasurer"), enter("board")
    page = treasurer.page("/treasury/periods")
    answer = treasurer.submit(page, {"2026-last": "2026-06-30"}, to="/divide")
    assert "The period 2026-01_06 can be closed by itself." in treasurer.page(answer.location).text
    assert {row.code: row.entries for row in reads.periods()} == {"2026-01_06": 1, "2026-07_12": 0}
    odd = treasurer.submit(page, {"2026-last": "nothing"}, to="/divide")
    assert odd.status_code == 409
    assert "/divide" not in board.page("/treasury/periods").response.get_data(as_text=True)
