"""Anchors: each names the one before, and whoever rewrites the past is named with chain and day."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fund_app.adapters.anchor_files import AnchorFiles
from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.anchors import Anchor
from fund_app.models.events import BEGINNING, ChainHead, Event
from fund_app.models.subjects import SUBJECTS
from fund_app.services import anchors, audit
from fund_app.services.unit import unit_of_work
from workflows.roles import SYSTEM, Role

pytestmark = [pytest.mark.both_stores]

FIRST = "a" * 32
SECOND = "b" * 32
THIRD = "c" * 32
REFS = {"first": FIRST, "third": THIRD, "beginning": BEGINNING}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "anchors"


@pytest.fixture(autouse=True)
def _three_days(app: Flask, session: Session, clock: ManualClock, folder: Path) -> None:
    """Let two chains move on three days, each day anchored after its end."""
    object.__setattr__(app.extensions["fund.settings"], "anchor_dir", folder)
    for day in range(3):
        for subject in (FIRST, SECOND)[: 2 if day != 1 else 1]:
            note(subject)
            note(subject)
        clock.advance(days=1)
        assert anchors.write(clock.now()) == 1
    assert session.is_active


def note(subject: str) -> None:
    with unit_of_work() as session:
        audit.record(session, "view", subject, "looked", actor=SYSTEM, role=Role.SYSTEM)


def past_triggers(*statements: str) -> None:
    """Do what only somebody with the database's own password can do."""
    with unit_of_work() as session:
        if session.get_bind().dialect.name == "sqlite":
            names = session.scalars(
                text("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='event'")
            )
            for name in names.all():
                session.execute(text(f"DROP TRIGGER {name}"))
        else:
            session.execute(text("ALTER TABLE event DISABLE TRIGGER USER"))
        for statement in statements:
            named = {name: ref for name, ref in REFS.items() if f":{name}" in statement}
            session.execute(text(statement), named)


def rewrite(subject: str, step: int, action: str) -> None:
    """Change an event and give it and all after it new hashes, head included."""
    past_triggers()
    with unit_of_work() as session:
        chain = session.scalars(
            select(Event).where(Event.subject_id == subject).order_by(Event.step)
        ).all()
        previous = BEGINNING
        for event in chain:
            fresh = {"previous": previous}
            if event.step == step:
                fresh["action"] = action
                event.action = action
            event.previous = previous
            fresh["hash"] = event.hash = audit.event_hash(event)
            session.execute(update(Event).where(Event.id == event.id).values(**fresh))
            previous = event.hash
        session.execute(
            update(ChainHead).where(ChainHead.subject_id == subject).values(head=previous)
        )


def broken() -> list[tuple[str, int, str, str]]:
    db.session.rollback()
    chains = list(audit.verify(db.session(), SUBJECTS))
    named = {one.subject_id for one in chains}
    held = [one for one in anchors.check(db.session()) if one.subject_id not in named]
    return [
        (one.subject_id, one.step, one.problem, str(one.day)) for one in [*chains, *held]
    ]  # fmt: skip


def test_untouched_trail_holds_to_its_anchors(folder: Path) -> None:
    assert broken() == []
    rows = db.session.scalars(select(Anchor).order_by(Anchor.day)).all()
    assert [row.previous for row in rows] == [BEGINNING, rows[0].hash, rows[1].hash]
    files = AnchorFiles(folder).all()
    assert [(files[row.day].hash, files[row.day].previous) for row in rows] == [
        (row.hash, row.previous) for row in rows
    ]
    heads = files[rows[2].day].heads
    assert heads is not None
    assert anchors.digest(heads) == rows[2].hash
    assert heads.splitlines()[0] == f"anchor {rows[2].day} {rows[1].hash}"
    assert len(heads.splitlines()) == 3


def test_anchor_is_written_once_and_only_after_the_day(clock: ManualClock) -> None:
    assert anchors.write(clock.now()) == 0
    clock.set(clock.now().replace(hour=0, minute=30) + timedelta(days=1))
    assert anchors.write(clock.now()) == 0
    clock.advance(hours=1)
    assert anchors.write(clock.now()) == 1
    clock.advance(days=4)
    assert anchors.write(clock.now()) == 4


@pytest.mark.parametrize("statement", ["DELETE FROM anchor", "UPDATE anchor SET hash = 'x'"])
def test_database_never_changes_an_anchor(statement: str) -> None:
    with pytest.raises(DBAPIError), unit_of_work() as session:
        session.execute(text(statement))


def test_edited_event_is_named() -> None:
    past_triggers("UPDATE event SET action = 'other' WHERE subject_id = :first AND step = 3")
    assert broken() == [(FIRST, 3, "changed", "2026-07-01")]


def test_deleted_event_is_named() -> None:
    past_triggers("DELETE FROM event WHERE subject_id = :first AND step = 3")
    assert broken() == [(FIRST, 4, "missing", "2026-07-01")]


def test_inserted_event_is_named() -> None:
    past_triggers(
        "INSERT INTO event (id, chain, subject_id, step, action, source, dest, actor_ref,"
        " actor_role, day, definition, previous, hash)"
        " SELECT 900, chain, subject_id, 7, action, source, dest, actor_ref, actor_role, day,"
        " definition, hash, 'made up' FROM event WHERE subject_id = :first AND step = 6"
    )
    assert broken() == [(FIRST, 7, "changed", "2026-07-02")]


def test_cut_tail_is_missed_by_the_head() -> None:
    past_triggers("DELETE FROM event WHERE subject_id = :first AND step = 6")
    assert [each[:3] for each in broken()] == [(FIRST, 6, "cut")]


def test_cut_tail_with_its_head_is_missed_by_the_anchor() -> None:
    past_triggers(
        "DELETE FROM event WHERE subject_id = :first AND step > 4",
        "UPDATE chain_head SET step = 4, head = (SELECT hash FROM event WHERE step = 4"
        " AND subject_id = :first) WHERE subject_id = :first",
    )
    assert broken() == [(FIRST, 6, "cut", "2026-07-02")]


def test_rewritten_chain_is_named_by_the_anchor() -> None:
    rewrite(SECOND, 1, "other")
    assert list(audit.verify(db.session(), SUBJECTS)) == []
    assert broken() == [(SECOND, 2, "rewritten", "2026-06-30")]


def test_rewritten_chain_is_found_without_the_texts_beside_the_anchors(folder: Path) -> None:
    for path in (folder / "heads").iterdir():
        path.unlink()
    rewrite(SECOND, 3, "other")
    assert broken() == [("", 0, "rewritten", "2026-07-02")]


def test_rewritten_anchors_are_found_by_the_files_kept_elsewhere(folder: Path) -> None:
    rewrite(SECOND, 3, "other")
    with unit_of_work() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER anchor_is_not_removed"))
        else:
            session.execute(text("ALTER TABLE anchor DISABLE TRIGGER USER"))
        days = session.scalars(select(Anchor.day).order_by(Anchor.day)).all()
        session.execute(text("DELETE FROM anchor"))
        previous = BEGINNING
        for day in days:
            previous = anchors.anchor(session, day, previous).hash
    found = [
        (one.subject_id, one.step, one.problem, str(one.day))
        for one in anchors.check(db.session(), folder)
    ]
    assert ("", 0, "anchor_changed", "2026-07-02") in found
    assert (SECOND, 4, "rewritten", "2026-07-02") in found


def test_backdated_chain_is_named() -> None:
    past_triggers(
        "INSERT INTO event (id, chain, subject_id, step, action, source, dest, actor_ref,"
        " actor_role, day, definition, previous, hash)"
        " SELECT 901, chain, :third, 1, action, source, dest, actor_ref, actor_role, day,"
        " definition, :beginning, hash FROM event WHERE subject_id = :first AND step = 3"
    )
    with unit_of_work() as session:
        event = session.scalars(select(Event).where(Event.id == 901)).one()
        session.execute(
            update(Event).where(Event.id == event.id).values(hash=audit.event_hash(event))
        )
        session.add(ChainHead(chain="view", subject_id=THIRD, step=1, head=audit.event_hash(event)))
    assert broken() == [(THIRD, 1, "inserted", "2026-07-01")]
