"""No answer of the fund, to anybody, holds who more than one person is.

Every route is asked in every role, with the ids of every case filled in, while the names of two
cases are open for one coordinator and one custodian; every command of the terminal is run.
Whatever comes back is searched for the names of three cases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from fund_app import cli
from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.ballots import Ballot
from fund_app.models.disbursements import Disbursement
from fund_app.models.documents import Document
from fund_app.models.unlocks import Unlock
from fund_app.services import applications, unlocks
from fund_app.services.unlocks import Question
from fund_app.views.access import inventory
from tests.support.client import FundClient
from tests.support.house import STAFF, House, press
from tests.support.staff import Enter
from workflows.unlocks import Purpose

NAMES = ("@first_of_three_names", "@second_of_three_names", "@third_of_three_names")
PLACE = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")
LEAVING = ("/leave", "/sign-out", "/exit")
"""What ends the session of whoever asks."""

SAMPLES = ("/static", "/components")
"""What shows made-up people to everybody."""

pytestmark = pytest.mark.slow


@pytest.fixture
def cases(house: House) -> list[str]:
    """Three cases with names; two are open for anna, one for a custodian, one is with the panel."""
    found = [house.submitted(handle=("identity", name))[1] for name in NAMES]
    for case_id in found[:2]:
        house.unlocked("anna", case_id)
    why = Question(Purpose.CHECK, words="To see that it holds.")
    mine = unlocks.ask(house["custodian1"], found[0], why, press())
    unlocks.agree(house["custodian2"], mine)
    house.to_review(found[2], (("legal", 100_000),))
    applications.acknowledge(house["boris"], found[1], press())
    return found


def held(body: str) -> set[str]:
    """Return whose name an answer holds."""
    return {name for name in NAMES if name in body}


def values_of(place: str, cases: list[str]) -> list[str]:
    """Return what can be filled into a place of an address."""
    db.session.rollback()
    known: dict[str, Iterable[str]] = {
        "case_id": cases,
        "application_id": cases,
        "unlock_id": db.session.scalars(select(Unlock.id)).all(),
        "ballot_id": db.session.scalars(select(Ballot.id)).all(),
        "disbursement_id": db.session.scalars(select(Disbursement.id)).all(),
        "document_id": db.session.scalars(select(Document.id)).all(),
    }
    return list(known.get(place, ())) or ["0" * 32]


def addresses(path: str, cases: list[str]) -> Iterator[str]:
    """Yield an address with every combination of what fits into its places."""
    match = PLACE.search(path)
    if match is None:
        yield path
        return
    for value in values_of(match.group(1), cases):
        yield from addresses(path.replace(match.group(0), value, 1), cases)


def asked(app: Flask, client: FundClient, cases: list[str]) -> Iterator[tuple[str, set[str]]]:
    """Ask every address by GET and by POST; yield what each answer holds."""
    for entry in inventory(app):
        if entry.path.startswith(("/static", "/webhooks", *LEAVING)) or "sign" in entry.path:
            continue
        for path in addresses(entry.path.replace("<int:", "<"), cases):
            if "GET" in entry.methods:
                answer = client.get(path)
                yield f"GET {path}", held(answer.get_data(as_text=True))
    for case_id in cases:
        page = client.get(f"/coordinator/applications/{case_id}/told")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.get_data(as_text=True))
        for unlock_id in values_of("unlock_id", cases):
            for path in (
                f"/coordinator/applications/{case_id}/names/{unlock_id}/show",
                f"/custody/requests/{unlock_id}/names",
            ):
                data = {"csrf_token": token.group(1) if token else _token(client)}
                answer = client.post(path, data=data)
                yield f"POST {path}", held(answer.get_data(as_text=True))


def _token(client: FundClient) -> str:
    """Return a token from whatever page of the person has a form."""
    for path in ("/staff/home", "/custody/requests/new", "/staff/brakes"):
        found = re.search(
            r'name="csrf_token" value="([^"]+)"', client.get(path).get_data(as_text=True)
        )
        if found:
            return found.group(1)
    return ""


def test_no_answer_holds_more_than_one_persons_names(
    app: Flask, house: House, enter: Enter, cases: list[str], clock: ManualClock
) -> None:
    house.add("admin")
    seen: dict[str, set[str]] = {}
    for handle in STAFF:
        client = enter(handle)
        for where, found in asked(app, client, cases):
            assert len(found) <= 1, (handle, where)
            seen.setdefault(handle, set()).update(found)
        clock.advance(minutes=15)
    assert seen["anna"] == set(NAMES[:2]), "the crawl reaches what is open"
    assert seen["custodian1"] == {NAMES[0]}
    others = {handle: found for handle, found in seen.items() if found}
    assert set(others) == {"anna", "custodian1"}


def test_reviewer_meets_neither_names_nor_colleagues_nor_the_payee_anywhere(
    app: Flask, house: House, enter: Enter
) -> None:
    _, case_id = house.submitted(handle=("identity", NAMES[0]))
    house.to_review(case_id, (("legal", 100_000),))
    reviewer = enter("r1")
    votes = f"/reviewer/ballots/{house.ballot_of(case_id).id}"
    assert reviewer.submit(reviewer.page(votes), to="/declare_free").status_code in {302, 303}
    bodies = {}
    for entry in inventory(app):
        if "GET" not in entry.methods or entry.path.startswith((*SAMPLES, *LEAVING)):
            continue
        for path in addresses(entry.path.replace("<int:", "<"), [case_id]):
            bodies[path] = reviewer.get(path).get_data(as_text=True)
    hidden = re.compile(rf"{NAMES[0]}|\b(Anna|Boris|R2|R3|Chair|Custodian1)\b|six in the morning")
    found = {path: hidden.findall(body) for path, body in bodies.items() if hidden.search(body)}
    assert found == {}
    assert "A person needs help." in bodies[votes]


def commands() -> Iterator[tuple[str, ...]]:
    """Yield every command of the terminal."""
    group = cli.main
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from ((name, under) for under in command.commands)
        else:
            yield (name,)


def test_no_command_prints_or_exports_a_name(
    app: Flask, house: House, cases: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    there = tmp_path / "where_commands_write"
    there.mkdir()
    monkeypatch.chdir(there)
    monkeypatch.setattr(cli, "application", lambda: app)
    monkeypatch.setattr(cli, "settings", lambda: app.extensions["fund.settings"])
    lasting = {("serve",), ("worker",), ("demo",), ("init",)}
    tried = 0
    for command in commands():
        if command in lasting or command[0] == "bench":
            continue
        for arguments in ((), ("--json",), (cases[0],), ("2026",)):
            result = CliRunner().invoke(cli.main, [*command, *arguments], input="x" * 20)
            assert held(result.output) == set(), command
            tried += 1
    assert tried > 40
    written = [each for each in there.rglob("*") if each.is_file()]
    assert written, "some commands leave files"
    for each in written:
        assert held(each.read_bytes().decode("latin-1")) == set(), each
    assert house.case(cases[0]).designation
