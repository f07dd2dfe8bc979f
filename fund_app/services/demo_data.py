"""The demonstration's data: a made-up fund, lived through from 2024 to noon of 30 June 2026.

Whatever is seen is the same at every loading: people, cases, amounts, days, lots. Keys and ids
are random all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from random import Random
from typing import Any

from flask import current_app
from sqlalchemy import Engine, event, func, select

from fund_app.adapters.clock import ManualClock, ShiftedClock
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.donations import Donation
from fund_app.models.ledger import JournalEntry
from fund_app.models.people import Person
from fund_app.services import (
    demo_bank,
    demo_cases,
    demo_changes,
    demo_custody,
    demo_decisions,
    demo_erasures,
    demo_funds,
    demo_gifts,
    demo_people,
    demo_promises,
    demo_publications,
    demo_rails,
    demo_receipts,
    demo_safety,
    demo_specials,
    jobs,
    ledger_chart,
    rules,
)
from fund_app.services.application_effects import MAKE_LETTER
from fund_app.services.demo_house import SEED, House
from fund_app.services.demo_timeline import Timeline
from fund_app.services.notifications import SEND_NOTICE
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import keystore

BEGINNING = datetime(2024, 1, 2, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
"""The moment at which the demonstration stands when it is loaded."""

ALL_JOBS = 1_000_000


class NotEmpty(Exception):
    """There is something in this installation already; the demonstration does not mix with it."""


def is_loaded() -> bool:
    """Whether the demonstration is here already."""
    with unit_of_work() as session:
        made_up = select(func.count()).select_from(Person).where(Person.is_demo.is_(True))
        return bool(session.scalar(made_up))


def load(progress: Callable[[datetime], None]) -> int:
    """Load the demonstration and return how many cases there are.

    progress: called with each moment lived through, in order. Raises NotEmpty where anybody,
    any case, any gift or any posting is there. The installation's clock and lots are put back
    afterwards; the demonstration's own clock is set with `start_clock`.
    """
    _require_empty()
    extensions = current_app.extensions
    usual = {name: extensions[name] for name in ("fund.clock", "fund.lot")}
    clock = ManualClock(BEGINNING)
    extensions["fund.clock"] = clock
    extensions["fund.lot"] = Random(SEED)  # noqa: S311 (lots that can be repeated)
    try:
        with _without_waiting_for_the_disk():
            return _live(House(clock), progress)
    finally:
        extensions.update(usual)


@contextmanager
def _without_waiting_for_the_disk() -> Iterator[None]:
    """Let commits of made-up data return before the disk has them, several thousand times.

    Only here, and only for SQLite: what is lost in a power cut is loaded once more.
    """
    engines = [each for each in (db.engine, keystore().engine) if each.dialect.name == "sqlite"]
    for engine in engines:
        event.listen(engine, "connect", _hurry)
    _connect_anew(engines)
    try:
        yield
    finally:
        for engine in engines:
            event.remove(engine, "connect", _hurry)
        _connect_anew(engines)


def _hurry(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def _connect_anew(engines: Iterable[Engine]) -> None:
    db.session.remove()
    for engine in engines:
        engine.dispose()


def start_clock() -> None:
    """Let the demonstration's clock stand at its noon, from where it runs on."""
    clock = current_app.extensions["fund.clock"]
    if isinstance(clock, ShiftedClock):
        clock.set(NOW)


def _require_empty() -> None:
    with unit_of_work() as session:
        for model in (Person, Application, Donation, JournalEntry):
            if session.scalar(select(func.count()).select_from(model)):
                raise NotEmpty


def _live(house: House, progress: Callable[[datetime], None]) -> int:
    with unit_of_work() as session:
        rules.seed(session)
        ledger_chart.seed_chart(session)
    demo_gifts.open_books()
    house.hire()
    demo_safety.bring_lists()
    timeline = Timeline(house.clock)
    sources = (
        demo_gifts,
        demo_receipts,
        demo_funds,
        demo_cases,
        demo_specials,
        demo_people,
        demo_decisions,
        demo_custody,
        demo_rails,
        demo_promises,
    )
    for source in sources:
        for start, story in source.stories(house):
            timeline.tell(start, story)
    timeline.run(NOW, progress)
    demo_changes.arrange(house)
    demo_bank.arrange(house)
    demo_safety.arrange(house)
    demo_erasures.tell(house)
    demo_publications.arrange(house)
    _take_back_letters()
    with unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(Application)) or 0


def _take_back_letters() -> None:
    """Take back what would be sent about days long past."""
    with unit_of_work() as session:
        for job in jobs.inspect(session, states=("ready",), limit=ALL_JOBS):
            if job.kind in {SEND_NOTICE, MAKE_LETTER}:
                jobs.cancel(session, job.key)
