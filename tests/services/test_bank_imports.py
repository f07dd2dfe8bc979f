"""Statements are taken in once, as a whole, for our account, and their words are sealed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from fund_app.adapters.bank_files import Upload
from fund_app.extensions import db
from fund_app.models.bank import BankLine, BankStatement
from fund_app.models.ledger import JournalEntry
from fund_app.models.sealed import Compartment, NoKey
from fund_app.services import bank_accounts, bank_imports, bank_matches, vault
from fund_app.services.bank_accounts import AccountRefused, AccountWish
from fund_app.services.transition import Unknown
from tests.support import bank
from tests.support.bank_files import DAY, IBAN, Line, camt, mt940
from tests.support.house import House
from tests.support.staff import house
from tests.support.sweep import hits
from workflows.bank import CsvMapping, FileRefused, Sign
from workflows.engine import Refused

__all__ = ["house"]

pytestmark = pytest.mark.both_stores

OTHER = "GB82WEST12345698765432"
LINES = [Line(25_000, "first", "R1"), Line(-1_000, "second", "R2"), Line(700, "third", "R3")]


def count() -> tuple[int, int, int]:
    """Return how many statements, lines and journal entries there are."""
    db.session.rollback()
    models = (BankStatement, BankLine, JournalEntry)
    found = [db.session.scalar(select(func.count()).select_from(each)) or 0 for each in models]
    return found[0], found[1], found[2]


def refused(actor_lines: list[Line], house: House, account_id: str, **more: Any) -> FileRefused:
    before = count()
    with pytest.raises(FileRefused) as caught:
        bank.bring(house["fin1"], account_id, actor_lines, **more)
    assert count() == before
    return caught.value


def test_statement_is_taken_in_once_and_books_nothing(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    for new in (3, 0):
        assert bank.bring(house["fin1"], account_id, LINES).new_count == new
    assert count() == (1, 3, 1)
    found = {each.amount: each.rest for each in bank.lines(account_id)}
    assert found == {25_000: 25_000, -1_000: -1_000, 700: 700}


def test_overlapping_statements_bring_each_line_once(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    day = DAY + timedelta(days=1)
    later = [Line(-300, "fourth", "R4", day), Line(900, "fifth", "R5", day)]
    bank.bring(house["fin1"], account_id, LINES)
    found = bank.bring(
        house["treasurer"], account_id, [*LINES[1:], *later], opening=525_000, day=day
    )
    assert found.new_count == 2
    assert count()[:2] == (2, 5)
    assert sum(each.amount for each in bank.lines(account_id)) == 25_300


def test_twins_of_one_day_are_two_lines_and_stay_two(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    twins = [Line(5_000, "the same"), Line(5_000, "the same")]
    assert bank.bring(house["fin1"], account_id, twins).new_count == 2
    day = DAY + timedelta(days=1)
    again = [*twins, Line(5_000, "the same", day=day)]
    assert bank.bring(house["fin1"], account_id, again, day=day).new_count == 1
    assert len(bank.lines(account_id)) == 3


def test_same_days_in_another_form_are_not_booked_twice(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    bank.bring(house["fin1"], account_id, LINES)
    other_form = [Line(each.amount, each.text + " otherwise", "") for each in LINES]
    with pytest.raises(FileRefused) as caught:
        bank_imports.take_in(
            house["fin1"], account_id, Upload(mt940(other_form, opening=bank.SEEDED))
        )
    assert caught.value.code == "does_not_connect"
    assert count()[:2] == (1, 3)


def test_statement_with_one_missing_before_it_is_refused(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    bank.bring(house["fin1"], account_id, LINES)
    day = DAY + timedelta(days=2)
    gap = refused([Line(100, "x", "R9", day)], house, account_id, opening=524_600, day=day)
    assert (gap.code, gap.facts["expected"], gap.facts["found"]) == (
        "does_not_connect", 524_800, 524_700,
    )  # fmt: skip


def test_statement_that_does_not_add_up_is_refused_as_a_whole(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    wrong = refused(LINES, house, account_id, closing=1)
    assert (wrong.code, wrong.facts["difference"]) == ("sum_differs", 1 - 524_700)


def test_statement_of_another_account_or_currency_is_refused(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    assert refused(LINES, house, account_id, iban=OTHER).code == "foreign_account"
    assert refused(LINES, house, account_id, iban="").code == "foreign_account"
    assert refused(LINES, house, account_id, currency="USD").code == "other_currency"
    for named in ("37040044/0532013000", "DE89370400440532013000EUR", "37040044/532013000EUR"):
        account = bank.the_account(account_id)
        assert bank_accounts.is_of(account, named)
    assert not bank_accounts.is_of(account, "37040044/532013001")


def test_csv_by_the_mapping_of_the_account(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    content = b"Day;Words;Sum\n29.06.2026;a gift;1.250,00\n29.06.2026;a fee;-5,00\n"
    upload = Upload(content, opening=500_000, closing=624_500)
    with pytest.raises(FileRefused, match="no_mapping"):
        bank_imports.take_in(house["fin1"], account_id, upload)
    mapping = CsvMapping(
        booked="Day", date_format="dmy.", decimal_mark=",", sign=Sign.SIGNED, amount="Sum",
        texts=("Words",),
    )  # fmt: skip
    with pytest.raises(Refused):
        bank_accounts.set_mapping(house["fin1"], account_id, mapping)
    bank_accounts.set_mapping(house["treasurer"], account_id, mapping)
    assert bank_imports.understand(account_id, upload).new_count == 2
    assert count()[:2] == (0, 0)
    for new in (2, 0):
        assert bank_imports.take_in(house["fin1"], account_id, upload).new_count == new
    assert count()[:2] == (1, 2)


def test_words_are_sealed_for_the_treasury_and_dropped_where_our_reference_stands(
    house: House,
) -> None:
    account_id = bank.account(house["treasurer"])
    _gift, reference = bank.announced(25_000)
    spaced = f"for you {reference[:4].lower()} {reference[4:]} from Zqfriend"
    bank.bring(house["fin1"], account_id, [Line(25_000, spaced, "R1"), Line(900, "Zqwords", "R2")])
    with_ours, without = sorted(bank.lines(account_id), key=lambda each: -each.amount)
    assert (with_ours.own_refs, with_ours.has_text) == ((reference,), False)
    assert (without.own_refs, without.has_text) == ((), True)
    assert "Zqwords" in bank_matches.look(house["treasurer"], without.id)
    for handle in ("anna", "board", "security", "r1"):
        with pytest.raises(Unknown):
            bank_matches.look(house[handle], without.id)
    statement_id = db.session.scalars(select(BankStatement.id)).one()
    assert set(vault.holders_of(statement_id, Compartment.PAYOUT)) == {
        house[each].ref for each in ("fin1", "fin2", "treasurer")
    }
    house.add("late", *house["fin1"].roles)
    with pytest.raises(NoKey):
        bank_matches.look(house["late"], without.id)
    db.session.rollback()
    rows = [*db.session.scalars(select(BankLine)), *db.session.scalars(select(BankStatement))]
    stored = {
        f"{row.id}.{column.key}": str(value).encode() if not isinstance(value, bytes) else value
        for row in rows
        for column in row.__table__.columns
        for value in (getattr(row, column.key),)
    }
    assert hits(stored, ["Zqname", "Zqsender", "Zqfriend", "Zqwords"]) == []


def test_account_is_refused_with_its_reason(house: House) -> None:
    treasurer = house["treasurer"]
    first = bank.account(treasurer)
    assert bank.account(treasurer) == first
    for wish, code in (
        (AccountWish("a b", "USD", OTHER), "code"),
        (AccountWish("USD1", "XTS", OTHER), "currency"),
        (AccountWish("USD1", "USD", IBAN[:-1] + "1"), "iban"),
        (AccountWish("USD1", "USD", IBAN), "taken"),
        (AccountWish("MAIN", "EUR", OTHER), "taken"),
    ):
        with pytest.raises(AccountRefused) as caught:
            bank_accounts.add(treasurer, wish)
        assert caught.value.code == code
    with pytest.raises(Refused):
        bank_accounts.add(house["fin1"], AccountWish("USD1", "USD", OTHER))
    assert date(2026, 6, 30) == bank.the_account(first).opened_on
    second = bank_accounts.add(treasurer, AccountWish("EUR2", "EUR", OTHER))
    codes = [bank.the_account(each).account_code for each in (first, second)]
    assert codes == ["Bank", "Bank-EUR2"]


def test_only_finance_takes_statements_in(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    with pytest.raises(Refused):
        bank_imports.take_in(house["board"], account_id, Upload(camt(LINES)))
    with pytest.raises(Unknown):
        bank_imports.take_in(house["fin1"], "0" * 32, Upload(camt(LINES)))
