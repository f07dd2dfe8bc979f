from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app import cli
from fund_app.models.jobs import Job
from fund_app.services import jobs
from fund_app.services.unit import unit_of_work


@pytest.fixture(autouse=True)
def _same_application(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "application", lambda: app)
    with unit_of_work() as unit:
        jobs.enqueue(unit, "letter", {"case": "a"}, key="a:1")
        jobs.enqueue(unit, "letter", {"case": "a"}, key="a:2")
        job = unit.scalars(select(Job).where(Job.key == "a:2")).one()
        job.state, job.attempts, job.last_error_code = "dead", 10, "mail_refused"


def test_jobs_list_shows_counts_and_keys() -> None:
    answer = CliRunner().invoke(cli.main, ["jobs", "list", "--state", "dead"])
    assert answer.exit_code == 0
    assert answer.output.splitlines() == [
        "1 ready, 0 running, 0 done, 1 dead",
        "dead     2026-06-30T12:00+00:00  default     10  a:2  mail_refused",
    ]


def test_jobs_list_answers_programs() -> None:
    answer = CliRunner().invoke(cli.main, ["jobs", "list", "--json", "--limit", "1"])
    assert json.loads(answer.output) == {
        "counts": {"ready": 1, "running": 0, "done": 0, "dead": 1},
        "jobs": [
            {
                "key": "a:1",
                "kind": "letter",
                "lane": "default",
                "state": "ready",
                "attempts": 0,
                "run_at": "2026-06-30T12:00:00+00:00",
                "last_error_code": None,
            }
        ],
    }


def test_jobs_requeue_tells_whether_there_was_a_dead_letter() -> None:
    answers = [CliRunner().invoke(cli.main, ["jobs", "requeue", key]) for key in ("a:2", "a:2")]
    assert [(answer.exit_code, answer.output) for answer in answers] == [
        (0, "a:2 will be tried again.\n"),
        (1, "No dead letter: a:2\n"),
    ]
