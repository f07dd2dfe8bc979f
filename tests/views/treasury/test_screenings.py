"""The pages of the list check: a file imported, a hit held, looked at and decided by two."""

from __future__ import annotations

from io import BytesIO

from fund_app.extensions import db
from fund_app.models.disbursements import Disbursement
from fund_app.models.events import VIEWS, Event
from fund_app.services import demo_lists
from tests.services.test_screenings import LISTED, accepted, check, state
from tests.support.client import FundClient
from tests.support.house import House
from tests.support.pages import Page
from tests.support.staff import Enter

LISTS = "/treasury/lists"


def bring(client: FundClient, content: bytes) -> Page:
    """Import a file as a browser does; return the page that answers."""
    sent = {"file": (BytesIO(content), "list.xml")}
    page = client.page(LISTS)
    answer = client.submit(page, sent, to="import", content_type="multipart/form-data")
    return client.page(LISTS) if answer.status_code == 303 else Page(answer)


def test_list_is_imported_once_and_a_hostile_file_is_refused(house: House, enter: Enter) -> None:
    client = enter("treasurer")
    assert "not imported" in client.page(LISTS).text
    assert "2 entries, 4 names" in bring(client, demo_lists.UN.encode()).text
    assert "imported before" in bring(client, demo_lists.UN.encode()).text
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><export>&b;</export>'
    assert "It was not read" in bring(client, bomb).text
    assert "This is none of the lists known here" in bring(client, b"").text
    assert "European Union" in client.page(f"{LISTS}?list=eu&q=990001").text
    assert "No list fits." in client.page(f"{LISTS}?q=zzz").text


def test_hit_is_held_looked_at_by_finance_and_decided_with_security(
    house: House, enter: Enter
) -> None:
    payment_id = accepted(house, LISTED)
    address = f"/treasury/disbursements/{payment_id}"
    finance, security = enter("fin1"), enter("security")
    ticks = {"safety_check-payee_verified": "y", "safety_check-reference_neutral": "y"}
    answer = finance.submit(finance.page(address), ticks, to="safety-check")
    assert answer.status_code == 303
    assert state(payment_id) == "held"
    shown = Page(finance.submit(finance.page(address), to="hits"))
    assert "Arkadi Morozko-Test" in shown.text
    assert "Arkadi Morozko-Test" not in finance.page(address).text
    looked = db.session.query(Event).filter_by(chain=VIEWS, action="payee_opened").count()
    assert looked == 1
    told = {"decide-outcome": "false_alarm", "decide-reason": ""}
    answer = security.submit(security.page(address), told, to="decide")
    assert answer.status_code == 422
    assert "Please say how you know" in Page(answer).text
    told["decide-reason"] = "other_birth"
    assert security.submit(security.page(address), told, to="decide").status_code == 303
    assert "Morozko" not in security.page(address).text
    answer = finance.submit(finance.page(address), to="confirm-decision")
    assert answer.status_code == 303
    assert state(payment_id) == "ready"


def test_new_list_asks_for_a_new_screening_and_one_press_does_it(
    house: House, enter: Enter
) -> None:
    payment_id = accepted(house, "Olga Nebylova-Test")
    assert check(house, payment_id)
    reference = db.session.get_one(Disbursement, payment_id).reference
    client = enter("fin1")
    bring(client, demo_lists.eu("2026-05-02", more=True))
    page = client.page(LISTS)
    assert reference in page.links
    assert client.submit(page, to="screen").status_code == 303
    assert state(payment_id) == "held"
    assert reference not in client.page(LISTS).links
