"""Funds, resolutions and budgets on pages, as the treasurer, the board and the auditor see them."""

from __future__ import annotations

import pytest

from fund_app.extensions import db
from fund_app.queries import funds, ledger
from fund_app.services import ledger_facts
from fund_app.services.unit import unit_of_work
from tests.support.books import EUR, origin
from tests.support.client import FundClient
from tests.support.house import House
from tests.support.pages import Page
from tests.support.staff import Enter

TRANSFER = {
    "number": "Board 2026/7", "fund": "GEN", "target": "LEG", "currency": "EUR",
    "amount": "100,50", "ground": "board_decision",
}  # fmt: skip


@pytest.fixture
def treasurer(house: House, enter: Enter) -> FundClient:
    house.fund("GEN", 100_000)
    return enter("treasurer")


@pytest.fixture
def board(house: House, enter: Enter) -> FundClient:
    assert house.staff
    return enter("board")


def proposed(client: FundClient, kind: str, values: dict[str, str], status: int = 303) -> str:
    path = f"/treasury/resolutions/new/{kind}"
    answer = client.submit(client.page(path), values, to=f"/new/{kind}")
    assert answer.status_code == status, Page(answer).text
    return answer.headers.get("Location", "") if status == 303 else Page(answer).text


def confirmed(board: FundClient, path: str) -> Page:
    answer = board.submit(board.page(path), to="/confirm")
    assert answer.status_code == 303, Page(answer).text
    return board.page(path)


def available(fund: str) -> int:
    db.session.rollback()
    return ledger.position(fund, EUR).available


def test_figures_lead_to_entries_that_add_up_to_them(house: House, enter: Enter) -> None:
    house.approved((("legal", 100_000),))
    client = enter("auditor") if "auditor" in house.staff else enter("treasurer")
    page = client.page("/treasury/funds")
    assert "€4,000.00" in page.text
    shown = client.page(page.links["€4,000.00"])
    assert "€5,000.00" in shown.text
    assert "-€1,000.00" in shown.text
    assert "Together: €4,000.00" in shown.text
    assert "Award promised" in client.page(page.links["€1,000.00"]).text


def test_days_narrow_the_figures(treasurer: FundClient) -> None:
    assert "€1,000.00" in treasurer.page("/treasury/funds?year=2026").text
    before = treasurer.page("/treasury/funds?since=2020-01-01&until=2020-12-31").text
    assert "€1,000.00" not in before
    assert "€1,000.00" in treasurer.page("/treasury/funds?year=all").text
    assert "€1,000.00" in treasurer.page("/treasury/funds?since=tomorrow&year=x").text


def test_transfer_is_proposed_by_one_and_confirmed_by_another(
    treasurer: FundClient, board: FundClient
) -> None:
    path = proposed(treasurer, "transfer", TRANSFER)
    page = treasurer.page(path)
    assert "€100.50 from GEN to LEG" in page.text
    assert [form.action for form in page.forms if form.action.endswith("/confirm")] == []
    assert available("LEG") == 0
    assert "Waits for a second person" in board.page("/treasury/funds").text
    done = confirmed(board, path)
    assert (available("GEN"), available("LEG")) == (89_950, 10_050)
    entry = board.page(done.links["The entry it led to"])
    assert "FundTransfers" in entry.text
    assert "Board 2026/7" in board.page("/treasury/resolutions?q=2026/7").text
    assert "No resolution fits." in board.page("/treasury/resolutions?q=nope").text
    listed = board.page("/treasury/funds/LEG")
    assert "Board 2026/7" in listed.links


def test_refusal_is_a_sentence_and_keeps_what_was_typed(treasurer: FundClient) -> None:
    wrong = {**TRANSFER, "fund": "EMG", "target": "GEN", "amount": "1"}
    text = proposed(treasurer, "transfer", wrong, status=422)
    assert "This money was given for one purpose." in text
    path = "/treasury/resolutions/new/transfer"
    answer = treasurer.submit(treasurer.page(path), {**TRANSFER, "amount": "1.000"}, to="/transfer")
    page = Page(answer)
    assert answer.status_code == 422
    assert page.form("/transfer").values["amount"] == ["1.000"]
    assert page.form("/transfer").values["number"] == ["Board 2026/7"]
    lacking = {**TRANSFER, "ground": "donor_consent"}
    assert "Please say where it is found" in proposed(treasurer, "transfer", lacking, status=422)
    too_much = {**TRANSFER, "amount": "1000,01"}
    assert "does not have this much free" in proposed(treasurer, "transfer", too_much, status=422)


def test_shortfall_is_an_alarm_with_a_way_to_cover_it(
    treasurer: FundClient, board: FundClient
) -> None:
    with unit_of_work() as session:
        ledger_facts.refund(session, origin("r"), {"EMG": 500_033}, EUR)
    page = treasurer.page("/treasury/funds")
    assert "Emergency support is €0.33 below zero" in page.text
    link = next(url for label, url in page.links.items() if label.startswith("Cover it from"))
    form = treasurer.page(link)
    assert form.form("/cover").values["target"] == ["EMG:EUR"]
    answer = treasurer.submit(form, {"number": "2026/8", "amount": "0.34"}, to="/cover")
    assert "This is more than is missing." in Page(answer).text
    answer = treasurer.submit(Page(answer), {"amount": "0.33"}, to="/cover")
    confirmed(board, answer.headers["Location"])
    assert "below zero" not in board.page("/treasury/funds").text
    assert available("EMG") == 0


def test_fund_is_opened_named_and_closed(treasurer: FundClient, board: FundClient) -> None:
    values = {"number": "2026/9", "code": "win25", "name": "Winter help", "carrier": "GEN"}
    values["name_de"] = "Winterhilfe"
    link = proposed(treasurer, "open_fund", values)
    assert "Name in German Winterhilfe" in board.page(link).text
    confirmed(board, link)
    assert "Winterhilfe" in treasurer.page("/treasury/funds/WIN25?lang=de").headings
    assert "Winter help" in treasurer.page("/treasury/funds/WIN25?lang=ru").headings
    page = treasurer.page("/treasury/funds/WIN25")
    assert "Winter help" in page.text
    assert "Nothing has moved in this fund yet." in page.text
    confirmed(board, proposed(treasurer, "close_fund", {"number": "2026/10", "fund": "WIN25"}))
    assert "Closed on June 30, 2026" in treasurer.page("/treasury/funds/WIN25").text
    text = proposed(treasurer, "close_fund", {"number": "2026/11", "fund": "EMG"}, status=422)
    assert "There is still money in this fund" in text


def test_floor_of_the_reserve_holds(treasurer: FundClient, board: FundClient) -> None:
    floor = {"number": "2026/12", "fund": "GEN", "currency": "EUR", "amount": "950"}
    confirmed(board, proposed(treasurer, "set_floor", floor))
    assert "floor €950.00" in treasurer.page("/treasury/funds").text
    text = proposed(treasurer, "transfer", TRANSFER, status=422)
    assert "This would take the fund below its floor." in text
    confirmed(board, proposed(treasurer, "transfer", {**TRANSFER, "below_floor": "y"}))
    none = {**floor, "number": "2026/13", "amount": "0"}
    confirmed(board, proposed(treasurer, "set_floor", none))
    assert funds.floors() == {}


def test_budget_holds_an_award_until_the_board_lets_it_go_beyond(
    house: House, treasurer: FundClient, board: FundClient, enter: Enter
) -> None:
    plan = {
        "number": "2026/14", "programme": "emergency", "currency": "EUR", "starts": "2026-01-01",
        "ends": "2026-12-31", "line_legal": "300", "line_rest": "0",
    }  # fmt: skip
    early = {**plan, "ends": "2025-01-01"}
    assert "The last day is before the first." in proposed(treasurer, "set_budget", early, 422)
    page = confirmed(board, proposed(treasurer, "set_budget", plan))
    assert "Together: €300.00" in page.text
    _, case_id = house.approved((("legal", 30_001),))
    assert house.case(case_id).state == "waiting_for_money"
    listed = treasurer.page("/treasury/budgets")
    assert "€0.01 missing" in listed.text
    waiting = treasurer.page("/treasury/waiting")
    assert "beyond its budget" in waiting.text
    assert "beyond its budget" in board.page("/board").text
    form = treasurer.page(waiting.links["Let it go beyond"])
    answer = treasurer.submit(form, {"number": "2026/15"}, to="/exceed")
    confirmed(board, answer.headers["Location"])
    finance = enter("fin1")
    pressed = finance.submit(finance.page("/treasury/waiting"), to="/money-found")
    assert pressed.status_code == 303
    shown = treasurer.page("/treasury/budgets/emergency/EUR/2026-01-01")
    assert "beyond" in shown.text
    line = treasurer.page(next(url for url in shown.links.values() if "/lines/" in url))
    assert "Together: €300.01" in line.text
    assert house.case(case_id).designation in line.text
    again = treasurer.page(shown.links["Propose a new version"])
    assert again.form("/set_budget").values["line_legal"] == ["300.00"]


def test_proposal_is_taken_back_and_then_cannot_be_confirmed(
    treasurer: FundClient, board: FundClient
) -> None:
    path = proposed(treasurer, "transfer", TRANSFER)
    stale = board.page(path)
    treasurer.submit(treasurer.page(path), to="/withdraw")
    answer = board.submit(stale, to="/confirm")
    assert answer.status_code == 409
    assert "This has been decided already." in Page(answer).text
    assert "Taken back" in treasurer.page(path).text


@pytest.mark.parametrize(
    "path",
    [
        "/treasury/funds/NOPE", "/treasury/funds/EMG/nothing", "/treasury/resolutions/new/nothing",
        "/treasury/funds/EMG/income?currency=XXX", f"/treasury/resolutions/{'0' * 32}",
        "/treasury/budgets/emergency/EUR/never", "/treasury/budgets/emergency/EUR/2020-01-01",
        f"/treasury/budgets/lines/{'0' * 32}",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(treasurer: FundClient, path: str) -> None:
    treasurer.page(path, status=404)


@pytest.mark.both_stores
@pytest.mark.parametrize(
    "path",
    [
        "/treasury/funds?since=0001-01-01", "/treasury/funds/GEN?year=0001",
        "/treasury/funds/GEN/income?currency=EUR&since=0001-01-01", "/treasury/resolutions?q=%00",
        "/treasury/resolutions/new/set_budget?programme=%00&currency=EUR&starts=2026-01-01",
    ],
)  # fmt: skip
def test_odd_addresses_are_answered(treasurer: FundClient, path: str) -> None:
    treasurer.page(path)
