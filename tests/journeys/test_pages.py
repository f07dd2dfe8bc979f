"""Every page that can be reached by links, for everybody: whole, narrow, quiet and from here."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response

from fund_app.services.personas import PERSONAS
from tests.journeys.stage import Stage
from tests.journeys.visitor import Visitor
from tests.support.accessibility import beside, complaints
from tests.support.browser import PHONE
from tests.support.outline import Outline, kind_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LARGEST_FIRST_PAGE = 50 * 1024
PAPER = 700
"""How wide a sheet of A4 is between its margins, in pixels of a page."""
MOST_OF_A_KIND = 2
"""How many pages of one kind somebody opens: two cases are as good as forty."""
HANDLES = tuple(each.handle for each in PERSONAS)
NOT_FOLLOWED = ("/exit", "/static/", "/donate/statements/file", "/anchors.txt")
"""The quick exit would end the walk; the others are files."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Which kinds of page were shown in a browser, by all workers of the run together."""

    folder: Path

    def is_first(self, *what: str) -> bool:
        """Whether nobody has shown this yet; from now on somebody has."""
        name = sha256("\n".join(what).encode()).hexdigest()
        try:
            (self.folder / name).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "shown"
    folder.mkdir(exist_ok=True)
    return Shown(folder)


def is_followed(address: str, base_url: str) -> bool:
    """Whether a link leads on, in the language of the walk."""
    is_ours = address.startswith(base_url)
    is_page = not urlsplit(address).path.startswith(NOT_FOLLOWED)
    return is_ours and is_page and ("lang=" not in address or "lang=en" in address)


def faults(status: int, page: Outline) -> list[str]:
    """Return what is wrong with a page's source, in words."""
    found = [] if status < 400 else [f"status {status}"]
    if not page.title:
        found.append("no title")
    if page.language not in {"en", "de", "ru"}:
        found.append("no language")
    if page.first_headings != 1:
        found.append(f"{page.first_headings} headings of the first rank")
    if page.ids_twice:
        found.append(f"ids twice: {page.ids_twice}")
    if page.nameless_fields:
        found.append(f"{page.nameless_fields} fields that no label can name")
    return found


def opened(person: Visitor, address: str) -> tuple[list[str], list[str]]:
    """Fetch a page as its reader's browser would; returns its faults and where it leads."""
    answer = person.page.context.request.get(address)
    page = Outline(answer.url, answer.text())
    wrong = faults(answer.status, page)
    answer.dispose()
    return wrong, [each for each in page.links if is_followed(each, person.base_url)]


def too_wide(person: Visitor, address: str) -> list[str]:
    """Show a page on a telephone; returns by how much it leaves the screen."""
    person.go(address)
    width: int = person.page.evaluate("document.scrollingElement.scrollWidth")
    return [f"{width} pixels wide"] if width > PHONE["width"] else []


def walk(
    person: Visitor, start: str, reader: Page, shown: Shown
) -> tuple[dict[str, list[str]], list[str]]:
    """Follow every link from a page; returns faults by address, and the kinds of page seen.

    Everybody opens two pages of each kind. A browser shows them on a telephone unless somebody
    else's has, and the first page of each kind is read once more by axe.
    reader: a window with script.
    """
    waiting, seen, kinds = deque([start]), {start}, Counter[str]()
    wrong: dict[str, list[str]] = {}
    while waiting:
        address = waiting.popleft()
        kind = kind_of(address)
        kinds[kind] += 1
        if kinds[kind] > MOST_OF_A_KIND:
            continue
        told, leads_to = opened(person, address)
        if address == start or (not told and shown.is_first("width", kind, str(kinds[kind]))):
            told += too_wide(person, address)
        if not told and shown.is_first("axe", kind):
            told += complaints(reader, address)
        if told:
            wrong[address.removeprefix(person.base_url)] = told
        fresh = [each for each in dict.fromkeys(leads_to) if each not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return wrong, sorted(kinds)


@pytest.mark.parametrize("handle", HANDLES)
def test_every_page_of_a_persona_is_whole(furnished: Stage, shown: Shown, handle: str) -> None:
    person = furnished.persona(handle)
    person.page.set_viewport_size(PHONE)
    with beside(furnished.browser, person.page.context) as reader:
        wrong, kinds = walk(person, person.page.url, reader, shown)
    person.assert_untroubled()
    assert (wrong, person.failures) == ({}, [])
    assert len(kinds) >= 3, kinds


@pytest.mark.parametrize("language", ["en", "ru", "de"])
def test_public_pages_are_whole_in_every_language(furnished: Stage, language: str) -> None:
    person = furnished.somebody(f"visitor-{language}", language, phone=True)
    for path in ("/", "/apply/emergency", "/apply/emergency/fit", "/apply/emergency/now",
                 "/return", "/donate", "/donate/sign-in", "/door", "/staff/"):  # fmt: skip
        address = f"{person.base_url}{path}?lang={language}"
        assert (path, opened(person, address)[0] + too_wide(person, address)) == (path, [])
        assert person.page.locator("html").get_attribute("lang") == language
    person.assert_untroubled()


def test_public_pages_can_be_read_by_everybody(furnished: Stage, shown: Shown) -> None:
    person = furnished.somebody("visitor-reader", phone=True)
    with beside(furnished.browser, person.page.context) as reader:
        wrong, kinds = walk(person, f"{person.base_url}/", reader, shown)
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
