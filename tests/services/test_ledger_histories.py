"""Random histories of a ledger beside a model made of two dictionaries."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db, prepare_engine
from fund_app.models.ledger import TrancheState
from fund_app.queries import ledger, ledger_spans
from fund_app.queries.ledger_check import recompute_check
from fund_app.queries.ledger_export import beancount
from fund_app.services import ledger_facts as facts
from fund_app.services import ledger_grants as grants
from fund_app.services.ledger import LedgerRefused, Overspent, altered_entries
from fund_app.services.unit import unit_of_work
from tests.support import books
from tests.support.application import START
from tests.support.books import EUR, origin
from tests.support.stores import SqliteStores, Store

FUNDS = st.sampled_from(["GEN", "EMG"])
AMOUNTS = st.integers(1, 500)


class Histories(RuleBasedStateMachine):
    """Acts on real books and on the model alike; the two must never disagree."""

    store: Store
    judged_outside = False
    tranches = Bundle("tranches")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(_application(self.store).app_context())
        self.spendable: dict[str, int] = defaultdict(int)
        self.committed: dict[str, int] = defaultdict(int)
        self.state: dict[str, tuple[str, str, int]] = {}
        self.count = 0
        books.seed()

    def key(self) -> facts.Origin:
        self.count += 1
        return origin(f"h:{self.count}", reason="for_the_test")

    @rule(fund=FUNDS, amount=AMOUNTS, fee=st.integers(0, 20))
    def give(self, fund: str, amount: int, fee: int) -> None:
        with unit_of_work() as unit:
            net = amount - fee
            facts.card_gift(unit, self.key(), {fund: amount}, fee=fee, net=net, currency=EUR)
        self.spendable[fund] += amount
        self.spendable["GEN"] -= fee

    @rule(fund=FUNDS, amount=AMOUNTS)
    def dispute(self, fund: str, amount: int) -> None:
        with unit_of_work() as unit:
            facts.dispute_opened(unit, self.key(), {fund: amount}, fee=15, currency=EUR)
        self.spendable[fund] -= amount
        self.spendable["GEN"] -= 15

    @rule(target=tranches, fund=FUNDS, amounts=st.lists(AMOUNTS, min_size=1, max_size=3))
    def approve(self, fund: str, amounts: list[int]) -> object:
        self.count += 1
        fits = self.spendable[fund] - self.committed[fund] >= sum(amounts)
        try:
            with unit_of_work() as unit:
                ids = books.approve(unit, f"G{self.count}", fund, *amounts)
        except Overspent:
            assert not fits
            return multiple()
        assert fits
        self.committed[fund] += sum(amounts)
        for tranche_id, amount in zip(ids, amounts, strict=True):
            self.state[tranche_id] = (TrancheState.PLANNED, fund, amount)
        return multiple(*ids)

    @rule(tranche=tranches)
    def release(self, tranche: str) -> None:
        state, fund, amount = self.state[tranche]
        try:
            with unit_of_work() as unit:
                grants.release_tranche(unit, self.key(), tranche)
        except Overspent:
            assert state == TrancheState.PLANNED
            assert self.spendable[fund] < amount
        except LedgerRefused:
            assert state != TrancheState.PLANNED
        else:
            assert state == TrancheState.PLANNED
            assert self.spendable[fund] >= amount
            self.spendable[fund] -= amount
            self.committed[fund] -= amount
            self.state[tranche] = (TrancheState.RELEASED, fund, amount)

    @rule(tranche=tranches, difference=st.integers(-3, 3))
    def pay(self, tranche: str, difference: int) -> None:
        state, fund, amount = self.state[tranche]
        if state == TrancheState.RELEASED and amount + difference > 0:
            with unit_of_work() as unit:
                grants.bank_executed(unit, self.key(), tranche, paid=amount + difference)
            self.spendable[fund] -= difference
            self.state[tranche] = (TrancheState.EXECUTED, fund, amount)

    @rule(tranche=tranches, fee=st.integers(0, 5))
    def bounce(self, tranche: str, fee: int) -> None:
        state, fund, amount = self.state[tranche]
        if state == TrancheState.EXECUTED:
            with unit_of_work() as unit:
                grants.payment_returned(unit, self.key(), tranche, fee=fee)
            self.spendable["GEN"] -= fee
            self.state[tranche] = (TrancheState.RELEASED, fund, amount)

    @rule(tranche=tranches)
    def recall(self, tranche: str) -> None:
        state, fund, amount = self.state[tranche]
        if state == TrancheState.RELEASED:
            with unit_of_work() as unit:
                grants.recall_release(unit, self.key(), tranche)
            self.spendable[fund] += amount
            self.committed[fund] += amount
            self.state[tranche] = (TrancheState.PLANNED, fund, amount)

    @rule(tranche=tranches)
    def cancel(self, tranche: str) -> None:
        state, fund, amount = self.state[tranche]
        if state == TrancheState.PLANNED:
            with unit_of_work() as unit:
                grants.cancel_commitment(unit, self.key(), tranche)
            self.committed[fund] -= amount
            self.state[tranche] = (TrancheState.CANCELLED, fund, amount)

    @rule(amount=AMOUNTS)
    def transfer(self, amount: int) -> None:
        fits = self.spendable["GEN"] - self.committed["GEN"] >= amount
        try:
            with unit_of_work() as unit:
                grants.fund_transfer(unit, self.key(), "GEN", "EMG", amount=amount, currency=EUR)
        except Overspent:
            assert not fits
        else:
            assert fits
            self.spendable["GEN"] -= amount
            self.spendable["EMG"] += amount

    @invariant()
    def books_say_what_the_model_says(self) -> None:
        for fund in ("GEN", "EMG"):
            found = ledger.position(fund, EUR)
            assert (found.spendable, found.committed) == (
                self.spendable[fund], self.committed[fund],
            )  # fmt: skip
        assert recompute_check() == ()

    def teardown(self) -> None:
        try:
            assert altered_entries(db.session()) == []
            if self.judged_outside:
                judged = books.bean_check("\n".join(beancount()) + "\n")
                assert (judged.returncode, judged.stderr) == (0, "")
                assert {
                    (row.account_code, row.fund_code, row.currency): row.closing
                    for row in ledger_spans.balances()
                    if row.closing
                } == {
                    (row.account_code, row.fund_code, row.currency): row.balance
                    for row in ledger.trial_balance()
                    if row.balance
                }
        finally:
            db.session.remove()
            db.engine.dispose()
            self.stack.close()


def _application(store: Store) -> Flask:
    app = Flask("histories")
    app.config["SQLALCHEMY_DATABASE_URI"] = store.database_url
    app.extensions["fund.clock"] = ManualClock(START)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    return app


def play(stores: SqliteStores, *, examples: int, judged_outside: bool) -> None:
    class OnFreshBooks(Histories):
        def __init__(self) -> None:
            self.home = ExitStack()
            home = Path(self.home.enter_context(tempfile.TemporaryDirectory()))
            self.store = self.home.enter_context(stores.fresh(home))
            self.judged_outside = judged_outside
            super().__init__()

        def teardown(self) -> None:
            super().teardown()
            self.home.close()

    run_state_machine_as_test(
        OnFreshBooks,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize(("examples", "judged_outside"), [(12, False), (3, True)])
def test_random_histories_keep_the_books_right(
    sqlite_stores: SqliteStores, examples: int, judged_outside: bool
) -> None:
    play(sqlite_stores, examples=examples, judged_outside=judged_outside)
