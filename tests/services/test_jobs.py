from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund_app.models.events import Event
from fund_app.models.jobs import Job, JobState
from fund_app.services import jobs
from fund_app.services.unit import unit_of_work

pytestmark = pytest.mark.both_stores


def kill_job(session: Session, key: str) -> None:
    job = session.scalars(select(Job).where(Job.key == key)).one()
    job.state, job.last_error_code, job.attempts = JobState.DEAD, "refused", 10


def test_enqueue_keeps_what_was_asked(session: Session) -> None:
    with unit_of_work() as unit:
        is_new = jobs.enqueue(unit, "letter", {"case": "a1", "step": 4}, key="a1:4:letter")
    job = session.scalars(select(Job)).one()
    assert is_new
    assert (job.kind, job.payload, job.lane) == ("letter", {"case": "a1", "step": 4}, "default")
    assert job.run_at == datetime(2026, 6, 30, 12, 0, tzinfo=UTC)


def test_enqueue_twice_is_one_job(session: Session) -> None:
    for _ in range(2):
        with unit_of_work() as unit:
            first = jobs.enqueue(unit, "letter", {"n": 1}, key="a1:4:letter")
            second = jobs.enqueue(unit, "other", {"n": 2}, key="a1:4:letter")
            assert not second
    assert not first
    assert [job.kind for job in session.scalars(select(Job))] == ["letter"]


def test_enqueue_rolled_back_leaves_no_job(session: Session) -> None:
    def request() -> None:
        with unit_of_work() as unit:
            jobs.enqueue(unit, "letter", {}, key="a1:4:letter")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        request()
    assert jobs.inspect(session) == ()


@pytest.mark.parametrize(
    "value",
    ["two words", "Straße", "имя", "a" * 65, "", 'quo"te', 1.5, True, None, ["list"], "a@b.org"],
)
def test_enqueue_refuses_free_text_without_repeating_it(session: Session, value: object) -> None:
    with pytest.raises(ValueError, match="ids and codes of up to 64") as refused, unit_of_work():
        jobs.enqueue(session, "letter", {"said": value}, key="a:1")  # type: ignore[dict-item]
    assert not value or str(value) not in str(refused.value)
    assert jobs.inspect(session) == ()


@pytest.mark.parametrize(
    "payload", ['{"a":"b c"}', '{"a":"\\u0438"}', '{"a":"' + "b" * 1000 + '"}']
)
def test_table_refuses_free_text_from_anybody(session: Session, payload: str) -> None:
    with unit_of_work() as unit:
        jobs.enqueue(unit, "letter", {"a": "b"}, key="a:1")
    with pytest.raises(IntegrityError), unit_of_work() as unit:
        unit.execute(text("UPDATE job SET payload = :payload"), {"payload": payload})


def test_enqueue_refuses_an_unknown_lane(session: Session) -> None:
    with pytest.raises(ValueError, match="fast"), unit_of_work():
        jobs.enqueue(session, "letter", {}, key="a:1", lane="fast")


def test_cancel_takes_back_only_what_has_not_begun(session: Session) -> None:
    with unit_of_work() as unit:
        jobs.enqueue(unit, "letter", {}, key="a:1")
        jobs.enqueue(unit, "letter", {}, key="a:2")
        kill_job(unit, "a:2")
    with unit_of_work() as unit:
        answers = [jobs.cancel(unit, key) for key in ("a:1", "a:1", "a:2", "unknown")]
    assert answers == [True, False, False, False]
    assert [row.key for row in jobs.inspect(session)] == ["a:2"]


def test_cancelled_key_can_be_used_again(session: Session) -> None:
    with unit_of_work() as unit:
        jobs.enqueue(unit, "letter", {}, key="a:1")
        jobs.cancel(unit, "a:1")
        assert jobs.enqueue(unit, "letter", {}, key="a:1")


def test_requeue_gives_a_dead_letter_a_fresh_start_and_records_it(session: Session) -> None:
    with unit_of_work() as unit:
        jobs.enqueue(unit, "letter", {}, key="a:1")
        kill_job(unit, "a:1")
    with unit_of_work() as unit:
        answers = [jobs.requeue(unit, key) for key in ("a:1", "a:1", "unknown")]
    assert answers == [True, False, False]
    (row,) = jobs.inspect(session)
    assert (row.state, row.attempts, row.last_error_code) == ("ready", 0, "refused")
    events = session.execute(select(Event.chain, Event.action, Event.reason_code)).all()
    assert [tuple(event) for event in events] == [("house", "requeue_job", "letter")]


def test_inspect_and_counts_tell_the_states_apart(session: Session) -> None:
    later = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    with unit_of_work() as unit:
        jobs.enqueue(unit, "letter", {}, key="a:1", run_at=later)
        jobs.enqueue(unit, "letter", {}, key="a:2")
        jobs.enqueue(unit, "letter", {}, key="a:3")
        kill_job(unit, "a:3")
    assert jobs.counts(session) == {"ready": 2, "running": 0, "done": 0, "dead": 1}
    assert [row.key for row in jobs.inspect(session, states=["ready"])] == ["a:2", "a:1"]
    assert [row.key for row in jobs.inspect(session, limit=1)] == ["a:2"]


def test_purge_forgets_what_was_done_before_a_day(session: Session) -> None:
    today = datetime(2026, 6, 30, tzinfo=UTC).date()
    with unit_of_work() as unit:
        for key, days in (("old", 2), ("new", 1), ("dead", 9)):
            jobs.enqueue(unit, "letter", {}, key=key)
            job = unit.scalars(select(Job).where(Job.key == key)).one()
            job.state, job.finished_day = JobState.DONE, today - timedelta(days=days)
        kill_job(unit, "dead")
    with unit_of_work() as unit:
        assert jobs.purge(unit, before=today - timedelta(days=1)) == 1
    assert sorted(row.key for row in jobs.inspect(session)) == ["dead", "new"]
