from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.jobs.context import GiveUp, Handler, JobContext, outside
from fund_app.jobs.terms import Terms
from fund_app.jobs.worker import Worker
from fund_app.models.jobs import Job
from fund_app.services import jobs, leases
from fund_app.services.unit import unit_of_work
from tests.jobs.conftest import wait_until

pytestmark = pytest.mark.both_stores

EAGER = Terms(
    lease=timedelta(seconds=5), most_attempts=3, first_pause=timedelta(0), poll=timedelta(0)
)
HOUR = timedelta(hours=1)


class Recorder:
    """Handlers that note in which order they were asked."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.poison = True

    def note(self, _: Session, _payload: Mapping[str, str | int], context: JobContext) -> None:
        self.keys.append(context.key)

    def fail(self, _: Session, _payload: Mapping[str, str | int], context: JobContext) -> None:
        self.keys.append(context.key)
        if self.poison:
            raise RuntimeError("words somebody confided")

    def give_up(self, _: Session, _payload: Mapping[str, str | int], context: JobContext) -> None:
        self.keys.append(context.key)
        raise GiveUp("address_unknown")

    @property
    def handlers(self) -> dict[str, Handler]:
        return {"note": self.note, "fail": self.fail, "give_up": self.give_up}


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def work(app: Flask, handlers: Mapping[str, Handler], terms: Terms = EAGER) -> int:
    worker = Worker(app, terms=terms, handlers=handlers, rounds=())
    count = worker.run(once=True)
    db.session.rollback()
    return count


def enqueue(kind: str, *keys: str, **options: object) -> None:
    with unit_of_work() as session:
        for key in keys:
            jobs.enqueue(session, kind, {}, key=key, **options)  # type: ignore[arg-type]


def states() -> dict[str, str]:
    return {row.key: row.state for row in jobs.inspect(db.session())}


def test_worker_does_what_is_due_in_the_order_it_was_asked(
    still_site: Flask, recorder: Recorder
) -> None:
    enqueue("note", "a:1", "a:2", "a:3")
    assert work(still_site, recorder.handlers) == 3
    assert recorder.keys == ["a:1", "a:2", "a:3"]
    assert states() == {"a:1": "done", "a:2": "done", "a:3": "done"}


def test_worker_waits_for_the_funds_clock(
    still_site: Flask, clock: ManualClock, recorder: Recorder
) -> None:
    enqueue("note", "a:1", run_at=clock.now() + 2 * HOUR)
    clock.advance(hours=1, minutes=59)
    assert work(still_site, recorder.handlers) == 0
    clock.advance(minutes=1)
    assert work(still_site, recorder.handlers) == 1


def test_moved_clock_neither_frees_nor_holds_back_a_job(
    still_site: Flask, clock: ManualClock
) -> None:
    enqueue("note", "a:1")
    with unit_of_work() as session:
        held = leases.claim(session, "default", owner="one", lease=HOUR, hard=HOUR)
    assert held is not None
    clock.advance(days=30)
    with unit_of_work() as session:
        assert leases.recover(session, most_attempts=3) == 0
        leases.fail(session, held, "busy", pause=timedelta(0))
    clock.advance(days=-30)
    with unit_of_work() as session:
        assert leases.claim(session, "default", owner="two", lease=HOUR, hard=HOUR) is not None


def test_done_job_keeps_its_day_and_loses_its_hour(
    still_site: Flask, clock: ManualClock, recorder: Recorder
) -> None:
    enqueue("note", "a:1")
    work(still_site, recorder.handlers)
    job = db.session.scalars(select(Job)).one()
    assert job.run_at == datetime(2026, 6, 30, tzinfo=UTC)
    assert job.finished_day == clock.now().date()
    assert (job.lease_owner, job.lease_until, job.hard_until) == (None, None, None)


def test_poison_job_dies_alone_and_lives_again_when_requeued(
    still_site: Flask, recorder: Recorder
) -> None:
    enqueue("fail", "poison:1")
    enqueue("note", "a:1")
    assert work(still_site, recorder.handlers) == 4
    assert sorted(recorder.keys) == ["a:1", "poison:1", "poison:1", "poison:1"]
    assert states() == {"a:1": "done", "poison:1": "dead"}
    (dead,) = jobs.inspect(db.session(), states=["dead"])
    assert (dead.attempts, dead.last_error_code) == (3, "RuntimeError")
    recorder.poison = False
    with unit_of_work() as session:
        assert jobs.requeue(session, "poison:1")
    assert work(still_site, recorder.handlers) == 1
    assert states() == {"a:1": "done", "poison:1": "done"}


def test_failed_job_pauses_in_the_machines_time(still_site: Flask, recorder: Recorder) -> None:
    enqueue("fail", "a:1")
    assert work(still_site, recorder.handlers, Terms(first_pause=HOUR)) == 1
    job = db.session.scalars(select(Job)).one()
    assert job.state == "ready"
    in_seconds = (job.retry_from - leases.machine_time(db.session())) / 1000
    assert 1800 - 5 < in_seconds <= 5400


def test_failing_job_says_nothing_of_what_it_held(
    still_site: Flask, recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    enqueue("fail", "a:1")
    work(still_site, recorder.handlers)
    assert "job_dead kind=fail error=RuntimeError at=tests.jobs.test_worker:" in caplog.text
    assert "confided" not in caplog.text
    assert all(record.exc_info is None for record in caplog.records)


def test_hopeless_job_is_tried_once(still_site: Flask, recorder: Recorder) -> None:
    enqueue("give_up", "a:1")
    assert work(still_site, recorder.handlers) == 1
    (dead,) = jobs.inspect(db.session())
    assert (dead.state, dead.attempts, dead.last_error_code) == ("dead", 1, "address_unknown")


def test_unknown_kind_ends_among_the_dead_letters(still_site: Flask) -> None:
    enqueue("unheard_of", "a:1")
    assert work(still_site, {}) == 3
    (dead,) = jobs.inspect(db.session())
    assert (dead.state, dead.last_error_code) == ("dead", "UnknownKind")


def test_job_whose_workers_vanish_ends_among_the_dead_letters(still_site: Flask) -> None:
    enqueue("note", "a:1")
    for attempt in (1, 2):
        with unit_of_work() as session:
            held = leases.claim(
                session, "default", owner="gone", lease=timedelta(0), hard=timedelta(0)
            )
            assert held is not None
            assert held.attempt == attempt
        wait_until(lambda: recovered(most_attempts=2) == 1)
    (dead,) = jobs.inspect(db.session())
    assert (dead.state, dead.last_error_code) == ("dead", "lease_lapsed")


def recovered(*, most_attempts: int) -> int:
    with unit_of_work() as session:
        return leases.recover(session, most_attempts=most_attempts)


def test_messages_of_a_case_keep_their_order_while_others_pass(
    still_site: Flask, recorder: Recorder
) -> None:
    enqueue("fail", "a:1", order_key="case:a")
    enqueue("note", "a:2", order_key="case:a")
    enqueue("note", "b:1", order_key="case:b")
    assert work(still_site, recorder.handlers, Terms(first_pause=HOUR)) == 2
    assert recorder.keys == ["a:1", "b:1"]
    recorder.poison = False
    with unit_of_work() as session:
        session.execute(text("UPDATE job SET retry_from = 0"))
    assert work(still_site, recorder.handlers) == 2
    assert recorder.keys == ["a:1", "b:1", "a:1", "a:2"]


def test_dead_letter_does_not_block_its_case(still_site: Flask, recorder: Recorder) -> None:
    enqueue("give_up", "a:1", order_key="case:a")
    enqueue("note", "a:2", order_key="case:a")
    work(still_site, recorder.handlers)
    assert states() == {"a:1": "dead", "a:2": "done"}


def test_worker_serves_only_its_lanes(still_site: Flask, recorder: Recorder) -> None:
    enqueue("note", "a:1", lane="mail")
    enqueue("note", "a:2", lane="documents")
    worker = Worker(still_site, lanes=["mail"], handlers=recorder.handlers, rounds=())
    assert worker.run(once=True) == 1
    assert recorder.keys == ["a:1"]


def test_full_lane_does_not_starve_another(still_site: Flask, recorder: Recorder) -> None:
    enqueue("note", *(f"doc:{number}" for number in range(9)), lane="documents")
    enqueue("note", "clock:1", lane="clocks")
    work(still_site, recorder.handlers)
    assert recorder.keys.index("clock:1") <= 1


def test_writes_of_a_handler_and_its_mark_are_one_transaction(site: Flask) -> None:
    def write_then_fail(session: Session, _: Mapping[str, str | int], context: JobContext) -> None:
        session.execute(
            text("INSERT INTO effect VALUES (:key, :n)"), {"key": context.key, "n": context.attempt}
        )
        if context.attempt < 3:
            raise RuntimeError

    enqueue("write", "a:1")
    assert work(site, {"write": write_then_fail}) == 3
    found = db.session.execute(text("SELECT key, attempt FROM effect")).all()
    assert [tuple(row) for row in found] == [("a:1", 3)]


def test_outside_handler_completes_with_its_own_writes(site: Flask) -> None:
    @outside
    def ask_then_write(_: Session, _payload: Mapping[str, str | int], context: JobContext) -> None:
        with unit_of_work() as unit:
            unit.execute(text("INSERT INTO effect VALUES ('outside', 1)"))
            context.complete(unit)

    enqueue("ask", "a:1")
    assert work(site, {"ask": ask_then_write}) == 1
    assert states() == {"a:1": "done"}
    assert db.session.execute(text("SELECT count(*) FROM effect")).scalar() == 1


def test_worker_that_lost_its_lease_writes_nothing(site: Flask) -> None:
    @outside
    def lose_then_write(_: Session, _payload: Mapping[str, str | int], context: JobContext) -> None:
        with unit_of_work() as unit:
            unit.execute(text("UPDATE job SET lease_owner = 'another'"))
        with unit_of_work() as unit:
            unit.execute(text("INSERT INTO effect VALUES ('late', 1)"))
            context.complete(unit)

    enqueue("ask", "a:1")
    assert work(site, {"ask": lose_then_write}) == 1
    assert states() == {"a:1": "running"}
    assert db.session.execute(text("SELECT count(*) FROM effect")).scalar() == 0


@pytest.mark.parametrize("change", [{"owner": "another"}, {"attempt": 2}])
def test_every_write_names_owner_and_attempt(
    still_site: Flask, change: dict[str, str | int]
) -> None:
    enqueue("note", "a:1")
    with unit_of_work() as session:
        held = leases.claim(session, "default", owner="one", lease=HOUR, hard=HOUR)
    assert held is not None
    values = {name: getattr(held, name) for name in held.__slots__} | change
    stale = leases.Lease(**values)
    writes = (
        lambda unit: leases.hold(unit, stale),
        lambda unit: leases.beat(unit, stale, HOUR),
        lambda unit: leases.complete(unit, stale),
        lambda unit: leases.fail(unit, stale, "late", pause=None),
    )
    for write in writes:
        with pytest.raises(leases.LeaseLost), unit_of_work() as session:
            write(session)
    with unit_of_work() as session:
        leases.complete(session, held)
    assert states() == {"a:1": "done"}


def test_beat_never_passes_the_hard_end(still_site: Flask) -> None:
    enqueue("note", "a:1")
    with unit_of_work() as session:
        held = leases.claim(
            session, "default", owner="one", lease=timedelta(seconds=1), hard=timedelta(seconds=30)
        )
        assert held is not None
        leases.beat(session, held, HOUR)
    job = db.session.scalars(select(Job)).one()
    assert job.lease_until == job.hard_until


def test_worker_whose_job_hangs_gives_way(still_site: Flask) -> None:
    alarms: list[str] = []

    @outside
    def hang(_: Session, _payload: Mapping[str, str | int], context: JobContext) -> None:
        wait_until(lambda: bool(alarms))

    terms = Terms(lease=timedelta(seconds=0.2), hard=timedelta(seconds=0.3))
    enqueue("hang", "a:1", "a:2")
    worker = Worker(
        still_site,
        terms=terms,
        handlers={"hang": hang},
        rounds=(),
        when_stuck=lambda: alarms.append("stuck"),
    )
    assert worker.run() == 1
    assert alarms == ["stuck"]
