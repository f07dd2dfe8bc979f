"""Reads for the reconciliation: the latest readings, and every payout beside its lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import selectinload

from fund_app.extensions import db
from fund_app.models import ledger_accounts as codes
from fund_app.models.jobs import Job
from fund_app.models.ledger import JournalEntry, Posting
from fund_app.models.stripe import PspBalanceTxn
from fund_app.models.stripe_readings import StripeReading

SHOWN = 30
OF_A_PAYOUT = ("payout", "payout_reversal")


@dataclass(frozen=True, slots=True)
class GapRow:
    """A line one side has and the other has not, or has differently."""

    txn_id: str
    kind: str
    theirs: int | None
    ours: int | None


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One reading: the two sums in minor units, how many lines, and what differs."""

    read_at: datetime
    currency: str
    theirs: int
    theirs_by_line: int
    ours: int
    lines: int
    gaps: tuple[GapRow, ...]

    @property
    def difference(self) -> int:
        """What the provider holds more than our books say."""
        return self.theirs - self.ours

    @property
    def ties(self) -> bool:
        """Whether both sides say the same, in sum and line by line."""
        return self.difference == 0 and self.theirs == self.theirs_by_line and not self.gaps


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """One payout: what its lines add up to, what was sent, and what is still on its way."""

    payout_id: str
    currency: str
    day: date
    lines: int
    by_line: int
    sent: int
    on_its_way: int


def readings() -> tuple[ReadingRow, ...]:
    """Return the latest readings, the newest first. Two statements."""
    query = select(StripeReading).options(selectinload(StripeReading.gaps))
    order = (StripeReading.read_at.desc(), StripeReading.currency)
    return tuple(
        ReadingRow(
            row.read_at, row.currency, row.theirs, row.theirs_by_line, row.ours, row.lines,
            tuple(GapRow(gap.txn_id, gap.kind, gap.theirs, gap.ours) for gap in row.gaps),
        )
        for row in db.session.scalars(query.order_by(*order).limit(SHOWN))
    )  # fmt: skip


def is_being_taken(kind: str) -> bool:
    """Whether a reading waits in the queue or is being taken. One statement."""
    query = select(Job.id).where(Job.kind == kind, Job.state.in_(("ready", "running")))
    return db.session.scalar(query.limit(1)) is not None


def payouts() -> tuple[PayoutRow, ...]:
    """Return the latest payouts with the sum of their lines, the newest first. One statement."""
    is_payout = PspBalanceTxn.category.in_(OF_A_PAYOUT)
    transit = (
        select(func.coalesce(func.sum(Posting.amount), 0))
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(
            JournalEntry.source_type == "payout",
            JournalEntry.source_id == PspBalanceTxn.payout_id,
            Posting.account_code == codes.PAYOUT_TRANSIT,
        )
        .correlate(PspBalanceTxn)
        .scalar_subquery()
    )
    query = (
        select(
            PspBalanceTxn.payout_id,
            PspBalanceTxn.currency,
            func.max(PspBalanceTxn.booked_on),
            func.sum(case((is_payout, 0), else_=1)),
            func.sum(case((is_payout, 0), else_=PspBalanceTxn.net)),
            func.sum(case((is_payout, -PspBalanceTxn.net), else_=0)),
            transit,
        )
        .where(PspBalanceTxn.payout_id.is_not(None))
        .group_by(PspBalanceTxn.payout_id, PspBalanceTxn.currency)
        .order_by(func.max(PspBalanceTxn.booked_on).desc(), PspBalanceTxn.payout_id)
        .limit(SHOWN)
    )
    return tuple(
        PayoutRow(str(payout), currency, day, int(lines), int(by_line), int(sent), int(way))
        for payout, currency, day, lines, by_line, sent, way in db.session.execute(query)
    )
