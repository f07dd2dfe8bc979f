"""Pledges: no posting of their own, fulfilled by gifts that arrive, late after the day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from fund_app.adapters.clock import ManualClock, now
from fund_app.extensions import db
from fund_app.models.clocks import Clock
from fund_app.models.donations import Donation
from fund_app.models.events import Event
from fund_app.models.ledger import JournalEntry
from fund_app.models.pledges import Pledge, PledgePayment
from fund_app.models.types import new_ref
from fund_app.services import deadlines, donations, gift_returns, pledges
from fund_app.services.donations import BankGift
from fund_app.services.pledges import BadPlan, Instalment, Offer
from fund_app.services.transition import Request, Unknown
from fund_app.services.unit import unit_of_work
from tests.support.gifts import balances, chart
from workflows.engine import Refused
from workflows.roles import Actor, Role

__all__ = ["chart"]
pytestmark = pytest.mark.both_stores

FINANCE = Actor(new_ref(), frozenset({Role.FINANCE_OFFICER}))
BOARD = Actor(new_ref(), frozenset({Role.BOARD_MEMBER}))
FIRST = date(2026, 8, 15)
YES = {"source_clean": True, "restriction_feasible": True, "no_beneficiary_data": True}


def press() -> Request:
    return Request(new_ref())


def offered(amount: int = 900_00, fund: str = "GEN", source: str = "foundation") -> str:
    plan = pledges.every_month(amount, 3, FIRST, 3)
    return pledges.offer(FINANCE, Offer(fund, amount, source, plan), press())


def state(pledge_id: str) -> str:
    db.session.rollback()
    return db.session.get_one(Pledge, pledge_id, populate_existing=True).state


def pay(pledge_id: str, amount: int, line: str, *, known: bool = True) -> str:
    reference = db.session.get_one(Pledge, pledge_id).reference
    text_of = f"Grant {reference[:5].lower()} {reference[5:]}".split(" ", 1)[1]
    gift = BankGift("GEN", amount, now().date(), text_of, line, is_source_known=known)
    return donations.record_bank_gift(FINANCE, gift, press())


def test_small_pledge_is_fulfilled_by_its_transfers(app: Flask, chart: None) -> None:
    pledge = offered()
    with pytest.raises(Refused) as refused:
        pledges.screen(FINANCE, pledge, press())
    assert refused.value.code == "pledge_is_small"
    pledges.accept_small(FINANCE, pledge, press())
    assert state(pledge) == "scheduled"
    assert db.session.scalar(select(func.count()).select_from(JournalEntry)) == 0
    pay(pledge, 300_00, "a")
    assert state(pledge) == "part_paid"
    pay(pledge, 600_00, "b")
    assert state(pledge) == "fulfilled"
    assert balances() == {("Bank", "GEN"): 900_00, ("Donations", "GEN"): -900_00}


def test_large_or_restricted_pledge_is_the_boards(app: Flask, chart: None) -> None:
    for pledge in (offered(fund="EMG"), offered(10_000_00)):
        with pytest.raises(Refused):
            pledges.accept_small(FINANCE, pledge, press())
        pledges.screen(FINANCE, pledge, press())
        with pytest.raises(Refused):
            pledges.agree(FINANCE, pledge, press(), **YES)
        with pytest.raises(Refused) as refused:
            pledges.agree(BOARD, pledge, press(), **{**YES, "no_beneficiary_data": False})
        assert refused.value.code == "pledge_not_acceptable"
        pledges.agree(BOARD, pledge, press(), **YES)
        assert state(pledge) == "scheduled"


def test_who_records_a_pledge_does_not_agree_to_it(app: Flask, chart: None) -> None:
    both = Actor(FINANCE.ref, frozenset({Role.FINANCE_OFFICER, Role.BOARD_MEMBER}))
    pledge = offered(fund="EMG")
    pledges.screen(FINANCE, pledge, press())
    with pytest.raises(Refused) as refused:
        pledges.agree(both, pledge, press(), **YES)
    assert refused.value.code == "recorded_the_pledge"


def test_hostile_source_is_never_clean(app: Flask, chart: None) -> None:
    pledge = offered(fund="EMG", source="state_body")
    pledges.screen(FINANCE, pledge, press())
    with pytest.raises(Refused):
        pledges.agree(BOARD, pledge, press(), **YES)
    with pytest.raises(Refused):
        pledges.decline(BOARD, pledge, "no such reason", press())
    pledges.decline(BOARD, pledge, "source_doubtful", press())
    assert state(pledge) == "declined"


def test_missed_day_is_overdue_and_a_late_transfer_helps(
    app: Flask, chart: None, clock: ManualClock
) -> None:
    pledge = offered()
    pledges.accept_small(FINANCE, pledge, press())
    clock.set(clock.now() + timedelta(days=(FIRST - clock.now().date()).days))
    deadlines.fire_due(clock.now())
    assert state(pledge) == "scheduled", "the day itself is still in time"
    clock.advance(days=1)
    deadlines.fire_due(clock.now())
    assert state(pledge) == "overdue"
    clock.advance(days=8)
    deadlines.fire_due(clock.now())
    assert state(pledge) == "overdue"
    pay(pledge, 300_00, "late")
    assert state(pledge) == "part_paid"
    due = select(Clock.due_at).where(Clock.subject_id == pledge, Clock.name == "due")
    running = db.session.scalars(due.where(Clock.state == "running")).one()
    assert running.date() == date(2026, 11, 16)


def test_held_transfer_counts_once_it_is_accepted(app: Flask, chart: None) -> None:
    pledge = offered(30_000_00)
    pledges.screen(FINANCE, pledge, press())
    pledges.agree(BOARD, pledge, press(), **YES)
    gift = pay(pledge, 10_000_00, "big", known=False)
    assert state(pledge) == "scheduled"
    gift_returns.accept(FINANCE, gift, press(), is_source_known=True)
    assert state(pledge) == "part_paid"


def test_new_plan_keeps_the_old_one_and_adds_up(app: Flask, chart: None) -> None:
    pledge = offered()
    pledges.accept_small(FINANCE, pledge, press())
    short = (Instalment(899_99, FIRST),)
    with pytest.raises(BadPlan) as refused:
        pledges.reschedule(FINANCE, pledge, short, press(), donor_agreed=True)
    assert refused.value.code == "sum"
    late = (Instalment(400_00, FIRST), Instalment(500_00, date(2027, 3, 1)))
    with pytest.raises(Refused):
        pledges.reschedule(FINANCE, pledge, late, press(), donor_agreed=False)
    pledges.reschedule(FINANCE, pledge, late, press(), donor_agreed=True)
    row = db.session.get_one(Pledge, pledge)
    assert [each.amount for each in row.schedule] == [400_00, 500_00]
    assert len(row.instalments) == 5


def test_gift_without_the_reference_is_counted_by_finance_once(app: Flask, chart: None) -> None:
    one, other = offered(), offered()
    for pledge in (one, other):
        pledges.accept_small(FINANCE, pledge, press())
    gift = BankGift("GEN", 300_00, now().date(), "", "stray")
    stray = donations.record_bank_gift(FINANCE, gift, press())
    reference = db.session.scalars(select(Donation.reference).where(Donation.id == stray)).one()
    pledges.count_gift(FINANCE, one, reference.lower(), press())
    pledges.count_gift(FINANCE, one, reference, press())
    assert state(one) == "part_paid"
    with pytest.raises(pledges.CountedAlready):
        pledges.count_gift(FINANCE, other, reference, press())
    with pytest.raises(Unknown):
        pledges.count_gift(FINANCE, one, "nothing", press())
    assert db.session.scalar(select(func.count()).select_from(PledgePayment)) == 1
    said = select(Event.actor_ref, Event.reason_code).where(Event.action == "gift_counted")
    assert db.session.execute(said).all() == [(FINANCE.ref, one)]


def test_database_keeps_what_was_promised(app: Flask, chart: None) -> None:
    pledge = offered()
    for statement in (
        "UPDATE pledge SET amount = amount + 1",
        "UPDATE pledge_instalment SET amount = 1",
        "DELETE FROM pledge_instalment",
        "DELETE FROM pledge",
        "UPDATE pledge SET plan = 2, state = 'scheduled'",
    ):
        with pytest.raises(DBAPIError), unit_of_work() as unit:
            unit.execute(text(statement))
    assert state(pledge) == "offered"


def test_instalments_are_split_to_the_cent_and_end_with_the_month() -> None:
    plan = pledges.every_month(1_000_01, 3, date(2026, 1, 31), 1)
    assert [each.amount for each in plan] == [333_34, 333_34, 333_33]
    assert [each.due_on for each in plan] == [
        date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31),
    ]  # fmt: skip
