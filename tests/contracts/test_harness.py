"""The test set-up itself keeps what it promises."""

from __future__ import annotations

import smtplib
import socket
from email.message import EmailMessage

import pytest
from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from html5lib.html5parser import ParseError
from playwright.sync_api import Page
from sqlalchemy import text
from sqlalchemy.orm import Session

from config import Settings
from fund_app.extensions import csrf, db
from fund_app.views.access import public
from tests.support.client import FundClient
from tests.support.live import LiveFund
from tests.support.mail import Mailbox
from tests.support.network import NetworkRefused
from tests.support.outline import Outline
from tests.support.queries import QueryCounter
from tests.support.stores import Store


def test_network_refuses_what_is_not_loopback() -> None:
    with socket.socket() as outside, pytest.raises(NetworkRefused):
        outside.connect(("192.0.2.1", 80))


def test_network_refuses_to_look_up_a_foreign_name() -> None:
    with pytest.raises(NetworkRefused):
        socket.getaddrinfo("example.org", 80)


def test_store_holds_two_different_databases(store: Store) -> None:
    assert store.database_url.startswith(store.engine)
    assert store.database_url != store.keystore_url


@pytest.mark.both_stores
def test_session_speaks_to_the_store_of_the_test(session: Session, settings: Settings) -> None:
    assert session.get_bind().dialect.name == settings.database_url.split("+")[0].split(":")[0]


def test_session_on_sqlite_checks_foreign_keys(session: Session) -> None:
    assert session.scalar(text("PRAGMA foreign_keys")) == 1
    assert session.scalar(text("PRAGMA journal_mode")) == "wal"


def test_query_counter_counts_statements_only(
    session: Session, query_counter: QueryCounter
) -> None:
    with query_counter() as counted:
        session.execute(text("SELECT 1"))
        session.commit()
        session.execute(text("SELECT 2"))
    assert counted.statements == ["SELECT 1", "SELECT 2"]


@pytest.mark.settings(stripe_webhook_secret="whsec_of_a_test")
def test_settings_can_be_changed_by_marker(settings: Settings) -> None:
    assert settings.stripe_webhook_secret == "whsec_of_a_test"


def test_mailbox_receives_by_smtp(mailbox: Mailbox) -> None:
    message = EmailMessage()
    message["Subject"] = "Hello"
    message["From"], message["To"] = "fund@fund.test", "anna@fund.test"
    message.set_content("Something is new.")
    with smtplib.SMTP(mailbox.url.removeprefix("smtp://")) as server:
        server.send_message(message)
    assert [found["Subject"] for found in mailbox.messages] == ["Hello"]
    assert mailbox.envelopes[0].rcpt_tos == ["anna@fund.test"]


def test_client_refuses_broken_html(app: Flask, client: FundClient) -> None:
    app.add_url_rule("/broken", "broken", public(lambda: "<!doctype html><p>text</div>"))
    with pytest.raises(ParseError):
        client.get("/broken")


@pytest.mark.both_stores
def test_client_notices_a_reading_request_that_writes(app: Flask, client: FundClient) -> None:
    def view() -> str:
        db.session.execute(text("CREATE TABLE noted (word TEXT)"))
        db.session.execute(text("INSERT INTO noted VALUES ('read')"))
        db.session.commit()
        return "done"

    app.add_url_rule("/writes", "writes", public(view))
    with pytest.raises(AssertionError, match="only reads has written"):
        client.get("/writes")


def test_client_sends_the_form_as_the_page_shows_it(app: Flask, client: FundClient) -> None:
    def view() -> ResponseReturnValue:
        if request.method == "POST":
            return Response(str(sorted(request.form.items(multi=True))), mimetype="text/plain")
        return (
            "<!doctype html><html lang=en><title>Form</title><form method=post action='/form'>"
            "<input name=a value=1><input type=checkbox name=b checked><select name=c><option>x"
            "</select><textarea name=d>\nlong</textarea><button name=e>Go</button></form>"
        )

    app.add_url_rule("/form", "form", csrf.exempt(public(view)), methods=["GET", "POST"])
    answer = client.submit(client.page("/form"), {"c": "y"}, to="/form")
    sent = "[('a', '1'), ('b', 'on'), ('c', 'y'), ('d', 'long')]"
    assert answer.get_data(as_text=True) == sent


@pytest.mark.browser
def test_page_runs_no_script_and_is_as_wide_as_a_desk(page: Page) -> None:
    page.set_content("<p>whole</p><noscript>silent</noscript><script>document.body=null</script>")
    assert page.inner_text("body") == "whole\n\nsilent"
    assert page.viewport_size == {"width": 1280, "height": 900}


@pytest.mark.browser
def test_phone_page_is_as_narrow_as_a_phone(phone_page: Page) -> None:
    assert phone_page.viewport_size == {"width": 360, "height": 740}


@pytest.mark.browser
@pytest.mark.slow
def test_live_fund_serves_its_first_page(live_fund: LiveFund, page: Page) -> None:
    answer = page.goto(live_fund.base_url)
    assert answer is not None
    assert answer.status == 200
    assert page.locator("h1").count() == 1


def test_outline_of_a_page_tells_what_is_wrong_with_it() -> None:
    source = """<html><head><title></title></head><body><h1>One</h1><h1>Two</h1>
    <p id=a></p><p id=a></p><input name=q><input type=hidden name=t>
    <a href="/x?y=1#z">x</a><a href="/file" download>f</a></body></html>"""
    page = Outline("http://127.0.0.1/here", source)
    assert (page.language, page.title, page.first_headings) == ("", "", 2)
    assert (page.ids_twice, page.nameless_fields) == (["a"], 1)
    assert page.links == ["http://127.0.0.1/x?y=1"]
