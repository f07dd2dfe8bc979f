"""Every page that can be reached by links, for everybody: whole, narrow, quiet and from here."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response

from fund_app.services.personas import PERSONAS
from tests.journeys.stage import Stage
from tests.journeys.visitor import Visitor
from tests.support.accessibility import beside, complaints
from tests.support.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LARGEST_FIRST_PAGE = 50 * 1024
PAPER = 700
"""How wide a sheet of A4 is between its margins, in pixels of a page."""
MOST_OF_A_KIND = 2
"""How many pages of one kind are looked at: two cases are as good as forty."""
HANDLES = tuple(each.handle for each in PERSONAS)
READ: set[str] = set()
"""Kinds of page that axe has looked at: what two personas share is looked at once."""
REF = re.compile(r"/[0-9a-f]{32}(?=/|$)|/\d+(?=/|$)")
NOT_FOLLOWED = ("/exit", "/static/", "/donate/statements/file", "/anchors.txt")
"""The quick exit would end the walk; the others are files."""


def kind_of(address: str) -> str:
    """Return an address without what differs between pages of one kind."""
    parts = urlsplit(address)
    names = sorted(each.partition("=")[0] for each in parts.query.split("&") if each)
    return REF.sub("/*", parts.path) + "?" + "&".join(n for n in names if n != "lang")


def links(person: Visitor) -> list[str]:
    """Return where the present page leads on this site, downloads apart."""
    script = "each => each.map(a => a.href)"
    found: list[str] = person.page.locator("a[href]:not([download])").evaluate_all(script)
    return [
        address.partition("#")[0]
        for address in found
        if address.startswith(person.base_url)
        and not urlsplit(address).path.startswith(NOT_FOLLOWED)
        and ("lang=" not in address or "lang=en" in address)
    ]


def faults(person: Visitor) -> list[str]:
    """Return what is wrong with the present page, in words."""
    page = person.page
    found = [] if person.status < 400 else [f"status {person.status}"]
    if not page.title().strip():
        found.append("no title")
    if page.locator("html").get_attribute("lang") not in {"en", "de", "ru"}:
        found.append("no language")
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} headings of the first rank")
    width: int = page.evaluate("document.scrollingElement.scrollWidth")
    if width > PHONE["width"]:
        found.append(f"{width} pixels wide")
    ids: list[str] = page.locator("[id]").evaluate_all("each => each.map(one => one.id)")
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        found.append(f"ids twice: {twice}")
    nameless = page.locator(
        "input:not([type=hidden]):not([id]), select:not([id]), textarea:not([id])"
    ).count()
    if nameless:
        found.append(f"{nameless} fields that no label can name")
    return found


def walk(person: Visitor, start: str, reader: Page) -> tuple[dict[str, list[str]], list[str]]:
    """Follow every link from a page; returns faults by address, and the kinds of page seen.

    reader: a window with script, in which the first page of each kind is read once more.
    """
    waiting, seen, kinds = deque([start]), {start}, dict[str, int]()
    wrong: dict[str, list[str]] = {}
    while waiting:
        address = waiting.popleft()
        kind = kind_of(address)
        if kinds.get(kind, 0) >= MOST_OF_A_KIND:
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        person.go(address)
        told = faults(person)
        if kind not in READ and person.status < 400:
            READ.add(kind)
            told += complaints(reader, address)
        if told:
            wrong[address.removeprefix(person.base_url)] = told
        for found in links(person):
            if found not in seen:
                seen.add(found)
                waiting.append(found)
    return wrong, sorted(kinds)


@pytest.mark.parametrize("handle", HANDLES)
def test_every_page_of_a_persona_is_whole(furnished: Stage, handle: str) -> None:
    person = furnished.persona(handle)
    person.page.set_viewport_size(PHONE)
    with beside(furnished.browser, person.page.context) as reader:
        wrong, kinds = walk(person, person.page.url, reader)
    person.assert_untroubled()
    assert (wrong, person.failures) == ({}, [])
    assert len(kinds) >= 3, kinds


@pytest.mark.parametrize("language", ["en", "ru", "de"])
def test_public_pages_are_whole_in_every_language(furnished: Stage, language: str) -> None:
    person = furnished.somebody(f"visitor-{language}", language, phone=True)
    for path in ("/", "/apply/emergency", "/apply/emergency/fit", "/apply/emergency/now",
                 "/return", "/donate", "/donate/sign-in", "/door", "/staff/"):  # fmt: skip
        person.go(f"{path}?lang={language}")
        assert (path, faults(person)) == (path, [])
        assert person.page.locator("html").get_attribute("lang") == language
    person.assert_untroubled()


def test_public_pages_can_be_read_by_everybody(furnished: Stage) -> None:
    person = furnished.somebody("visitor-reader", phone=True)
    with beside(furnished.browser, person.page.context) as reader:
        wrong, kinds = walk(person, f"{person.base_url}/", reader)
    assert (wrong, person.failures) == ({}, [])
    assert len(kinds) >= 6, kinds


@contextmanager
def on_paper(page: Page) -> Iterator[None]:
    """Show a page as it is printed, and as on a screen again: on paper no button can be pressed."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER, "height": 1000})
    try:
        yield
    finally:
        page.emulate_media(media="null")


@pytest.mark.parametrize("language", ["en", "ru", "de"])
def test_printed_tables_lose_no_column(furnished: Stage, language: str) -> None:
    person = furnished.persona("auditor")
    lost = "each => each.filter(one => one.scrollWidth > one.clientWidth).length"
    with on_paper(person.page):
        for path in ("/treasury/gifts", "/audit/erasures", "/ledger/entries", "/anchors"):
            person.go(f"{path}?lang={language}")
            tables = person.page.locator(".table-wrap")
            assert tables.count() > 0, path
            assert (path, tables.evaluate_all(lost)) == (path, 0)


def test_first_page_is_light(furnished: Stage) -> None:
    person = furnished.somebody("light")
    weights: list[int] = []

    def weigh(answer: Response) -> None:
        weights.append(len(answer.body()) + sum(len(k) + len(v) for k, v in answer.headers.items()))

    person.page.on("response", weigh)
    person.go("/")
    person.page.wait_for_load_state("networkidle")
    assert len(weights) >= 2
    assert sum(weights) <= LARGEST_FIRST_PAGE
