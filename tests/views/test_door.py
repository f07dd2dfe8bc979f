from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from config import Environment
from fund_app.services import people, personas
from fund_app.services.personas import PERSONAS, STAFF_PASSPHRASE
from tests.support.client import FundClient
from tests.support.pages import Page
from workflows.roles import SYSTEM, Role

HERE = "http://127.0.0.1:8000"
STAFF = [one for one in PERSONAS if one.roles.isdisjoint({Role.APPLICANT, Role.DONOR})]
demonstration = pytest.mark.settings(environment=Environment.DEMO, base_url=HERE)


def _get(client: FundClient, **options: object) -> TestResponse:
    return client.get("/door", base_url=HERE, **options)


def _enter(client: FundClient, handle: str) -> TestResponse:
    form = next(f for f in Page(_get(client)).forms if f.values.get("persona") == [handle])
    return client.post("/door", data=form.values, base_url=HERE, headers={"Origin": HERE})


@pytest.fixture
def _personas(app: Flask) -> None:
    with app.app_context():
        for one in STAFF:
            people.add(SYSTEM, one.handle, one.display_name, one.roles, STAFF_PASSPHRASE)


@demonstration
def test_door_has_one_card_per_persona(client: FundClient) -> None:
    handles = [form.values["persona"] for form in Page(_get(client)).forms]
    assert handles == [[one.handle] for one in PERSONAS]
    assert len(handles) == 15


@demonstration
@pytest.mark.usefixtures("_personas")
@pytest.mark.parametrize("handle", [one.handle for one in STAFF])
def test_door_lets_in_as_the_persona(client: FundClient, handle: str) -> None:
    answer = _enter(client, handle)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/home")
    assert client.get("/staff/home", base_url=HERE).status_code == 200


@demonstration
@pytest.mark.usefixtures("_personas")
def test_personas_are_told_at_once_that_their_passphrase_stays(client: FundClient) -> None:
    _enter(client, "coordinator")
    page = Page(client.get("/staff/access/passphrase", base_url=HERE))
    assert "The people of the demonstration keep their passphrase" in page.text
    assert page.find_all("input", name="new_passphrase") == []


@demonstration
def test_door_says_when_there_is_no_data(client: FundClient) -> None:
    answer = _enter(client, "coordinator")
    assert answer.status_code == 409
    assert "Run: fund demo" in Page(answer).text


@demonstration
def test_door_knows_no_other_persona(client: FundClient) -> None:
    form = Page(_get(client)).forms[0]
    values = {**form.values, "persona": "somebody"}
    answer = client.post("/door", data=values, base_url=HERE, headers={"Origin": HERE})
    assert answer.status_code == 404


@demonstration
def test_door_is_shut_for_other_machines(client: FundClient) -> None:
    assert _get(client, environ_overrides={"REMOTE_ADDR": "192.0.2.1"}).status_code == 404


@demonstration
@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "Via"])
def test_door_is_shut_behind_a_proxy(client: FundClient, name: str) -> None:
    assert _get(client, headers={name: "127.0.0.1"}).status_code == 404


@pytest.mark.settings(environment=Environment.DEMO)
def test_door_is_absent_under_a_public_address(client: FundClient) -> None:
    assert client.get("/door").status_code == 404


@pytest.mark.settings(environment=Environment.DEVELOPMENT, base_url=HERE)
def test_door_is_absent_outside_a_demonstration(client: FundClient) -> None:
    assert _get(client).status_code == 404


def test_door_is_absent_in_production(client: FundClient) -> None:
    assert client.get("/door").status_code == 404


def test_personas_are_named_after_what_they_are_known_for() -> None:
    names = [(one.role, one.number) for one in PERSONAS]
    assert len(set(names)) == len(names)
    assert (Role.REVIEWER, 3) in names
    assert personas.persona("nobody") is None
