"""`fund audit`: the trail from the command line."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select, text

from fund_app import cli
from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.events import Event
from fund_app.services import people
from fund_app.services.hardening import Cost, Hardening
from fund_app.services.unit import unit_of_work
from workflows.roles import SYSTEM, Role


@pytest.fixture(autouse=True)
def _two_people(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "application", lambda: app)
    app.extensions["fund.hardening"] = Hardening(Cost(memory=64, passes=1, lanes=1))
    with app.app_context():
        for handle in ("ida", "tomas"):
            people.add(SYSTEM, handle, handle, [Role.REVIEWER], "a long walk by the river")


def fund(*words: str) -> Result:
    return CliRunner().invoke(cli.main, ["audit", *words])


def tamper(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for name in session.scalars(triggers).all():
            if name.startswith("event"):
                session.execute(text(f"DROP TRIGGER {name}"))
        session.execute(text("UPDATE event SET action = 'person_removed' WHERE step = 2"))


def test_whole_trail_ends_well() -> None:
    result = fund("verify")
    assert (result.exit_code, result.output) == (0, "The trail is whole: 2 events in 1 chains.\n")
    assert json.loads(fund("verify", "--json").output) == {"chains": 1, "events": 2, "broken": []}


def test_broken_trail_names_its_first_broken_event(app: Flask) -> None:
    tamper(app)
    result = fund("verify")
    assert result.exit_code == 1
    assert "event 2: its content is not what was recorded" in result.output
    answer = json.loads(fund("verify", "--json").output)
    assert [(one["step"], one["problem"]) for one in answer["broken"]] == [(2, "changed")]


def test_anchor_is_the_documented_hash_and_stays_the_same(app: Flask, clock: ManualClock) -> None:
    assert fund("anchor", "--day", "2026-06-30").exit_code == 2
    clock.set(clock.now() + timedelta(days=1))
    with app.app_context():
        last = db.session.scalars(select(Event).where(Event.step == 2)).one()
        line = f"{last.chain} {last.subject_id} 2 {last.hash}\n"
    root = hashlib.sha256(line.encode()).hexdigest()
    assert fund("anchor").output == f"2026-06-30 {root} 1\n"
    with app.app_context():
        people.grant(SYSTEM, "ida", Role.CHAIR)
    clock.set(clock.now() + timedelta(days=3))
    answer = json.loads(fund("anchor", "--day", "2026-06-30", "--json").output)
    assert answer == {"day": "2026-06-30", "root": root, "chains": 1}
    assert fund("anchor", "--day", "2026-06-30", "--check", root.upper()).exit_code == 0
    assert fund("anchor", "--check", root).exit_code == 1
