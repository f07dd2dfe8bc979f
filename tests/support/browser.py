"""A real browser without JavaScript, as the people the fund serves may have to use it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

CANDIDATES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
DESKTOP = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=360, height=740)
PATIENCE_MS = 60_000


def chromium_path() -> str:
    """Return the browser to drive: CHROMIUM when set, else the first one installed."""
    for candidate in (os.environ.get("CHROMIUM", ""), *CANDIDATES):
        found = shutil.which(candidate) if candidate else None
        if found:
            return found
    raise RuntimeError("No Chromium found: run 'make setup-test' or set CHROMIUM to its path.")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the browser once per run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """Open a page with JavaScript off, on a desk's screen."""
    yield from _page(browser, DESKTOP, tmp_path)


@pytest.fixture
def phone_page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """Open a page with JavaScript off, 360 pixels wide."""
    yield from _page(browser, PHONE, tmp_path)


def _page(browser: Browser, size: ViewportSize, _downloads: Path) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, viewport=size, accept_downloads=True)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()
