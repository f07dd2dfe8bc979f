"""post() and what it promises its callers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from fund_app.models import ledger_accounts as chart
from fund_app.models.ledger import EntryKind, JournalEntry, TrancheState
from fund_app.queries import ledger
from fund_app.queries.ledger_check import recompute_check
from fund_app.queries.ledger_gifts import remaining_gift
from fund_app.services import ledger_facts as facts
from fund_app.services import ledger_grants as grants
from fund_app.services.ledger import (
    Entry,
    LedgerConflict,
    LedgerRefused,
    Line,
    Overspent,
    PeriodClosed,
    Unbalanced,
    close_period,
    post,
    propose_closing,
)
from fund_app.services.ledger_chart import add_fund, advance_account, seed_chart
from fund_app.services.unit import unit_of_work
from tests.support import books
from tests.support.books import EUR, origin

pytestmark = pytest.mark.both_stores

GIFT = Entry(
    kind=EntryKind.BANK_GIFT,
    idem_key="bank:1",
    book_date=books.DAY,
    lines=(Line("Bank", "EMG", 1000, EUR), Line("Donations", "EMG", -1000, EUR)),
    source=("donation", "d1"),
    actor="somebody",
)


@pytest.fixture(autouse=True)
def chart_of_accounts(session: Session) -> None:
    books.seed()


def spendable(fund: str = "EMG") -> int:
    return ledger.position(fund, EUR).spendable


def test_posting_records_the_entry_with_its_lines(session: Session) -> None:
    with unit_of_work() as unit:
        entry_id = post(unit, GIFT).id
    found = ledger.entry(entry_id)
    assert found is not None
    assert (found.kind, found.book_date, found.idem_key) == ("bank_gift", books.DAY, "bank:1")
    assert [(line.account_code, line.amount) for line in found.lines] == [
        ("Bank", 1000), ("Donations", -1000),
    ]  # fmt: skip


def test_same_fact_posted_again_is_the_entry_recorded_first(session: Session) -> None:
    with unit_of_work() as unit:
        first = post(unit, GIFT).id
    with unit_of_work() as unit:
        poller = replace(GIFT, actor="poller", lines=GIFT.lines[::-1])
        assert post(unit, poller).id == first
    assert spendable() == 1000


@pytest.mark.parametrize("changed", [
    replace(GIFT, lines=(Line("Bank", "EMG", 1001, EUR), Line("Donations", "EMG", -1001, EUR))),
    replace(GIFT, kind=EntryKind.OPENING),
    replace(GIFT, source=("donation", "d2")),
])  # fmt: skip
def test_other_content_under_the_same_key_is_a_conflict(session: Session, changed: Entry) -> None:
    with unit_of_work() as unit:
        post(unit, GIFT)
    with unit_of_work() as unit, pytest.raises(LedgerConflict):
        post(unit, changed)
    assert spendable() == 1000


def test_unbalanced_entry_leaves_the_transaction_usable(session: Session) -> None:
    with unit_of_work() as unit:
        with pytest.raises(Unbalanced):
            post(unit, replace(GIFT, idem_key="bank:2", lines=GIFT.lines[:1] * 2))
        post(unit, GIFT)
    assert [row.idem_key for row in ledger.entries().rows] == ["bank:1"]
    assert recompute_check() == ()


def test_unknown_account_is_refused(session: Session) -> None:
    lines = (Line("Banc", "EMG", 1, EUR), Line("Donations", "EMG", -1, EUR))
    with unit_of_work() as unit, pytest.raises(LedgerRefused, match="not_accepted"):
        post(unit, replace(GIFT, lines=lines))
    assert ledger.entries().rows == ()


@pytest.mark.parametrize("amount", [1000.0, True, "1000"])
def test_amount_that_is_no_int_is_a_type_error(session: Session, amount: object) -> None:
    lines = (Line("Bank", "EMG", amount, EUR), Line("Donations", "EMG", -1000, EUR))  # type: ignore[arg-type]
    with unit_of_work() as unit, pytest.raises(TypeError, match="int of minor units"):
        post(unit, replace(GIFT, lines=lines))
    assert ledger.entries().rows == ()


def close_2026() -> None:
    with unit_of_work() as unit:
        propose_closing(unit, "2026", actor="treasurer")
    with unit_of_work() as unit:
        close_period(unit, "2026", actor="board")


def test_period_is_closed_by_another_than_who_proposed(session: Session) -> None:
    books.seed(GEN=1)
    with unit_of_work() as unit, pytest.raises(LedgerRefused, match="period_one_person"):
        close_period(unit, "2026", actor="board")
    with unit_of_work() as unit:
        propose_closing(unit, "2026", actor="treasurer")
    with unit_of_work() as unit, pytest.raises(LedgerRefused, match="period_one_person"):
        close_period(unit, "2026", actor="treasurer")


def test_fact_for_a_closed_period_is_booked_behind_it(session: Session) -> None:
    books.seed(GEN=1)
    close_2026()
    for _ in range(2):
        with unit_of_work() as unit:
            assert post(unit, GIFT).book_date == date(2027, 1, 1)
    assert spendable() == 1000


def test_decision_dated_into_a_closed_period_is_refused(session: Session) -> None:
    books.seed(EMG=1000)
    close_2026()
    with unit_of_work() as unit, pytest.raises(PeriodClosed):
        books.approve(unit, "G1", "EMG", 1)
    with unit_of_work() as unit, pytest.raises(PeriodClosed):
        close_period(unit, "2026", actor="treasurer")


def test_seeding_the_chart_twice_changes_nothing(session: Session) -> None:
    before = (ledger.accounts(), ledger.funds())
    with unit_of_work() as unit:
        seed_chart(unit)
    assert (ledger.accounts(), ledger.funds()) == before
    assert [fund.code for fund in before[1]] == ["DIG", "EMG", "FAM", "GEN", "LEG"]


@pytest.mark.parametrize("code", ["emg", "E", "E G", "E:G", "1EG", "E" * 17])
def test_fund_code_that_would_break_an_export_is_refused(session: Session, code: str) -> None:
    with unit_of_work() as unit, pytest.raises(LedgerRefused, match="fund_code"):
        add_fund(unit, code, restricted=True)


def test_partner_is_a_code_never_a_name(session: Session) -> None:
    with unit_of_work() as unit, pytest.raises(LedgerRefused, match="partner_code"):
        advance_account(unit, "Anna Petrowa")


def test_card_gift_whose_fee_does_not_fit_is_refused(session: Session) -> None:
    with unit_of_work() as unit, pytest.raises(LedgerRefused, match="amounts_differ"):
        facts.card_gift(unit, origin("c"), {"EMG": 10000}, fee=175, net=9824, currency=EUR)


def test_card_gift_charges_its_fee_to_the_fund_that_bears_fees(session: Session) -> None:
    with unit_of_work() as unit:
        facts.card_gift(unit, origin("c"), {"EMG": 10000}, fee=175, net=9825, currency=EUR)
    stripe = {row.fund_code: row.balance for row in ledger.trial_balance()
              if row.account_code == chart.STRIPE}  # fmt: skip
    assert stripe == {"EMG": 10000, "GEN": -175}


def test_refunds_of_a_split_gift_take_what_remains(session: Session) -> None:
    """MONEY.md 6 check 7: 50.00 twice of 100.00 over three funds."""
    shares = {"EMG": 3334, "FAM": 3333, "LEG": 3333}
    with unit_of_work() as unit:
        facts.bank_gift(unit, origin("g"), shares, EUR)
    taken = []
    for key in ("r1", "r2"):
        with unit_of_work() as unit:
            parts = facts.refund_shares(remaining_gift("donation", "d1", EUR), 5000)
            facts.refund(unit, origin(key), parts, EUR)
        taken.append(list(parts.values()))
    assert taken == [[1667, 1667, 1666], [1667, 1666, 1667]]
    assert remaining_gift("donation", "d1", EUR) == {"EMG": 0, "FAM": 0, "LEG": 0}
    with pytest.raises(LedgerRefused, match="refund_too_large"):
        facts.refund_shares(remaining_gift("donation", "d1", EUR), 1)


def test_dispute_won_gives_back_money_and_a_returned_fee(session: Session) -> None:
    with unit_of_work() as unit:
        facts.bank_gift(unit, origin("g"), {"EMG": 5000}, EUR)
        facts.dispute_opened(unit, origin("o"), {"EMG": 5000}, fee=2000, currency=EUR)
    assert (spendable(), spendable("GEN")) == (0, -2000)
    assert remaining_gift("donation", "d1", EUR) == {"EMG": 0}
    with unit_of_work() as unit:
        facts.dispute_won(unit, origin("w"), {"EMG": 5000}, fee_returned=2000, currency=EUR)
    assert (spendable(), spendable("GEN")) == (5000, 0)


@pytest.mark.parametrize("amount", [700, -700])
def test_movement_nobody_explains_raises_no_means(session: Session, amount: int) -> None:
    with unit_of_work() as unit:
        facts.stripe_unknown(unit, origin("u"), amount, EUR)
    assert spendable("GEN") == min(amount, 0)


def test_failed_refund_and_failed_payout_are_undone(session: Session) -> None:
    with unit_of_work() as unit:
        facts.card_gift(unit, origin("c"), {"EMG": 100}, fee=0, net=100, currency=EUR)
        before = [row.balance for row in ledger.trial_balance()]
        facts.refund(unit, origin("r"), {"EMG": 40}, EUR)
        facts.refund_failed(unit, origin("rf"), {"EMG": 40}, EUR)
        facts.stripe_payout(unit, origin("p"), {"EMG": 100}, net=100, currency=EUR)
        facts.payout_failed(unit, origin("pf"), {"EMG": 100}, EUR)
    after = {row.account_code: row.balance for row in ledger.trial_balance()}
    assert [amount for amount in after.values() if amount] == [-100, 100]
    assert sorted(before) == [-100, 100]


def test_payout_that_differs_by_a_cent_is_refused(session: Session) -> None:
    """MONEY.md 6 check 11: a bank line of 47.24 is not the payout of 47.25."""
    with unit_of_work() as unit, pytest.raises(LedgerRefused, match="amounts_differ"):
        facts.payout_arrived(unit, origin("p"), {"EMG": 4725}, bank_line=4724, currency=EUR)


def test_mistaken_entry_is_reversed_once(session: Session) -> None:
    with unit_of_work() as unit:
        mistaken = post(unit, GIFT)
        facts.reverse(unit, origin("rev", reason="typing_error"), mistaken)
    assert spendable() == 0
    with unit_of_work() as unit, pytest.raises(LedgerRefused):
        facts.reverse(unit, origin("rev2", reason="typing_error"), post(unit, GIFT))


def test_decision_is_not_reversed_but_has_its_own_way_back(session: Session) -> None:
    books.seed(EMG=100)
    with unit_of_work() as unit:
        grant = grants.approve_grant(unit, origin("a"), "EMG", [grants.Part(100)], EUR)
        approval = unit.get_one(JournalEntry, grant.approve_entry_id)
        with pytest.raises(LedgerRefused, match="not_reversible"):
            facts.reverse(unit, origin("rev", reason="typing_error"), approval)
    assert ledger.position("EMG", EUR).committed == 100


def test_tranche_goes_its_steps_in_order_only(session: Session) -> None:
    books.seed(EMG=100)
    with unit_of_work() as unit:
        (only,) = books.approve(unit, "G", "EMG", 100)
        for act in (grants.bank_executed, grants.payment_returned, grants.recall_release):
            with pytest.raises(LedgerRefused, match="tranche_state"):
                act(unit, origin(f"early:{act.__name__}"), only)
        grants.release_tranche(unit, origin("rel"), only)
        with pytest.raises(LedgerRefused, match="tranche_state"):
            grants.cancel_commitment(unit, origin("can"), only)
        grants.bank_executed(unit, origin("paid"), only)
        with pytest.raises(LedgerRefused, match="tranche_state"):
            grants.release_tranche(unit, origin("rel2"), only)
    assert ledger.position("EMG", EUR) == ledger.Position(
        "EMG", EUR, spendable=0, committed=0, paid=100, received=100
    )


def test_recalled_release_can_be_cancelled_and_the_money_is_free(session: Session) -> None:
    books.seed(EMG=100)
    with unit_of_work() as unit:
        (only,) = books.approve(unit, "G", "EMG", 100)
        grants.release_tranche(unit, origin("rel"), only)
        assert ledger.position("EMG", EUR).in_transit == 100
        grants.recall_release(unit, origin("rec"), only)
        grants.cancel_commitment(unit, origin("can"), only)
        grants.cancel_commitment(unit, origin("can"), only)
    assert ledger.position("EMG", EUR).available == 100
    assert books.tranche(session, only).state == TrancheState.CANCELLED
    assert recompute_check() == ()


def test_disallowed_cost_shortens_a_later_tranche(session: Session) -> None:
    """DOMAIN.md scenario 8: 24,000 in 40/40/20, 640 disallowed, last tranche 4,160."""
    books.seed(EMG=2400000)
    with unit_of_work() as unit:
        *_, last = books.approve(unit, "G", "EMG", 960000, 960000, 480000)
        with pytest.raises(LedgerRefused, match="cancelled_too_much"):
            grants.cancel_commitment(unit, origin("all"), last, 480001)
        grants.cancel_commitment(unit, origin("part"), last, 64000)
        grants.release_tranche(unit, origin("rel"), last)
    assert ledger.position("EMG", EUR).in_transit == 416000
    assert recompute_check() == ()


def test_approving_again_under_the_same_key_is_the_same_commitment(session: Session) -> None:
    books.seed(EMG=100)
    ids = []
    for _ in range(2):
        with unit_of_work() as unit:
            part = [grants.Part(60)]
            ids.append(grants.approve_grant(unit, origin("a"), "EMG", part, EUR).id)
    assert ids[0] == ids[1]
    assert ledger.position("EMG", EUR).committed == 60


def test_transfer_moves_free_money_only(session: Session) -> None:
    books.seed(GEN=100)
    with unit_of_work() as unit:
        books.transfer(unit, "a", "GEN", "EMG", 60)
        with pytest.raises(Overspent):
            books.transfer(unit, "b", "GEN", "EMG", 41)
    assert (spendable("GEN"), spendable("EMG")) == (40, 60)


def test_fund_in_the_red_may_be_helped_in_part(session: Session) -> None:
    books.seed(GEN=100)
    with unit_of_work() as unit:
        facts.refund(unit, origin("r"), {"EMG": 500}, EUR)
        books.transfer(unit, "m", "GEN", "EMG", 100)
    assert spendable() == -400


def test_entry_after_a_refused_one_is_its_own(session: Session) -> None:
    """SQLite gives a refused entry's number to the next; nothing of the first may stick to it."""
    books.seed(EMG=100)
    with unit_of_work() as unit:
        with pytest.raises(Overspent):
            books.approve(unit, "refused", "EMG", 101)
        (tranche,) = books.approve(unit, "granted", "EMG", 100)
        assert books.tranche(unit, tranche).amount == 100
