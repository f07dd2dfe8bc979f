"""Every route for every persona: what is open, what is closed, and that closed looks like absent.

Everything is read off the running application: a route added tomorrow is asked tomorrow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot, Seat
from fund_app.models.documents import Document
from fund_app.models.people import Person
from fund_app.services import codenames
from fund_app.services.personas import PERSONAS, persona
from fund_app.views.access import Entry, inventory
from tests.support.addresses import known, unknown
from tests.support.demonstration import BASE_URL, Browser, MadeUp
from workflows.roles import Role

pytestmark = pytest.mark.slow

HANDLES = tuple(each.handle for each in PERSONAS)
LEAVING = {"public.exit", "public.sign_out"}
"""These end the session; tests/views/test_session.py asks them."""
BY_SIGNATURE = {"public.stripe"}
"""Not for browsers: what opens it is a signature, not a session."""
NOWHERE = "/there/is/no/such/page"
OWN = {"Origin": BASE_URL, "Sec-Fetch-Site": "same-origin"}
ANSWERS = {200, 302, 303, 308, 403, 404, 409, 410, 422}
"""What somebody who may come in can be answered by a page."""
TOKEN = re.compile(rb'name="csrf_token" value="[^"]*"')
"""Made anew every second, so it differs between two answers that are the same."""
DOOR_OR_NOTHING = {302, 303, 404}


def closed_to(demonstration: MadeUp, handle: str) -> Iterator[Entry]:
    """Yield the routes that none of a persona's roles opens."""
    roles = roles_of(handle)
    for entry in inventory(demonstration.app):
        if entry.rule is None or not (entry.rule.is_public or entry.rule.roles & roles):
            yield entry


def open_to(demonstration: MadeUp, handle: str) -> Iterator[Entry]:
    """Yield the routes one of a persona's roles opens, those that end the session apart."""
    roles = roles_of(handle)
    for entry in inventory(demonstration.app):
        rule = entry.rule
        if entry.endpoint in LEAVING or rule is None:
            continue
        if rule.is_public or rule.roles & roles:
            yield entry


def roles_of(handle: str) -> frozenset[Role]:
    """Return a persona's roles."""
    found = persona(handle)
    assert found is not None
    return found.roles


def addresses(demonstration: MadeUp, entry: Entry, most: int = 3) -> list[str]:
    """Return addresses of things that exist."""
    with demonstration.app.app_context():
        return known(entry, most)


def ask(browser: Browser, method: str, address: str, token: str = "") -> tuple[int, bytes]:
    """Ask for an address as one of our own pages would; return status and body."""
    if method == "GET":
        answer = browser.get(address)
    else:
        answer = browser.post(address, data={"csrf_token": token}, headers=OWN)
    return answer.status_code, TOKEN.sub(b"", answer.get_data())


def nothing_there(browser: Browser) -> tuple[int, bytes]:
    """Return what is said of a page that does not exist, its token apart."""
    return ask(browser, "GET", NOWHERE)


def methods(entry: Entry) -> list[str]:
    """Return which of the two methods of browsers a route takes."""
    return sorted(entry.methods & {"GET", "POST"})


def test_every_route_can_be_asked(made_up: MadeUp) -> None:
    """A value without an example would leave a route unasked; the failure says what to add."""
    for entry in inventory(made_up.app):
        assert addresses(made_up, entry) != [], entry.path


@pytest.mark.parametrize("handle", HANDLES)
def test_closed_routes_look_like_no_route(made_up: MadeUp, handle: str) -> None:
    browser = made_up.persona(handle)
    token = browser.token
    missing = nothing_there(browser)
    wrong = [
        (method, address)
        for entry in closed_to(made_up, handle)
        for address in addresses(made_up, entry, most=1)
        for method in methods(entry)
        if ask(browser, method, address, token) != missing
    ]
    assert wrong == []


def test_strangers_are_sent_to_the_door(made_up: MadeUp) -> None:
    browser = made_up.stranger()
    wrong = []
    for entry in inventory(made_up.app):
        if entry.rule is not None and entry.rule.is_public:
            continue
        for address in addresses(made_up, entry, most=1):
            for method in methods(entry):
                status, _ = ask(browser, method, address)
                if status not in (DOOR_OR_NOTHING if method == "GET" else {403, 404}):
                    wrong.append((method, address, status))
    assert wrong == []


@pytest.mark.parametrize("handle", HANDLES)
def test_open_routes_answer_and_read_without_writing(made_up: MadeUp, handle: str) -> None:
    """What exists is shown or refused in one of the known ways; what does not exist is a 404.

    Foreign things are unknown things: whatever a persona is told is not there looks the same.
    """
    browser = made_up.persona(handle)
    missing = nothing_there(browser)
    before = made_up.rows()
    wrong: list[tuple[str, int | str]] = []
    for entry in open_to(made_up, handle):
        if "GET" not in entry.methods:
            continue
        for address in addresses(made_up, entry):
            status, body = ask(browser, "GET", address)
            if status not in ANSWERS or (status == 404 and (status, body) != missing):
                wrong.append((address, status))
        nothing = unknown_address(made_up, entry)
        if nothing and ask(browser, "GET", nothing) != missing:
            wrong.append((nothing, "not like an unknown page"))
    assert wrong == []
    assert made_up.rows() == before


@pytest.mark.parametrize("handle", HANDLES)
def test_acts_on_unknown_things_are_refused_as_on_nothing(made_up: MadeUp, handle: str) -> None:
    browser = made_up.persona(handle)
    token = browser.token
    missing = nothing_there(browser)
    before = made_up.rows()
    wrong = []
    for entry in open_to(made_up, handle):
        nothing = unknown_address(made_up, entry)
        if "POST" in entry.methods and nothing and entry.endpoint not in BY_SIGNATURE:
            told = ask(browser, "POST", nothing, token)
            if told != missing:
                wrong.append((nothing, told[0]))
    assert wrong == []
    assert made_up.rows() == before


def unknown_address(demonstration: MadeUp, entry: Entry) -> str | None:
    """Return an address of something that does not exist."""
    with demonstration.app.app_context():
        return unknown(entry)


@pytest.mark.parametrize("handle", [each for each in HANDLES if each.startswith("reviewer")])
def test_reviewers_see_the_votes_they_sit_in_and_no_other(made_up: MadeUp, handle: str) -> None:
    with made_up.app.app_context():
        mine = set(
            db.session.scalars(
                select(Seat.ballot_id)
                .join(Person, Person.id == Seat.reviewer_id)
                .where(Person.handle == handle, Seat.status != "recused")
            )
        )
        every = set(db.session.scalars(select(Ballot.id)))
    browser = made_up.persona(handle)
    missing = nothing_there(browser)
    seen = {each: ask(browser, "GET", f"/reviewer/ballots/{each}") for each in sorted(every)}
    shown = {each for each, told in seen.items() if told[0] == 200}
    assert mine - shown == set() or Role.CHAIR in roles_of(handle)
    if Role.CHAIR not in roles_of(handle):
        assert shown <= mine
    assert {told for each, told in seen.items() if each not in shown} <= {missing}


def test_applicants_reach_their_own_files_and_no_other(made_up: MadeUp) -> None:
    applicant = persona("applicant")
    assert applicant is not None
    with made_up.app.app_context():
        entrant = codenames.applicants().sign_in(applicant.codename)
        assert entrant is not None
        rows = db.session.execute(
            select(Document.id, Application.holder_id).join(
                Application, Application.id == Document.application_id
            )
        ).all()
        foreign = sorted(each for each, holder in rows if holder != entrant.holder_id)
    assert foreign != []
    browser = made_up.persona("applicant")
    missing = nothing_there(browser)
    assert {ask(browser, "GET", f"/return/files/{each}") for each in foreign} == {missing}
