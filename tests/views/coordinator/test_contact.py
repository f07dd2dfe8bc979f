"""The card before anything else, contacts that keep to it, words at any time, the last wish."""

from __future__ import annotations

from typing import Any

import pytest

from fund_app.services import applications, person_events
from tests.support.desk import Desk, case_path
from tests.support.house import press
from tests.support.pages import Page

PLAN = {
    "channel": ("narrative", "signal"),
    "handle": ("identity", "@sentinel-handle"),
    "code_word": ("identity", "sentinel lamp"),
    "never_do": ("narrative", "no_calls no_files"),
    "hours_from": ("narrative", "14"),
    "hours_until": ("narrative", "18"),
    "time_zone": ("narrative", "Asia/Tbilisi"),
    "safe_hours": ("narrative", "not on Fridays"),
    "will_pay": ("identity", "sentinel lawyer"),
}


@pytest.fixture
def case_id(desk: Desk) -> str:
    _applicant, case_id = desk.house.submitted(**PLAN)
    applications.acknowledge(desk.house["anna"], case_id, press())
    return case_id


def opened(desk: Desk, case_id: str, *, identity: bool = False) -> Page:
    """Open what was confided on the contact page, and who the person is if wished."""
    page = desk.press("anna", case_path(case_id, "contact"), "look")
    return names_of(desk, case_id) if identity else page


def names_of(desk: Desk, case_id: str) -> Page:
    """Open who the person is, with the custodians' word."""
    desk.house.unlocked("anna", case_id)
    return desk.press("anna", case_path(case_id, "told"), "/show", expected=200)


def card_of(page: Page) -> str:
    (card,) = page.find_all("section", class_="contact-card")
    return " ".join(" ".join(card.itertext()).split())


def contact(desk: Desk, case_id: str, expected: int = 302, **typed: object) -> Page:
    """Send the form of a contact; its checkboxes start empty."""
    return desk.press(
        "anna", case_path(case_id, "contact"), "contact", expected=expected, means=None, **typed
    )


def test_card_is_shut_until_what_was_confided_is_opened(desk: Desk, case_id: str) -> None:
    for tab in ("", "contact", "messages"):
        card = card_of(desk.see("anna", case_path(case_id, tab)))
        assert "Open it before you write or call." in card
        assert "sentinel" not in card


def test_card_shows_hours_on_the_readers_clock_and_keeps_names_shut(
    desk: Desk, case_id: str
) -> None:
    card = card_of(opened(desk, case_id))
    assert "Never call Never send files" in card
    assert "Where Signal" in card
    assert "10:00–14:00 on your clock (UTC)" in card
    assert "14:00–18:00 in Tbilisi, where it is 16:00 now. You may reach out now" in card
    assert "not on Fridays" in card
    assert "sentinel" not in card
    zone = desk.press("anna", case_path(case_id, "contact"), "clock", zone="Europe/Berlin")
    assert "12:00–16:00 on your clock (Berlin)" in card_of(zone)


def test_address_and_word_open_with_the_key_to_who_the_person_is(desk: Desk, case_id: str) -> None:
    card = card_of(opened(desk, case_id, identity=True))
    assert "Say first sentinel lamp" in card
    assert "Address there @sentinel-handle" in card


def test_contact_is_weighed_before_it_is_made(desk: Desk, case_id: str) -> None:
    opened(desk, case_id)
    fine = contact(desk, case_id, 200, channel="signal", weigh="yes")
    assert "Nothing speaks against it." in fine.text
    against = contact(desk, case_id, 409, channel="phone", weigh="yes")
    assert "The person has chosen another way to be reached." in against.text
    assert "The person has asked never to be called." in against.text
    assert "Nobody has tried to reach the person yet." in against.text


def test_contact_against_the_plan_needs_a_reason_and_keeps_what_was_typed(
    desk: Desk, case_id: str
) -> None:
    opened(desk, case_id)
    sent: dict[str, Any] = {
        "channel": "phone",
        "result": "reached",
        "note": "kept words",
        "weigh": None,
    }
    refused = contact(desk, case_id, 409, **sent)
    assert "Please say why it has to be so all the same." in refused.text
    assert refused.form("contact").values["note"] == ["kept words"]
    done = contact(desk, case_id, **sent, reason="The border closes tonight.")
    assert "Why it had to be so: The border closes tonight." in done.text
    assert "against the plan" in done.text
    history = desk.see("anna", case_path(case_id, "history")).text
    assert "Person reached" in history
    assert "border closes" not in history


def test_duress_freezes_the_case_and_messages(desk: Desk, case_id: str) -> None:
    opened(desk, case_id)
    page = contact(desk, case_id, channel="signal", result="reached", is_duress="y", weigh=None)
    assert "Frozen for safety" in page.text
    assert "may not have been free" in page.text
    refused = desk.press(
        "anna", case_path(case_id, "messages"), "write", expected=409, text="hello"
    )
    assert "nothing is sent until that is lifted" in refused.text
    assert refused.form("write").values["text"] == ["hello"]


def test_note_is_written_at_any_time_and_reading_is_a_day(desk: Desk, case_id: str) -> None:
    opened(desk, case_id)
    page = desk.press("anna", case_path(case_id, "messages"), "write", text="How are you?")
    assert "The message is on the person's page." in page.text
    assert "The fund · June 30, 2026 · not read yet How are you?" in page.text


def test_card_and_contacts_of_a_case_are_for_those_with_its_key(desk: Desk, case_id: str) -> None:
    assert desk.see("boris", case_path(case_id, "contact")).find_all("textarea") == []
    for path in ("contact", "contact/clock", "wish", "messages/write", "messages/read"):
        client = desk.browser("r1")
        token = client.page("/staff/home").form("sign-out").values["csrf_token"]
        answer = client.post(
            case_path(case_id, path),
            data={"csrf_token": token},
            headers={"Origin": "https://fund.test", "Referer": "https://fund.test/"},
        )
        assert answer.status_code == 404, path


def test_wish_is_never_among_who_the_person_is(desk: Desk, case_id: str) -> None:
    page = names_of(desk, case_id)
    assert "@sentinel-handle" in page.text
    assert "sentinel lawyer" not in page.text


def test_wish_opens_to_the_lead_when_something_has_happened(desk: Desk, case_id: str) -> None:
    assert "What the person wished" not in desk.see("anna", case_path(case_id)).text
    person_events.record(desk.house["anna"], case_id, sources=2, request=press())
    before = desk.see("anna", case_path(case_id))
    assert "It is sealed with the names." in before.text
    desk.house.unlocked("anna", case_id)
    assert "sentinel lawyer" not in before.text
    assert "What the person wished" not in desk.see("boris", case_path(case_id)).text
    page = desk.press("anna", case_path(case_id), "wish")
    assert "sentinel lawyer" in page.text


def test_lead_reads_that_nothing_was_left(desk: Desk) -> None:
    _applicant, case_id = desk.house.submitted()
    applications.acknowledge(desk.house["anna"], case_id, press())
    person_events.record(desk.house["anna"], case_id, sources=2, request=press())
    desk.house.unlocked("anna", case_id)
    assert "has left nothing for this" in desk.press("anna", case_path(case_id), "wish").text


def test_plan_is_not_weighed_past_the_look(desk: Desk, case_id: str) -> None:
    opened(desk, case_id)
    form = desk.browser("anna").page(case_path(case_id, "contact"))
    client = desk.browser("boris")
    token = client.page("/staff/home").form("sign-out").values["csrf_token"]
    answer = client.post(
        case_path(case_id, "contact"),
        data={**form.form("contact").values, "csrf_token": token, "weigh": "yes"},
        headers={"Origin": "https://fund.test", "Referer": "https://fund.test/"},
    )
    assert answer.location == case_path(case_id, "contact")
