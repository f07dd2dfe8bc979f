"""The worked example of MONEY.md 3.4, cent by cent, judged by beancount and hledger."""

from __future__ import annotations

import pytest
from beancount import loader
from beancount.core import realization
from sqlalchemy.orm import Session

from fund_app.queries import ledger
from fund_app.queries.ledger_check import recompute_check
from fund_app.queries.ledger_export import beancount, decimal_text, hledger
from fund_app.services.ledger import Overspent, altered_entries
from fund_app.services.unit import unit_of_work
from tests.support import books

pytestmark = pytest.mark.both_stores

END = {
    ("Bank", "EMG"): 124592,
    ("Bank", "GEN"): 91725,
    ("BankFees", "GEN"): 2000,
    ("Chargebacks", "EMG"): 5000,
    ("DisputeFees", "GEN"): 2000,
    ("Donations", "EMG"): -515000,
    ("Donations", "GEN"): -100000,
    ("FxDifference", "EMG"): 1408,
    ("Grants", "EMG"): 381000,
    ("Losses", "GEN"): 4000,
    ("ProcessingFees", "GEN"): 275,
    ("Refunds", "EMG"): 3000,
}


def standing() -> tuple[int, int, int]:
    found = ledger.position("EMG", "EUR")
    return found.spendable, found.committed, found.available


def test_worked_example_leaves_emg_as_printed_after_each_step(session: Session) -> None:
    for step in books.worked_example():
        with unit_of_work() as unit:
            step.act(unit)
        assert (step.name, standing()) == (step.name, step.position)
        if step.name == "6 bank line":
            with unit_of_work() as unit, pytest.raises(Overspent):
                books.approve(unit, "G0", "EMG", 600000)
        if step.name == "7 approve G2":
            with unit_of_work() as unit, pytest.raises(Overspent):
                books.approve(unit, "G3", "EMG", 7001)
            assert standing() == step.position


def test_worked_example_ends_with_the_printed_balances(session: Session) -> None:
    books.play_worked_example()
    balances = {
        (row.account_code, row.fund_code): row.balance
        for row in ledger.trial_balance()
        if row.balance
    }
    assert balances == END
    assert recompute_check() == ()
    assert altered_entries(session) == []


def test_worked_example_shows_what_was_received_and_paid(session: Session) -> None:
    books.play_worked_example()
    assert ledger.position("EMG", "EUR") == ledger.Position(
        "EMG", "EUR", spendable=124592, committed=0, in_transit=0, advanced=0,
        paid=381000, received=507000,
    )  # fmt: skip


def test_worked_example_is_accepted_by_beancount_with_equal_balances(session: Session) -> None:
    books.play_worked_example()
    text = "\n".join(beancount()) + "\n"
    judged = books.bean_check(text)
    assert (judged.returncode, judged.stderr) == (0, "")
    entries, errors, _ = loader.load_string(text)
    assert errors == []
    found = {
        account.account: str(account.balance.get_currency_units("EUR").number)
        for account in realization.iter_children(realization.realize(entries), leaf_only=True)
        if not account.balance.is_empty()
    }
    names = {account.code: account.account_type for account in ledger.accounts()}
    roots = {"asset": "Assets", "income": "Income", "expense": "Expenses"}
    assert found == {
        f"{roots[names[account]]}:{account}:{fund}": decimal_text(amount, "EUR")
        for (account, fund), amount in END.items()
    }


@pytest.mark.skipif(books.HLEDGER is None, reason="hledger is not installed here")
def test_worked_example_is_accepted_by_hledger(session: Session) -> None:
    books.play_worked_example()
    judged = books.hledger_check("\n".join(hledger()) + "\n")
    assert (judged.returncode, judged.stderr) == (0, "")


def test_flipping_one_cent_makes_beancount_refuse(session: Session) -> None:
    books.play_worked_example()
    flipped = "\n".join(beancount()).replace("1014.08 EUR", "1014.07 EUR", 1) + "\n"
    judged = books.bean_check(flipped)
    assert judged.returncode == 1
    assert "does not balance" in judged.stderr


@pytest.mark.skipif(books.HLEDGER is None, reason="hledger is not installed here")
def test_flipping_one_cent_makes_hledger_refuse(session: Session) -> None:
    books.play_worked_example()
    flipped = "\n".join(hledger()).replace("1014.08 EUR", "1014.07 EUR", 1) + "\n"
    judged = books.hledger_check(flipped)
    assert judged.returncode == 1
    assert "could not balance" in judged.stderr


def test_playing_the_example_twice_changes_nothing(session: Session) -> None:
    books.play_worked_example()
    before = list(ledger.journal())
    for step in books.worked_example():
        with unit_of_work() as unit:
            step.act(unit)
    assert list(ledger.journal()) == before
    assert recompute_check() == ()
