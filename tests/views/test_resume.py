from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, Response, request

from fund_app.adapters.clock import ManualClock
from fund_app.services import people
from fund_app.views.access import allow
from tests.support.application import BASE_URL
from tests.support.client import FundClient
from tests.support.pages import Page
from tests.views.conftest import PASSPHRASE
from workflows.roles import SYSTEM, Role

OURS = {"Sec-Fetch-Site": "same-origin", "Origin": BASE_URL}
TYPED = {
    "story": 'first line\r\nsecond <b>line</b> & "more"',
    "line": ["1", "2"],
    "step_seen": "4",
}


@pytest.fixture
def received(app: Flask) -> list[dict[str, Any]]:
    """Add a staff form that notes what reaches it."""
    notes: list[dict[str, Any]] = []

    def note() -> Response:
        fields = request.form.to_dict(flat=False)
        fields.pop("csrf_token")
        notes.append(fields)
        return Response("noted", mimetype="text/plain")

    app.add_url_rule("/staff/note", "note", allow(Role.COORDINATOR)(note), methods=["POST"])
    return notes


@pytest.fixture
def ended(
    received: list[dict[str, Any]], client: FundClient, coordinator: str, clock: ManualClock
) -> FundClient:
    """Let the coordinator's session run out while they write."""
    assert _sign_in(client, client.page("/staff/")).status_code == 303
    clock.advance(minutes=31)
    return client


def _sign_in(client: FundClient, page: Page) -> Any:
    return client.submit(page, {"handle": "ida", "passphrase": PASSPHRASE}, to="/staff/")


def test_resume_brings_back_what_was_typed(
    ended: FundClient, received: list[dict[str, Any]]
) -> None:
    late = ended.post("/staff/note?page=2", data=TYPED, headers=OURS)
    assert late.status_code == 403
    assert "second" not in late.get_data(as_text=True)
    again = _sign_in(ended, Page(late))
    assert again.status_code == 200
    assert "Nothing is lost" in Page(again).text
    done = ended.submit(Page(again), to="/staff/note?page=2")
    assert done.get_data(as_text=True) == "noted"
    story = 'first line\nsecond <b>line</b> & "more"'  # a browser writes its own line ends
    assert received == [{"story": [story], "line": ["1", "2"], "step_seen": ["4"]}]


def test_resume_survives_a_wrong_passphrase(
    ended: FundClient, received: list[dict[str, Any]]
) -> None:
    late = ended.post("/staff/note", data=TYPED, headers=OURS)
    wrong = ended.submit(Page(late), {"handle": "ida", "passphrase": "no"}, to="/staff/")
    assert wrong.status_code == 422
    again = _sign_in(ended, Page(wrong))
    ended.submit(Page(again), to="/staff/note")
    assert len(received) == 1


def test_resume_is_forgotten_after_half_an_hour(
    ended: FundClient, clock: ManualClock, received: list[dict[str, Any]]
) -> None:
    late = Page(ended.post("/staff/note", data=TYPED, headers=OURS))
    clock.advance(minutes=31)
    answer = _sign_in(ended, late)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/staff/home"


def test_resume_cannot_be_forged(ended: FundClient, received: list[dict[str, Any]]) -> None:
    late = Page(ended.post("/staff/note", data=TYPED, headers=OURS))
    [sealed] = late.form("/staff/").values["resume"]
    middle = len(sealed) // 2
    changed = sealed[:middle] + ("A" if sealed[middle] != "A" else "B") + sealed[middle + 1 :]
    answer = ended.submit(
        late, {"handle": "ida", "passphrase": PASSPHRASE, "resume": changed}, to="/staff/"
    )
    assert answer.status_code == 303


def test_resume_offers_nothing_to_somebody_else(
    app: Flask, ended: FundClient, received: list[dict[str, Any]]
) -> None:
    """On a shared device the next one to sign in learns nothing of what was typed."""
    late = Page(ended.post("/staff/note", data=TYPED, headers=OURS))
    with app.app_context():
        people.add(SYSTEM, "boris", "Boris", [Role.COORDINATOR], PASSPHRASE)
    answer = ended.submit(late, {"handle": "boris", "passphrase": PASSPHRASE}, to="/staff/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/home")


def test_resume_keeps_nothing_of_who_was_never_here(
    client: FundClient, coordinator: str, received: list[dict[str, Any]]
) -> None:
    late = Page(client.post("/staff/note", data=TYPED, headers=OURS))
    assert late.form("/staff/").values["resume"] == [""]


def test_resume_brings_it_back_although_others_have_come_in_since(
    app: Flask, ended: FundClient, received: list[dict[str, Any]]
) -> None:
    """Their coming empties what has ended; whose it was is known for some hours still."""
    other = FundClient(app, response_wrapper=app.response_class)
    assert _sign_in(other, other.page("/staff/")).status_code == 303
    again = _sign_in(ended, Page(ended.post("/staff/note", data=TYPED, headers=OURS)))
    assert "Nothing is lost" in Page(again).text


def test_resume_carries_nothing_for_another_site(
    client: FundClient, coordinator: str, received: list[dict[str, Any]]
) -> None:
    foreign = client.post("/staff/note", data=TYPED, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert Page(foreign).forms == []


def test_resume_offers_to_send_again_after_a_stale_token(
    received: list[dict[str, Any]], signed_in: FundClient
) -> None:
    stale = signed_in.post("/staff/note", data={**TYPED, "csrf_token": "stale"}, headers=OURS)
    assert stale.status_code == 400
    assert received == []
    signed_in.submit(Page(stale), to="/staff/note")
    assert [note["line"] for note in received] == [["1", "2"]]


def test_resume_offers_nothing_where_the_browser_does_not_vouch(
    received: list[dict[str, Any]], signed_in: FundClient
) -> None:
    stale = signed_in.post("/staff/note", data=TYPED)
    assert stale.status_code == 400
    assert "first line" not in stale.get_data(as_text=True)
    assert received == []
