"""Periods: proposed by the treasurer, closed by another signatory, followed by the next one.

What is dated into a closed period afterwards is refused where the fund decides it, and booked on
the first day after where it is a fact (services/ledger.py). The words of other people on the
bank's lines of a closed period are forgotten: their keys first, then what they sealed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.bank import BankLine
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.models.ledger import JournalEntry, Period
from fund_app.queries import periods
from fund_app.queries.periods import Obstacle
from fund_app.services import audit, ledger, vault
from fund_app.services.ledger import LedgerRefused, PeriodClosed
from fund_app.services.transition import Unknown
from fund_app.services.unit import unit_of_work
from workflows.engine import Refused
from workflows.roles import Actor, Role

PROPOSERS = (Role.TREASURER,)
SIGNATORIES = (Role.TREASURER, Role.BOARD_MEMBER)


class Length(StrEnum):
    """How long the next period is; stable codes."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


MONTHS = {Length.MONTH: 1, Length.QUARTER: 3, Length.YEAR: 12}


class NotClosable(Exception):
    """A period cannot be closed yet; `obstacles` says all that stands in the way."""

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        """Keep what stands in the way."""
        super().__init__(", ".join(each.code for each in obstacles))
        self.obstacles = tuple(obstacles)


class NotDivisible(Exception):
    """A period cannot be divided after this day: it is no month's end inside it."""


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of days with the code it goes by."""

    code: str
    starts: date
    ends: date


def propose(actor: Actor, code: str) -> None:
    """Propose to close a period, as the treasurer; proposing it again changes nothing.

    The proposal of somebody who is no treasurer any more is replaced.
    Raises Refused for another role, Unknown, PeriodClosed, and NotClosable while something
    stands in the way.
    """
    role = _role(actor, PROPOSERS, "propose_closing")
    with unit_of_work() as session:
        row = _require_closable(code)
        if not row.has_live_proposal:
            void = update(Period).where(Period.code == code, Period.closed_at.is_(None))
            session.execute(void.values(proposed_at=None, proposed_by=None))
        ledger.propose_closing(session, code, actor=actor.ref)
        if not row.has_live_proposal:
            _note(session, "period_proposed", code, actor, role)


def close(actor: Actor, code: str) -> None:
    """Close a proposed period for good, as another signatory than who proposed it.

    Refused: wrong_role; second_person_missing for who proposed it, or where nobody has. Raises
    Unknown, PeriodClosed, NotClosable when something has come in between, and proposer_gone where
    who proposed it is no treasurer any more.
    """
    role = _role(actor, SIGNATORIES, "close_period")
    with unit_of_work() as session:
        row = _require_closable(code)
        if row.proposed_by is not None and not row.has_live_proposal:
            raise NotClosable((Obstacle("proposer_gone"),))
        try:
            ledger.close_period(session, code, actor=actor.ref)
        except LedgerRefused as refused:
            if refused.code == "period_one_person":
                raise Refused("second_person_missing", {"action": "close_period"}) from None
            if refused.code == "period_lines_open":
                # A line came in while this waited for its turn: it is named as any other.
                raise NotClosable(periods.obstacles(row, now().date())) from None
            raise
        _note(session, "period_closed", code, actor, role)
    forget_words()


def open_next(actor: Actor, length: Length, after: date | None = None) -> str:
    """Open the period after the last one, and return its code; refused before there is any.

    It begins the day after the last one ends and never crosses the end of a year. after: the
    last day there was when the person chose; once it is not the last any more, the period that
    follows it is answered with and nothing is opened. Raises Refused for another role, Unknown
    where no period is there yet to follow.
    """
    role = _role(actor, PROPOSERS, "open_period")
    with unit_of_work() as session:
        # Two who open at once take turns at the last period there is.
        session.scalar(select(Period).order_by(Period.ends.desc()).limit(1).with_for_update())
        last = session.scalar(select(func.max(Period.ends)))
        if last is None:
            raise Unknown("no period")
        if after is not None and after != last:
            opened = select(Period.code).where(Period.starts > after).order_by(Period.starts)
            known = session.scalar(opened.limit(1))
            if known is None:
                raise Unknown("no period")
            return known
        days = following(last, length)
        session.add(Period(code=days.code, starts=days.starts, ends=days.ends))
        _note(session, "period_opened", days.code, actor, role)
        return days.code


def divide(actor: Actor, code: str, last: date) -> str:
    """Divide an open period after the last day of a month; returns the first part's code.

    Every entry stays in the part its day lies in; closed periods are not touched. A proposal to
    close the whole is void: it was about other days. Divided there already, it is answered with.
    Raises Refused for another role, Unknown, PeriodClosed, NotDivisible.
    """
    role = _role(actor, PROPOSERS, "divide_period")
    with unit_of_work() as session:
        row = session.get(Period, code, with_for_update=True, populate_existing=True)
        if row is None:
            known = session.scalar(select(Period.code).where(Period.ends == last))
            if known is None:
                raise Unknown(code)
            return known
        if row.closed_at is not None:
            raise PeriodClosed("period_closed")
        if last not in month_ends(row.starts, row.ends):
            raise NotDivisible(code)
        after = last + timedelta(days=1)
        first = Days(ledger.period_code(row.starts, last), row.starts, last)
        rest = Days(ledger.period_code(after, row.ends), after, row.ends)
        session.expunge(row)
        _move_days(session, code, first, rest)
        _note(session, "period_divided", first.code, actor, role)
        return first.code


def month_ends(starts: date, ends: date) -> tuple[date, ...]:
    """Return the days after which a period can be divided: ends of months before its own end."""
    found = []
    last = _end_of(starts, Length.MONTH)
    while last < ends:
        found.append(last)
        last = following(last, Length.MONTH).ends
    return tuple(found)


def _move_days(session: Session, code: str, first: Days, rest: Days) -> None:
    """Let a period become its later part, make the earlier one, and give it its entries."""
    void = {"proposed_at": None, "proposed_by": None}
    session.execute(update(Period).where(Period.code == code).values(code=rest.code, **void))
    session.execute(update(Period).where(Period.code == rest.code).values(starts=rest.starts))
    session.add(Period(code=first.code, starts=first.starts, ends=first.ends))
    session.flush()
    session.execute(
        update(JournalEntry)
        .where(JournalEntry.period_code == rest.code, JournalEntry.book_date <= first.ends)
        .values(period_code=first.code)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()


def following(last: date, length: Length) -> Days:
    """Return the days after a last one: to the end of their month, quarter or year."""
    starts = last + timedelta(days=1)
    ends = _end_of(starts, length)
    return Days(ledger.period_code(starts, ends), starts, ends)


def _end_of(day: date, length: Length) -> date:
    """Return the last day of the month, quarter or year a day lies in."""
    step = MONTHS[length]
    ends_in = (day.month - 1) // step * step + step
    return date(day.year + ends_in // 12, ends_in % 12 + 1, 1) - timedelta(days=1)


def forget_words() -> int:
    """Destroy what others wrote on the lines of closed periods; returns how many statements.

    A statement that reaches into an open period keeps its words until that one is closed. Done
    when a period is closed, and every hour for what was interrupted.
    """
    with unit_of_work() as session:
        ends = session.scalar(select(func.max(Period.ends)).where(Period.closed_at.is_not(None)))
        if ends is None:
            return 0
        reaches_on = select(BankLine.statement_id).where(BankLine.booked_on > ends)
        of_closed = (
            select(BankLine.statement_id)
            .where(
                BankLine.booked_on <= ends,
                BankLine.text_sealed.is_not(None),
                BankLine.statement_id.not_in(reaches_on),
            )
            .distinct()
        )
        done = session.scalars(of_closed).all()
        for statement_id in done:
            vault.erase_case(statement_id)
        session.execute(
            update(BankLine)
            .where(BankLine.statement_id.in_(done), BankLine.text_sealed.is_not(None))
            .values(text_sealed=None)
        )
        return len(done)


def _require_closable(code: str) -> periods.PeriodRow:
    row = periods.period(code)
    if row is None:
        raise Unknown(code)
    if row.closed_at is not None:
        raise PeriodClosed("period_closed")
    found = periods.obstacles(row, now().date())
    if found:
        raise NotClosable(found)
    return row


def _role(actor: Actor, wanted: Sequence[Role], action: str) -> Role:
    role = next((each for each in wanted if each in actor.roles), None)
    if role is None:
        raise Refused("wrong_role", {"action": action})
    return role


def _note(session: Session, action: str, code: str, actor: Actor, role: Role) -> None:
    audit.record(session, HOUSE, HOUSE_ID, action, actor=actor, role=role, reason_code=code)
