"""A referee's link works once, ends, and shows nothing of the case it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from fund_app.adapters.clock import ManualClock
from fund_app.models.sealed import Compartment
from fund_app.services import referees, vault
from fund_app.services.hardening import Cost, Hardening
from fund_app.services.referees import Asking, Invitation
from tests.support.client import FundClient
from tests.support.house import House, build, press
from tests.support.pages import Page

WORD = "sentinelword"
TOLD = {
    "narrative": ("narrative", f"{WORD}story"),
    "referee_name": ("identity", f"{WORD}referee"),
    "referee_knows": ("narrative", "yes"),
    "pseudonym": ("narrative", f"{WORD}name"),
}
GIVEN = {"name": "Anya", "how": "<b>We</b> work together.", "freely": "freely"}
LANGUAGES = ("en", "ru", "de")
OWN = {"Sec-Fetch-Site": "same-origin"}
CSRF = re.compile(rb'name="csrf_token" value="[^"]*"')


@pytest.fixture
def house(app: Flask, clock: ManualClock) -> Iterator[House]:
    app.extensions["fund.hardening"] = Hardening(Cost(memory=64, passes=1, lanes=1))
    with app.app_context():
        yield build(app, clock)


@pytest.fixture
def case_id(house: House) -> str:
    return house.submitted(**TOLD)[1]


def invited(house: House, case_id: str, *, is_spoken: bool = False) -> Invitation:
    asking = Asking(None, "found", "existence", "en", is_spoken=is_spoken, agreed=True)
    found = referees.ask(house["anna"], case_id, asking, press())
    assert found is not None
    return found


def bare(response: TestResponse) -> bytes:
    """Return a page without the token of its form, which tells the moment it was made."""
    return CSRF.sub(b"", response.data)


def link(lookup: str) -> str:
    return f"/reference/{lookup}"


def write_code(client: FundClient, invitation: Invitation, code: str, status: int) -> Page:
    answer = client.submit(client.page(link(invitation.lookup)), {"code": code})
    assert answer.status_code == status
    return Page(answer)


def used(house: House, case_id: str, client: FundClient) -> Invitation:
    invitation = invited(house, case_id)
    page = write_code(client, invitation, invitation.code, 200)
    sent = client.post(link(invitation.lookup), data=page.form().values | GIVEN, headers=OWN)
    assert (sent.status_code, sent.location) == (303, "/reference/thanks")
    return invitation


def test_every_link_shows_the_same_bytes(house: House, case_id: str, client: FundClient) -> None:
    gone = used(house, case_id, client)
    expired = invited(house, case_id)
    house.clock.advance(hours=73)
    fresh = invited(house, case_id)
    addresses = [link(each.lookup) for each in (gone, expired, fresh)]
    addresses += [link("A" * 22), link("x"), link("thanks-no")]
    for language in LANGUAGES:
        options = {"query_string": {"lang": language}}
        assert len({bare(client.get(path, **options)) for path in addresses}) == 1
    wrong = {
        bare(client.submit(client.page(path), {"code": code}))
        for path in addresses
        for code in (gone.code, "wrong words")
        if (path, code) != (link(fresh.lookup), fresh.code)
    }
    assert len(wrong) == 1
    write_code(client, fresh, fresh.code, 200)


def test_link_works_once_and_keeps_what_was_typed(
    house: House, case_id: str, client: FundClient
) -> None:
    invitation = invited(house, case_id)
    page = write_code(client, invitation, f" {invitation.code.upper()} ", 200)
    values = page.form().values
    half = client.post(link(invitation.lookup), data=values | {"how": "Half"}, headers=OWN)
    assert half.status_code == 422
    assert Page(half).form().values["how"] == ["Half"]
    for _ in range(2):  # the second press of the same button
        sent = client.post(link(invitation.lookup), data=values | GIVEN, headers=OWN)
        assert sent.status_code == 303
    again = write_code(client, invitation, invitation.code, 422)
    assert "These words open nothing here." in again.text
    assert "work together" not in again.text


def test_answer_nobody_could_read_is_not_taken_and_stays_typed(
    house: House, case_id: str, client: FundClient
) -> None:
    invitation = invited(house, case_id)
    page = write_code(client, invitation, invitation.code, 200)
    values = page.form().values | GIVEN
    for handle in ("anna", "boris"):
        vault.revoke(case_id, Compartment.NARRATIVE, house[handle].ref)
    sent = client.post(link(invitation.lookup), data=values, headers=OWN)
    refused = Page(sent)
    assert sent.status_code == 503
    assert "Nobody can open an answer at this moment" in refused.text
    assert refused.form().values["how"] == [GIVEN["how"]]
    assert case_id not in sent.get_data(as_text=True)
    assert referees.opens(invitation.lookup, invitation.code), "the words are not used up"


def test_pages_of_a_referee_tell_nothing_of_the_case(
    house: House, case_id: str, client: FundClient
) -> None:
    invitation = invited(house, case_id)
    designation = house.case(case_id).designation
    pages = [client.page(link(invitation.lookup)), client.page("/reference"),
             write_code(client, invitation, "wrong", 422),
             write_code(client, invitation, invitation.code, 200),
             client.page("/reference/thanks")]  # fmt: skip
    for page in pages:
        body = page.response.get_data(as_text=True)
        for told in (WORD, designation, case_id, "Anna", "emergency"):
            assert told not in body
        assert page.title == "Your page"
        assert "Leave now" in page.links
        assert invitation.lookup not in body
        assert page.find_all("script") == []


def test_spoken_number_opens_like_a_link(house: House, case_id: str, client: FundClient) -> None:
    invitation = invited(house, case_id, is_spoken=True)
    number = " ".join((invitation.lookup[:4], invitation.lookup[4:8], invitation.lookup[8:]))
    door = client.submit(client.page("/reference"), {"number": number, "code": invitation.code})
    assert door.status_code == 200
    sent = client.post("/reference", data=Page(door).form().values | GIVEN, headers=OWN)
    assert sent.status_code == 303
    shut = client.submit(client.page("/reference"), {"number": number, "code": invitation.code})
    assert shut.status_code == 422


def test_every_way_of_writing_is_answered_alike(
    house: House, case_id: str, client: FundClient
) -> None:
    answers = set()
    for freely, quiet in (("freely", False), ("somebody", False), ("unsaid", False),
                          ("freely", True)):  # fmt: skip
        invitation = invited(house, case_id)
        code = invitation.quiet if quiet else invitation.code
        values = write_code(client, invitation, code, 200).form().values
        given = values | GIVEN | {"freely": freely}
        sent = client.post(link(invitation.lookup), data=given, headers=OWN)
        answers.add((sent.status_code, sent.location, sent.data))
    assert len(answers) == 1


def test_token_stands_in_no_log(
    house: House, case_id: str, client: FundClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    invitation = used(house, case_id, client)
    assert invitation.lookup not in caplog.text
    assert invitation.code not in caplog.text
    assert client.get(link(invitation.lookup)).headers["Referrer-Policy"] == "same-origin"
