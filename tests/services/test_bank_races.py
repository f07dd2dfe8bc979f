"""The same at the same moment: one is done, the other one answers alike or is told why not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import func, select, text

from fund_app.adapters.bank_files import Upload
from fund_app.extensions import db
from fund_app.models.bank import BankAccount
from fund_app.models.donations import Donation
from fund_app.models.ledger import JournalEntry
from fund_app.models.ledger_accounts import GENERAL
from fund_app.queries import periods as reads
from fund_app.services import (
    bank_accounts,
    bank_imports,
    donations,
    in_kind_gifts,
    ledger_facts,
    opening_balances,
    periods,
    receipt_issuers,
    receipt_packs,
)
from fund_app.services.bank_accounts import AccountRefused, AccountWish
from fund_app.services.donation_rows import wait_for_turn
from fund_app.services.donations import BankGift
from fund_app.services.in_kind_gifts import InKind
from fund_app.services.ledger_facts import Origin
from fund_app.services.unit import unit_of_work
from tests.services.test_ledger_races import at_once
from tests.support import bank
from tests.support.bank_files import DAY, IBAN, OTHER_IBAN, Line, camt
from tests.support.house import House, press
from tests.support.staff import house
from workflows.roles import SYSTEM

__all__ = ["house"]

pytestmark = pytest.mark.both_stores


def test_what_there_is_once_is_made_once(house: House) -> None:
    treasurer, finance, wish = house["treasurer"], house["fin1"], press()
    gift = BankGift("EMG", 700, DAY, "", "line 1")
    thing = InKind("equipment", 1, None, "EMG", DAY)
    pack = receipt_packs.newest()[0]
    facts = {name: "2026-01-02" if "day" in name else "x" for name in pack.facts}

    def account(number: int) -> str:
        iban = (IBAN, OTHER_IBAN)[number % 2]
        try:
            return bank_accounts.add(treasurer, AccountWish("MAIN", "EUR", iban))
        except AccountRefused as refused:
            return refused.code

    assert set(map(len, at_once(house.app, 4, account))) == {32, len("taken")}
    deeds: tuple[Callable[[int], str], ...] = (
        lambda _number: donations.record_bank_gift(finance, gift, wish),
        lambda _number: in_kind_gifts.record(finance, thing, wish),
        lambda _number: receipt_issuers.record(treasurer, pack.code, facts),
    )
    for deed in deeds:
        assert len(set(at_once(house.app, 4, deed))) == 1
    db.session.rollback()
    for model in (BankAccount, Donation):
        assert db.session.scalar(select(func.count()).select_from(model)) == 1


def test_fact_is_recorded_while_its_period_is_divided_and_closed(house: House) -> None:
    """Nothing that happened gets lost, and nothing lies outside its period."""
    house.at(datetime(2027, 4, 1, 9, 0, tzinfo=UTC))
    days = [date(2027, month, 15) for month in (1, 1, 2, 3)]
    with unit_of_work() as session:
        first = Origin("first", days[0], ("test", "x"), SYSTEM.ref)
        ledger_facts.bank_gift(session, first, {"GEN": 1}, "EUR")

    def act(number: int) -> str:
        if number == 0:
            return periods.divide(house["treasurer"], "2027", date(2027, 1, 31))
        for turn in range(6):
            with unit_of_work() as session:
                origin = Origin(f"{number}:{turn}", days[number], ("test", "x"), SYSTEM.ref)
                ledger_facts.bank_gift(session, origin, {"GEN": 1}, "EUR")
        return "recorded"

    assert at_once(house.app, 4, act) == ["2027-01", *["recorded"] * 3]
    db.session.rollback()
    counted = {row.code: row.entries for row in reads.periods()}
    assert counted == {"2026": 1, "2027-01": 7, "2027-02_12": 12}
    for entry in db.session.scalars(select(JournalEntry)):
        row = reads.period(entry.period_code)
        assert row is not None
        assert row.starts <= entry.book_date <= row.ends


def test_period_does_not_close_around_a_statement_on_its_way(house: House) -> None:
    """The import has the lines and has not committed: closing waits, looks again and refuses."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("one writer at a time: nothing is on its way")
    account_id = bank.account(house["treasurer"])
    house.at(datetime(2027, 1, 4, 9, 0, tzinfo=UTC))
    last = date(2026, 12, 31)
    bank.bring(house["fin1"], account_id, [], day=last)
    periods.propose(house["treasurer"], "2026")
    met, said = Barrier(2, timeout=20), list[Any]()

    def close() -> None:
        with house.app.app_context():
            met.wait()
            try:
                periods.close(house["board"], "2026")
            except Exception as refused:  # noqa: BLE001 (whatever it says is looked at below)
                said.append(str(refused))
            db.session.remove()

    closing = Thread(target=close)
    closing.start()
    with unit_of_work():
        both = [Line(900, day=last), Line(-900, day=last)]
        upload = Upload(camt(both, opening=bank.SEEDED, day=last))
        bank_imports.take_in(house["fin1"], account_id, upload)
        met.wait()
        closing.join(0.5)
        assert closing.is_alive()
    closing.join(20)
    assert said == ["lines_unmatched"]


def test_opening_balance_waits_for_a_match_on_its_account(house: House) -> None:
    """Both take the account first and then their turn, so that neither waits for the other."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("one writer at a time: nothing is on its way")
    account_id = bank_accounts.add(house["treasurer"], AccountWish("USD1", "USD", IBAN))
    lay = opening_balances.Lay(DAY, 500, {"GEN": 500})
    opening_id = opening_balances.propose(house["treasurer"], account_id, lay)
    met, said = Barrier(2, timeout=20), list[str]()

    def agree() -> None:
        with house.app.app_context():
            met.wait()
            opening_balances.agree(house["board"], opening_id)
            said.append("agreed")
            db.session.remove()

    agreeing = Thread(target=agree)
    agreeing.start()
    with unit_of_work() as session:
        bank_accounts.locked(session, account_id)
        met.wait()
        agreeing.join(0.5)
        assert agreeing.is_alive()
        session.execute(text("SET LOCAL lock_timeout = '500ms'"))
        wait_for_turn(session, GENERAL)
    agreeing.join(20)
    assert said == ["agreed"]
