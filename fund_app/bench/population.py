"""Ten thousand applications in a second: rows as the services would leave them, without words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.applications import Application
from fund_app.models.clocks import Clock
from fund_app.models.holds import Hold
from fund_app.models.types import new_ref
from fund_app.services.unit import unit_of_work
from workflows.catalogue import workflow
from workflows.emergency import EMERGENCY

RULES = "v1"
STATES = ("submitted", "triage", "verification", "review")
BANDS = ("life_threat", "urgent", "standard", None)
LANGUAGES = ("en", "ru", "de")
HELD_EVERY = 20
ENDED_EVERY = 10
BATCH = 2_000
MOST_CLOCKS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """An application of the population and the clocks that run on it."""

    application_id: str
    clock_ids: tuple[str, ...]


def fill(count: int, leads: Sequence[str], *, state: str | None = None) -> list[Row]:
    """Add `count` applications, most of them waiting, due over the next weeks.

    leads: ids of coordinators. state: of all of them; else the states take turns and every
    tenth has ended.
    """
    made: list[Row] = []
    while len(made) < count:
        size = min(BATCH, count - len(made))
        with unit_of_work() as session:
            made += _write(session, range(len(made), len(made) + size), leads, state)
    with unit_of_work() as session:
        # Both stores see to this by themselves within minutes of real work.
        session.execute(text("ANALYZE"))
    return made


def _write(session: Session, numbers: range, leads: Sequence[str], state: str | None) -> list[Row]:
    moment = now()
    rows = [Row(new_ref(), tuple(new_ref() for _ in range(MOST_CLOCKS))) for _ in numbers]
    pairs = list(zip(numbers, rows, strict=True))
    applications = [_application(n, row, leads, state, moment) for n, row in pairs]
    connection = session.connection()
    connection.execute(insert(Application), applications)
    waiting = [
        clock
        for row, each in zip(rows, applications, strict=True)
        if each["due_at"]
        for clock in _clocks(row, each)
    ]
    if waiting:
        connection.execute(insert(Clock), waiting)
    held = list(_holds(rows[::HELD_EVERY], moment)) if state is None else []
    if held:
        connection.execute(insert(Hold), held)
    return rows


def _application(
    number: int, row: Row, leads: Sequence[str], state: str | None, moment: datetime
) -> dict[str, Any]:
    chosen = state or STATES[number % len(STATES)]
    ended = state is None and number % ENDED_EVERY == 0
    due = moment + timedelta(minutes=7 * (number % 4_000) - 600)
    day = moment.date() - timedelta(days=number % 60)
    return {
        "id": row.application_id,
        "workflow": EMERGENCY.name,
        "workflow_version": workflow(EMERGENCY.name).version,
        "state": "withdrawn" if ended else chosen,
        "due_at": None if ended else due,
        "due_clock": None if ended else _names(chosen)[0],
        "designation": f"Quiet Heron {row.application_id[:12]}",
        "holder_id": new_ref(),
        "language": LANGUAGES[number % len(LANGUAGES)],
        "region": "russia",
        "band": BANDS[number % len(BANDS)],
        "lead_id": None if chosen == "submitted" else leads[number % len(leads)],
        "rules_code": RULES,
        "created_on": day,
        "touched_on": day,
        "submitted_on": day,
    }


def _names(state: str) -> tuple[str, ...]:
    return workflow(EMERGENCY.name).state_of[state].clocks


def _clocks(row: Row, application: dict[str, Any]) -> Iterator[dict[str, Any]]:
    nearest: datetime = application["due_at"]
    for number, name in enumerate(_names(application["state"])):
        due = nearest + timedelta(days=number)
        yield {
            "id": row.clock_ids[number],
            "subject_type": EMERGENCY.name,
            "subject_id": row.application_id,
            "name": name,
            "step": 0,
            "started_at": due - timedelta(days=1 + number),
            "due_at": due,
            "length": 24 * (1 + number),
            "next_mark": 50,
            "next_mark_at": due - timedelta(hours=12),
        }


def _holds(rows: Sequence[Row], moment: datetime) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {
            "application_id": row.application_id,
            "kind": "info_requested",
            "placed_by": new_ref(),
            "placed_at": moment,
        }
