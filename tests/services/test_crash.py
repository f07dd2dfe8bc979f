"""Crashes: a step that dies at any statement has left either nothing or everything behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from config import Settings
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.clocks import Clock
from fund_app.models.events import Event
from fund_app.models.jobs import Job
from fund_app.models.ledger import JournalEntry
from fund_app.models.subjects import SUBJECTS
from fund_app.queries.ledger_check import recompute_check
from fund_app.services import applications, audit, ballots, disbursements
from fund_app.services.votes import Cast
from tests.services import killed
from tests.support import processes
from tests.support.dump import contents
from tests.support.house import House, press
from workflows.counting import Choice

LINES = (("legal", 100_000),)
YES = Cast(Choice.APPROVE, reason="Needed.")
KILLED = -9


class Fault(Exception):
    """The power goes out."""


@contextmanager
def fault_at(number: int) -> Iterator[list[str]]:
    """Raise Fault instead of the `number`th statement or, after the last one, of the commit."""
    seen: list[str] = []

    def meet(what: str) -> None:
        seen.append(what)
        if len(seen) == number:
            raise Fault

    def before(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        meet(statement)

    def commit(_c: object) -> None:
        meet("COMMIT")

    event.listen(db.engine, "before_cursor_execute", before)
    event.listen(db.engine, "commit", commit)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", before)
        event.remove(db.engine, "commit", commit)


def break_everywhere(act: Callable[[], None]) -> list[str]:
    """Break one step at each of its statements, then let it pass; return its statements."""
    before = contents()
    number = 1
    while True:
        with fault_at(number) as seen:
            try:
                act()
            except Fault:
                db.session.rollback()
            else:
                return seen
        assert contents() == before, f"left behind by a fault at: {seen[-1]}"
        number += 1


def rows(model: type[object]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def is_sound() -> bool:
    return not list(audit.verify(db.session(), SUBJECTS)) and not recompute_check()


@pytest.mark.both_stores
def test_answering_a_case_happens_whole_or_not_at_all(house: House) -> None:
    _, case_id = house.submitted()
    before = rows(Event), rows(Clock)
    seen = break_everywhere(partial(applications.acknowledge, house["anna"], case_id, press()))
    assert seen[-1] == "COMMIT"
    assert len(seen) > 8
    case = house.case(case_id)
    assert (case.state, case.lead_id) == ("triage", house["anna"].ref)
    assert rows(Event) == before[0] + 1
    running = select(Clock.name).where(Clock.subject_id == case_id, Clock.state == "running")
    assert set(db.session.scalars(running)) == {"triage", "decide"}
    assert is_sound()


@pytest.mark.both_stores
def test_approving_happens_whole_or_not_at_all(house: House) -> None:
    _, case_id = house.submitted()
    house.to_review(case_id, LINES)
    ballot_id = house.ballot_of(case_id).id
    for handle in ("r1", "r2", "r3"):
        ballots.declare_free(house[handle], ballot_id, press())
    for handle in ("r1", "r2"):
        ballots.cast(house[handle], ballot_id, YES, press())
    entries, jobs = rows(JournalEntry), rows(Job)
    seen = break_everywhere(partial(ballots.cast, house["r3"], ballot_id, YES, press()))
    assert len(seen) > 30
    assert house.case(case_id).state == "approved"
    assert rows(JournalEntry) == entries + 1
    assert rows(Job) > jobs
    assert is_sound()


@pytest.mark.both_stores
def test_second_signature_happens_whole_or_not_at_all(house: House) -> None:
    _, case_id = house.accepted(LINES)
    payment_id = house.payment_of(case_id).id
    disbursements.safety_check(house["fin1"], payment_id, payee_verified=True, request=press())
    disbursements.authorise_first(house["fin2"], payment_id, press())
    entries = rows(JournalEntry)
    act = partial(disbursements.authorise_second, house["treasurer"], payment_id, press())
    break_everywhere(act)
    assert house.payment_of(case_id).state == "authorised"
    assert rows(JournalEntry) == entries + 1
    assert is_sound()


@pytest.mark.slow
@pytest.mark.both_stores
@pytest.mark.parametrize("number", [4, 8, 10])
def test_process_killed_in_a_step_leaves_nothing(
    house: House, settings: Settings, tmp_path: Path, number: int
) -> None:
    _, case_id = house.submitted()
    before = contents()
    assert kill_at(number, settings, tmp_path, house["anna"].ref, case_id) == KILLED
    assert contents() == before
    applications.acknowledge(house["anna"], case_id, press())
    assert house.case(case_id).state == "triage"
    assert is_sound()


@pytest.mark.slow
@pytest.mark.both_stores
def test_process_killed_after_the_commit_leaves_everything(
    house: House, settings: Settings, tmp_path: Path
) -> None:
    _, case_id = house.submitted()
    jobs = rows(Job)
    assert kill_at(0, settings, tmp_path, house["anna"].ref, case_id) == KILLED
    db.session.rollback()
    assert db.session.get_one(Application, case_id).state == "triage"
    assert rows(Job) >= jobs
    assert is_sound()


def kill_at(number: int, settings: Settings, home: Path, actor_ref: str, case_id: str) -> int:
    """Let another process answer a case and die by SIGKILL; return how it ended."""
    db.session.rollback()
    place = (settings.database_url, settings.keystore_url, str(home))
    return processes.run(killed.main, *place, actor_ref, case_id, str(number)).code
