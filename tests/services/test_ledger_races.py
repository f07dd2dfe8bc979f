"""Many hands at once: threads with connections of their own against one fund."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from fund_app.extensions import db
from fund_app.queries import ledger
from fund_app.queries.ledger_check import recompute_check
from fund_app.services import ledger_facts as facts
from fund_app.services.ledger import Overspent
from fund_app.services.unit import unit_of_work
from tests.support import books
from tests.support.books import EUR, origin

pytestmark = pytest.mark.both_stores


def at_once(app: Flask, count: int, act: Callable[[int], str]) -> list[str]:
    """Let `count` threads act at the same moment and return what each says."""
    barrier = Barrier(count)

    def run(number: int) -> str:
        with app.app_context():
            barrier.wait()
            try:
                return act(number)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_twenty_approvals_of_a_fund_that_holds_five_leave_five(app: Flask) -> None:
    with app.app_context():
        books.seed(EMG=10000)

    def approve(number: int) -> str:
        try:
            with unit_of_work() as unit:
                books.approve(unit, f"G{number}", "EMG", 2000)
        except Overspent:
            return "refused"
        return "approved"

    said = at_once(app, 20, approve)
    assert (said.count("approved"), said.count("refused")) == (5, 15)
    with app.app_context():
        found = ledger.position("EMG", EUR)
        assert (found.spendable, found.committed, found.available) == (10000, 10000, 0)
        assert recompute_check() == ()


def test_two_fund_entries_in_opposite_order_do_not_deadlock(app: Flask) -> None:
    with app.app_context():
        books.seed(EMG=1, GEN=1)

    def give(number: int) -> str:
        shares = {"EMG": 3, "GEN": 4} if number % 2 else {"GEN": 4, "EMG": 3}
        for turn in range(5):
            with unit_of_work() as unit:
                facts.bank_gift(unit, origin(f"gift:{number}:{turn}"), shares, EUR)
        return "done"

    assert at_once(app, 8, give) == ["done"] * 8
    with app.app_context():
        assert ledger.position("EMG", EUR).spendable == 1 + 40 * 3
        assert ledger.position("GEN", EUR).spendable == 1 + 40 * 4
        assert recompute_check() == ()


def test_one_fact_reported_eight_times_at_once_is_recorded_once(app: Flask) -> None:
    with app.app_context():
        books.seed()

    def report(number: int) -> str:
        with unit_of_work() as unit:
            entry = facts.bank_gift(unit, origin("stripe:txn_1"), {"EMG": 700}, EUR)
            return str(entry.id)

    assert len(set(at_once(app, 8, report))) == 1
    with app.app_context():
        assert ledger.position("EMG", EUR).spendable == 700
