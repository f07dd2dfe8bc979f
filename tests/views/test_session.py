from __future__ import annotations

import base64
import binascii
import zlib
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, text

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.people import Person
from tests.support.client import FundClient
from tests.views.conftest import PASSPHRASE

NAME = "__Host-s"


def _token(client: FundClient) -> str:
    cookie = client.get_cookie(NAME, domain="fund.test")
    assert cookie is not None
    return cookie.value


def _rows(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        engine = app.extensions["fund.keystore"]._engine  # noqa: SLF001
        with engine.connect() as connection:
            found = connection.execute(text("SELECT token_sha256, kind FROM session"))
            return [tuple(row) for row in found]


def _sign_in(client: FundClient) -> None:
    page = client.page("/staff/")
    client.submit(page, {"handle": "ida", "passphrase": PASSPHRASE}, to="/staff/")


def test_session_sets_no_cookie_on_the_first_page(client: FundClient) -> None:
    assert "Set-Cookie" not in client.get("/").headers


def test_session_of_a_visitor_with_a_form_is_a_cookie_and_no_row(
    app: Flask, client: FundClient
) -> None:
    header = client.get("/staff/").headers["Set-Cookie"]
    name, _, attributes = header.partition("=")
    assert name == NAME
    assert attributes.partition(";")[2].strip() == "Secure; HttpOnly; Path=/; SameSite=Strict"
    assert _rows(app) == []


def test_session_cookie_is_opaque(app: Flask, signed_in: FundClient, coordinator: str) -> None:
    token = _token(signed_in)
    raw = base64.urlsafe_b64decode(token + "=")
    assert len(raw) == 32
    with pytest.raises(zlib.error):
        zlib.decompress(raw)
    for telling in (b"ida", coordinator.encode(), binascii.unhexlify(coordinator)):
        assert telling not in raw


def test_session_row_as_a_cookie_opens_nothing(app: Flask, signed_in: FundClient) -> None:
    [(row, kind)] = _rows(app)
    assert kind == "staff"
    thief = FundClient(app, response_wrapper=app.response_class)
    thief.set_cookie(NAME, row[:43], domain="fund.test")
    assert thief.get("/staff/home").status_code == 302


def test_session_token_is_new_at_every_sign_in(app: Flask, signed_in: FundClient) -> None:
    first = _token(signed_in)
    page = signed_in.page("/staff/home")
    signed_in.submit(page, to="/sign-out")
    _sign_in(signed_in)
    assert _token(signed_in) != first
    assert len(_rows(app)) == 1


def test_session_token_changes_when_a_visitor_signs_in(
    client: FundClient, coordinator: str
) -> None:
    client.get("/staff/")
    before = _token(client)
    _sign_in(client)
    assert _token(client) != before


def test_session_ends_at_signing_out(app: Flask, signed_in: FundClient) -> None:
    token = _token(signed_in)
    answer = signed_in.submit(signed_in.page("/staff/home"), to="/sign-out")
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    signed_in.set_cookie(NAME, token, domain="fund.test")
    assert signed_in.get("/staff/home").status_code == 302
    assert _rows(app) == []


def test_session_ends_after_half_an_hour_of_silence(
    signed_in: FundClient, clock: ManualClock
) -> None:
    clock.advance(minutes=29)
    assert signed_in.get("/staff/home").status_code == 200
    clock.advance(minutes=29)
    assert signed_in.get("/staff/home").status_code == 200
    clock.advance(minutes=31)
    assert signed_in.get("/staff/home").status_code == 302


def test_session_ends_when_access_ends(app: Flask, signed_in: FundClient, coordinator: str) -> None:
    with app.app_context():
        person = db.session.scalar(select(Person).where(Person.id == coordinator))
        assert person is not None
        person.disabled_on = date(2026, 6, 30)
        db.session.commit()
    assert signed_in.get("/staff/home").status_code == 302


def test_session_speaks_the_persons_language(signed_in: FundClient) -> None:
    assert signed_in.page("/staff/home").language == "de"
    assert signed_in.page("/staff/home?lang=ru").language == "ru"


def test_exit_ends_the_session_and_says_nothing(app: Flask, signed_in: FundClient) -> None:
    response = signed_in.get("/exit")
    assert response.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert "Solidarity" not in response.get_data(as_text=True)
    assert "fund" not in response.get_data(as_text=True).lower()
    assert _rows(app) == []


def test_exit_works_for_somebody_without_a_session(client: FundClient) -> None:
    assert client.page("/exit").title == "New page"


@pytest.mark.settings(base_url="http://127.0.0.1:8000")
def test_session_cookie_on_plain_http_has_a_plain_name(client: FundClient) -> None:
    header = client.get("/staff/", base_url="http://127.0.0.1:8000").headers["Set-Cookie"]
    assert header.startswith("s=")
    assert "Secure" not in header
