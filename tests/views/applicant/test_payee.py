"""Where the money goes, changed by the person on a page of their own while nothing has left."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fund_app.services import disbursements, payee_details, person_events
from fund_app.services.disbursements import Sending
from tests.support.client import FundClient
from tests.support.house import House, press
from tests.support.pages import Page
from tests.views.applicant.test_case import PAYEE, accept, offered

HERE = "/return/payee"
LINK = "Change where the money goes"
NEW = {
    "receipt_country": "GE",
    "payout_channel": "partner_payout",
    "payee_name": "sentinel-other",
    "payee_born": "1991-02-03",
    "payee_account": "sentinel-elsewhere",
    "confirmation_word": "white crane",
}


def test_person_changes_where_the_money_goes_until_it_leaves(
    client: FundClient, house: House, case_id: str, session: Session
) -> None:
    offered(house, case_id)
    assert LINK not in client.page("/return/case").links
    assert client.get(HERE).status_code == 404
    accept(client)
    page = client.page(client.page("/return/case").links[LINK])
    empty = page.form("payee").values
    assert (empty["payee_name"], empty["confirmation_word"]) == ([""], [""])
    assert "sentinel" not in page.text
    half = client.submit(page, {**NEW, "payee_account": ""}, to="payee")
    assert half.status_code == 422
    assert Page(half).form("payee").values["payee_name"] == ["sentinel-other"]
    forbidden = {**NEW, "receipt_country": "RU", "look": "y"}
    assert "Not offered there" in Page(client.submit(page, forbidden, to="payee")).text
    waiting = client.page(HERE)
    done = client.submit(page, dict(NEW), to="payee")
    assert done.location == "/return/case", Page(done).text
    payee = payee_details.opened(session, house.fresh("fin1"), case_id)
    assert (payee["payee_account"], payee["payee_born"]) == ("sentinel-elsewhere", "1991-02-03")

    payment_id = house.payment_of(case_id).id
    finance, agreed = house.fresh("fin1"), "authorise_second"
    disbursements.safety_check(finance, payment_id, payee_verified=True, request=press())
    disbursements.authorise_first(house.fresh("fin2"), payment_id, press())
    disbursements.sign_first(house["board"], payment_id, agreed, press())
    disbursements.authorise_second(house.fresh("treasurer"), payment_id, press())
    disbursements.send(finance, payment_id, Sending("P-07"), press())
    late = client.submit(waiting, dict(PAYEE), to="payee")
    assert late.status_code == 409
    assert "it may be on its way already" in Page(late).text
    assert Page(late).form("payee").values["payee_name"] == ["sentinel-payee"]
    assert LINK not in client.page("/return/case").links


def test_page_of_a_case_on_hold_looks_as_before_and_answers_as_if_it_were_late(
    client: FundClient, house: House, case_id: str
) -> None:
    offered(house, case_id)
    accept(client)
    page = client.page(HERE)
    client.page("/return/case")
    before = client.page("/return/case").text
    person_events.record(house["anna"], case_id, sources=2, request=press())
    assert client.page("/return/case").text == before
    answer = client.submit(page, dict(NEW), to="payee")
    assert answer.status_code == 409
    assert "hold" not in Page(answer).text.casefold()
    assert "it may be on its way already" in Page(answer).text


def test_page_speaks_the_persons_language(client: FundClient, house: House, case_id: str) -> None:
    offered(house, case_id)
    accept(client)
    assert client.page(f"{HERE}?lang=ru").headings[0] == "Изменить, куда отправить деньги"
    assert client.page(f"{HERE}?lang=de").headings[0] == "Ändern, wohin das Geld geht"
