from __future__ import annotations

import pytest

from tests.support.client import FundClient


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("ru,en;q=0.5", "ru"), ("de-AT", "de"), ("fr, de;q=0.3", "de"), ("fr", "en"), ("", "en")],
)
def test_language_follows_the_browser(client: FundClient, wanted: str, language: str) -> None:
    assert client.page("/", headers={"Accept-Language": wanted}).language == language


def test_language_chosen_outweighs_the_browser(client: FundClient) -> None:
    page = client.page("/", query_string={"lang": "ru"}, headers={"Accept-Language": "de"})
    assert page.language == "ru"


def test_language_nobody_speaks_here_is_ignored(client: FundClient) -> None:
    assert client.page("/", query_string={"lang": "<b>"}).language == "en"


def test_language_links_lead_to_the_same_page(client: FundClient) -> None:
    links = client.page("/components", query_string={"sort": "-due"}).links
    assert links["Deutsch"] == "/components?sort=-due&lang=de"


def test_language_chosen_travels_along_without_a_cookie(client: FundClient) -> None:
    response = client.get("/", query_string={"lang": "de"})
    assert "Set-Cookie" not in response.headers
    page = client.page("/", query_string={"lang": "de"})
    ours = [url for url in page.links.values() if url.startswith("/")]
    carried = [url for url in ours if "lang=" in url]
    assert carried == ours


def test_language_links_stay_away_from_an_answered_form(client: FundClient) -> None:
    page = client.page("/staff/")
    answer = client.submit(page, {"handle": "", "passphrase": ""}, to="/staff/")
    assert "hreflang" not in answer.get_data(as_text=True)
