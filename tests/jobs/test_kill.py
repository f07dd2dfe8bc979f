"""Workers are killed, stopped and woken up again: nothing is lost, nothing is overwritten."""

from __future__ import annotations

import os
import signal
import time
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import text

from fund_app.extensions import db
from fund_app.services import jobs
from fund_app.services.unit import unit_of_work
from tests.jobs.conftest import Workers, wait_until
from tests.support.stores import Store

pytestmark = pytest.mark.slow

KILLS = 4
EACH_KIND = 60


def states() -> dict[str, int]:
    with unit_of_work() as session:
        return jobs.counts(session)


def enqueue(kind: str, *keys: str) -> None:
    with unit_of_work() as session:
        for key in keys:
            jobs.enqueue(session, kind, {}, key=key)


def attempts(key: str) -> int:
    with unit_of_work() as session:
        return next(row.attempts for row in jobs.inspect(session) if row.key == key)


def has_moved(workers: Workers, before: int) -> bool:
    return len(workers.lines()) > before or states()["ready"] == 0


def test_worker_killed_again_and_again_loses_no_job(
    store: Store, site: Flask, workers: Workers
) -> None:
    outside = {f"case:{number}:outside" for number in range(EACH_KIND)}
    inside = {f"case:{number}:inside" for number in range(EACH_KIND)}
    enqueue("outside", *sorted(outside))
    enqueue("inside", *sorted(inside))
    running = [workers.start(), workers.start()]
    for kill in range(KILLS):
        wait_until(partial(has_moved, workers, len(workers.lines())))
        workers.kill(running[kill % 2])
        running[kill % 2] = workers.start()
    wait_until(lambda: states()["done"] == 2 * EACH_KIND)
    assert set(workers.keys()) == outside
    effects = db.session.execute(text("SELECT key FROM effect ORDER BY key")).scalars().all()
    assert effects == sorted(inside)


def test_killed_job_is_taken_over_by_another_worker(
    store: Store, site: Flask, workers: Workers
) -> None:
    enqueue("slow", "case:1:letter")
    first = workers.start(seconds=60)
    wait_until(lambda: len(workers.lines()) == 1)
    workers.kill(first)
    second = workers.start(seconds=0)
    wait_until(lambda: states()["done"] == 1)
    assert workers.lines() == [
        f"case:1:letter 1 begun {first.pid}",
        f"case:1:letter 2 begun {second.pid}",
        f"case:1:letter 2 ended {second.pid}",
    ]


def test_worker_asleep_past_its_lease_cannot_overwrite(
    store: Store, site: Flask, workers: Workers
) -> None:
    enqueue("slow", "case:1:letter")
    sleeper = workers.start(seconds=0.5)
    wait_until(lambda: len(workers.lines()) == 1)
    os.kill(sleeper.pid, signal.SIGSTOP)
    second = workers.start(seconds=2)
    wait_until(lambda: f"case:1:letter 2 begun {second.pid}" in workers.lines())
    os.kill(sleeper.pid, signal.SIGCONT)
    wait_until(lambda: f"case:1:letter 1 ended {sleeper.pid}" in workers.lines())
    time.sleep(0.3)
    assert states()["running"] == 1
    wait_until(lambda: states()["done"] == 1)
    assert attempts("case:1:letter") == 2
    assert workers.lines()[-1] == f"case:1:letter 2 ended {second.pid}"


def test_slow_job_with_signs_of_life_is_not_taken_away(site: Flask, workers: Workers) -> None:
    enqueue("slow", "case:1:letter")
    workers.start(seconds=2.5)
    workers.start(seconds=2.5)
    wait_until(lambda: states()["done"] == 1)
    assert attempts("case:1:letter") == 1


def test_worker_asked_to_stop_finishes_the_present_job(site: Flask, workers: Workers) -> None:
    enqueue("slow", "case:1:letter", "case:2:letter")
    worker = workers.start(seconds=0.5)
    wait_until(lambda: len(workers.lines()) == 1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(5) == 0
    assert states() == {"ready": 1, "running": 0, "done": 1, "dead": 0}
