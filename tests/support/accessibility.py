"""Asks axe-core about a page as somebody sees it: in English, and in Russian from right to left.

axe needs script, our visitors browse without. So a second window with the same cookies looks at
the same address. No language of the fund is written from right to left yet; the direction alone
is turned, which is what the style sheet has to bear.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.browser import PATIENCE_MS, PHONE

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPTIONS = {"runOnly": RULES, "resultTypes": ["violations"]}
TURN = "document.documentElement.dir = 'rtl'"


@contextmanager
def beside(browser: Browser, context: BrowserContext) -> Iterator[Page]:
    """Open a window with script that is signed in as another one is."""
    other = browser.new_context(viewport=PHONE)
    other.set_default_timeout(PATIENCE_MS)
    other.add_cookies(context.cookies())  # type: ignore[arg-type]
    try:
        yield other.new_page()
    finally:
        other.close()


def complaints(page: Page, address: str) -> list[str]:
    """Return what axe finds wrong with an address, each with the language and one example."""
    page.goto(spoken(address, "en"))
    found = _violations(page, "en")
    page.goto(spoken(address, "ru"))
    page.evaluate(TURN)
    found += _violations(page, "ru, right to left")
    width: int = page.evaluate("document.scrollingElement.scrollWidth")
    if width > PHONE["width"]:
        found.append(f"right to left: {width} pixels wide")
    return found


def spoken(address: str, language: str) -> str:
    """Return an address in a language."""
    parts = urlsplit(address)
    asked = [each for each in parse_qsl(parts.query) if each[0] != "lang"]
    return urlunsplit(parts._replace(query=urlencode([*asked, ("lang", language)])))


def _violations(page: Page, how: str) -> list[str]:
    response = Axe().run(page, options=OPTIONS).response
    return [
        f"{how}: {each['id']} at {each['nodes'][0]['html'][:200]}"
        for each in response["violations"]
    ]
