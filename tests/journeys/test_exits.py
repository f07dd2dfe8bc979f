"""Leaving, coming back too late, pressing twice: nothing is shown and nothing is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.journeys.applying import (
    STORY,
    answer_the_rest,
    begin,
    come_back,
    keep_codename,
    send,
)
from tests.journeys.stage import Stage, berlin
from tests.journeys.visitor import Visitor
from tests.support.live import LiveFund

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LINES = 'First line.\nSecond <b>line</b> & "more" {{ 7 * 7 }}'


@pytest.fixture(scope="module", autouse=True)
def morning(served: LiveFund) -> None:
    """Begin on a Monday morning; from there time only goes on."""
    served.clock.set(berlin(2026, 3, 16, 9))


def wait(stage: Stage, minutes: int) -> None:
    """Let time pass for everybody."""
    stage.at(stage.fund.clock.now() + timedelta(minutes=minutes))


def cookies(person: Visitor) -> list[str]:
    return [str(cookie.get("name")) for cookie in person.page.context.cookies()]


def test_quick_exit_leaves_nothing_to_go_back_to(stage: Stage) -> None:
    person = stage.somebody("applicant")
    begin(person)
    answer_the_rest(person)
    assert STORY in person.text
    person.follow("Leave now")
    assert (person.page.title(), person.heading) == ("New page", "You can close this tab now.")
    assert cookies(person) == []
    person.shot("left")
    for _step in range(4):
        person.page.go_back()
        assert STORY not in person.page.content()
    person.go("/apply/emergency/story")
    assert person.path == "/return"


def test_sign_out_ends_what_the_back_button_can_show(stage: Stage) -> None:
    officer = stage.persona("finance-1")
    officer.go("/treasury/gifts")
    assert officer.heading == "Gifts"
    officer.press("Sign out")
    officer.shot("signed-out")
    assert (officer.path, cookies(officer)) == ("/signed-out", [])
    officer.page.go_back()
    assert officer.heading == "Sign in"
    officer.go("/treasury/gifts")
    assert (officer.path, officer.heading) == ("/staff/", "Sign in")


def test_codename_is_shown_once_also_to_the_back_button(stage: Stage) -> None:
    person = stage.somebody("applicant")
    begin(person)
    answer_the_rest(person)
    kept = send(person)
    person.page.go_back()
    assert kept.words not in person.page.content()
    person.go("/apply/emergency/words")
    assert person.path == "/return/case"
    assert kept.words not in person.page.content()


def test_draft_and_what_was_typed_too_late_come_back(stage: Stage) -> None:
    person = stage.somebody("applicant")
    begin(person)
    person.press("Save and come back later")
    assert person.heading == "Come back later"
    person.shot("keep")
    person.press("Show my codename")
    kept = keep_codename(person)
    person.go("/apply/emergency/story")
    person.choose(country_now="GE")
    person.fill(narrative=LINES)
    wait(stage, 16)
    person.press("Save and go on")
    assert (person.status, person.heading) == (403, "Welcome back")
    person.shot("ran-out")
    person.fill(codename=kept.digits.replace(" ", "-"))
    person.press("Come in")
    person.shot("resume")
    person.press("Go on with what I wrote")
    assert person.path == "/apply/emergency/need"
    person.go("/apply/emergency/story")
    assert person.field("narrative").input_value() == LINES


def test_second_tab_meets_a_case_that_moved_on(stage: Stage) -> None:
    person = stage.somebody("applicant")
    begin(person)
    answer_the_rest(person)
    kept = send(person)
    person.go("/return/withdraw")
    other = stage.somebody("applicant-other-tab")
    come_back(other, kept.words.upper().replace(" ", " - "))
    other.go("/return/withdraw")
    other.press("Yes, withdraw")
    assert other.heading == "Closed"
    person.press("Yes, withdraw")
    person.shot("moved-on")
    assert person.status == 409
    assert "has moved on since this page was opened" in person.text


def test_pressing_twice_sends_one_message(stage: Stage) -> None:
    person = stage.somebody("applicant")
    begin(person)
    answer_the_rest(person)
    send(person)
    person.go("/return/messages")
    person.fill(text=LINES)
    person.page.get_by_role("button", name="Send", exact=True).dblclick()
    person.page.get_by_text(person.say("Your message has arrived.")).wait_for()
    person.go("/return/messages")
    person.shot("messages")
    assert person.page.locator("main").inner_text().count("Second <b>line</b>") == 1
    # The back button brings a fresh form, not the old one.
    person.page.go_back()
    assert person.field("text").input_value() == ""


def test_unknown_and_broken_addresses_end_in_the_same_plain_page(stage: Stage) -> None:
    officer = stage.persona("finance-1")
    for path in ("/treasury/gifts/0123", "/return/files/" + "0" * 32, "/no-such-page", "/%ff%fe"):
        officer.go(path)
        assert officer.status == 404, path
    officer.shot("unknown")
    officer.go("/treasury/gifts?sort=%ff&q=" + "x" * 4000)
    assert officer.status == 200
