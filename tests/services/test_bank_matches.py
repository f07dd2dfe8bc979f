"""Lines of the bank become gifts, payments, payouts and fees, each once, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from fund_app.adapters.bank_pain002 import read
from fund_app.extensions import db
from fund_app.models.bank import BankMatch
from fund_app.models.disbursements import Disbursement
from fund_app.models.donations import Donation
from fund_app.models.gift_returns import GiftReturn
from fund_app.models.ledger import JournalEntry
from fund_app.models.types import new_ref
from fund_app.queries import bank as reads
from fund_app.queries import bank_reconciliation, ledger
from fund_app.services import (
    bank_accounts,
    bank_matches,
    disbursement_troubles,
    disbursements,
    donations,
    gift_returns,
    status_reports,
)
from fund_app.services.bank_accounts import AccountWish
from fund_app.services.bank_matches import Choice, MatchRefused
from fund_app.services.disbursements import Sending
from fund_app.services.donations import BankGift
from fund_app.services.ledger import LedgerRefused
from fund_app.services.unit import unit_of_work
from tests.services.test_batches import batch_of, due
from tests.services.test_status_reports import handed_over
from tests.support import bank
from tests.support.bank_files import DAY, OTHER_IBAN, Line
from tests.support.bank_reports import report
from tests.support.house import House, press
from tests.support.staff import house
from workflows.bank import MatchKind
from workflows.engine import Refused

__all__ = ["house"]

pytestmark = pytest.mark.both_stores


def only(account_id: str, amount: int) -> reads.LineRow:
    return next(each for each in bank.lines(account_id) if each.amount == amount)


def suggested(account_id: str, amount: int) -> list[tuple[str, bool]]:
    row = only(account_id, amount)
    found = bank_matches.suggestions(bank.the_account(account_id), (row,))[row.id]
    return [(each.candidate.kind, each.is_sure) for each in found]


def state(donation_id: str) -> str:
    db.session.rollback()
    return db.session.get_one(Donation, donation_id).state


def sent(house: House) -> tuple[str, str]:
    """Return a payment of 200.00 that was handed over, and its reference."""
    _applicant, case_id = house.released([("legal", 20_000)])
    payment = house.payment_of(case_id)
    disbursements.send(house["fin1"], payment.id, Sending(), press())
    return payment.id, house.payment_of(case_id).reference


def payment_state(payment_id: str) -> str:
    db.session.rollback()
    return db.session.get_one(Disbursement, payment_id).state


def test_all_sure_ones_are_accepted_together_and_once(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    gift_id, gift_ref = bank.announced(25_000)
    payment_id, payment_ref = sent(house)
    bank.paid_out("po_1", 5_000, 275)
    bank.bring(
        house["fin1"],
        account_id,
        [
            Line(25_000, f"gift {gift_ref}"),
            Line(-20_000, payment_ref),
            Line(4_725, "STRIPE PAYOUT"),
            Line(-500, "account charge", code="CHRG"),
            Line(3_333, "no idea"),
        ],
    )
    for done in (4, 0):
        assert bank_matches.accept_sure(house["fin1"], account_id) == (done, 0)
    assert (state(gift_id), payment_state(payment_id)) == ("accepted", "confirmed")
    assert bank.balance("PayoutTransit") == 0
    assert bank.balance("BankFees") == 500
    assert bank.balance() == bank.SEEDED + 25_000 - 20_000 + 4_725 - 500
    assert [(each.amount, each.rest) for each in bank.lines(account_id, "unmatched")] == [
        (3_333, 3_333)
    ]
    days = db.session.scalars(
        select(JournalEntry.book_date)
        .join(BankMatch, BankMatch.entry_id == JournalEntry.id)
        .distinct()
    )
    assert list(days) == [DAY]


def test_line_one_cent_off_stays_unmatched_and_visible(house: House) -> None:
    """MONEY.md 6, check 11: a bank line of 47.24 for a payout of 47.25."""
    account_id = bank.account(house["treasurer"])
    bank.paid_out("po_1", 5_000, 275)
    gift_id, gift_ref = bank.announced(25_000)
    bank.bring(house["fin1"], account_id, [Line(4_724, "STRIPE"), Line(24_999, f"gift {gift_ref}")])
    assert bank_matches.accept_sure(house["fin1"], account_id) == (0, 0)
    assert suggested(account_id, 4_724) == []
    assert suggested(account_id, 24_999) == [(MatchKind.GIFT, False)]
    with pytest.raises(MatchRefused, match="amount_differs"):
        bank_matches.accept(
            house["fin1"], only(account_id, 4_724).id, Choice(MatchKind.STRIPE_PAYOUT, "po_1")
        )
    assert bank.balance("PayoutTransit") == 4_725
    assert len(bank.lines(account_id, "unmatched")) == 2
    assert state(gift_id) == "initiated"


def test_two_payouts_of_one_amount_are_not_guessed_between(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    bank.paid_out("po_1", 5_000, 275)
    bank.paid_out("po_2", 5_000, 275)
    bank.bring(house["fin1"], account_id, [Line(4_725, "STRIPE")])
    assert suggested(account_id, 4_725) == [(MatchKind.STRIPE_PAYOUT, False)] * 2


def test_what_was_recorded_by_hand_is_tied_and_not_booked_again(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    gift_id, reference = bank.announced(25_000)
    donations.record_bank_gift(
        house["fin1"], BankGift("EMG", 25_000, DAY, reference, "by hand"), press()
    )
    bank.bring(house["fin1"], account_id, [Line(25_000, reference)])
    assert suggested(account_id, 25_000)[0] == (MatchKind.ENTRY, True)
    assert bank_matches.accept_sure(house["fin1"], account_id) == (1, 0)
    assert bank.balance() == bank.SEEDED + 25_000
    with unit_of_work() as session:
        assert len(session.scalars(select(Donation)).all()) == 1
    assert state(gift_id) == "accepted"


def test_line_is_split_over_a_gift_and_the_bucket(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    gift_id, reference = bank.announced(25_000)
    bank.bring(house["fin1"], account_id, [Line(40_000, f"two gifts, one {reference}")])
    line_id = only(account_id, 40_000).id
    wish = press()
    for _ in range(2):
        bank_matches.accept(house["fin1"], line_id, Choice(MatchKind.GIFT, gift_id, 25_000), wish)
    assert only(account_id, 40_000).rest == 15_000
    with pytest.raises(MatchRefused, match="amount_too_large"):
        bank_matches.accept(house["fin1"], line_id, Choice(MatchKind.GIFT, "", 15_001))
    bank_matches.accept(house["fin1"], line_id, Choice(MatchKind.GIFT, fund_code="GEN"))
    bucket = db.session.scalars(select(Donation).where(Donation.donor_id.is_(None))).one()
    assert (bucket.amount, bucket.fund_code, bucket.state) == (15_000, "GEN", "accepted")
    assert ledger.position("GEN", "EUR").received == 15_000
    with pytest.raises(MatchRefused, match="line_matched"):
        bank_matches.accept(house["fin1"], line_id, Choice(MatchKind.PAYMENT_BACK, new_ref()))


def test_large_gift_of_nobody_known_is_held(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    bank.bring(house["fin1"], account_id, [Line(1_500_000, "large"), Line(1_600_000, "known")])
    bank_matches.accept(house["fin1"], only(account_id, 1_500_000).id, Choice(MatchKind.GIFT))
    known = Choice(MatchKind.GIFT, is_source_known=True)
    bank_matches.accept(house["fin1"], only(account_id, 1_600_000).id, known)
    found = db.session.scalars(select(Donation.state).order_by(Donation.amount)).all()
    assert found == ["held", "accepted"]


def test_payment_that_came_back_in_one_file(house: House) -> None:
    """MONEY.md 6, check 18: returned with a fee of the bank on a line of its own."""
    account_id = bank.account(house["treasurer"])
    payment_id, reference = sent(house)
    day = DAY + timedelta(days=1)
    bank.bring(
        house["fin1"],
        account_id,
        [
            Line(-20_000, reference),
            Line(20_000, f"RETURN {reference}", day=day),
            Line(-500, "return charge", code="CHRG", day=day),
        ],
        day=day,
    )
    assert bank_matches.accept_sure(house["fin1"], account_id) == (3, 0)
    assert payment_state(payment_id) == "returned"
    assert bank.balance("GrantsPayable") == -20_000
    assert bank.balance() == bank.SEEDED - 500
    assert ledger.position("GEN", "EUR").spendable == -500


def test_payment_nobody_could_tell_of_is_settled_by_the_statement(house: House) -> None:
    """In a file the bank has not answered, or unknown: the statement is the bank's own word."""
    account_id = bank.account(house["treasurer"])
    batch_id = handed_over(house, [due(house, 20_000)[1], due(house, 30_000)[1]])
    waiting, asked = batch_of(batch_id).lines
    disbursement_troubles.outcome_unknown(house["fin1"], asked.disbursement_id, press())
    told = [(each.amount, each.end_to_end_id, each.disbursement_id) for each in (waiting, asked)]
    nameless = Line(-told[1][0], "no reference of ours")
    named = [Line(-amount, reference) for amount, reference, _ in told]
    bank.bring(house["fin1"], account_id, [nameless, *named])
    by_hand = next(line for line in bank.lines(account_id) if not line.own_refs)
    choice = Choice(MatchKind.PAYMENT, told[1][2])
    with pytest.raises(Refused) as refused:
        bank_matches.accept(house["fin1"], by_hand.id, choice)
    assert refused.value.codes == ("second_person_missing",)
    assert payment_state(told[1][2]) == "unknown"
    assert bank_matches.accept_sure(house["fin1"], account_id) == (2, 0)
    assert [payment_state(payment_id) for _, _, payment_id in told] == ["confirmed", "confirmed"]
    assert bank.balance("GrantsPayable") == 0

    number = batch_of(batch_id).number
    status_reports.take_in(house["fin1"], read(report(number, group="ACSC")))
    batch = batch_of(batch_id)
    assert (batch.state, {line.answer for line in batch.lines}) == ("answered", {"accepted"})


def test_payment_of_another_amount_is_refused(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    payment_id, reference = sent(house)
    bank.bring(house["fin1"], account_id, [Line(-20_001, reference), Line(20_001, reference)])
    for amount, kind in ((-20_001, MatchKind.PAYMENT), (20_001, MatchKind.PAYMENT_BACK)):
        with pytest.raises(MatchRefused, match="amount_differs"):
            bank_matches.accept(
                house["fin1"], only(account_id, amount).id, Choice(kind, payment_id)
            )
    assert payment_state(payment_id) == "sent"


def test_batch_of_payments_on_one_line(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    first, second = sent(house), sent(house)
    bank.bring(house["fin1"], account_id, [Line(-40_000, f"{first[1]} {second[1]}")])
    line_id = only(account_id, -40_000).id
    for payment_id, _reference in (first, second):
        choice = Choice(MatchKind.PAYMENT, payment_id)
        bank_matches.accept(house["fin1"], line_id, choice)
    assert only(account_id, -40_000).rest == 0
    assert [payment_state(each) for each, _ in (first, second)] == ["confirmed", "confirmed"]


def test_gift_that_goes_back_by_bank(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    gift_id, reference = bank.announced(25_000)
    bank.bring(house["fin1"], account_id, [Line(25_000, reference), Line(-25_000, "back")])
    bank_matches.accept_sure(house["fin1"], account_id)
    wish = gift_returns.Wish(25_000, "donor_asked")
    return_id = gift_returns.ask(house["fin1"], gift_id, wish, press())
    gift_returns.agree(house["board"], return_id)
    assert suggested(account_id, -25_000) == [(MatchKind.GIFT_RETURN, False)]
    choice = Choice(MatchKind.GIFT_RETURN, return_id)
    bank_matches.accept(house["fin1"], only(account_id, -25_000).id, choice)
    assert db.session.get_one(GiftReturn, return_id).state == "done"
    assert (bank.balance(), state(gift_id)) == (bank.SEEDED, "refunded")


def test_undone_match_takes_back_what_it_booked_itself(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    bank.paid_out("po_1", 5_000, 275)
    bank.bring(
        house["fin1"],
        account_id,
        [Line(4_725, "STRIPE"), Line(-500, "fee", code="CHRG"), Line(900, "somebody")],
    )
    bank_matches.accept_sure(house["fin1"], account_id)
    bank_matches.accept(house["fin1"], only(account_id, 900).id, Choice(MatchKind.GIFT))
    made = [each.id for each in db.session.scalars(select(BankMatch))]
    for match_id in made * 2:
        bank_matches.undo(house["fin1"], match_id)
    assert (bank.balance(), bank.balance("PayoutTransit")) == (bank.SEEDED, 4_725)
    assert {each.rest for each in bank.lines(account_id)} == {4_725, -500, 900}
    assert bank_matches.accept_sure(house["fin1"], account_id) == (2, 0)
    assert bank.balance() == bank.SEEDED + 4_725 - 500


def test_undone_payment_is_only_untied(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    payment_id, reference = sent(house)
    bank.bring(house["fin1"], account_id, [Line(-20_000, reference)])
    bank_matches.accept_sure(house["fin1"], account_id)
    match_id = db.session.scalars(select(BankMatch.id)).one()
    bank_matches.undo(house["fin1"], match_id)
    assert payment_state(payment_id) == "confirmed"
    assert bank.balance() == bank.SEEDED - 20_000
    assert suggested(account_id, -20_000) == [(MatchKind.ENTRY, True)]


def test_gift_that_moved_on_is_not_undone(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    bank.bring(house["fin1"], account_id, [Line(1_500_000, "large")])
    line_id = only(account_id, 1_500_000).id
    match_id = bank_matches.accept(house["fin1"], line_id, Choice(MatchKind.GIFT))
    with pytest.raises(MatchRefused, match="gift_moved_on"):
        bank_matches.undo(house["fin1"], match_id)
    assert only(account_id, 1_500_000).rest == 0


def test_finance_alone_matches(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    bank.bring(house["fin1"], account_id, [Line(900, "x")])
    line_id = only(account_id, 900).id
    for handle in ("treasurer", "board", "anna"):
        with pytest.raises(Refused):
            bank_matches.accept(house[handle], line_id, Choice(MatchKind.GIFT))
    bank.bring(house["fin1"], account_id, [Line(900, "x"), Line(-5, "y")])
    fee_line, fee = only(account_id, -5).id, Choice(MatchKind.FEE, fund_code="NONE")
    with pytest.raises(LedgerRefused, match="unknown_fund"):
        bank_matches.accept(house["fin1"], fee_line, fee)
    assert only(account_id, -5).rest == -5


def test_database_refuses_what_the_service_would(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    bank.bring(house["fin1"], account_id, [Line(900, "x"), Line(800, "y")])
    match_id = bank_matches.accept(house["fin1"], only(account_id, 900).id, Choice(MatchKind.GIFT))
    row = db.session.get_one(BankMatch, match_id)
    other = only(account_id, 800).id
    copy = (
        "INSERT INTO bank_match (id, line_id, kind, subject_id, amount, entry_id, made_at, made_by)"
        " VALUES ('{id}', '{line}', 'gift', 'x', {amount}, {entry}, '2026-06-30 12:00:00', 'x')"
    )
    entry = row.entry_id
    for statement, code in (
        (copy.format(id="a", line=row.line_id, amount=1, entry=entry), "more_than_line"),
        (copy.format(id="a", line=other, amount=-1, entry=entry), "more_than_line"),
        (copy.format(id="a", line=other, amount=1, entry=entry), "more_than_entry"),
        ("UPDATE bank_match SET amount = 1", "bank:fixed"),
        ("DELETE FROM bank_match", "bank:fixed"),
        ("UPDATE bank_line SET amount = 1", "bank:fixed"),
        ("DELETE FROM bank_line", "bank:fixed"),
        ("UPDATE bank_statement SET closing = closing + 1, total = total + 1", "bank:fixed"),
        ("DELETE FROM bank_statement", "bank:fixed"),
        ("UPDATE bank_account SET currency = 'USD'", "bank:account_in_use"),
    ):
        with pytest.raises(IntegrityError, match=code), unit_of_work() as session:
            session.execute(text(statement))


def test_fee_within_the_line_of_a_payment_is_booked_with_it(house: House) -> None:
    """The bank takes 5.00 beside 200.00 and books one line, with and without saying so."""
    account_id = bank.account(house["treasurer"])
    (first, first_ref), (second, second_ref) = sent(house), sent(house)
    day = DAY + timedelta(days=1)
    bank.bring(
        house["fin1"],
        account_id,
        [
            Line(-20_500, first_ref, charge=500),
            Line(-20_700, second_ref),
            Line(19_600, f"RETURN {first_ref}", charge=400, day=day),
        ],
        day=day,
    )
    assert suggested(account_id, -20_500)[0] == (MatchKind.PAYMENT, True)
    assert suggested(account_id, -20_700) == [(MatchKind.PAYMENT, False)]
    assert bank_matches.accept_sure(house["fin1"], account_id) == (2, 0)
    wrong = Choice(MatchKind.PAYMENT, second, fee=699)
    line_id = only(account_id, -20_700).id
    with pytest.raises(MatchRefused, match="amount_differs"):
        bank_matches.accept(house["fin1"], line_id, wrong)
    bank_matches.accept(house["fin1"], line_id, Choice(MatchKind.PAYMENT, second, fee=700))
    assert (payment_state(first), payment_state(second)) == ("returned", "confirmed")
    assert [each.rest for each in bank.lines(account_id)] == [0, 0, 0]
    assert bank.balance() == bank.SEEDED - 20_500 - 20_700 + 19_600
    assert (bank.balance("BankFees"), bank.balance("FxDifference")) == (1_600, 0)
    assert bank.balance("GrantsPayable") == -20_000


def test_transfer_between_own_accounts_is_one_thing_with_two_lines(house: House) -> None:
    first = bank.account(house["treasurer"])
    line = Line(-30_000, "to our other bank")
    bank.bring(house["fin1"], first, [line])
    with pytest.raises(MatchRefused, match="no_other_account"):
        bank_matches.accept(house["fin1"], only(first, -30_000).id, Choice(MatchKind.OWN_TRANSFER))
    second = bank_accounts.add(house["treasurer"], AccountWish("SECOND", "EUR", OTHER_IBAN))
    bank.bring(house["fin1"], second, [Line(30_000, "ours")], opening=0, iban=OTHER_IBAN)
    begun = bank_matches.accept(
        house["fin1"], only(first, -30_000).id, Choice(MatchKind.OWN_TRANSFER)
    )
    assert (bank.balance("BankTransit"), bank.balance("Bank-SECOND")) == (30_000, 0)
    assert suggested(second, 30_000) == [(MatchKind.OWN_TRANSFER, False)]
    arrived = only(second, 30_000).id
    ends = Choice(MatchKind.OWN_TRANSFER, begun)
    with pytest.raises(MatchRefused, match="amount_differs"):
        bank_matches.accept(house["fin1"], arrived, replace(ends, amount=29_999))
    match_id = bank_matches.accept(house["fin1"], arrived, ends)
    assert (bank.balance("BankTransit"), bank.balance("Bank-SECOND")) == (0, 30_000)
    # What the house began with is booked a day after the statements end.
    for account_id, apart in ((first, -bank.SEEDED), (second, 0)):
        found = bank_reconciliation.reconciliation(bank.the_account(account_id))
        assert found is not None
        assert (found.difference, found.begun, found.entries) == (apart, apart, ())
    bank_matches.undo(house["fin1"], match_id)
    assert suggested(second, 30_000) == [(MatchKind.OWN_TRANSFER, False)]
    bank_matches.accept(house["fin1"], arrived, ends)
    assert ledger.position("GEN", "EUR").spendable == 0
    # A gift on the second account is booked there and nowhere else.
    gift_id, reference = bank.announced(5_000)
    both = [Line(30_000, "ours"), Line(5_000, reference)]
    bank.bring(house["fin1"], second, both, opening=0, iban=OTHER_IBAN)
    assert bank_matches.accept_sure(house["fin1"], second) == (1, 0)
    assert state(gift_id) == "accepted"
    assert (bank.balance("Bank-SECOND"), bank.balance()) == (35_000, bank.SEEDED - 30_000)
