"""What nobody can explain is in the books at once, stays to be seen, and is cleared later."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from fund_app.extensions import db
from fund_app.models.bank import BankClearing, BankMatch
from fund_app.models.disbursements import Disbursement
from fund_app.models.donations import Donation
from fund_app.models.events import Event
from fund_app.models.ledger import JournalEntry
from fund_app.queries import bank as reads
from fund_app.queries import corrections, ledger
from fund_app.queries.bank import KEPT
from fund_app.queries.bank_reconciliation import reconciliation
from fund_app.queries.ledger_check import recompute_check
from fund_app.services import (
    bank_clearings,
    bank_matches,
    disbursements,
    donations,
    periods,
)
from fund_app.services.bank_matches import Choice, MatchRefused
from fund_app.services.disbursements import Sending
from fund_app.services.donations import BankGift
from fund_app.services.unit import unit_of_work
from tests.support import bank
from tests.support.bank_files import Line
from tests.support.house import House, press
from tests.support.staff import house
from workflows.bank import MatchKind
from workflows.engine import Refused

__all__ = ["house"]

pytestmark = pytest.mark.both_stores

TODAY = date(2026, 6, 30)
LAST = date(2026, 12, 31)
LATER = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)


def kept_line(account_id: str) -> reads.LineRow:
    db.session.rollback()
    return reads.lines(account_id, KEPT).rows[0]


def sent(house: House) -> str:
    _applicant, case_id = house.released([("legal", 20_000)])
    payment = house.payment_of(case_id)
    disbursements.send(house["fin1"], payment.id, Sending(), press())
    return payment.id


def difference(account_id: str) -> int:
    found = reconciliation(bank.the_account(account_id))
    assert found is not None
    assert found.explained == found.difference
    return found.difference


def debit_in_suspense(house: House, account_id: str) -> str:
    """Bring a debit of the year's last day nobody can explain; returns what keeps it."""
    bank.bring(house["fin1"], account_id, [Line(-21_500, "no idea", day=LAST)], day=LAST)
    house.at(LATER)
    line = bank.lines(account_id)[0]
    wish, choice = press(), Choice(MatchKind.SUSPENSE)
    kept = {bank_matches.accept(house["fin1"], line.id, choice, wish) for _ in range(2)}
    assert (bank.balance(), bank.balance("SuspensePaid")) == (bank.SEEDED - 21_500, 21_500)
    assert ledger.position("GEN", "EUR").spendable == -21_500
    assert difference(account_id) == 0
    waits = [(row.kept_lines, row.kept, row.open_lines) for row in reads.accounts()]
    assert waits == [(1, 21_500, 0)]
    return kept.pop()


def lost(house: House, kept: str) -> None:
    """Give up the last 10.00, once the year is closed."""
    with pytest.raises(MatchRefused, match="amount_too_large"):
        bank_clearings.clear(house["fin1"], kept, Choice(MatchKind.LOSS, amount=-1_001))
    loss = bank_clearings.clear(house["fin1"], kept, Choice(MatchKind.LOSS))
    assert bank.balance("SuspensePaid") == 1_000
    with pytest.raises(Refused):
        bank_clearings.agree(house["fin2"], loss)
    for _ in range(2):
        bank_clearings.agree(house["treasurer"], loss)
    assert db.session.scalars(
        select(Event.actor_role).where(Event.action == "loss_agreed")
    ).all() == ["treasurer"]
    with pytest.raises(MatchRefused, match="kept_no_more"):
        bank_clearings.clear(house["fin1"], kept, Choice(MatchKind.LOSS))
    with pytest.raises(MatchRefused, match="stays"):
        bank_clearings.undo(house["fin1"], loss)


def test_debit_nobody_can_explain_is_posted_and_cleared_by_entries(house: House) -> None:
    """A fee, a payment and a loss by two come to light, the last one after the year is closed."""
    account_id, payment_id = bank.account(house["treasurer"]), sent(house)
    kept = debit_in_suspense(house, account_id)
    fee = bank_clearings.clear(house["fin1"], kept, Choice(MatchKind.FEE, amount=-500))
    with pytest.raises(MatchRefused, match="cleared"):
        bank_matches.undo(house["fin1"], kept)
    bank_clearings.undo(house["fin1"], fee)
    assert bank.balance("SuspensePaid") == 21_500
    bank_clearings.clear(house["fin1"], kept, Choice(MatchKind.FEE, amount=-500))
    payment, pressed = Choice(MatchKind.PAYMENT, payment_id, amount=-20_000), press()
    for _ in range(2):
        bank_clearings.clear(house["fin1"], kept, payment, pressed)
    assert db.session.get_one(Disbursement, payment_id).state == "confirmed"
    assert kept_line(account_id).kept == -1_000
    periods.propose(house["treasurer"], "2026")
    periods.close(house["board"], "2026")
    lost(house, kept)
    db.session.rollback()
    assert not reads.lines(account_id, KEPT).rows
    found = [bank.balance(each) for each in ("SuspensePaid", "GrantsPayable", "BankFees", "Losses")]
    assert found == [0, 0, 500, 1_000]
    assert bank.balance() == bank.SEEDED - 21_500
    assert ledger.position("GEN", "EUR").spendable == -1_500
    assert ledger.position("EMG", "EUR").spendable == bank.SEEDED - 20_000
    entries = [
        db.session.get_one(JournalEntry, each.entry_id)
        for each in reads.clearings([kept])
        if each.undone_at is None
    ]
    assert sorted((each.kind, each.period_code) for each in entries) == [
        ("bank_executed", "2026"), ("bank_fee", "2026"), ("write_off", "2027"),
    ]  # fmt: skip
    assert recompute_check() == ()


def test_credit_nobody_can_explain_raises_nobodys_means_until_it_is_a_gift(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    gift_id, _reference = bank.announced(25_000)
    bank.bring(house["fin1"], account_id, [Line(25_000, "no idea", day=TODAY)], day=TODAY)
    before = ledger.position("GEN", "EUR").spendable
    line = bank.lines(account_id)[0]
    kept = bank_matches.accept(house["fin1"], line.id, Choice(MatchKind.SUSPENSE))
    assert ledger.position("GEN", "EUR").spendable == before
    found = bank_clearings.suggestions(bank.the_account(account_id), kept_line(account_id))
    assert [(each.candidate.kind, each.candidate.subject_id) for each in found] == [
        (MatchKind.GIFT, gift_id)
    ]
    with pytest.raises(MatchRefused, match="amount_differs"):
        bank_clearings.clear(house["fin1"], kept, Choice(MatchKind.LOSS))
    with pytest.raises(Refused):
        bank_clearings.clear(house["treasurer"], kept, Choice(MatchKind.GIFT, gift_id))
    cleared = bank_clearings.clear(house["fin1"], kept, Choice(MatchKind.GIFT, gift_id))
    assert db.session.get_one(Donation, gift_id).state == "accepted"
    assert ledger.position("EMG", "EUR").received == bank.SEEDED + 25_000
    assert (bank.balance("SuspenseReceived"), ledger.position("GEN", "EUR").spendable) == (0, 0)
    bank_clearings.undo(house["fin1"], cleared)
    assert bank.balance("SuspenseReceived") == -25_000
    assert difference(account_id) == 0
    bank_matches.undo(house["fin1"], kept)
    assert (bank.balance("SuspenseReceived"), bank.lines(account_id)[0].rest) == (0, 25_000)
    assert recompute_check() == ()


def test_loss_waits_for_a_second_person_and_may_be_withdrawn(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    bank.bring(house["fin1"], account_id, [Line(-900, "no idea")])
    both = house.add("both", *(each for each in house["fin1"].roles | house["board"].roles))
    kept = bank_matches.accept(both, bank.lines(account_id)[0].id, Choice(MatchKind.SUSPENSE))
    loss = bank_clearings.clear(both, kept, Choice(MatchKind.LOSS))
    with pytest.raises(Refused, match="second_person_missing"):
        bank_clearings.agree(both, loss)
    bank_clearings.undo(house["fin1"], loss)
    with pytest.raises(MatchRefused, match="kept_no_more"):
        bank_clearings.agree(house["board"], loss)
    again = bank_clearings.clear(house["fin1"], kept, Choice(MatchKind.LOSS))
    agreed = "UPDATE bank_clearing SET entry_id = 1, agreed_at = made_at, agreed_by = 'x'"
    more = (
        "INSERT INTO bank_clearing (id, match_id, kind, subject_id, amount, made_at, made_by)"
        " VALUES ('a', '{}', 'loss', 'x', -1, '2026-06-30 12:00:00', 'x')"
    )
    past_the_service = (
        ("UPDATE bank_clearing SET amount = -1", "bank:fixed"),
        ("DELETE FROM bank_clearing", "bank:fixed"),
        (f"{agreed} WHERE id = '{again}'", "bank:other_entry"),
        (more.format(kept), "bank:more_than_kept"),
        ("UPDATE bank_match SET undone_at = made_at, undone_by = 'x'", "bank:cleared"),
    )
    for statement, code in past_the_service:
        with pytest.raises(IntegrityError, match=code), unit_of_work() as session:
            session.execute(text(statement))
    assert len(db.session.scalars(select(BankClearing)).all()) == 2
    assert db.session.get_one(BankMatch, kept).undone_at is None


def test_what_somebody_booked_meanwhile_clears_suspense_onto_it(house: House) -> None:
    """Kept in suspense, then recorded by hand: the account moved twice, and one is taken back."""
    account_id = bank.account(house["treasurer"])
    bank.bring(house["fin1"], account_id, [Line(25_000, day=TODAY)], day=TODAY)
    line = bank.lines(account_id)[0]
    kept = bank_matches.accept(house["fin1"], line.id, Choice(MatchKind.SUSPENSE))
    gift = BankGift("LEG", 25_000, TODAY, "", "S7-1", is_source_known=True)
    donations.record_bank_gift(house["fin1"], gift, press())
    assert bank.balance() == bank.SEEDED + 50_000
    assert difference(account_id) == 25_000
    found = bank_clearings.suggestions(bank.the_account(account_id), kept_line(account_id))
    entry = next(each.candidate for each in found if each.candidate.kind is MatchKind.ENTRY)
    itself = Choice(MatchKind.ENTRY, str(db.session.get_one(BankMatch, kept).entry_id))
    with pytest.raises(MatchRefused, match="not_open"):
        bank_clearings.clear(house["fin1"], kept, itself)
    choice = Choice(MatchKind.ENTRY, entry.subject_id)
    part = bank_clearings.clear(
        house["fin1"], kept, Choice(MatchKind.ENTRY, entry.subject_id, amount=10_000)
    )
    bank_clearings.clear(house["fin1"], kept, choice)
    assert (bank.balance(), bank.balance("SuspenseReceived")) == (bank.SEEDED + 25_000, 0)
    assert ledger.position("LEG", "EUR").spendable == 25_000
    assert difference(account_id) == 0
    state = reconciliation(bank.the_account(account_id))
    assert state is not None
    assert not [each for each in state.entries if str(each.entry_id) == entry.subject_id]
    bank.bring(house["fin1"], account_id, [Line(600, day=TODAY)],
               opening=bank.SEEDED + 25_000, day=TODAY)  # fmt: skip
    other = next(each for each in bank.lines(account_id) if each.amount == 600)
    with pytest.raises(MatchRefused, match="more_than_entry"):
        bank_matches.accept(house["fin1"], other.id, choice)
    bank_clearings.undo(house["fin1"], part)
    assert (kept_line(account_id).kept, bank.balance("SuspenseReceived")) == (10_000, -10_000)
    assert recompute_check() == ()


def test_entry_is_seen_once_however_its_number_is_written(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    bank.bring(house["fin1"], account_id, [Line(9_000, day=TODAY), Line(700, day=TODAY)], day=TODAY)
    kept = {
        line.amount: bank_matches.accept(house["fin1"], line.id, Choice(MatchKind.SUSPENSE))
        for line in bank.lines(account_id)
    }
    gift = BankGift("LEG", 9_000, TODAY, "", "S7-1")
    gift_id = donations.record_bank_gift(house["fin1"], gift, press())
    number = str(corrections.entry_of_gift(gift_id))
    bank_clearings.clear(house["fin1"], kept[9_000], Choice(MatchKind.ENTRY, f"00{number}"))
    for written in (number, f"0{number}"):
        with pytest.raises(MatchRefused, match="more_than_entry"):
            bank_clearings.clear(house["fin1"], kept[700], Choice(MatchKind.ENTRY, written))
