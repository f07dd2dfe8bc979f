from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import ManualClock
from fund_app.jobs import rounds
from fund_app.jobs.rounds import Round, Rounds
from fund_app.models.jobs import Job
from fund_app.services import jobs
from fund_app.services.unit import unit_of_work


def test_round_is_gone_no_more_often_than_it_says(app: Flask) -> None:
    gone: list[str] = []
    once = Round("once", lambda: gone.append("once"), every=timedelta(hours=1))
    always = Round("always", lambda: gone.append("always"), every=timedelta(0))
    going = Rounds(app, [once, always])
    going.go()
    going.go()
    assert gone == ["once", "always", "always"]


def test_failing_round_does_not_stop_the_others(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    gone: list[str] = []

    def fail() -> None:
        raise RuntimeError("words somebody confided")

    broken = Round("broken", fail, every=timedelta(0))
    Rounds(app, [broken, Round("sound", lambda: gone.append("sound"), every=timedelta(0))]).go()
    assert gone == ["sound"]
    assert "round_failed round=broken error=RuntimeError" in caplog.text
    assert "confided" not in caplog.text


@pytest.mark.both_stores
def test_every_round_of_the_house_can_be_gone_twice(app: Flask, session: Session) -> None:
    for one in [*rounds.ROUNDS, *rounds.ROUNDS]:
        one.act()
    names = {one.name for one in rounds.ROUNDS}
    assert {"fire_clocks", "sweep_sessions", "purge_jobs"} <= names
    assert len(names) == len(rounds.ROUNDS)


def test_finished_jobs_are_forgotten_after_ninety_days(
    app: Flask, session: Session, clock: ManualClock
) -> None:
    with unit_of_work() as unit:
        jobs.enqueue(unit, "letter", {}, key="a:1")
        job = unit.scalars(select(Job)).one()
        job.state, job.finished_day = "done", clock.now().date()
    clock.advance(days=90)
    rounds.purge_jobs()
    assert [row.key for row in jobs.inspect(session)] == ["a:1"]
    clock.advance(days=1)
    rounds.purge_jobs()
    assert jobs.inspect(session) == ()
