"""A worker process for the kill suite: the product's worker, with handlers a test can watch.

`main` with DATABASE_URL LOG SECONDS works until it is stopped. Each handler
appends one line to the log at the moment its effect would leave the process. SECONDS is how
long a slow job takes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from fund_app.adapters.clock import Clock, SystemClock
from fund_app.extensions import db, prepare_engine
from fund_app.jobs.context import Handler, JobContext, outside
from fund_app.jobs.terms import Terms
from fund_app.jobs.worker import Worker, ending_on_signals

TERMS = Terms(
    lease=timedelta(seconds=1.5),
    hard=timedelta(seconds=20),
    most_attempts=50,
    first_pause=timedelta(milliseconds=20),
    poll=timedelta(milliseconds=20),
)

EFFECTS = "CREATE TABLE effect (key varchar(200) NOT NULL, attempt integer NOT NULL)"
INSERT = text("INSERT INTO effect (key, attempt) VALUES (:key, :attempt)")


def make_app(database_url: str, clock: Clock | None = None) -> Flask:
    """Return the smallest application a worker can work for."""
    app = Flask("tests.jobs.site")
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    db.init_app(app)
    app.extensions["fund.clock"] = clock or SystemClock()
    with app.app_context():
        prepare_engine(db.engine)
    return app


def handlers(log: Path, seconds: float) -> dict[str, Handler]:
    """Return handlers that leave a trace outside (in the log) or inside (in the database)."""

    def leave(line: str) -> None:
        descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, f"{line}\n".encode())
        os.close(descriptor)

    @outside
    def write_outside(_: Session, _payload: Mapping[str, str | int], context: JobContext) -> None:
        leave(f"{context.key} {context.attempt}")

    @outside
    def slow(_: Session, _payload: Mapping[str, str | int], context: JobContext) -> None:
        leave(f"{context.key} {context.attempt} begun {os.getpid()}")
        time.sleep(seconds)
        leave(f"{context.key} {context.attempt} ended {os.getpid()}")

    def write_inside(
        session: Session, _payload: Mapping[str, str | int], context: JobContext
    ) -> None:
        session.execute(INSERT, {"key": context.key, "attempt": context.attempt})

    return {"outside": write_outside, "inside": write_inside, "slow": slow}


def main(argv: list[str]) -> None:
    """Work until SIGTERM."""
    database_url, log, seconds = argv
    app = make_app(database_url)
    worker = Worker(app, terms=TERMS, handlers=handlers(Path(log), float(seconds)), rounds=())
    with ending_on_signals(worker.stop):
        worker.run()
