"""Who may open what, and what every page owes to the person who opens it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from fund_app.views.access import Entry, inventory
from tests.support.client import FundClient
from tests.support.pages import Page
from tests.support.routes import LIST, described

LANGUAGES = ("en", "ru", "de")
FIRST_PAGE_BYTES = 50_000
NEUTRAL = "Your page"
OWN = ("/", "data:,")  # an icon of nothing, so that the browser asks for none


def test_every_route_declares_who_may_open_it(app: Flask) -> None:
    assert [entry.path for entry in inventory(app) if entry.rule is None] == []


def test_routes_are_the_ones_somebody_agreed_to(app: Flask) -> None:
    agreed = LIST.read_text(encoding="utf-8").splitlines()
    assert described(app) == agreed, "read the difference; if it is meant: make routes"


def test_every_public_page_is_whole_in_every_language(app: Flask, client: FundClient) -> None:
    """Each answer was parsed strictly by the client; here it must also say what it is."""
    seen = 0
    for entry in _open_pages(app):
        for language in LANGUAGES:
            response = client.get(entry.path, query_string={"lang": language})
            assert response.status_code in {200, 302, 303}, entry.path
            if response.mimetype == "text/html" and response.status_code == 200:
                _check_page(Page(response), language, entry.path)
                seen += 1
    assert seen >= len(LANGUAGES)


def test_titles_of_public_pages_tell_them_apart(app: Flask, client: FundClient) -> None:
    """What applicants see has one title that says nothing: a seized history must not tell."""
    titles: dict[str, str] = {}
    for entry in _open_pages(app):
        response = client.get(entry.path, query_string={"lang": "en"})
        if response.mimetype == "text/html" and response.status_code == 200:
            page = Page(response)
            if page.find_all("body", class_="is-applicant"):
                assert page.title == NEUTRAL, entry.path
            else:
                titles[entry.path] = page.title
    assert len(set(titles.values())) == len(titles), titles


def test_closed_pages_send_strangers_away(app: Flask, client: FundClient) -> None:
    for entry in inventory(app):
        if entry.rule is not None and not entry.rule.is_public and "GET" in entry.methods:
            response = client.get(_filled(entry.path))
            assert response.status_code in {302, 303, 404}, entry.path


def test_first_page_is_light_with_everything_it_loads(client: FundClient) -> None:
    page = client.page("/")
    loaded = [node.get("href", "") for node in page.find_all("link", rel="stylesheet")]
    loaded += [node.get("src", "") for node in page.find_all("img")]
    assert loaded != []
    sizes = {path: len(client.get(path).get_data()) for path in loaded}
    sizes["/"] = len(page.response.get_data())
    assert sum(sizes.values()) <= FIRST_PAGE_BYTES, sizes


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_load_nothing_from_elsewhere(app: Flask, client: FundClient, language: str) -> None:
    for entry in _open_pages(app):
        response = client.get(entry.path, query_string={"lang": language})
        if response.mimetype == "text/html" and response.status_code == 200:
            page = Page(response)
            loaded = [node.get("href", "") for node in page.find_all("link")]
            loaded += [
                node.get("src", "") for tag in ("img", "script") for node in page.find_all(tag)
            ]
            assert [path for path in loaded if not path.startswith(OWN)] == [], entry.path


def _open_pages(app: Flask) -> Iterator[Entry]:
    """Yield the routes everybody may get and that need no value in their address."""
    for entry in inventory(app):
        is_open = entry.rule is not None and entry.rule.is_public
        if is_open and "GET" in entry.methods and "<" not in entry.path:
            yield entry


def _check_page(page: Page, language: str, path: str) -> None:
    assert page.language == language, path
    assert len(page.title) > len("Fund"), path
    assert len(page.find_all("h1")) == 1, path
    assert len(page.find_all("main")) == 1, path


def _filled(path: str) -> str:
    """Put a value nobody has into each place of an address."""
    path = re.sub(r"<int:[^>]+>", "999999", path)
    return re.sub(r"<[^>]+>", "0" * 32, path)
