"""Markup, template and SQL payloads in every field of every form, looked at by every persona.

Every form of every page is filled in and sent, by everybody who may. Whatever the site took is
then read by everybody, in a browser that runs script: nothing may run, be asked for or be counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Dialog
from werkzeug.test import TestResponse

from fund_app.services.personas import PERSONAS
from fund_app.views.access import inventory
from tests.contracts.test_permissions import HANDLES, LEAVING, open_to
from tests.support.addresses import known
from tests.support.browser import PATIENCE_MS
from tests.support.demonstration import BASE_URL, Browser, MadeUp
from tests.support.live import LiveFund, running_fund
from tests.support.pages import Page
from tests.support.uploads import pdf

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MARK = "zqmark"
PAYLOADS = (
    f"{MARK}'\"><script>alert(1)</script><img src=x onerror=alert(1)>",
    f"{MARK}{{{{7919*7907}}}}{{% raise %}}${{7919*7907}}<svg/onload=alert(1)>",
    f"{MARK}'); DROP TABLE application; --<a href=javascript:alert(1)>x</a>",
)
COUNTED = str(7919 * 7907)
RUNS = ("script", "svg", "img", "a")
TEXT = {"text", "search", "email", "tel", "url", ""}
PDF = pdf()
MOST_PAGES = 60


@dataclass
class Attack:
    """What one persona has done so far: pages seen, and what came back wrong."""

    browser: Browser
    payloads: Iterator[str]
    wrong: list[str] = field(default_factory=list)
    marked: set[str] = field(default_factory=set)
    sent: int = 0
    taken: int = 0

    def attack(self, addresses: Iterable[str]) -> None:
        """Fill in and send every form of these pages."""
        for address in addresses:
            page = self.look(address)
            if page is not None:
                self.fill_in(page, address)

    def look(self, address: str) -> Page | None:
        """Open a page and hold that what it repeats is text."""
        answer = self.browser.get(address)
        return self.check(answer, address)

    def check(self, answer: TestResponse, address: str) -> Page | None:
        """Hold that an answer is whole and runs nothing of ours."""
        if answer.status_code >= 500 and answer.status_code != 503:
            self.wrong.append(f"{answer.status_code} {address}")
        if answer.mimetype != "text/html" or not answer.get_data():
            return None
        page = Page(answer)
        if MARK in answer.get_data(as_text=True):
            self.marked.add(address)
            self.wrong += [f"{what} {address}" for what in alive(page)]
        return page

    def fill_in(self, page: Page, address: str) -> None:
        """Send every form of a page: all payloads, then payloads where anything may be written."""
        for form in page.find_all("form"):
            if form.get("method", "get").lower() != "post":
                continue
            target = urlsplit(urljoin(f"{BASE_URL}{address}", form.get("action") or address))
            if (
                target.path in {"/sign-out", "/door"}
                or f"{target.scheme}://{target.netloc}" != BASE_URL
            ):
                continue
            for is_polite in (False, True):
                data = filled(form, self.payloads, is_polite=is_polite)
                path = f"{target.path}?{target.query}" if target.query else target.path
                answer = self.browser.post(path, data=data, headers={"Origin": BASE_URL})
                self.sent += 1
                self.taken += answer.status_code in {302, 303}
                self.check(answer, path)


def alive(page: Page) -> Iterator[str]:
    """Yield what a browser would run or count of the payloads in a page."""
    for tag in RUNS:
        for node in page.find_all(tag):
            handlers = [name for name in node.attrib if name.startswith("on")]
            leads = node.get("href", "") + node.get("src", "")
            if handlers or "javascript:" in leads or leads == "x":
                yield f"<{tag}> made of a payload"
    if COUNTED in page.text:
        yield "a payload was counted"


def filled(form: Element, payloads: Iterator[str], *, is_polite: bool) -> dict[str, Any]:
    """Return what is sent: payloads in texts, the first choice of each list, every box ticked."""
    data: dict[str, Any] = {}
    for node in form.iter():
        name = node.get("name")
        if not name or node.get("disabled") is not None:
            continue
        if node.tag == "select":
            options = [each.get("value", "") for each in node.iter("option")]
            data[name] = next((each for each in options if each), "")
        elif node.tag == "textarea":
            data[name] = next(payloads)
        elif node.tag == "input":
            _fill_input(data, node, next(payloads), is_polite=is_polite)
    return data


def _fill_input(data: dict[str, Any], node: Element, payload: str, *, is_polite: bool) -> None:
    name, kind = node.get("name", ""), node.get("type", "text")
    if kind == "hidden":
        data[name] = node.get("value", "")
    elif kind in {"radio", "checkbox"}:
        data.setdefault(name, node.get("value", "on"))
    elif kind == "file":
        data[name] = (BytesIO(PDF), f"{payload}.pdf")
    elif kind in TEXT and not (is_polite and node.get("inputmode") in {"numeric", "decimal"}):
        data[name] = payload
    elif kind == "date":
        data[name] = "2026-06-30" if is_polite else payload
    elif kind in {"number"} | TEXT:
        data[name] = "10" if is_polite else payload
    elif kind != "submit":
        data[name] = payload


def turns() -> Iterator[str]:
    """Yield the payloads in turn, without end."""
    while True:
        yield from PAYLOADS


def pages_of(made_up: MadeUp, handle: str, fresh: Iterable[str]) -> list[str]:
    """Return the addresses a persona can open, those of what the attack made included."""
    with made_up.app.app_context():
        return [
            address
            for entry in open_to(made_up, handle)
            if "GET" in entry.methods
            for address in dict.fromkeys(
                [
                    *known(entry, 2),
                    *(each for each in known(entry, 400) if any(ref in each for ref in fresh)),
                ]
            )
        ]


def public_pages(made_up: MadeUp) -> list[str]:
    """Return the pages of somebody who is not in, the whole form for help among them."""
    with made_up.app.app_context():
        return [
            address
            for entry in inventory(made_up.app)
            if "GET" in entry.methods and entry.endpoint not in LEAVING
            and (entry.rule is None or entry.rule.is_public or entry.path.startswith("/apply"))
            for address in known(entry, 9)
        ]  # fmt: skip


def ids(made_up: MadeUp) -> set[str]:
    """Return the ids of every case there is."""
    return {str(row[0]) for row in made_up.rows()["application"]}


@pytest.fixture(scope="module")
def attacked(made_up: MadeUp) -> dict[str, Attack]:
    """Let everybody fill in everything, the stranger first; then let everybody look."""
    payloads, before = turns(), ids(made_up)
    everybody = {"": Attack(made_up.stranger(), payloads)}
    for _ in range(2):
        everybody[""].attack(public_pages(made_up))
    for handle in HANDLES:
        everybody[handle] = Attack(made_up.persona(handle), payloads)
        everybody[handle].attack(pages_of(made_up, handle, ids(made_up) - before))
    for handle in HANDLES:
        everybody[handle].marked.clear()
        for address in pages_of(made_up, handle, ids(made_up) - before):
            everybody[handle].look(address)
    return everybody


def test_payloads_are_text_on_every_page(attacked: dict[str, Attack]) -> None:
    assert {handle: each.wrong for handle, each in attacked.items() if each.wrong} == {}
    assert sum(each.sent for each in attacked.values()) > 100
    assert sum(each.taken for each in attacked.values()) > 20
    # They were taken in and are shown to others; otherwise nothing was tried.
    assert sum(len(each.marked) for each in attacked.values()) > 5


@pytest.fixture(scope="module")
def served(made_up: MadeUp, attacked: dict[str, Attack]) -> Iterator[LiveFund]:
    """Serve what the attack has left behind."""
    with running_fund(Path(made_up.home)) as fund:
        yield fund


@pytest.mark.parametrize("handle", [each.handle for each in PERSONAS])
def test_payloads_run_in_no_browser(
    attacked: dict[str, Attack], served: LiveFund, browser: Chromium, handle: str
) -> None:
    attack = attacked[handle]
    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([{"name": "s", "value": cookie_of(attack.browser), "url": served.base_url}])
    try:
        assert troubles(context, served, sorted(attack.marked)[:MOST_PAGES]) == []
    finally:
        context.close()


def cookie_of(browser: Browser) -> str:
    """Return the session token of a browser, which opens the same session on the live server."""
    cookie = browser.get_cookie("s", domain="127.0.0.1")
    assert cookie is not None
    return cookie.value


def troubles(context: BrowserContext, fund: LiveFund, addresses: list[str]) -> list[str]:
    """Return dialogs, complaints about the policy, and requests that a payload asked for."""
    found: list[str] = []
    page = context.new_page()

    def refuse(dialog: Dialog) -> None:
        found.append(f"dialog {page.url}")
        dialog.dismiss()

    page.on("dialog", refuse)
    page.on("console", lambda said: found.append(f"{said.text} {page.url}"))
    page.on("request", lambda asked: found.extend(_foreign(asked.url, fund)))
    for address in addresses:
        answer = page.goto(f"{fund.base_url}{address}")
        assert answer is not None
        assert answer.status == 200, address
        if MARK not in page.content():
            found.append(f"nothing to see at {address}")
        if COUNTED in page.content():
            found.append(f"counted at {address}")
    return found


def _foreign(url: str, fund: LiveFund) -> Iterator[str]:
    if not url.startswith(fund.base_url) or url.endswith("/x"):
        yield f"asked for {url}"
