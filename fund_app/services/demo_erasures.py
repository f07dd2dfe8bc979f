"""The demonstration's end of things: cases whose time has passed are destroyed, some wait.

What bears a name for tests and guides (Application.demo_tag) is kept, as if its time were later.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select, update

from fund_app.models.applications import Application
from fund_app.services import anchors, erasures, retention
from fund_app.services.demo_house import House, press
from fund_app.services.unit import unit_of_work
from workflows.roles import SYSTEM, Role

KEPT_UNTIL = date(2028, 12, 31)
ANCHORED = 30


def tell(house: House) -> None:
    """Anchor the last days, let retention do its work, leave a proposal and a reason to keep."""
    anchors.write(house.clock.now() - timedelta(days=ANCHORED))
    anchors.write(house.clock.now())
    ended = _ended()
    with unit_of_work() as session:
        named = update(Application).where(Application.demo_tag.is_not(None))
        session.execute(named.values(retention_on=KEPT_UNTIL))
    if len(ended) > 1:
        until = house.clock.now().date() + timedelta(days=180)
        retention.keep((SYSTEM, Role.SYSTEM), ended[0], "court", until)
        erasures.propose(house["coordinator-2"], ended[-1], "asked", press())
    retention.apply(house.clock.now().date())


def _ended() -> list[str]:
    """Return the cases without a name that were withdrawn or closed, the oldest first."""
    statement = (
        select(Application.id)
        .where(Application.demo_tag.is_(None), Application.state.in_(("withdrawn", "closed")))
        .order_by(Application.submitted_on, Application.designation)
    )
    with unit_of_work() as session:
        return list(session.scalars(statement))
