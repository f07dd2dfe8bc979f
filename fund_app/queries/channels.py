"""Reads of the payment-safety matrix: its rows for one page, what is stopped, what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fund_app.models.channels import ChannelChange, ChannelStop
from workflows.channels import ANY, CHANNELS, STATUSES, Cell, Matrix, Receipt, region_of
from workflows.countries import GROUP_CODES

COLUMNS = (ANY, *STATUSES)


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A place and a way, with what holds there for each status of COLUMNS."""

    place: str
    channel: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class StopRow:
    """A way that is stopped: where, since when, for how many days, how many payments it held."""

    id: str
    region: str
    channel: str
    since: date
    days: int
    held: int
    stopped_by: str
    proposed_by: str | None
    proposed_by_id: str | None


def rows(matrix: Matrix) -> list[MatrixRow]:
    """Return every place and way with what holds there, groups judged by every wider word."""
    return [
        MatrixRow(place, channel, tuple(_cells(matrix, place, channel)))
        for place in matrix.places
        for channel in CHANNELS
    ]


def _cells(matrix: Matrix, place: str, channel: str) -> list[Cell]:
    country = None if place in {ANY, *GROUP_CODES} else place
    receipts = (Receipt(region_of(place), country, status) for status in COLUMNS)
    return [matrix.judge(receipt, channel) for receipt in receipts]


def stops(session: Session, today: date) -> list[StopRow]:
    """Return the ways that are stopped, the longest first."""
    statement = (
        select(ChannelStop)
        .where(ChannelStop.state == "stopped")
        .options(joinedload(ChannelStop.stopped_by), joinedload(ChannelStop.proposed_by))
        .order_by(ChannelStop.stopped_on, ChannelStop.id)
    )
    return [
        StopRow(
            row.id,
            row.region,
            row.channel,
            row.stopped_on,
            (today - row.stopped_on).days,
            row.held,
            row.stopped_by.display_name,
            row.proposed_by.display_name if row.proposed_by else None,
            row.proposed_by_id,
        )
        for row in session.scalars(statement)
    ]


def proposed(session: Session) -> Sequence[ChannelChange]:
    """Return the changes that wait for their second signature, the oldest first."""
    statement = (
        select(ChannelChange)
        .where(ChannelChange.state == "proposed")
        .options(joinedload(ChannelChange.proposed_by))
    )
    return session.scalars(statement.order_by(ChannelChange.proposed_on, ChannelChange.id)).all()


def versions(session: Session, most: int) -> Sequence[ChannelChange]:
    """Return the newest versions of the matrix, each the change that made it."""
    statement = (
        select(ChannelChange)
        .where(ChannelChange.state == "confirmed")
        .options(joinedload(ChannelChange.proposed_by), joinedload(ChannelChange.decided_by))
        .order_by(ChannelChange.version.desc())
        .limit(most)
    )
    return session.scalars(statement).all()
