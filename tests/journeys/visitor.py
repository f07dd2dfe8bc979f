"""Somebody at a browser: goes to pages, fills in what stands there, presses what can be pressed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from babel.support import NullTranslations, Translations
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Response

from config import ROOT
from tests.support.browser import DESKTOP, PATIENCE_MS, PHONE

CATALOGUES = ROOT / "fund_app" / "translations"
EXPECTED = ("Failed to load resource", "Clear-Site-Data header")
"""What the browser notes and the site means: a refusal's status, and that it was told to forget."""
SHOTS = os.environ.get("FUND_SHOTS", "")


@dataclass
class Visitor:
    """One person at one browser, JavaScript off unless a passkey is wanted.

    Buttons and links are named by their English text and looked for in the visitor's language;
    fields by the name they are sent with. Everything the browser asked for and complained
    about is kept for `assert_untroubled`.
    """

    page: Page
    base_url: str
    language: str
    name: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    status: int = 0
    shots: int = 0

    def __post_init__(self) -> None:
        """Listen to the browser."""
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", self._complained)
        self.page.on("response", self._answered)

    def say(self, english: str) -> str:
        """Return one of the site's texts in this visitor's language."""
        return catalogue(self.language).gettext(english)

    def go(self, path: str) -> None:
        """Open a page by its address."""
        self.page.goto(path if path.startswith("http") else f"{self.base_url}{path}")

    def follow(self, english: str) -> None:
        """Follow the first link of this name."""
        found = self.page.get_by_text(self.say(english), exact=True)
        self._shown(self.page.locator("a").and_(found).first).click()
        self.page.wait_for_load_state()

    def press(self, english: str, *, within: str = "body") -> None:
        """Press the button of this name; opens the sentence that guards it, where there is one."""
        named = self.page.locator(within).get_by_role("button", name=self.say(english), exact=True)
        if not named.first.is_visible():
            summary = self.page.locator(within).locator("summary", has_text=self.say(english))
            summary.first.click()
        named.first.click()
        self.page.wait_for_load_state()

    def act(self, action: str) -> None:
        """Do or begin what the page offers under an address that ends so: a button or a link.

        A button that wants to be sure is opened first, as a person would.
        """
        self.page.wait_for_load_state()
        form = self.page.locator(f'main form[action*="/{action}"]').first
        if form.count() == 0:
            self._shown(self.page.locator(f'main a[href*="/{action}"]').first).click()
        else:
            button = form.locator("button[type=submit]").last
            if not button.is_visible():
                button.locator("xpath=ancestor::details[not(@open)]/summary").last.click()
            button.click()
        self.page.wait_for_load_state()

    def _shown(self, target: Locator) -> Locator:
        """Return something to press, opened first where it is folded away."""
        folded = target.locator("xpath=ancestor::details[not(@open)]/summary")
        while folded.count() and not target.is_visible():
            folded.first.click()
        return target

    def send(self) -> None:
        """Send the page's form by its main button."""
        self.page.locator("main form:not([role=search]) button.button--primary").last.click()
        self.page.wait_for_load_state()

    def fill(self, **typed: str) -> None:
        """Write into fields by their names."""
        for name, text in typed.items():
            self.field(name).fill(text)

    def choose(self, **chosen: str) -> None:
        """Choose answers by value: radios, boxes and drop-down lists."""
        for name, value in chosen.items():
            found = self.page.locator(f'[name="{name}"]').first
            if found.evaluate("each => each.tagName") == "SELECT":
                found.select_option(value)
            else:
                self.page.locator(f'[name="{name}"][value="{value}"]').check()

    def tick(self, *names: str) -> None:
        """Tick boxes by their names."""
        for name in names:
            self.field(name).check()

    def field(self, name: str) -> Locator:
        """Return a visible field by its name."""
        return self.page.locator(f'[name="{name}"]:not([type="hidden"])').first

    @property
    def path(self) -> str:
        """The address the visitor is at, without host and language."""
        return urlsplit(self.page.url).path

    @property
    def heading(self) -> str:
        """The page's heading."""
        return squeezed(self.page.locator("h1").first.inner_text())

    @property
    def text(self) -> str:
        """What can be read in the page's main part, white space squeezed."""
        return squeezed(self.page.locator("main").inner_text())

    def summary(self, english: str) -> str:
        """Return what a list of facts says under this name."""
        name = re.compile(rf"^\s*{re.escape(self.say(english))}\s*$")
        row = self.page.locator("dl > div", has=self.page.locator("dt", has_text=name))
        return squeezed(row.locator("dd").first.inner_text())

    def fetch(self, address: str) -> bytes:
        """Follow the link, or press the button, whose address holds this and hands out a file."""
        source = f'main a[href*="{address}"], main form[action*="{address}"] button'
        with self.page.expect_download() as waiting:
            self._shown(self.page.locator(source).first).click()
        return Path(waiting.value.path()).read_bytes()

    def overflow(self, width: int = PHONE["width"]) -> int:
        """Return by how many pixels the page is wider than a screen of this width."""
        before = self.page.viewport_size or DESKTOP
        self.page.set_viewport_size({"width": width, "height": PHONE["height"]})
        found: int = self.page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
        self.page.set_viewport_size(before)
        return found

    def shot(self, what: str) -> None:
        """Keep a picture of the page, wide and narrow, where FUND_SHOTS names a folder."""
        if not SHOTS:
            return
        self.shots += 1
        folder = Path(SHOTS) / self.language
        folder.mkdir(parents=True, exist_ok=True)
        for kind, size in (("wide", DESKTOP), ("phone", PHONE)):
            self.page.set_viewport_size(size)
            target = folder / f"{self.name}-{self.shots:02}-{what}-{kind}.png"
            self.page.screenshot(path=target, full_page=True)
        self.page.set_viewport_size(DESKTOP)

    def assert_untroubled(self, also: Iterable[str] = ()) -> None:
        """Fail when anything went to another host, or the browser complained."""
        allowed = {urlsplit(self.base_url).netloc, *also}
        strangers = [
            url
            for url in self.asked
            if urlsplit(url).scheme in {"http", "https"} and urlsplit(url).netloc not in allowed
        ]
        found = (strangers, self.complaints)
        assert found == ([], []), f"{self.name}: {found}"

    def close(self) -> None:
        """Close the browser's window."""
        self.page.context.close()

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.failures.append(f"{response.status} {urlsplit(response.url).path}")
        is_main = response.request.is_navigation_request()
        if is_main and not 300 <= response.status < 400:
            self.status = response.status

    def _complained(self, message: ConsoleMessage) -> None:
        if not message.text.startswith(EXPECTED):
            self.complaints.append(message.text)


def visitor(
    browser: Browser,
    base_url: str,
    name: str,
    language: str = "en",
    *,
    phone: bool = False,
    scripts: bool = False,
) -> Visitor:
    """Open a browser of one's own: nothing is shared with anybody else's."""
    context: BrowserContext = browser.new_context(
        java_script_enabled=scripts,
        viewport=PHONE if phone else DESKTOP,
        locale=language,
        accept_downloads=True,
    )
    context.set_default_timeout(PATIENCE_MS)
    return Visitor(context.new_page(), base_url, language, name)


def catalogue(language: str) -> NullTranslations:
    """Return the site's texts in a language; English is what stands in the source."""
    return Translations.load(CATALOGUES, [language])


def squeezed(text: str) -> str:
    """Return a text with every run of white space as one blank."""
    return re.sub(r"\s+", " ", text).strip()
