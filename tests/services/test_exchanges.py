"""Money exchanged between own accounts of two currencies: two lines of the bank, one exchange."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.ledger import Posting
from fund_app.queries import bank as reads
from fund_app.queries import funds, ledger
from fund_app.queries.bank_reconciliation import reconciliation
from fund_app.queries.funds import Days, Figure
from fund_app.queries.ledger_check import recompute_check
from fund_app.services import bank_accounts, bank_matches
from fund_app.services.bank_accounts import AccountWish
from fund_app.services.bank_matches import Choice, MatchRefused
from tests.support import bank, books
from tests.support.bank_files import OTHER_IBAN, Line
from tests.support.house import House
from tests.support.staff import house
from workflows.bank import MatchKind

__all__ = ["house"]

pytestmark = pytest.mark.both_stores

OUT, BACK = date(2026, 7, 1), date(2026, 7, 3)


def brought(house: House) -> tuple[str, str]:
    """Bring 1,000.00 EUR out and 1,080.00 USD in three days later; returns both accounts."""
    euros = bank.account(house["treasurer"])
    dollars = bank_accounts.add(house["treasurer"], AccountWish("USD1", "USD", OTHER_IBAN))
    bank.bring(house["fin1"], euros, [Line(-100_000, "FX sale", day=OUT)], day=OUT)
    bank.bring(house["fin1"], dollars, [Line(108_000, day=BACK)], opening=0, day=BACK,
               iban=OTHER_IBAN, currency="USD")  # fmt: skip
    return euros, dollars


def clearing() -> tuple[int, int]:
    return bank.balance("FxClearing"), bank.balance("FxClearing", "USD")


def spendable() -> tuple[int, int]:
    db.session.rollback()
    held = (ledger.position("EMG", each) for each in ("EUR", "USD"))
    return tuple(each.spendable for each in held)  # type: ignore[return-value]


def the_suggestion(account_id: str, line: reads.LineRow) -> Choice:
    found = bank_matches.suggestions(bank.the_account(account_id), (line,))[line.id]
    (only,) = (each for each in found if each.candidate.kind is MatchKind.EXCHANGE)
    assert not only.is_sure
    return bank_matches.choice_of(only)


@pytest.mark.parametrize("first", ["EUR", "USD"])
def test_two_lines_are_one_exchange_whichever_is_seen_first(house: House, first: str) -> None:
    accounts = brought(house)
    lines = [bank.lines(each)[0] for each in accounts]
    begun, other = (0, 1) if first == "EUR" else (1, 0)
    choice = Choice(MatchKind.EXCHANGE, fund_code="EMG")
    one = bank_matches.accept(house["fin1"], lines[begun].id, choice)
    assert spendable() == (bank.SEEDED, 0)
    assert sorted(clearing()) == ([0, 100_000] if first == "EUR" else [-108_000, 0])
    second = the_suggestion(accounts[other], lines[other])
    two = bank_matches.accept(house["fin1"], lines[other].id, second)
    assert clearing() == (0, 0)
    assert spendable() == (bank.SEEDED - 100_000, 108_000)
    with pytest.raises(MatchRefused, match="exchange_settled"):
        bank_matches.undo(house["fin1"], one)
    rates = set(db.session.scalars(select(Posting.rate_text).where(Posting.rate_text.is_not(None))))
    assert rates == {f"1 EUR = 1.08 USD bank {lines[other].booked_on}"}
    for account_id in accounts:
        state = reconciliation(bank.the_account(account_id))
        assert state is not None
        assert state.difference == state.explained == 0
    for row in funds.figures(Days(), "EMG"):
        came = row[Figure.OPENING] + row[Figure.INCOME] + row[Figure.TRANSFERS]
        assert came == row[Figure.SPENDABLE]
    assert recompute_check() == ()
    books.require_judges_agree()
    bank_matches.undo(house["fin1"], two)
    bank_matches.undo(house["fin1"], one)
    assert (clearing(), spendable()) == ((0, 0), (bank.SEEDED, 0))


def test_exchange_wants_another_currency_and_another_direction(house: House) -> None:
    euros = bank.account(house["treasurer"])
    bank.bring(house["fin1"], euros, [Line(-100_000, day=OUT)], day=OUT)
    line = bank.lines(euros)[0]
    with pytest.raises(MatchRefused, match="no_other_currency"):
        bank_matches.accept(house["fin1"], line.id, Choice(MatchKind.EXCHANGE))
    dollars = bank_accounts.add(house["treasurer"], AccountWish("USD1", "USD", OTHER_IBAN))
    begun = bank_matches.accept(house["fin1"], line.id, Choice(MatchKind.EXCHANGE))
    bank.bring(house["fin1"], dollars, [Line(-500), Line(600)], opening=900,
               iban=OTHER_IBAN, currency="USD")  # fmt: skip
    out = next(each for each in bank.lines(dollars) if each.amount < 0)
    with pytest.raises(MatchRefused, match="amount_differs"):
        bank_matches.accept(house["fin1"], out.id, Choice(MatchKind.EXCHANGE, begun))
    bank.bring(house["fin1"], euros, [Line(700, day=OUT)], opening=bank.SEEDED - 100_000, day=OUT)
    back = next(each for each in bank.lines(euros) if each.amount > 0)
    with pytest.raises(MatchRefused, match="not_open"):
        bank_matches.accept(house["fin1"], back.id, Choice(MatchKind.EXCHANGE, begun))
