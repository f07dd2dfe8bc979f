"""Random histories of a ledger beside a model made of two dictionaries."""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from random import Random

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
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db, prepare_engine
from fund_app.models.ledger import JournalEntry, TrancheState
from fund_app.queries import ledger, ledger_spans
from fund_app.queries.ledger_check import recompute_check
from fund_app.queries.ledger_export import beancount, decimal_text, hledger
from fund_app.services import ledger_facts as facts
from fund_app.services import ledger_grants as grants
from fund_app.services.ledger import LedgerRefused, Overspent, altered_entries
from fund_app.services.unit import unit_of_work
from tests.support import books
from tests.support.application import START
from tests.support.books import EUR, origin
from tests.support.stores import SqliteStores, Store

THOUSAND = 1_010
"""Keys drawn; some acts are refused, so a few more than entries are wanted."""
FUNDS = st.sampled_from(["GEN", "EMG"])
AMOUNTS = st.integers(1, 500)
POSTING = re.compile(r"(?P<head>  [A-Z][\w:-]+  -?\d+\.\d)(?P<digit>\d)(?P<tail> [A-Z]{3}\n)")


class Histories(RuleBasedStateMachine):
    """Acts on real books and on the model alike; the two must never disagree."""

    store: Store
    tranches = Bundle("tranches")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(_application(self.store).app_context())
        self.spendable: dict[str, int] = defaultdict(int)
        self.committed: dict[str, int] = defaultdict(int)
        self.state: dict[str, tuple[str, str, int]] = {}
        self.count = 0
        self.dollars = 0
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
        self.count += 1
        self.move(f"t{self.count}", "GEN", "EMG", amount, "board_decision")

    @rule()
    def cover(self) -> None:
        """Cover what EMG lacks from GEN, as far as GEN goes."""
        self.count += 1
        missing = self.committed["EMG"] - self.spendable["EMG"]
        if missing > 0:
            self.move(f"c{self.count}", "GEN", "EMG", missing, "shortfall_cover")

    @rule(amount=AMOUNTS, ground=st.sampled_from(["board_decision", "donor_consent"]))
    def let_go(self, amount: int, ground: str) -> None:
        """Move restricted money: with the donor's consent or not at all."""
        self.count += 1
        try:
            self.move(f"l{self.count}", "EMG", "GEN", amount, ground)
        except IntegrityError:
            assert ground == "board_decision"
        else:
            assert ground == "donor_consent"

    def move(self, key: str, source: str, target: str, amount: int, ground: str) -> None:
        fits = self.spendable[source] - self.committed[source] >= amount
        release = "letter 1" if ground == "donor_consent" else None
        try:
            with unit_of_work() as unit:
                books.transfer(
                    unit, key, source, target, amount, ground=ground, release_ref=release
                )
        except Overspent:
            assert not fits
        else:
            assert fits
            self.spendable[source] -= amount
            self.spendable[target] += amount

    @rule(tranche=tranches)
    def hand_over(self, tranche: str) -> None:
        """Advance a tranche to a partner, who brings less than all of it to people."""
        state, fund, amount = self.state[tranche]
        if state != TrancheState.PLANNED or self.spendable[fund] < amount:
            return
        lost = amount // 3
        with unit_of_work() as unit:
            grants.advance(unit, self.key(), tranche, "P")
            grants.settle_advance(
                unit, self.key(), fund, "P", handed_out=amount - lost, returned=0, currency=EUR
            )
            if lost:
                grants.write_off(unit, self.key(), fund, "P", amount=lost, currency=EUR)
        self.spendable[fund] += lost - amount
        self.spendable["GEN"] -= lost
        self.committed[fund] -= amount
        self.state[tranche] = (TrancheState.ADVANCED, fund, amount)

    @rule(tranche=tranches, difference=st.integers(-3, 3))
    def pay_abroad(self, tranche: str, difference: int) -> None:
        """Pay in another currency; the rate's difference is the fund's."""
        state, fund, amount = self.state[tranche]
        if state == TrancheState.RELEASED and amount + difference > 0:
            foreign = grants.Foreign(amount * 2, "USD", "2.0000 bank 2026-06-30")
            with unit_of_work() as unit:
                grants.bank_executed(
                    unit, self.key(), tranche, paid=amount + difference, foreign=foreign
                )
            self.spendable[fund] -= difference
            self.state[tranche] = (TrancheState.EXECUTED, fund, amount)

    @rule(amount=AMOUNTS)
    def give_dollars(self, amount: int) -> None:
        with unit_of_work() as unit:
            facts.bank_gift(unit, self.key(), {"EMG": amount}, "USD")
        self.dollars += amount

    @invariant()
    def books_say_what_the_model_says(self) -> None:
        for fund in ("GEN", "EMG"):
            found = ledger.position(fund, EUR)
            assert (found.spendable, found.committed) == (
                self.spendable[fund], self.committed[fund],
            )  # fmt: skip
        assert ledger.position("EMG", "USD").spendable == self.dollars
        assert recompute_check() == ()

    def teardown(self) -> None:
        try:
            assert altered_entries(db.session()) == []
        finally:
            db.session.remove()
            db.engine.dispose()
            self.stack.close()


def judge() -> None:
    """Let two programs that are not ours agree with the books, and not with one cent less."""
    ours = {
        (f"{row.account_code}:{row.fund_code}", row.currency): decimal_text(
            row.balance, row.currency
        )
        for row in ledger.trial_balance()
        if row.balance
    }
    for export, check, balances in (
        (beancount, books.bean_check, books.bean_balances),
        (hledger, books.hledger_check, books.hledger_balances),
    ):
        text = "\n".join(export()) + "\n"
        assert check(text).returncode == 0, check(text).stderr
        assert balances(text) == ours
        spoilt = one_cent_off(text)
        assert check(spoilt).returncode != 0
    assert ours == {
        (f"{row.account_code}:{row.fund_code}", row.currency): decimal_text(
            row.closing, row.currency
        )
        for row in ledger_spans.balances()
        if row.closing
    }


def one_cent_off(text: str) -> str:
    """Return a journal in which one posting's last digit is another one."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        found = POSTING.fullmatch(line)
        if found is not None:
            digit = "1" if found["digit"] == "0" else "0"
            lines[number] = f"{found['head']}{digit}{found['tail']}"
            return "".join(lines)
    raise AssertionError("there is no posting to spoil")


def _application(store: Store) -> Flask:
    app = Flask("histories")
    app.config["SQLALCHEMY_DATABASE_URI"] = store.database_url
    app.extensions["fund.clock"] = ManualClock(START)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    return app


def play(stores: SqliteStores, *, examples: int) -> None:
    class OnFreshBooks(Histories):
        def __init__(self) -> None:
            self.home = ExitStack()
            home = Path(self.home.enter_context(tempfile.TemporaryDirectory()))
            self.store = self.home.enter_context(stores.fresh(home))
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


def test_random_histories_keep_the_books_right(sqlite_stores: SqliteStores) -> None:
    play(sqlite_stores, examples=12)


def test_history_of_a_thousand_entries_is_judged_outside_to_the_cent(
    sqlite_stores: SqliteStores, tmp_path: Path
) -> None:
    """MONEY.md 6, check 24: a thousand entries of every kind; one cent less and both refuse."""
    with sqlite_stores.fresh(tmp_path) as fresh:

        class Played(Histories):
            store = fresh

        history = Played()
        lot = Random(24)  # noqa: S311 (the same history every time)
        history.let_go(50, "board_decision")
        # One commit: what is judged is the content of a thousand entries, not the disk.
        with unit_of_work():
            for _turn in range(8):
                take_turn(history, lot)
            while history.count < THOUSAND:
                take_in(history, lot)
        history.books_say_what_the_model_says()
        kinds = db.session.scalars(select(JournalEntry.kind)).all()
        assert len(kinds) >= 1_000
        assert set(kinds) >= {
            "card_gift", "bank_gift", "dispute_opened", "grant_approve", "tranche_release",
            "bank_executed", "payment_returned", "advance", "advance_settled", "write_off",
            "commitment_cancelled", "release_recalled", "fund_transfer",
        }  # fmt: skip
        reasons = set(db.session.scalars(select(JournalEntry.reason_code)))
        assert reasons >= {"board_decision", "shortfall_cover", "donor_consent"}
        judge()
        history.teardown()


def take_turn(history: Histories, lot: Random) -> None:
    """Do one thing of every kind, on amounts and tranches drawn by lot."""

    def amount(most: int = 500) -> int:
        return lot.randint(1, most)

    def tranche(*states: str) -> str:
        fitting = [key for key, known in history.state.items() if known[0] in states]
        return lot.choice(fitting or list(history.state))

    for fund in ("GEN", "EMG"):
        history.give(fund, amount() + 300, 3)
        history.approve(fund, [amount(60) + 3 for _part in range(4)])
    history.dispute("EMG", amount(900))
    history.cover()
    history.give_dollars(amount())
    history.transfer(amount(50))
    history.let_go(amount(50), "donor_consent")
    for act in (history.release, history.release, history.release, history.release,
                history.hand_over, history.cancel):  # fmt: skip
        act(tranche(TrancheState.PLANNED))
    history.recall(tranche(TrancheState.RELEASED))
    history.pay(tranche(TrancheState.RELEASED), lot.randint(-3, 3))
    history.pay_abroad(tranche(TrancheState.RELEASED), lot.randint(-3, 3))
    history.bounce(tranche(TrancheState.EXECUTED), 2)


def take_in(history: Histories, lot: Random) -> None:
    """Record what happens every day: gifts by card and bank, now and then a dispute."""
    fund = lot.choice(("GEN", "EMG"))
    act = lot.random()
    if act < 0.1:
        history.dispute(fund, lot.randint(1, 900))
    elif act < 0.3:
        history.give_dollars(lot.randint(1, 10**9))
    else:
        history.give(fund, lot.randint(100, 10**7), lot.randint(0, 99))
