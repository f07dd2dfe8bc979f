"""`fund audit`: the trail from the command line."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select, text

from fund_app import cli
from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.events import BEGINNING, Event
from fund_app.services import audit, people
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
    assert "event 2 of 2026-06-30: its content is not what was recorded" in result.output
    answer = json.loads(fund("verify", "--json").output)
    assert [(one["step"], one["problem"]) for one in answer["broken"]] == [(2, "changed")]


def test_anchor_is_the_documented_hash_and_stays_the_same(app: Flask, clock: ManualClock) -> None:
    assert fund("anchor", "--day", "2026-06-30").exit_code == 2
    clock.set(clock.now() + timedelta(days=1))
    with app.app_context():
        last = db.session.scalars(select(Event).where(Event.step == 2)).one()
        line = f"{last.chain} {last.subject_id} 2 {last.hash}\n"
    before = hashlib.sha256(f"anchor 2026-06-29 {BEGINNING}\n".encode()).hexdigest()
    first = hashlib.sha256(f"anchor 2026-06-30 {before}\n{line}".encode()).hexdigest()
    assert fund("anchor").output == f"2026-06-30 {first}\n"
    with app.app_context():
        people.grant(SYSTEM, "ida", Role.CHAIR)
    clock.set(clock.now() + timedelta(days=3))
    answer = json.loads(fund("anchor", "--day", "2026-06-30", "--json").output)
    assert answer == {"day": "2026-06-30", "anchor": first, "previous": before}
    assert fund("anchor", "--day", "2026-06-30", "--check", first.upper()).exit_code == 0
    assert fund("anchor", "--check", first).exit_code == 1
    quiet = hashlib.sha256(f"anchor 2026-07-02 {anchor_of('2026-07-01')}\n".encode()).hexdigest()
    assert anchor_of("2026-07-02") == quiet


def anchor_of(day: str) -> str:
    return str(json.loads(fund("anchor", "--day", day, "--json").output)["anchor"])


def test_verify_holds_the_trail_to_anchors_kept_elsewhere(
    app: Flask, clock: ManualClock, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    object.__setattr__(app.extensions["fund.settings"], "anchor_dir", folder)
    clock.set(clock.now() + timedelta(days=1))
    assert fund("anchor").exit_code == 0
    held = fund("verify", "--anchors", str(folder))
    assert held.exit_code == 0
    assert held.output.endswith("It was held to 1 kept anchors, the last one of 2026-06-30.\n")
    tamper(app)
    with app.app_context(), unit_of_work() as session:
        event = session.scalars(select(Event).where(Event.step == 2)).one()
        event_hash = audit.event_hash(event)
        session.execute(text("UPDATE event SET hash = :hash WHERE step = 2"), {"hash": event_hash})
        session.execute(text("UPDATE chain_head SET head = :hash"), {"hash": event_hash})
    result = fund("verify", "--anchors", str(folder))
    assert result.exit_code == 1
    assert "event 2 of 2026-06-30: it was rewritten after it was anchored" in result.output
    answer = json.loads(fund("verify", "--anchors", str(folder), "--json").output)
    assert answer["broken"][0]["day"] == "2026-06-30"


def test_verify_says_so_where_no_anchors_lie(tmp_path: Path) -> None:
    """A folder mistyped must not read like a trail that was held to something."""
    (tmp_path / "2026-06-30.anchor").write_text("torn")
    result = fund("verify", "--anchors", str(tmp_path))
    assert result.exit_code == 2
    assert "there are no anchors in it" in result.output
