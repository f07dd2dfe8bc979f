"""Pledges: offered, looked at, scheduled in instalments, fulfilled by gifts that arrive.

Nothing here is posted. A gift counts towards a pledge when its transfer carried the pledge's
reference, or when finance says so; it counts once it is accepted, and for what is left of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.donations import Donation
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.models.ledger import Fund
from fund_app.models.pledges import Pledge, PledgeInstalment, PledgePayment
from fund_app.models.types import new_ref
from fund_app.queries import gift_returns
from fund_app.services import audit, donation_rows, transition
from fund_app.services.notifications import notify_role
from fund_app.services.transition import INTERNAL, Context, Request, Step, step, take
from fund_app.services.unit import unit_of_work
from workflows import gift_policy
from workflows.engine import Refused
from workflows.roles import SYSTEM, Actor, Role

RUNNING = ("scheduled", "overdue", "part_paid")
ARRIVED = ("accepted", "receipted")
REASONS = ("donor_asked", "source_doubtful", "purpose_not_feasible", "donor_unreachable", "other")
"""Codes of why a pledge is declined, cancelled or written off."""
NOTICES = (30, 7)
LATE = (7, 30, 60, 90)
LATE_AGAIN = 30
COUNTED = "gift_counted"


class BadPlan(Exception):
    """Instalments that cannot be: none, out of order, or not adding up; `code` says which."""

    def __init__(self, code: str) -> None:
        """Keep the reason: empty, order, sum."""
        super().__init__(code)
        self.code = code


class CountedAlready(Exception):
    """This gift counts towards a pledge already."""


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of a pledge: positive minor units, and the day it is due."""

    amount: int
    due_on: date


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody promises; `source` is a code of gift_policy.SOURCES, never a name."""

    fund_code: str
    amount: int
    source: str
    instalments: tuple[Instalment, ...]


def offer(actor: Actor, wish: Offer, request: Request) -> str:
    """Record what somebody has promised and return the pledge's id.

    Raises Refused for anybody who is not of finance, BadPlan, LookupError for an unknown fund.
    The same request again is the same pledge.
    """
    if not actor.has_any(frozenset({Role.FINANCE_OFFICER})):
        raise Refused("wrong_role", {"action": "offer"})
    if wish.source not in gift_policy.SOURCES:
        raise ValueError("no such kind of source")
    _require_plan(wish.instalments, wish.amount)
    pledge_id = request.id or new_ref()
    with unit_of_work() as session:
        if session.get(Pledge, pledge_id) is not None:
            return pledge_id
        if session.get(Fund, wish.fund_code) is None:
            raise LookupError("no such fund")
        row = Pledge(
            id=pledge_id,
            reference=donation_rows.fresh_reference(),
            fund_code=wish.fund_code,
            amount=wish.amount,
            currency=donation_rows.CURRENCY,
            source=wish.source,
            recorded_by=actor.ref,
            created_day=now().date(),
        )
        row.instalments = _rows(1, wish.instalments)
        transition.begin(session, row, "pledge", actor, {})
    return pledge_id


def screen(actor: Actor, pledge_id: str, request: Request) -> None:
    """Hand a large or restricted pledge to the board; Refused for a small one."""
    _act(actor, pledge_id, "screen", request)


def accept_small(actor: Actor, pledge_id: str, request: Request) -> None:
    """Accept a small pledge for the general fund without the board; Refused otherwise."""
    _act(actor, pledge_id, "accept_small", request)


def agree(
    actor: Actor,
    pledge_id: str,
    request: Request,
    *,
    source_clean: bool,
    restriction_feasible: bool,
    no_beneficiary_data: bool,
) -> None:
    """Agree to a pledge, as the board, confirming the three points of the acceptance policy.

    A source the policy calls hostile is never clean. Refused also for who recorded the pledge.
    """
    confirmed = {
        "source_clean": source_clean,
        "restriction_feasible": restriction_feasible,
        "no_beneficiary_data": no_beneficiary_data,
    }
    _act(actor, pledge_id, "agree", request, **confirmed)


def decline(actor: Actor, pledge_id: str, reason_code: str, request: Request) -> None:
    """Decline a pledge, as the board, with a reason of REASONS."""
    _end(actor, pledge_id, "decline", reason_code, request)


def cancel(actor: Actor, pledge_id: str, reason_code: str, request: Request) -> None:
    """Record that a pledge will not be paid (any further); programmes are warned."""
    _end(actor, pledge_id, "cancel", reason_code, request)


def write_off(actor: Actor, pledge_id: str, reason_code: str, request: Request) -> None:
    """Give up an overdue pledge, as the board; programmes are warned."""
    _end(actor, pledge_id, "write_off", reason_code, request)


def reschedule(
    actor: Actor,
    pledge_id: str,
    instalments: Sequence[Instalment],
    request: Request,
    *,
    donor_agreed: bool,
) -> None:
    """Give a pledge new instalments the donor has agreed to; the old plan is kept beside it.

    The new ones add up to the whole pledge, what is paid included. Raises BadPlan, Refused.
    """
    with unit_of_work() as session:
        row = take(session, Pledge, pledge_id, request)
        _require_plan(instalments, row.amount)
        row.instalments.extend(_rows(row.plan + 1, instalments))
        session.flush()
        row.plan += 1
        session.flush()
        given = {**_facts(session, row), "donor_agreed": donor_agreed}
        step(session, row, Step("reschedule", actor, given, request))
        _count(session, row)


def count_gift(actor: Actor, pledge_id: str, reference: str, request: Request) -> None:
    """Count a gift that came without the pledge's reference, by the gift's own reference.

    Raises Unknown where either is not there, CountedAlready, Refused for another office.
    """
    if not actor.has_any(frozenset({Role.FINANCE_OFFICER})):
        raise Refused("wrong_role", {"action": "count_gift"})
    wanted = donation_rows.normal_reference(reference)
    with unit_of_work() as session:
        found = session.scalar(select(Donation.id).where(Donation.reference == wanted))
        gift = take(session, Donation, found or "", INTERNAL)
        row = take(session, Pledge, pledge_id, Request(None, request.step_seen))
        known = session.get(PledgePayment, gift.id)
        if known is not None and known.pledge_id == row.id:
            return
        if known is not None or gift.currency != row.currency:
            raise CountedAlready(gift.id)
        session.add(PledgePayment(donation_id=gift.id, pledge_id=row.id))
        office = Role.FINANCE_OFFICER
        audit.record(
            session, HOUSE, HOUSE_ID, COUNTED, actor=actor, role=office, reason_code=row.id
        )
        session.flush()
        _count(session, row, gift)


def of_reference(session: Session, reference: str) -> Pledge | None:
    """Return the pledge a transfer's reference names, if any."""
    return session.scalar(select(Pledge).where(Pledge.reference == reference))


def paid(session: Session, row: Pledge) -> int:
    """Return what has arrived for a pledge and was neither given back nor taken back."""
    query = (
        select(Donation.id)
        .join(PledgePayment, PledgePayment.donation_id == Donation.id)
        .where(PledgePayment.pledge_id == row.id, Donation.state.in_(ARRIVED))
    )
    return sum(gift_returns.left_of(session, gift) for gift in session.scalars(query).all())


def follow_pledge(context: Context) -> None:
    """Count an accepted gift towards the pledge it belongs to, if it belongs to one (effect)."""
    gift: Donation = context.subject
    payment = context.session.get(PledgePayment, gift.id)
    if payment is not None:
        row = take(context.session, Pledge, payment.pledge_id, INTERNAL)
        _count(context.session, row, gift)


def warn_shortfall(context: Context) -> None:
    """Tell those who plan with promised money that it will not come (the effect)."""
    for role in (Role.BOARD_MEMBER, Role.COORDINATOR, Role.FINANCE_OFFICER):
        notify_role(context.session, role)


def run_out(session: Session, pledge_id: str, action: str, clock: str) -> None:
    """Do what a pledge's clock asks for when it has run out; Refused if it cannot be."""
    row = take(session, Pledge, pledge_id, INTERNAL)
    step(session, row, Step(action, SYSTEM, {**_facts(session, row), "ran_out": (clock,)}))


def _count(session: Session, row: Pledge, gift: Donation | None = None) -> None:
    """Take the steps that what has arrived so far leads to; without `gift`, whatever it was."""
    arrived = paid(session, row)
    if row.state not in RUNNING or arrived == 0 or (gift and gift.state not in ARRIVED):
        return
    given = _facts(session, row)
    amount = gift.amount if gift else arrived
    step(session, row, Step("instalment", SYSTEM, {**given, "amount": amount}))
    if arrived >= row.amount:
        step(session, row, Step("complete", SYSTEM, {**given, "paid": arrived}))


def _act(actor: Actor, pledge_id: str, action: str, request: Request, **confirmed: bool) -> None:
    with unit_of_work() as session:
        row = take(session, Pledge, pledge_id, request)
        given = _facts(session, row)
        is_hostile = row.source in gift_policy.in_force(now()).hostile
        if is_hostile and confirmed.get("source_clean"):
            confirmed["source_clean"] = False
        step(session, row, Step(action, actor, {**given, **confirmed}, request))
        _count(session, row)


def _end(actor: Actor, pledge_id: str, action: str, reason_code: str, request: Request) -> None:
    kept = reason_code if reason_code in REASONS else None
    with unit_of_work() as session:
        row = take(session, Pledge, pledge_id, request)
        facts = {"reason_given": kept is not None}
        step(session, row, Step(action, actor, facts, request, reason_code=kept))


def _facts(session: Session, row: Pledge) -> dict[str, Any]:
    fund = session.get_one(Fund, row.fund_code)
    return {
        "amount": row.amount,
        "screen_from": gift_policy.in_force(now()).screen_from,
        "restricted": fund.restricted,
        "instalments": tuple(each.amount for each in row.schedule),
        "recorded_by": row.recorded_by,
        "lengths": _lengths(row, paid(session, row), now().date()),
    }


def _lengths(row: Pledge, arrived: int, today: date) -> dict[str, int]:
    """Return how many days the clocks run, by the first instalment that is not covered."""
    due_on = next_due(row.schedule, arrived)
    if due_on is None:
        return {}
    days = (due_on - today).days
    notices = [days - before for before in NOTICES if days > before]
    late = [days + after for after in LATE if days + after > 0]
    return {
        "due": max(0, days + 1),
        "notice": min(notices) if notices else max(1, days),
        "late": late[0] if late else LATE_AGAIN,
    }


def next_due(schedule: Sequence[PledgeInstalment], arrived: int) -> date | None:
    """Return when the first instalment is due that `arrived` does not cover, or None."""
    reached = 0
    for each in schedule:
        reached += each.amount
        if reached > arrived:
            return each.due_on
    return None


def _rows(plan: int, instalments: Sequence[Instalment]) -> list[PledgeInstalment]:
    return [
        PledgeInstalment(plan=plan, number=number, amount=each.amount, due_on=each.due_on)
        for number, each in enumerate(instalments, start=1)
    ]


def _require_plan(instalments: Sequence[Instalment], amount: int) -> None:
    if not instalments or any(each.amount <= 0 for each in instalments):
        raise BadPlan("empty")
    days = [each.due_on for each in instalments]
    if days != sorted(days):
        raise BadPlan("order")
    if sum(each.amount for each in instalments) != amount:
        raise BadPlan("sum")


def every_month(amount: int, count: int, first: date, months: int) -> tuple[Instalment, ...]:
    """Split an amount into `count` instalments, `months` apart, to the cent, the larger first."""
    parts = donation_rows.even_parts(amount, count)
    days = [_months_later(first, number * months) for number in range(count)]
    return tuple(Instalment(part, day) for part, day in zip(parts, days, strict=True))


def _months_later(day: date, months: int) -> date:
    total = day.month - 1 + months
    first = date(day.year + total // 12, total % 12 + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return first.replace(day=min(day.day, last))
