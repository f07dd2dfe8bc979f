"""What lay in an account is taken over once, by two, and fits its first statement."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from fund_app.extensions import db
from fund_app.models.corrections import Slip
from fund_app.models.ledger import JournalEntry
from fund_app.models.opening_balances import OpeningBalance
from fund_app.queries import ledger
from fund_app.queries.audit import house_events
from fund_app.queries.bank_reconciliation import reconciliation
from fund_app.queries.ledger_check import recompute_check
from fund_app.services import bank_accounts, corrections, opening_balances
from fund_app.services.bank_accounts import AccountWish
from fund_app.services.corrections import CorrectionRefused
from fund_app.services.opening_balances import Lay, OpeningRefused
from fund_app.services.transition import Request, Unknown
from fund_app.services.unit import unit_of_work
from tests.support import bank, books
from tests.support.bank_files import Line
from tests.support.house import House, press
from tests.support.staff import house
from workflows.engine import Refused

__all__ = ["house"]

pytestmark = pytest.mark.both_stores

DOLLARS = "GB82WEST12345698765432"
BEGAN, CAME = date(2026, 6, 1), date(2026, 6, 30)
FLOAT: Any = {"GEN": 1.0}
LAID = Lay(BEGAN, 108_000, {"GEN": 100_000, "EMG": 9_000, "LEG": -1_000})


def dollars(house: House) -> str:
    wish = AccountWish("USD1", "USD", DOLLARS)
    return bank_accounts.add(house["treasurer"], wish)


def standing(account_id: str) -> tuple[int, int, int]:
    """Return what the books began with too much, the difference, and what explains it."""
    found = reconciliation(bank.the_account(account_id))
    assert found is not None
    return found.begun, found.difference, found.explained


def require_refused(house: House, account_id: str) -> None:
    """Propose what cannot be taken over."""
    with pytest.raises(Refused):
        opening_balances.propose(house["fin1"], account_id, LAID)
    for lay, code in (
        (Lay(BEGAN, 108_001, LAID.shares), "sum_differs"),
        (Lay(BEGAN, 0, {"GEN": 0}), "nothing"),
        (Lay(BEGAN, 5, {"NONE": 5}), "unknown_fund"),
        (Lay(date(2026, 7, 1), 5, {"GEN": 5}), "day_to_come"),
    ):
        with pytest.raises(OpeningRefused, match=code):
            opening_balances.propose(house["treasurer"], account_id, lay)
    with pytest.raises(TypeError):
        opening_balances.propose(house["treasurer"], account_id, Lay(BEGAN, 1, FLOAT))


def require_fixed() -> None:
    """Try to change what two people have signed, past the service."""
    for statement in (
        "UPDATE opening_share SET amount = 1",
        "DELETE FROM opening_share",
        "UPDATE opening_balance SET entry_id = NULL, agreed_at = NULL, agreed_by = NULL",
        "UPDATE opening_balance SET ended_at = agreed_at, ended_by = 'x'",
    ):
        with pytest.raises(IntegrityError, match="bank:fixed"), unit_of_work() as session:
            session.execute(text(statement))


def test_balance_is_proposed_by_one_agreed_to_by_another_and_booked_once(house: House) -> None:
    account_id, wish = dollars(house), press()
    require_refused(house, account_id)
    proposed = {
        opening_balances.propose(house["treasurer"], account_id, LAID, wish) for _ in range(2)
    }
    (opening_id,) = proposed
    assert bank.balance("Bank", "USD") == 0
    with pytest.raises(OpeningRefused, match="proposed"):
        opening_balances.propose(house["treasurer"], account_id, LAID)
    with pytest.raises(Refused, match="second_person_missing"):
        opening_balances.agree(house["treasurer"], opening_id)
    for _ in range(2):
        opening_balances.agree(house["board"], opening_id)
    assert (bank.balance("Bank", "USD"), bank.balance("OpeningBalances", "USD")) == (
        108_000, -108_000,
    )  # fmt: skip
    held = {fund: ledger.position(fund, "USD").spendable for fund in LAID.shares}
    assert held == LAID.shares
    with pytest.raises(OpeningRefused, match="opened"):
        opening_balances.propose(house["treasurer"], account_id, LAID)
    with pytest.raises(OpeningRefused, match="opened"):
        opening_balances.withdraw(house["treasurer"], opening_id)
    day = date(2026, 6, 3)
    bank.bring(house["fin1"], account_id, [Line(500, day=day)], opening=108_000, day=day,
               iban=DOLLARS, currency="USD")  # fmt: skip
    assert standing(account_id) == (0, -500, -500)
    require_fixed()
    assert recompute_check() == ()
    noted = [event.action for event in house_events(db.session()).rows][:4]
    assert {"opening_proposed", "opening_agreed"} <= set(noted)
    books.require_judges_agree()


def test_balance_fits_the_first_statement_and_is_corrected_by_two(house: House) -> None:
    account_id = dollars(house)
    bank.bring(house["fin1"], account_id, [Line(500)], opening=7_000, iban=DOLLARS, currency="USD")
    came = bank.lines(account_id)[0].booked_on
    with pytest.raises(OpeningRefused) as refused:
        opening_balances.propose(house["treasurer"], account_id, Lay(came, 7_001, {"GEN": 7_001}))
    assert (refused.value.code, refused.value.difference) == ("statement_differs", 1)
    with pytest.raises(OpeningRefused, match="statement_before"):
        opening_balances.propose(house["treasurer"], account_id, Lay(CAME, 7_000, {"GEN": 7_000}))
    lay = Lay(came, 7_000, {"LEG": 7_000})
    opening_id = opening_balances.propose(house["treasurer"], account_id, lay)
    forged = (
        "UPDATE opening_balance SET entry_id = 1, agreed_at = proposed_at, agreed_by = 'x'"
        " WHERE ended_at IS NULL"
    )
    with pytest.raises(IntegrityError, match="bank:other_entry"), unit_of_work() as session:
        session.execute(text(forged))
    opening_balances.agree(house["board"], opening_id)
    assert standing(account_id) == (0, -500, -500)
    entry_id = db.session.get_one(OpeningBalance, opening_id).entry_id
    assert entry_id is not None
    slip = corrections.propose(house["treasurer"], entry_id, Slip.WRONG_FUND)
    with pytest.raises(Refused, match="second_person_missing"):
        corrections.agree(house["treasurer"], slip)
    for _ in range(2):
        corrections.agree(house["board"], slip)
    assert standing(account_id) == (-7_000, -7_500, -7_500)
    right = opening_balances.propose(
        house["treasurer"], account_id, Lay(came, 7_000, {"GEN": 7_000})
    )
    opening_balances.agree(house["board"], right)
    assert standing(account_id) == (0, -500, -500)
    assert ledger.position("LEG", "USD").spendable == 0
    assert ledger.position("GEN", "USD").spendable == 7_000
    with pytest.raises(CorrectionRefused, match="corrected"):
        corrections.propose(house["fin1"], entry_id, Slip.WRONG_FUND)
    assert recompute_check() == ()


def test_account_with_entries_before_the_day_is_not_opened_over_them(house: House) -> None:
    """The house's first account has gifts recorded by hand: what lay there lay before them."""
    account_id = bank.account(house["treasurer"])
    (first,) = {each.book_date for each in db.session.query(JournalEntry).limit(1)}
    house.at(datetime(2026, 7, 2, 9, 0, tzinfo=UTC))
    with pytest.raises(OpeningRefused, match="books_before"):
        opening_balances.propose(house["treasurer"], account_id, Lay(
            house.clock.now().date(), 5, {"GEN": 5}))  # fmt: skip
    opening_id = opening_balances.propose(house["treasurer"], account_id, Lay(first, 5, {"GEN": 5}))
    opening_balances.agree(house["board"], opening_id)
    assert bank.balance() == bank.SEEDED + 5


def test_number_of_another_proposal_is_nobodys_request(house: House) -> None:
    account_id, other = bank.account(house["treasurer"]), dollars(house)
    lay = Lay(BEGAN, 5, {"GEN": 5})
    known = opening_balances.propose(house["treasurer"], other, lay)
    with pytest.raises(Unknown):
        opening_balances.propose(house["treasurer"], account_id, lay, Request(known))


def test_proposal_may_be_withdrawn(house: House) -> None:
    account_id = dollars(house)
    withdrawn = opening_balances.propose(house["treasurer"], account_id, LAID)
    for _ in range(2):
        opening_balances.withdraw(house["treasurer"], withdrawn)
    with pytest.raises(OpeningRefused, match="withdrawn"):
        opening_balances.agree(house["board"], withdrawn)
    opening_balances.propose(house["treasurer"], account_id, LAID)
