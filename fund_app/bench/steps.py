"""One full step of a case, beside the same statements through the bare driver."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from fund_app.bench import population
from fund_app.bench.installation import Installation
from fund_app.bench.measuring import Effort, Figure, race
from fund_app.bench.population import Row
from fund_app.bench.raw import Recorded, driver, recording, renamed, statements, transaction
from fund_app.extensions import db
from fund_app.models.clocks import Clock
from fund_app.models.types import new_ref
from fund_app.services import applications
from fund_app.services.transition import Request


def transition(site: Installation, effort: Effort) -> Iterator[Figure]:
    """Measure acknowledging a case: lock, facts, step, event, clocks, effects, commit."""
    anna = site.staff["anna"]
    with site.app.app_context():
        leads = [anna.ref]
        population.fill(effort.small, leads)
        rows = population.fill(2 * effort.turns + 1, leads, state="submitted")
        model = rows.pop()
        request = new_ref()
        with recording() as said:
            applications.acknowledge(anna, model.application_id, Request(request, 0))
        said = transaction(said)
        new_clocks = _started(model)
        db.session.rollback()

    def ours() -> None:
        with site.app.app_context():
            applications.acknowledge(anna, rows.pop().application_id, Request(new_ref(), 0))

    with driver(site.settings.database_url) as connection:

        def theirs() -> None:
            connection.transact(_about(said, model, rows.pop(), (request, *new_clocks)))

        yield race(
            "one step of a case",
            ours,
            "the same statements through the bare driver",
            theirs,
            effort,
            statements=statements(said),
        )


def _started(model: Row) -> list[str]:
    """Return the ids of the clocks the step started."""
    clocks = select(Clock.id).where(Clock.subject_id == model.application_id)
    return [each for each in db.session.scalars(clocks) if each not in model.clock_ids]


def _about(said: Recorded, model: Row, row: Row, fresh: tuple[str, ...]) -> Recorded:
    """Return what was said about the model, said about another row."""
    names = {model.application_id: row.application_id}
    names |= dict(zip(model.clock_ids, row.clock_ids, strict=True))
    names |= {each: new_ref() for each in fresh}
    return renamed(said, names)
