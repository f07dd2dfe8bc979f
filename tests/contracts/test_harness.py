"""The test set-up itself keeps what it promises."""

from __future__ import annotations

import smtplib
import socket
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page
from sqlalchemy import text
from sqlalchemy.orm import Session

from config import Settings
from tests.support.live import LiveFund
from tests.support.mail import Mailbox
from tests.support.network import NetworkRefused
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
