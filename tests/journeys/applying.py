"""How an applicant in these stories fills in form E."""

from __future__ import annotations

from dataclasses import dataclass

from tests.journeys.visitor import Visitor, squeezed

STORY = "They came at six, took the laptop and my sister's phone. The hearing is on Thursday."


@dataclass(frozen=True, slots=True)
class Codename:
    """The way back: the same thing in words and in digits."""

    words: str
    digits: str


def begin(person: Visitor, **changes: str) -> None:
    """Go from the start page to the first questions and answer them."""
    person.go(f"/?lang={person.language}")
    person.shot("start")
    person.follow("Ask for help")
    person.shot("landing")
    person.follow("Begin")
    person.choose(**{**FIRST_PAGE, "language": person.language, **changes})
    person.shot("now")
    person.press("Save and go on")


FIRST_PAGE = {"for_whom": "other", "safe_now": "no", "deadline": "days"}


def answer_the_rest(person: Visitor, *, country: str = "GE") -> None:
    """Answer the other three pages of the minimum; ends where everything is read once more."""
    person.choose(channel="phone")
    person.fill(handle="+995 555 0100, after eight in the evening")
    person.shot("contact")
    person.press("Save and go on")
    person.choose(country_now=country)
    person.fill(narrative=STORY)
    person.shot("story")
    person.press("Save and go on")
    person.fill(need_most="A lawyer before Thursday, a doctor, a phone, and the way there.")
    person.shot("need")
    person.press("Save and go on")
    person.shot("check")


def send(person: Visitor) -> Codename:
    """Agree, send, and keep the codename that is shown once."""
    person.tick("information_read", "processing_consent", "truth")
    person.choose(word_list="ru" if person.language == "ru" else "en")
    person.press("Send")
    return keep_codename(person)


def keep_codename(person: Visitor) -> Codename:
    """Read the codename off the page and say that it is kept."""
    person.shot("codename")
    shown = [squeezed(each.inner_text()) for each in person.page.locator(".keepsake__words").all()]
    person.press("I have kept it")
    return Codename(*shown)


def come_back(person: Visitor, codename: str) -> None:
    """Come back to the case with the words or the digits."""
    person.go(f"/return?lang={person.language}")
    assert person.path == "/return", f"{person.path} {person.status}: {person.text}"
    person.fill(codename=codename)
    person.press("Come in")
