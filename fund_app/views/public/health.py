"""Three plain answers for whoever keeps the fund running. Counts only, never a case."""

from __future__ import annotations

from flask import Response, current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from fund_app.adapters.keystore import Keystore
from fund_app.extensions import db
from fund_app.services import jobs
from fund_app.views.access import public

PLAIN = "text/plain; charset=utf-8"


@public
def alive() -> Response:
    """Say that the process answers."""
    return Response("ok\n", content_type=PLAIN)


@public
def ready() -> Response:
    """Say whether both databases answer (503 if one does not)."""
    faults = [
        name
        for name, answers in (("database", _database()), ("keystore", _keystore()))
        if not answers
    ]
    if faults:
        return Response(f"not ready: {', '.join(faults)}\n", 503, content_type=PLAIN)
    return Response("ready\n", content_type=PLAIN)


@public
def metrics() -> Response:
    """Return counts of answers and jobs in the text format monitoring tools read."""
    answers: dict[str, int] = current_app.extensions["fund.answers"]
    lines = ["# TYPE fund_http_responses_total counter"]
    lines += [
        f'fund_http_responses_total{{class="{name}"}} {count}'
        for name, count in sorted(answers.items())
    ]
    lines.append("# TYPE fund_jobs gauge")
    waiting = sorted(jobs.counts(db.session()).items())
    lines += [f'fund_jobs{{state="{name}"}} {count}' for name, count in waiting]
    return Response("\n".join(lines) + "\n", content_type=PLAIN)


def count_answer(response: Response) -> Response:
    """Count every answer by the first digit of its status (since this process started)."""
    answers: dict[str, int] = current_app.extensions["fund.answers"]
    name = f"{response.status_code // 100}xx"
    answers[name] = answers.get(name, 0) + 1
    return response


def _database() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _keystore() -> bool:
    store: Keystore = current_app.extensions["fund.keystore"]
    try:
        return store.schema_version() is not None
    except SQLAlchemyError:
        return False
