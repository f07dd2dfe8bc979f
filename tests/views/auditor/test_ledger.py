"""The ledger on pages: positions, entries, balances, the check, exports."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import select, text

from fund_app.extensions import db
from fund_app.models.events import HOUSE, Event
from fund_app.services.unit import unit_of_work
from tests.support.house import House
from tests.support.pages import Page
from tests.support.queries import QueryCounter
from tests.support.staff import Enter
from workflows.roles import Role


def test_positions_lead_to_entries_and_an_entry_to_its_lines(house: House, enter: Enter) -> None:
    _, case_id = house.approved((("legal", 100_000),))
    client = enter("treasurer")
    page = client.page("/ledger")
    assert "€4,000.00" in page.text
    listed = client.page(page.links["Emergency support"])
    assert "Award promised" in listed.text
    promised = next(link for link in listed.links.values() if link.endswith("/entries/2"))
    shown = client.page(promised)
    assert "CommitOpen" in shown.text
    assert house.case(case_id).designation in shown.text


def test_entries_are_narrowed_by_kind_and_day(house: House, enter: Enter) -> None:
    house.approved((("legal", 100_000),))
    client = enter("board")
    assert (
        "Award promised"
        in client.page("/ledger/entries?kind=grant_approve").text.partition("Search")[2]
    )
    assert "No entry fits." in client.page("/ledger/entries?kind=bank_fee").text
    assert "No entry fits." in client.page("/ledger/entries?until=2000-01-01").text
    assert "No entry fits." in client.page("/ledger/entries?fund=NOPE").text
    assert "No entry fits." not in client.page("/ledger/entries?since=tomorrow&after=x").text


def test_entries_have_pages(house: House, enter: Enter, query_counter: QueryCounter) -> None:
    for _ in range(55):
        house.fund("GEN", 100)
    client = enter("treasurer")
    with query_counter() as counted:
        first = client.page("/ledger/entries")
    assert counted.count <= 6, counted.statements
    second = client.page(first.links["Next page"])
    assert "1" in second.links
    assert "Next page" not in second.links


@pytest.mark.parametrize("number", ["999999", str(2**70)])
def test_unknown_entry_is_not_found(house: House, enter: Enter, number: str) -> None:
    assert house.staff
    enter("treasurer").page(f"/ledger/entries/{number}", status=404)


def test_balances_are_equal_on_both_sides_and_every_export_is_recorded(
    house: House, enter: Enter
) -> None:
    client = enter("treasurer")
    page = client.page("/ledger/balances")
    assert "debit €5,000.00, credit €5,000.00" in page.text
    token = page.find_all("input", name="csrf_token")[0].get("value")
    answer = client.post("/ledger/export", data={"csrf_token": token, "format": "beancount"})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ledger.beancount"'
    assert "Assets:Bank:EMG  5000.00 EUR" in answer.get_data(as_text=True)
    taken = select(Event.reason_code, Event.actor_role).where(
        Event.chain == HOUSE, Event.action == "ledger_exported"
    )
    assert db.session.execute(taken).all() == [("beancount", "treasurer")]
    answer = client.post("/ledger/export", data={"csrf_token": token, "format": "excel"})
    assert answer.status_code == 422
    assert house.staff


def test_part_of_the_books_is_taken_along_with_a_manifest(house: House, enter: Enter) -> None:
    client = enter("treasurer")
    page = client.page("/ledger/balances")
    sent = {"format": "everything", "since": "2026-06-01", "until": "2026-05-01"}
    answer = client.submit(page, sent, to="/ledger/export")
    assert answer.status_code == 422
    assert "Please turn them round." in answer.get_data(as_text=True)
    answer = client.submit(page, {**sent, "until": "2026-06-30"}, to="/ledger/export")
    with ZipFile(BytesIO(answer.get_data())) as archive:
        assert archive.namelist() == [
            "balances-2026-06-01-2026-06-30.csv", "ledger-2026-06-01-2026-06-30.beancount",
            "ledger-2026-06-01-2026-06-30.csv", "ledger-2026-06-01-2026-06-30.journal",
            "MANIFEST.json",
        ]  # fmt: skip
        assert b"Bank,asset,EMG,EUR,0.00,5000.00,0.00,5000.00" in archive.read(
            "balances-2026-06-01-2026-06-30.csv"
        )
    assert house.staff


def test_check_says_that_the_books_agree_and_when_not(house: House, enter: Enter) -> None:
    client = enter("board")
    assert "The books agree" in client.page("/ledger/check").headings
    with unit_of_work() as session:
        session.execute(text("DROP TRIGGER account_balance_follows"))
        session.execute(text("UPDATE account_balance SET balance = 1 WHERE account_code = 'Bank'"))
    page = client.page("/ledger/check")
    assert "The books do not agree" in page.headings
    assert "Bank/EMG/EUR" in page.text
    assert house.staff


@pytest.mark.parametrize("handle", ["anna", "r1", "fin1"])
def test_ledger_is_for_those_who_look_over_it(house: House, enter: Enter, handle: str) -> None:
    assert house.staff
    enter(handle).page("/ledger", status=404)


def test_auditor_reads_the_ledger(house: House, enter: Enter) -> None:
    house.add("olga", Role.AUDITOR)
    assert "€5,000.00" in Page(enter("olga").get("/ledger")).text
