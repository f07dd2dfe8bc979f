"""The onion address is a door of its own: no trace of the other, and a cookie that works."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from fund_app.views.access import inventory
from tests.support.application import BASE_URL
from tests.support.client import FundClient
from tests.support.pages import Page

ONION = f"http://{'fund' * 14}.onion"
CLEAR = "fund.test"

pytestmark = pytest.mark.settings(onion_url=ONION)


def test_onion_pages_know_no_other_address(app: Flask, client: FundClient) -> None:
    seen = 0
    for entry in inventory(app):
        if "GET" not in entry.methods or "<" in entry.path:
            continue
        answer = client.get(entry.path, base_url=ONION)
        assert "Strict-Transport-Security" not in answer.headers, entry.path
        assert "Onion-Location" not in answer.headers, entry.path
        said = str(answer.headers) + answer.get_data(as_text=True)
        assert CLEAR not in said, entry.path
        assert "https:" not in answer.get_data(as_text=True), entry.path
        seen += 1
    assert seen > 20


def test_onion_cookie_is_taken_by_a_browser_without_https(client: FundClient) -> None:
    """Bound to https it would be dropped, and with it every form's token."""
    page = Page(client.get("/return", base_url=ONION))
    name, _, attributes = page.response.headers["Set-Cookie"].partition("=")
    assert name == "s"
    assert attributes.partition(";")[2].strip() == "HttpOnly; Path=/; SameSite=Strict"
    sent = {**page.form("/return").values, "codename": "seven words that nobody was given here"}
    answer = client.post("/return", data=sent, base_url=ONION, headers={"Origin": ONION})
    assert answer.status_code == 422


@pytest.mark.settings(onion_url=ONION.replace("http:", "https:"))
def test_onion_cookie_is_bound_to_https_where_the_onion_has_it(client: FundClient) -> None:
    answer = client.get("/return", base_url=ONION.replace("http:", "https:"))
    assert answer.headers["Set-Cookie"].startswith("__Host-s=")
    assert "Secure" in answer.headers["Set-Cookie"]


def test_onion_cookie_opens_nothing_at_the_other_address(client: FundClient) -> None:
    page = Page(client.get("/return", base_url=ONION))
    token = page.form("/return").values["csrf_token"]
    answer = client.post("/return", data={"csrf_token": token}, headers={"Origin": BASE_URL})
    assert answer.status_code == 400


def test_clear_pages_name_the_onion_without_what_was_asked(client: FundClient) -> None:
    answer = client.get("/staff/", query_string={"next": "/staff/home", "lang": "ru"})
    assert answer.headers["Onion-Location"] == f"{ONION}/staff/"
    assert answer.headers["Set-Cookie"].startswith("__Host-s=")
    assert "Onion-Location" not in client.get("/healthz").headers


def test_no_full_address_is_made_from_the_request() -> None:
    """Behind a proxy a request says http: full addresses come from the settings (address_of)."""
    top = Path(__file__).parents[2]
    sources = [*(top / "fund_app").rglob("*.py"), *(top / "templates").rglob("*.html")]
    assert [str(each) for each in sources if "_external" in each.read_text()] == []


@pytest.mark.parametrize(
    "host",
    ["elsewhere.test", f"{CLEAR}.evil.test", f"evil{CLEAR}", f"evil.{CLEAR}", "127.0.0.1",
     f"www.{ONION.removeprefix('http://')}", f"{CLEAR}@evil.test", ""],
)  # fmt: skip
def test_other_hosts_are_refused(client: FundClient, host: str) -> None:
    answer = client.get("/", headers={"Host": host} if host else {}, base_url="https://other.test")
    assert answer.status_code == 400
    assert Page(answer).links == {}
    assert CLEAR not in answer.get_data(as_text=True)
