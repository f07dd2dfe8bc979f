"""What the public may know of each programme: open or not, money in broad bands, how fast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from fund_app.models.clocks import Clock
from fund_app.models.ledger import Fund, FundPosition
from fund_app.queries import canaries
from workflows import disclosure
from workflows.catalogue import all_workflows
from workflows.rules import BOOTSTRAP, RulesParameters, in_force

PROGRAMMES = ("emergency", "relocation", "long_term")
COMFORTABLE = 10


class Band(StrEnum):
    """How much money is free, told so broadly that no payment can be read from it."""

    ENOUGH = "enough"
    LITTLE = "little"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Speed:
    """A promise in hours, and the measured median in hours where there are enough cases."""

    promised: int
    measured: int | None


@dataclass(frozen=True, slots=True)
class Status:
    """One programme as the first page shows it."""

    code: str
    is_open: bool
    band: Band
    acknowledge: Speed
    decide: Speed
    pay: Speed


def public_status(session: Session, moment: datetime) -> tuple[Status, ...]:
    """Return every programme's public status at a moment, in the order they are listed.

    A programme is open once its workflow is published. Promises are the rules' clocks for the
    usual case; medians come from clocks that ended, which are kept in steps of six hours.
    """
    rules = in_force(BOOTSTRAP, moment).parameters
    published = {workflow.name for workflow in all_workflows()}
    return tuple(
        Status(
            code,
            code in published,
            _band(session, code, rules),
            _speed(session, "ack", rules),
            _speed(session, "decide", rules),
            _speed(session, "pay", rules),
        )
        for code in PROGRAMMES
    )


def _band(session: Session, programme: str, rules: RulesParameters) -> Band:
    free = session.scalar(
        select(func.coalesce(func.sum(FundPosition.spendable - FundPosition.committed), 0))
        .join(Fund, Fund.code == FundPosition.fund_code)
        .where(
            FundPosition.currency == rules.currency,
            or_(Fund.programme == programme, Fund.restricted.is_(False)),
        )
    )
    free = int(free or 0)
    if free >= COMFORTABLE * rules.fast_track_cap:
        return Band.ENOUGH
    return Band.LITTLE if free >= rules.fast_track_cap else Band.NONE


def _speed(session: Session, clock: str, rules: RulesParameters) -> Speed:
    hours = session.scalars(
        select(Clock.elapsed_hours).where(
            Clock.subject_type == "application",
            Clock.name == clock,
            Clock.state.in_(("kept", "broken")),
            Clock.subject_id.not_in(canaries.invented()),
        )
    ).all()
    known = [each for each in hours if each is not None]
    measured = disclosure.typical_hours(known, disclosure.newest())
    return Speed(rules.length(f"{clock}_hours"), measured)
