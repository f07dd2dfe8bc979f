"""`fund user`: accounts from the command line."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from fund_app import cli
from fund_app.adapters.clock import ManualClock
from fund_app.queries import people
from fund_app.services import enrolments, staff_keys
from fund_app.services.hardening import Cost, Hardening
from tests.support.house import build
from workflows.roles import Role

PASSPHRASE = "a long walk by the river"
IDA = ("add", "Ida", "--name", "Ida Berg", "--role", "coordinator", "--language", "de")


@pytest.fixture(autouse=True)
def _same_application(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "application", lambda: app)
    app.extensions["fund.hardening"] = Hardening(Cost(memory=64, passes=1, lanes=1))


def fund(*words: str, typed: str = f"{PASSPHRASE}\n") -> Result:
    return CliRunner().invoke(cli.main, ["user", *words], input=typed)


def test_person_is_added_with_a_passphrase_from_standard_input(app: Flask) -> None:
    result = fund(*IDA)
    assert result.exit_code == 0
    assert re.fullmatch(
        r"ida is taken on\. The code for a first passkey is [0-9A-Z]{5}(-[0-9A-Z]{5}){3}\. .*\n",
        result.output,
    )
    with app.app_context():
        person = people.by_handle("ida")
        assert person is not None
        assert (person.roles, person.language) == (frozenset({Role.COORDINATOR}), "de")
        assert staff_keys.unlock_staff(person.id, PASSPHRASE) is not None
        assert staff_keys.unlock_staff(person.id, f"{PASSPHRASE}\n") is None


def test_short_passphrase_and_taken_name_are_refused(app: Flask) -> None:
    result = fund(*IDA, typed="short\n")
    assert result.exit_code == 1
    assert "15 to 128 characters" in result.output
    assert "short" not in result.output
    with app.app_context():
        assert people.by_handle("ida") is None
    assert fund(*IDA).exit_code == 0
    assert "Somebody signs in as ida already." in fund(*IDA).output


def test_new_code_replaces_the_one_before(app: Flask) -> None:
    first = json.loads(fund(*IDA, "--json").output)["enrolment_code"]
    second = json.loads(fund("enrol", "ida", "--json").output)["enrolment_code"]
    assert first != second
    with app.app_context():
        person = people.by_handle("ida")
        assert person is not None
        assert enrolments.check(person.id, first) is None
        assert enrolments.check(person.id, second) is not None
    assert fund("enrol", "nobody").output == "Error: Nobody signs in as nobody.\n"


def test_administrator_gets_no_role_with_keys(app: Flask) -> None:
    both = fund("add", "sam", "--name", "Sam", "--role", "administrator", "--role", "reviewer")
    assert (both.exit_code, "holds no keys" in both.output) == (1, True)
    assert fund("add", "sam", "--name", "Sam", "--role", "administrator").exit_code == 0
    assert "holds no keys" in fund("grant", "sam", "--role", "treasurer").output
    assert fund("grant", "sam", "--role", "auditor").exit_code == 0


def test_passphrase_is_no_argument() -> None:
    assert fund(*IDA, "--passphrase", PASSPHRASE).exit_code == 2


def test_role_is_granted_and_access_ended(app: Flask) -> None:
    fund(*IDA)
    assert fund("grant", "ida", "--role", "auditor").output == "ida holds the role auditor now.\n"
    with app.app_context():
        person = people.by_handle("ida")
        assert person is not None
        assert person.roles == {Role.COORDINATOR, Role.AUDITOR}
    assert json.loads(fund("disable", "ida", "--json").stdout) == {
        "handle": "ida", "disabled": True, "renewed": 0, "held_alone": 0,
    }  # fmt: skip
    with app.app_context():
        assert people.by_handle("ida") is None
    assert fund("disable", "ida").output == "Error: Nobody signs in as ida.\n"
    assert fund("grant", "nobody", "--role", "auditor").exit_code == 1
    assert fund("grant", "ida", "--role", "applicant").exit_code == 2


def test_terminal_founds_an_installation_and_then_leaves_it_to_two_people(app: Flask) -> None:
    assert fund("add", "sam", "--name", "Sam", "--role", "administrator").exit_code == 0
    assert fund("add", "lena", "--name", "Lena", "--role", "board_member").exit_code == 0
    for refused in (fund(*IDA), fund("grant", "sam", "--role", "auditor")):
        assert refused.exit_code == 1
        assert "this takes both of them" in refused.output
    with app.app_context():
        assert people.by_handle("ida") is None
    assert fund("disable", "lena").exit_code == 0
    assert fund(*IDA).exit_code == 0


def test_parting_renews_keys_and_says_what_nobody_else_can_open(
    app: Flask, clock: ManualClock
) -> None:
    with app.app_context():
        house = build(app, clock)
        house.submitted()
    first = fund("disable", "anna")
    assert "anna has no access any more; 3 compartments have a new key." in first.stdout
    assert "Nobody else" not in first.stdout
    second = fund("disable", "boris")
    assert "Nobody else here can open 3 compartments of 1 open cases" in second.stdout
