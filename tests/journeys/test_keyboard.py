"""Coming back without a mouse on the narrowest of screens, and a word that shuts the door."""

from __future__ import annotations

import pytest
from playwright.sync_api import ViewportSize

from tests.journeys.applying import answer_the_rest, begin, come_back, send
from tests.journeys.stage import Stage, berlin
from tests.journeys.visitor import Visitor
from tests.support.live import LiveFund

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NARROWEST: ViewportSize = {"width": 320, "height": 640}
FAR = 60
"""Presses of the tab key after which nothing is within reach."""


@pytest.fixture(scope="module", autouse=True)
def morning(served: LiveFund) -> None:
    """Begin on a Monday morning."""
    served.clock.set(berlin(2026, 3, 16, 9))


def focused(person: Visitor, selector: str) -> bool:
    found: bool = person.page.evaluate("what => document.activeElement.matches(what)", selector)
    return found


def reach(person: Visitor, selector: str) -> None:
    """Press the tab key until something has the focus."""
    for _press in range(FAR):
        if focused(person, selector):
            return
        person.page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by keyboard at {person.path}")


def unfold(person: Visitor, number: int) -> None:
    """Reach one of the folded parts of a page and open it."""
    reach(person, f"main details:nth-of-type({number}) > summary")
    person.page.keyboard.press("Enter")


def enter(person: Visitor, selector: str) -> None:
    """Reach something, press it, and wait for where it leads."""
    reach(person, selector)
    with person.page.expect_navigation():
        person.page.keyboard.press("Enter")


def narrow(person: Visitor) -> None:
    overflow = person.page.evaluate(
        "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0, person.path


@pytest.mark.parametrize("language", ["en", "ru"])
def test_return_page_works_by_keyboard_alone_at_320_pixels(stage: Stage, language: str) -> None:
    person = stage.somebody(f"keys-{language}", language)
    begin(person)
    answer_the_rest(person)
    codename = send(person)
    person.go("/exit")
    person.page.set_viewport_size(NARROWEST)

    person.go(f"/return?lang={language}")
    person.page.keyboard.press("Tab")
    assert focused(person, "a.quick-exit")
    reach(person, "textarea[name=codename]")
    person.page.keyboard.type(codename.words)
    enter(person, "main button")
    assert person.heading == person.say("Received")
    narrow(person)

    unfold(person, 1)
    assert person.page.locator(".timeline").is_visible()
    unfold(person, 2)
    narrow(person)
    enter(person, 'main a[href*="/return/messages"]')
    reach(person, "textarea[name=text]")
    person.page.keyboard.type("By keyboard.")
    enter(person, "main form:last-of-type button")
    assert "By keyboard." in person.text
    narrow(person)

    way_out_comes_first(person)


def way_out_comes_first(person: Visitor) -> None:
    """On every page one key reaches the way out, and after it there is nothing to go back to."""
    for page in ("plan", "wish", "word", "looks", "case"):
        person.go(f"/return/{page}")
        narrow(person)
        person.page.keyboard.press("Tab")
        assert focused(person, "a.quick-exit"), page
    enter(person, "a.quick-exit")
    assert person.path == "/exit"
    person.page.go_back()
    assert "By keyboard." not in person.page.content()


COVERED = """() => {
    const exit = document.querySelector("a.quick-exit").getBoundingClientRect();
    const meets = (box) => box.right > exit.left && box.left < exit.right
        && box.bottom > exit.top && box.top < exit.bottom;
    return [...document.querySelectorAll("header a, header button, main h1")]
        .filter((one) => meets(one.getBoundingClientRect())).map((one) => one.textContent.trim());
}"""


@pytest.mark.parametrize("language", ["en", "ru", "de"])
def test_way_out_covers_nothing_and_fits_any_width(stage: Stage, language: str) -> None:
    person = stage.somebody(f"exit-{language}", language)
    for page in ("/", "/return", "/donate"):
        for width in (NARROWEST["width"], 360, 480, 640, 800, 960, 1280):
            person.page.set_viewport_size({"width": width, "height": 740})
            person.go(f"{page}?lang={language}")
            assert person.page.evaluate(COVERED) == [], (page, width)
            assert person.page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_silence_word_reads_like_a_typo_and_shuts_the_door(stage: Stage) -> None:
    person = stage.somebody("forced")
    begin(person)
    answer_the_rest(person)
    codename = send(person)
    person.go("/return/word")
    person.fill(word="Saffron")
    person.press("Keep it so")
    watched = stage.somebody("watched")
    seen = []
    for typed in (f"{codename.words} tulip", f"{codename.words} saffron", codename.words):
        come_back(watched, typed)
        assert watched.status == 422
        seen.append((watched.heading, watched.page.locator(".error-summary").inner_text()))
    assert len(set(seen)) == 1
    person.go("/return/case")
    assert person.path == "/return"
