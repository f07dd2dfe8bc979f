"""Money by other hands, in other currencies, and in trouble: each cent is where it says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.ledger import AccountBalance
from fund_app.models.subjects import SUBJECTS
from fund_app.queries import ledger, ledger_check
from fund_app.services import (
    advances,
    audit,
    deadlines,
    disbursement_changes,
    disbursement_troubles,
    disbursements,
    screenings,
)
from fund_app.services.advances import Part
from fund_app.services.disbursement_changes import Terms
from fund_app.services.disbursements import BankLine, Sending
from fund_app.services.unit import unit_of_work
from tests.support.house import House, build, press
from workflows.engine import Refused

pytestmark = pytest.mark.both_stores

ABROAD = Terms(108_000, "USD", "1.08", "ecb", date(2026, 6, 30))


@pytest.fixture
def house(app: Flask, clock: ManualClock) -> Iterator[House]:
    with app.app_context():
        yield build(app, clock)


@pytest.fixture
def sound(house: House) -> Iterator[None]:
    """Check trail and books once the test is over."""
    yield
    assert house.staff
    assert list(audit.verify(db.session(), SUBJECTS)) == []
    assert ledger_check.recompute_check() == ()


def balance(account: str, fund: str = "EMG") -> int:
    db.session.rollback()
    found = db.session.get(AccountBalance, (account, fund, "EUR"))
    return 0 if found is None else found.balance


def is_screened(house: House, case_id: str) -> bool:
    """Whether a screening counts for the payee of the newest payment, as they are now."""
    payment = house.payment_of(case_id)
    return screenings.is_current(db.session(), payment, payment.application)


def advanced(house: House, amount: int = 200_000) -> tuple[str, str]:
    """Return a case whose money a partner holds, and its payment."""
    _, case_id = house.released((("legal", amount),), payout_channel="partner_payout")
    payment = house.payment_of(case_id)
    disbursements.send(house["fin1"], payment.id, Sending("P-07"), press())
    line = BankLine(amount, payment.reference)
    disbursements.bank_ok(house["fin1"], payment.id, line, press())
    return case_id, payment.id


@pytest.mark.usefixtures("sound")
def test_partner_proves_gives_back_and_the_rest_is_written_off_by_two(house: House) -> None:
    """MONEY.md 6, check 21: 2000.00 advanced, 1810.00 proven, 150.00 back, 40.00 lost."""
    before = ledger.position("EMG", "EUR").available
    case_id, payment_id = advanced(house)
    assert balance("Advances:P-07") == 200_000
    assert balance("Grants") == balance("GrantsPayable") == 0
    account = advances.account_for
    account(house["fin1"], payment_id, Part("handed_over", 181_000, "signed_receipt"), press())
    account(house["fin1"], payment_id, Part("returned", 15_000, "bank_line", "B-12"), press())
    with pytest.raises(Refused) as refused:
        account(house["fin1"], payment_id, Part("handed_over", 4_001, "code_word"), press())
    assert refused.value.codes == ("more_than_open",)
    with pytest.raises(Refused) as refused:
        disbursements.reconcile(house["fin1"], payment_id, None, press())
    assert refused.value.codes == ("receipt_open",)
    with pytest.raises(Refused) as refused:
        advances.write_off(house["board"], payment_id, "stolen", press())
    assert refused.value.codes == ("second_person_missing",)
    disbursements.sign_first(house["fin1"], payment_id, "write_off_advance", press())
    advances.write_off(house["board"], payment_id, "stolen", press())
    assert balance("Advances:P-07") == 0
    assert (balance("Grants"), balance("Losses", "GEN")) == (181_000, 4_000)
    assert ledger.position("EMG", "EUR").available == before - 181_000
    assert ledger.position("GEN", "EUR").available == -4_000
    disbursements.reconcile(house["fin1"], payment_id, None, press())
    assert house.payment_of(case_id).state == "reconciled"


def test_same_part_sent_twice_is_kept_once(house: House) -> None:
    _, payment_id = advanced(house)
    pressed, part = press(), Part("handed_over", 1_000, "signed_receipt")
    for _ in range(2):
        advances.account_for(house["fin1"], payment_id, part, pressed)
    assert balance("Advances:P-07") == 199_000


def test_database_refuses_more_parts_than_the_advance_and_any_change(house: House) -> None:
    _, payment_id = advanced(house)
    part = Part("handed_over", 199_999, "signed_receipt")
    advances.account_for(house["fin1"], payment_id, part, press())
    one_more = """
        INSERT INTO advance_part
               (id, number, amount, advance_id, kind, evidence, recorded_by_id, recorded_on)
        SELECT 'x', 2, 2, advance_id, kind, evidence, recorded_by_id, recorded_on
          FROM advance_part"""
    for statement in (
        one_more,
        "UPDATE advance_part SET amount = 1",
        "DELETE FROM advance_part",
        "UPDATE payout_advance SET amount = 1",
    ):
        with pytest.raises(DatabaseError), unit_of_work() as session:
            session.execute(text(statement))


def test_partner_has_to_be_named_when_money_is_handed_to_them(house: House) -> None:
    _, case_id = house.released((("legal", 1_000),), payout_channel="partner_payout")
    with pytest.raises(Refused) as refused:
        disbursements.send(house["fin1"], house.payment_of(case_id).id, Sending(), press())
    assert refused.value.codes == ("partner_missing",)


@pytest.mark.usefixtures("sound")
def test_whole_advance_sent_back_is_owed_again_and_paid_by_another_way(house: House) -> None:
    case_id, payment_id = advanced(house)
    back = BankLine(199_000, house.payment_of(case_id).reference, fee=300)
    disbursements.bounce(house["fin1"], payment_id, back, press())
    assert balance("Advances:P-07") == 0
    assert balance("GrantsPayable") == -200_000
    disbursements.sign_first(house["anna"], payment_id, "retry", press())
    disbursements.retry(house["fin1"], payment_id, "voucher", press())
    assert house.payment_of(case_id).attempt == 2
    assert ledger.position("EMG", "EUR").committed == 200_000
    assert ledger.position("GEN", "EUR").available == -300


def abroad(house: House) -> tuple[str, str]:
    """Return a case with a payment of 1,000.00 that is worth 1,080.00 dollars, and is sent."""
    _, case_id = house.accepted((("legal", 100_000),))
    payment_id = house.payment_of(case_id).id
    disbursement_changes.set_terms(house["fin1"], payment_id, ABROAD, press())
    house.sign(case_id)
    disbursements.send(house["fin1"], payment_id, Sending(), press())
    return case_id, payment_id


@pytest.mark.usefixtures("sound")
def test_rate_within_the_tolerance_posts_the_difference(house: House) -> None:
    """MONEY.md 6, check 20: 1000.00 promised, 1014.08 executed."""
    case_id, payment_id = abroad(house)
    line = BankLine(101_408, house.payment_of(case_id).reference, fee=1_500)
    disbursements.bank_ok(house["fin1"], payment_id, line, press())
    assert balance("FxDifference") == 1_408
    assert ledger.position("EMG", "EUR").available == 500_000 - 101_408
    assert ledger.position("GEN", "EUR").available == -1_500


def test_rate_beyond_the_tolerance_waits_for_another_person(house: House) -> None:
    case_id, payment_id = abroad(house)
    line = BankLine(102_001, house.payment_of(case_id).reference)
    with pytest.raises(Refused) as refused:
        disbursements.bank_ok(house["fin1"], payment_id, line, press())
    assert refused.value.codes == ("statement_differs",)
    disbursement_changes.agree_difference(house["treasurer"], payment_id, 102_000, press())
    with pytest.raises(Refused):
        disbursements.bank_ok(house["fin1"], payment_id, line, press())
    disbursement_changes.agree_difference(house["treasurer"], payment_id, 102_001, press())
    disbursements.bank_ok(house["fin1"], payment_id, line, press())
    assert balance("FxDifference") == 2_001


def test_terms_are_part_of_what_is_signed(house: House) -> None:
    case_id, payment_id = abroad(house)
    assert house.payment_of(case_id).state == "sent"
    with pytest.raises(Refused) as refused:
        disbursement_changes.set_terms(house["fin1"], payment_id, ABROAD, press())
    assert refused.value.codes == ("wrong_state",)
    with pytest.raises(DatabaseError), unit_of_work() as session:
        session.execute(text("UPDATE exchange_terms SET rate_text = '2'"))


def test_changed_payee_voids_the_release_and_needs_a_further_person_for_a_day(
    house: House, clock: ManualClock
) -> None:
    """MONEY.md 6, check 14."""
    _, case_id = house.released((("legal", 100_000),))
    payment_id = house.payment_of(case_id).id
    new = house.payee(payee_account="Pick-up point 9")
    disbursement_changes.change_payee(house["anna"], payment_id, new, press())
    assert house.payment_of(case_id).state == "ready"
    assert ledger.position("EMG", "EUR").in_transit == 0
    assert not is_screened(house, case_id)
    with pytest.raises(Refused) as refused:
        house.sign(case_id)
    assert refused.value.codes == ("payee_details_new",)
    assert is_screened(house, case_id)
    for handle in ("fin1", "fin2"):  # the checker, and who signed first
        disbursements.sign_first(house[handle], payment_id, "authorise_second", press())
        with pytest.raises(Refused):
            disbursements.authorise_second(house["treasurer"], payment_id, press())
    house.at(clock.now() + timedelta(hours=24, seconds=1))
    disbursements.authorise_second(house["treasurer"], payment_id, press())
    assert house.payment_of(case_id).state == "authorised"


def test_further_person_agrees_to_a_changed_payee(house: House) -> None:
    _, case_id = house.accepted((("legal", 100_000),))
    payment_id = house.payment_of(case_id).id
    new = house.payee(payee_account="Pick-up point 9")
    disbursement_changes.change_payee(house["anna"], payment_id, new, press())
    with pytest.raises(Refused) as refused:
        house.sign(case_id)
    assert refused.value.codes == ("payee_details_new",)
    disbursements.sign_first(house["board"], payment_id, "authorise_second", press())
    disbursements.authorise_second(house["treasurer"], payment_id, press())
    assert house.payment_of(case_id).state == "authorised"


@pytest.mark.usefixtures("sound")
def test_lost_payment_is_written_off_by_finance_and_the_board(
    house: House, clock: ManualClock
) -> None:
    before = ledger.position("EMG", "EUR").available
    _, case_id = house.released((("legal", 40_000),))
    payment = house.payment_of(case_id)
    payment_id, reference = payment.id, payment.reference
    disbursements.send(house["fin1"], payment_id, Sending(), press())
    deadlines.fire_due(clock.now() + timedelta(days=8))
    assert house.payment_of(case_id).state == "unconfirmed"
    with pytest.raises(Refused) as refused:
        disbursement_troubles.lost(house["fin1"], payment_id, None, press())
    assert refused.value.codes == ("trace_open",)
    line = BankLine(40_000, reference)
    disbursement_troubles.lost(house["fin1"], payment_id, line, press())
    disbursements.sign_first(house["anna"], payment_id, "retry", press())
    with pytest.raises(Refused) as refused:
        disbursements.retry(house["fin1"], payment_id, "voucher", press())
    assert refused.value.codes == ("money_still_out",)
    disbursements.sign_first(house["fin1"], payment_id, "write_off", press())
    disbursement_troubles.write_off(house["board"], payment_id, press())
    assert house.payment_of(case_id).state == "written_off"
    assert (balance("Grants"), balance("Losses", "GEN")) == (0, 40_000)
    assert ledger.position("EMG", "EUR").available == before


@pytest.mark.usefixtures("sound")
def test_lost_payment_that_comes_back_after_all_is_recorded(
    house: House, clock: ManualClock
) -> None:
    _, case_id = house.released((("legal", 40_000),))
    payment = house.payment_of(case_id)
    payment_id, line = payment.id, BankLine(40_000, payment.reference)
    disbursements.send(house["fin1"], payment_id, Sending(), press())
    deadlines.fire_due(clock.now() + timedelta(days=8))
    disbursement_troubles.lost(house["fin1"], payment_id, line, press())
    disbursements.bounce(house["fin1"], payment_id, line, press())
    with pytest.raises(Refused) as refused:
        disbursements.bounce(house["fin1"], payment_id, line, press())
    assert refused.value.codes == ("money_is_back_already",)
    disbursement_troubles.give_up(house["anna"], payment_id, press())
    assert house.payment_of(case_id).state == "cancelled"


@pytest.mark.usefixtures("sound")
def test_frozen_money_is_paid_anew_and_the_loss_is_borne_by_the_general_fund(
    house: House,
) -> None:
    before = ledger.position("EMG", "EUR").available
    _, case_id = house.released((("legal", 40_000),))
    payment = house.payment_of(case_id)
    payment_id, line = payment.id, BankLine(40_000, payment.reference)
    disbursements.send(house["fin1"], payment_id, Sending(), press())
    disbursements.bank_ok(house["fin1"], payment_id, line, press())
    disbursement_troubles.frozen_at_recipient(house["anna"], payment_id, press())
    disbursements.sign_first(house["board"], payment_id, "frozen_replace", press())
    disbursement_troubles.frozen_replace(house["fin1"], payment_id, "cash_agent", press())
    second = house.payment_of(case_id)
    assert (second.attempt, second.amount, second.state) == (2, 40_000, "ready")
    position = ledger.position("EMG", "EUR")
    assert (position.committed, position.available) == (40_000, before - 40_000)
    assert balance("Losses", "GEN") == 40_000


def test_payment_is_cancelled_by_finance_and_a_coordinator(house: House) -> None:
    _, case_id = house.released((("legal", 40_000),))
    payment_id = house.payment_of(case_id).id
    disbursements.sign_first(house["fin1"], payment_id, "cancel", press())
    disbursement_troubles.cancel(house["anna"], payment_id, press())
    assert house.payment_of(case_id).state == "cancelled"
    assert ledger.position("EMG", "EUR").in_transit == 0
