"""Giving through the pages, without JavaScript: form, codename, payment, thanks, statement."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from config import Settings
from fund_app.adapters.clock import ManualClock
from fund_app.adapters.payments import CheckoutOrder, CheckoutPage, ProviderRefused
from fund_app.adapters.stripe import StripeProvider
from fund_app.extensions import db
from fund_app.models.donations import Donation
from fund_app.models.ledger import Fund
from fund_app.models.monthly_gifts import MonthlyGift
from fund_app.services import stripe_inbox
from fund_app.services.unit import unit_of_work
from tests.support.client import FundClient
from tests.support.pages import Page
from tests.support.stripe import StripeDouble

GIFT = {"preset": "own", "own": "12,50", "fund": "EMG", "method": "card"}

CARD = {"not_listed": "y"}
ONION = f"http://{'fund' * 14}.onion"


def begin(client: FundClient, **changes: Any) -> str:
    """Fill in the form; returns where it leads."""
    page = client.page("/donate")
    answer = client.submit(page, {**GIFT, **changes}, to="/donate")
    assert answer.status_code == 303, Page(answer).text
    return str(answer.headers["Location"])


def keep(client: FundClient) -> str:
    """Say that the codename is kept; returns the codename."""
    page = client.page("/donate/codename")
    (words, _digits) = page.find_all("p", class_="keepsake__words")
    codename = " ".join("".join(words.itertext()).split())
    answer = client.submit(page, to="/donate/codename")
    assert answer.headers["Location"].endswith("/donate/payment")
    return codename


def pay(client: FundClient) -> str:
    """Go on to the payment page; returns its address."""
    page = client.page("/donate/payment")
    answer = client.submit(page, CARD, to="/donate/payment")
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def deliver(app: Flask, client: FundClient, double: StripeDouble) -> None:
    """Bring every message of the double to the inbox and work it off."""
    for event in double.events():
        raw, header = double.envelope(event)
        answer = client.post("/webhooks/stripe", data=raw, headers={"Stripe-Signature": header})
        assert answer.status_code == 200
        with app.app_context():
            stripe_inbox.process(event["id"])


def test_odd_request_id_counts_as_a_new_one(client: FundClient) -> None:
    for rhythm in ("once", "monthly"):
        assert begin(client, rhythm=rhythm, request_id="x" * 500) is not None
        shown = client.get("/donate/payment" if rhythm == "once" else "/donate/monthly")
        assert shown.status_code == 200
    with client.application.app_context():
        kept = [*db.session.scalars(select(Donation.request_id))]
        kept += db.session.scalars(select(MonthlyGift.request_id))
    assert [len(each or "") for each in kept] == [32, 32]


def test_gift_by_card_from_the_form_to_the_statement(
    app: Flask, client: FundClient, double: StripeDouble, tmp_path: Path
) -> None:
    assert begin(client).endswith("/donate/codename")
    codename = keep(client)
    assert len(codename.split()) == 7
    address = pay(client)
    (session,) = double.book.every("checkout.session")
    assert address == session["url"]
    assert session["success_url"] == "https://fund.test/donate/done?lang=en"
    double.book.pay(session["id"])
    deliver(app, client, double)
    assert "Thank you" in client.page("/donate/done").text
    stranger = FundClient(app, response_wrapper=app.response_class)
    sign_in = stranger.page("/donate/sign-in")
    answer = stranger.submit(sign_in, {"codename": codename.upper()}, to="/donate/sign-in")
    assert answer.status_code == 303
    page = stranger.page("/donate/statements")
    assert "€12.50" in page.text
    assert "Accepted" in page.text
    file = stranger.get(page.links["Download as PDF"])
    assert file.mimetype == "application/pdf"
    assert file.headers["Content-Disposition"].startswith("attachment")
    path = tmp_path / "statement.pdf"
    path.write_bytes(file.get_data())
    done = subprocess.run(["pdftotext", str(path), "-"], check=True, capture_output=True)  # noqa: S607
    assert "€12.50" in done.stdout.decode()


def test_codename_is_shown_until_it_is_kept_and_never_again(client: FundClient) -> None:
    begin(client)
    first = client.page("/donate/codename").text
    assert client.page("/donate/codename").text == first
    keep(client)
    answer = client.get("/donate/codename")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/donate/payment")


def test_codename_stands_in_no_address_and_no_title(client: FundClient) -> None:
    location = begin(client)
    page = client.page("/donate/codename")
    (words, _digits) = page.find_all("p", class_="keepsake__words")
    for word in "".join(words.itertext()).split():
        assert word not in location
        assert word not in page.title.lower().split()


def test_form_keeps_what_was_typed(client: FundClient) -> None:
    page = client.page("/donate")
    answer = client.submit(page, {**GIFT, "own": "1.400", "fund": "LEG"}, to="/donate")
    form = Page(answer).form("/donate")
    assert answer.status_code == 422
    assert form.values["own"] == ["1.400"]
    assert form.values["fund"] == ["LEG"]
    assert form.values["preset"] == ["own"]
    assert "cents with two digits" in Page(answer).text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"own": "0.99"}, "at least 1 euro"),
        ({"own": "10000"}, "please use a bank transfer"),
        ({"own": ""}, "in figures"),
        ({"fund": "NOPE"}, "Not a valid choice"),
        ({"method": "cash"}, "Not a valid choice"),
        ({"preset": "1"}, "Not a valid choice"),
    ],
)
def test_form_refuses_with_a_sentence(
    client: FundClient, changes: dict[str, str], sentence: str
) -> None:
    page = client.page("/donate")
    answer = client.submit(page, {**GIFT, **changes}, to="/donate")
    assert answer.status_code == 422
    assert sentence in Page(answer).text


WARNING = {
    "en": "Was your card issued in Russia or Belarus?",
    "de": "Wurde Ihre Karte in Russland oder Belarus ausgestellt?",
    "ru": "Ваша карта выпущена в России или Беларуси?",
}


@pytest.mark.parametrize("language", ["en", "ru", "de"])
def test_warning_stands_before_the_form_and_before_the_card(
    client: FundClient, language: str
) -> None:
    html = client.get(f"/donate?lang={language}").get_data(as_text=True)
    assert 0 < html.index(WARNING[language]) < html.index('name="preset"')
    begin(client)
    keep(client)
    page = client.page(f"/donate/payment?lang={language}")
    html = page.response.get_data(as_text=True)
    assert html.index("banner--danger") < html.index(WARNING[language]) < html.index("not_listed")


def test_warning_comes_first_and_strongest_where_the_page_is_read_in_russian(
    client: FundClient,
) -> None:
    loud = client.get("/donate?lang=ru").get_data(as_text=True)
    assert loud.index(WARNING["ru"]) < loud.index("<h1")
    assert "banner--danger" in loud
    calm = client.get("/donate?lang=en").get_data(as_text=True)
    assert calm.index("<h1") < calm.index(WARNING["en"])
    assert "banner--danger" not in calm


def test_no_card_is_taken_without_the_word_about_its_country(
    client: FundClient, double: StripeDouble
) -> None:
    begin(client)
    keep(client)
    page = client.page("/donate/payment")
    answer = client.submit(page, to="/donate/payment")
    assert answer.status_code == 422
    assert "Please look at your card first" in Page(answer).text
    assert double.book.every("checkout.session") == []
    pay(client)
    assert len(double.book.every("checkout.session")) == 1


@pytest.mark.settings(refused_card_countries=("BY", "KZ"))
def test_countries_named_are_those_of_the_setting(client: FundClient) -> None:
    begin(client)
    keep(client)
    assert "Belarus, Kazakhstan" in client.page("/donate/payment").text
    assert "Беларусь, Казахстан" in client.page("/donate/payment?lang=ru").text


@pytest.mark.settings(refused_card_countries=())
def test_fund_that_refuses_no_country_asks_for_no_word(
    client: FundClient, double: StripeDouble
) -> None:
    begin(client)
    keep(client)
    page = client.page("/donate/payment")
    assert "not_listed" not in page.form("/donate/payment").values
    assert client.submit(page, to="/donate/payment").status_code == 303


def test_refused_card_is_told_plainly(app: Flask, client: FundClient, double: StripeDouble) -> None:
    begin(client)
    keep(client)
    pay(client)
    double.book.pay(double.book.every("checkout.session")[0]["id"], "RU")
    assert "Look again" in client.page("/donate/done").links
    deliver(app, client, double)
    page = client.page("/donate/done")
    assert page.headings[0] == "This card was refused, and nothing was charged"
    assert (
        "Refused: the card's country. Nothing was charged."
        in client.page("/donate/statements").text
    )
    stranger = FundClient(app, response_wrapper=app.response_class)
    assert stranger.page("/donate/done").headings[0] == "Thank you"


def test_gift_given_back_in_part_shows_given_returned_and_kept(
    app: Flask, client: FundClient, double: StripeDouble
) -> None:
    begin(client, own="100")
    keep(client)
    pay(client)
    double.book.pay(double.book.every("checkout.session")[0]["id"])
    deliver(app, client, double)
    assert "It has arrived" in client.page("/donate/done").text
    charge = double.book.every("charge")[0]["id"]
    double.book.refund({"charge": charge, "amount": "3005"})
    deliver(app, client, double)
    page = client.page("/donate/statements")
    (row,) = page.find_all("tbody")[0].iter("tr")
    cells = ["".join(cell.itertext()).strip() for cell in row]
    assert cells[4:] == ["Accepted, partly given back", "€100.00", "€30.05", "€69.95"]


def test_lost_codename_is_explained(client: FundClient) -> None:
    page = client.page(client.page("/donate/sign-in").links["I have lost my codename"])
    assert "There is no way back to it" in page.text
    assert "payment reference" in page.text


def test_record_ends_on_the_donors_word(app: Flask, client: FundClient) -> None:
    begin(client)
    codename = keep(client)
    page = client.page("/donate/end")
    answer = client.submit(page, to="/donate/end")
    assert answer.status_code == 422
    answer = client.submit(Page(answer), {"understood": "y"}, to="/donate/end")
    assert Page(answer).headings[0] == "Your record has ended"
    assert answer.headers["Clear-Site-Data"]
    assert client.get("/donate/statements").headers["Location"].startswith("/donate/sign-in")
    sign_in = client.page("/donate/sign-in")
    answer = client.submit(sign_in, {"codename": codename}, to="/donate/sign-in")
    assert answer.status_code == 422


PAGES = (
    "/donate", "/donate/lost", "/donate/done", "/donate/cancelled",
    "/donate/payment", "/donate/statements", "/donate/receipt", "/donate/end",
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ru", "de"])
def test_pages_are_small_ask_nobody_else_and_have_a_way_out(
    client: FundClient, language: str
) -> None:
    begin(client)
    keep(client)
    styles = len(client.get("/static/fund.css").get_data())
    for path in PAGES:
        page = client.page(f"{path}?lang={language}")
        html = page.response.get_data(as_text=True)
        assert len(html.encode()) + styles <= 50_000, path
        assert "<script" not in html
        assert len(page.find_all("a", class_="quick-exit")) == 1, path
        loaded = [each.get("src") or each.get("href") for tag in ("link", "img", "script")
                  for each in page.find_all(tag)]  # fmt: skip
        assert [url for url in loaded if not str(url).startswith("/static/")] == []


def test_form_may_lead_to_the_provider_on_this_page_only(
    client: FundClient, double: StripeDouble
) -> None:
    begin(client)
    keep(client)
    policy = client.get("/donate/payment").headers["Content-Security-Policy"]
    assert f"form-action 'self' {double.url}" in policy
    assert double.url not in client.get("/donate").headers["Content-Security-Policy"]


def test_lost_answer_offers_to_try_again_and_stays_one_gift(
    client: FundClient, double: StripeDouble
) -> None:
    begin(client)
    keep(client)
    double.switches.set("lose_answers", 9)
    page = client.page("/donate/payment")
    answer = client.submit(page, CARD, to="/donate/payment")
    assert answer.status_code == 503
    assert "however often you do, it is one gift" in Page(answer).text
    double.switches.set("lose_answers", 0)
    answer = client.submit(Page(answer), to="/donate/payment")
    assert answer.status_code == 303
    assert len(double.book.every("checkout.session")) == 1


def test_gift_by_transfer_shows_account_and_reference(client: FundClient) -> None:
    assert begin(client, method="bank_transfer", own="20000").endswith("/donate/codename")
    keep(client)
    text = client.page("/donate/payment").text
    assert "DE89 3704 0044 0532 0130 00" in text
    assert "€20,000.00" in text


def test_second_gift_of_a_donor_needs_no_second_codename(client: FundClient) -> None:
    begin(client)
    keep(client)
    assert begin(client, own="7").endswith("/donate/payment")
    assert "€7.00" in client.page("/donate/payment").text
    assert client.page("/donate/statements").text.count("Waiting for the payment") == 2


def test_foreign_gift_cannot_be_paid(app: Flask, client: FundClient) -> None:
    begin(client)
    stranger = FundClient(app, response_wrapper=app.response_class)
    assert stranger.get("/donate/payment").headers["Location"].startswith("/donate/sign-in")
    assert stranger.get("/donate/statements").headers["Location"].startswith("/donate/sign-in")


def test_wrong_codename_is_refused(client: FundClient) -> None:
    page = client.page("/donate/sign-in")
    answer = client.submit(page, {"codename": "seven words that are not a codename"})
    assert answer.status_code == 422
    assert "We do not know this codename" in Page(answer).text


@pytest.mark.parametrize("query", ["since=2026-05-02&until=2026-05-01", "year=99999", "since=x"])
def test_bad_days_are_refused_with_a_sentence(client: FundClient, query: str) -> None:
    begin(client)
    for path in ("/donate/statements", "/donate/statements/file"):
        page = client.page(f"{path}?{query}", status=422)
        assert "do not make a range" in page.text


@pytest.mark.settings(stripe_api_key="")
def test_without_a_provider_there_is_no_card(
    app: Flask, client: FundClient, settings: Settings
) -> None:
    app.extensions["fund.stripe"] = type("None_", (), {"is_configured": False})()
    page = client.page("/donate")
    assert "Cards cannot be taken at the moment. A bank transfer works." in page.text
    assert page.form("/donate").values["method"] == ["bank_transfer"]


def test_without_an_open_fund_the_page_says_so(app: Flask, client: FundClient) -> None:
    with app.app_context(), unit_of_work() as session:
        session.execute(update(Fund).values(open_for_donations=False))
    page = client.page("/donate")
    assert "There is no way to give here yet" in page.text
    assert page.find_all("button", type="submit") == []


@pytest.mark.parametrize("language", ["en", "ru", "de"])
def test_pages_speak_every_language(client: FundClient, language: str) -> None:
    assert client.page(f"/donate?lang={language}").language == language


def test_webhook_refuses_what_is_not_signed(client: FundClient, double: StripeDouble) -> None:
    assert client.post("/webhooks/stripe", data=b"{}").status_code == 400
    headers = {"Stripe-Signature": "t=1,v1=\xe9"}
    assert client.post("/webhooks/stripe", data=b"{}", headers=headers).status_code == 400
    large = client.post("/webhooks/stripe", data=b"x" * 300_000)
    assert large.status_code == 413
    assert client.get("/webhooks/stripe").status_code == 405


def test_webhook_message_may_not_come_from_the_future(
    client: FundClient, double: StripeDouble, clock: ManualClock
) -> None:
    begin(client)
    keep(client)
    pay(client)
    double.book.expire_session(double.book.every("checkout.session")[0]["id"])
    raw, header = double.envelope(double.events()[0])
    clock.advance(minutes=-6)
    answer = client.post("/webhooks/stripe", data=raw, headers={"Stripe-Signature": header})
    assert answer.status_code == 400


def test_asking_again_in_another_language_opens_the_same_page(
    client: FundClient, double: StripeDouble
) -> None:
    begin(client)
    keep(client)
    first = pay(client)
    page = client.page("/donate/payment?lang=de")
    answer = client.submit(page, CARD, to="/donate/payment?lang=de")
    assert (answer.status_code, answer.location) == (303, first)


@pytest.mark.settings(onion_url=ONION)
def test_donor_comes_back_to_the_address_they_left_from(
    client: FundClient, double: StripeDouble
) -> None:
    pay_at(client, ONION)
    (session,) = double.book.every("checkout.session")
    assert session["success_url"] == f"{ONION}/donate/done?lang=en"
    assert session["cancel_url"] == f"{ONION}/donate/cancelled?lang=en"


@pytest.mark.settings(onion_url=ONION)
def test_provider_that_wants_https_leads_back_to_the_public_address(
    client: FundClient, double: StripeDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = StripeProvider.create_checkout_session

    def with_https_only(provider: StripeProvider, order: CheckoutOrder) -> CheckoutPage:
        if not order.success_url.startswith("https://"):
            raise ProviderRefused("url_invalid")
        return real(provider, order)

    monkeypatch.setattr(StripeProvider, "create_checkout_session", with_https_only)
    pay_at(client, ONION)
    (session,) = double.book.every("checkout.session")
    assert session["success_url"] == "https://fund.test/donate/done?lang=en"


def pay_at(client: FundClient, address: str) -> None:
    """Give by card from the form to the payment page, all at one of the fund's addresses."""
    headers = {"Origin": address}
    for path, typed in (("/donate", GIFT), ("/donate/codename", {}), ("/donate/payment", CARD)):
        page = client.page(path, base_url=address)
        answer = client.submit(page, dict(typed), to=path, base_url=address, headers=headers)
        assert answer.status_code == 303, Page(answer).text
