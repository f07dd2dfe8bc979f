"""The payment-safety matrix at work: chosen by, checked, changed by two, stopped and lifted."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError, ProgrammingError

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.channels import ChannelStop
from fund_app.models.disbursements import Disbursement
from fund_app.models.events import Event
from fund_app.models.jobs import Job
from fund_app.services import (
    applications,
    channel_changes,
    channel_stops,
    channels,
    disbursement_changes,
    disbursements,
    offers,
    payee_details,
)
from fund_app.services.channel_changes import Word
from fund_app.services.channel_stops import ChannelRefused
from fund_app.services.disbursements import BankLine, Sending
from fund_app.services.intake import AnswerText
from fund_app.services.unit import unit_of_work
from tests.support.house import House, build, press
from workflows.channels import ANY, CHANNELS, Receipt, Verdict
from workflows.engine import Refused
from workflows.references import is_neutral

pytestmark = pytest.mark.both_stores

LINES = (("legal", 60_000),)
NEUTRAL = frozenset({"person", "audience", "departure"})
"""All a notice says: to whom, with which constant words, at which fixed hour."""
REFUSED = (IntegrityError, InternalError, OperationalError, ProgrammingError)
VOUCHER = Word(("russia", "voucher", ANY), Verdict.FORBIDDEN, "law_forbids", "Board 2026-05-01")


@pytest.fixture
def house(app: Flask, clock: ManualClock) -> Iterator[House]:
    with app.app_context():
        yield build(app, clock)


def accept(house: House, channel: str, **more: str) -> str:
    """Let an approved applicant accept by a way; return the payment."""
    applicant, case_id = house.approved(LINES)
    house.write_letter(case_id)
    applications.offer(house["anna"], case_id, press())
    told = {
        "payout_channel": channel,
        "payee_name": "Test Person A-0017",
        "payee_account": "Pick-up point 3",
        "confirmation_word": "heron",
        **more,
    }
    answers = [AnswerText(key, 0, "payout", value) for key, value in told.items()]
    offers.accept(applicant, answers, press())
    return house.payment_of(case_id).id


def payment(payment_id: str) -> Disbursement:
    db.session.rollback()
    return db.session.get_one(Disbursement, payment_id)


def check(house: House, payment_id: str) -> None:
    disbursements.safety_check(house["fin1"], payment_id, payee_verified=True, request=press())


def release(house: House, payment_id: str) -> None:
    check(house, payment_id)
    disbursements.authorise_first(house["fin2"], payment_id, press())
    disbursements.authorise_second(house["treasurer"], payment_id, press())


def frozen(house: House, payment_id: str) -> None:
    """Lead a payment to the day on which its recipient reports a freeze."""
    release(house, payment_id)
    disbursements.send(house["fin1"], payment_id, Sending("P-07"), press())
    line = BankLine(60_000, payment(payment_id).reference)
    disbursements.bank_ok(house["fin1"], payment_id, line, press())
    with unit_of_work() as session:
        found, application = disbursements.locked(session, payment_id, press())
        disbursements.fire(session, found, application, "frozen_at_recipient", house["anna"])


def change(house: House, word: Word) -> int:
    change_id = channel_changes.propose(house["treasurer"], word)
    return channel_changes.confirm(house["security"], change_id)


def test_country_of_receipt_counts_and_only_its_group_stands_outside_of_the_seal(
    house: House,
) -> None:
    payment_id = accept(house, "bank_transfer", receipt_country="GE", receipt_status="abroad")
    assert payment(payment_id).receipt_region == "caucasus"
    for value in db.session.execute(
        select(Disbursement.__table__).where(Disbursement.id == payment_id)
    ).one():
        assert value not in {"GE", "abroad"}


def test_forbidden_way_cannot_be_accepted(house: House) -> None:
    with pytest.raises(Refused) as refused:
        accept(house, "bank_transfer", receipt_country="BY")
    assert refused.value.codes == ("channel_forbidden",)


def test_status_only_the_seal_knows_is_judged_with_the_key_of_finance(house: House) -> None:
    payment_id = accept(house, "voucher", receipt_country="GE", receipt_status="in_custody")
    word = Word(("GE", "voucher", "in_custody"), Verdict.FORBIDDEN, "cannot_collect")
    assert change(house, word) == 1
    assert payment(payment_id).state == "held"
    disbursements.sign_first(house["fin1"], payment_id, "release_hold", press())
    disbursements.release_hold(house["security"], payment_id, press())
    with pytest.raises(Refused) as refused:
        check(house, payment_id)
    assert refused.value.codes == ("channel_forbidden",)
    other = accept(house, "voucher", receipt_country="GE", receipt_status="at_liberty")
    check(house, other)
    assert payment(other).state == "payee_checked"


def test_new_payee_is_judged_by_their_own_country_and_status_not_by_the_earlier_payees(
    house: House,
) -> None:
    before = {"receipt_country": "GE", "receipt_status": "at_liberty", "payee_born": "1999-01-01"}
    payment_id = accept(house, "cash_agent", **before)
    with pytest.raises(Refused) as refused:  # of the new one nothing is known
        rename(house, payment_id, "cash_agent")
    assert refused.value.codes == ("channel_forbidden",)
    rename(house, payment_id, "voucher", receipt_country="AM", receipt_status="abroad")
    details = opened(house, payment_id)
    assert (details["receipt_country"], details["receipt_status"]) == ("AM", "abroad")
    rename(house, payment_id, "voucher")
    details = opened(house, payment_id)
    assert (details["receipt_country"], details["receipt_status"]) == ("", "unknown")
    assert (details["payee_born"], details["confirmation_word"]) == ("", "heron")
    assert payment(payment_id).receipt_region == "unknown"
    with pytest.raises(Refused) as refused:
        rename(house, payment_id, "bank_transfer")
    assert refused.value.codes == ("channel_forbidden",)
    change(house, Word(("KZ", "voucher", "listed"), Verdict.FORBIDDEN, "law_forbids"))
    assert payment(payment_id).state == "held"


def test_stop_anywhere_keeps_back_what_may_go_there(house: House) -> None:
    payment_id = accept(house, "voucher", receipt_country="GE")
    rename(house, payment_id, "partner_payout")
    with unit_of_work() as session:
        channel_stops.stop(session, house["anna"], "balkans", "partner_payout")
    assert payment(payment_id).state == "held"
    with pytest.raises(Refused):
        rename(house, payment_id, "partner_payout")


def test_database_keeps_what_may_go_anywhere_off_a_stopped_way(house: House) -> None:
    payment_id = accept(house, "voucher")
    release(house, payment_id)
    with unit_of_work() as session:
        session.get_one(Disbursement, payment_id).receipt_region = "unknown"
        row = ChannelStop(region="balkans", channel="voucher", stopped_by_id=house["anna"].ref)
        row.stopped_on = house.clock.now().date()
        session.add(row)
    with pytest.raises(REFUSED, match="stopped there"):
        _run("UPDATE disbursement SET state = 'sent' WHERE state = 'authorised'")


def rename(house: House, payment_id: str, channel: str, **more: str) -> None:
    """Name another payee as the lead heard it, without the word that is the applicant's."""
    told = {"payout_channel": channel, "payee_name": "Test Person B-0018"}
    told |= {"payee_account": "Pick-up point 9", **more}
    payee = [AnswerText(key, 0, "payout", value) for key, value in told.items()]
    disbursement_changes.change_payee(house["anna"], payment_id, payee, press())


def opened(house: House, payment_id: str) -> dict[str, str]:
    case_id = payment(payment_id).application_id
    return payee_details.opened(db.session(), house.fresh("fin1"), case_id)


def test_change_takes_treasury_and_security_and_makes_a_version(house: House) -> None:
    change_id = channel_changes.propose(house["fin1"], VOUCHER)
    with pytest.raises(ChannelRefused, match="under_way"):
        channel_changes.propose(house["security"], VOUCHER)
    for person, code in (("fin1", "same_person"), ("treasurer", "other_side"), ("anna", "signer")):
        with pytest.raises(ChannelRefused, match=code):
            channel_changes.confirm(house[person], change_id)
    assert channels.matrix(db.session()).version == 0
    assert channel_changes.confirm(house["security"], change_id) == 1
    cell = channels.matrix(db.session()).judge(Receipt("russia"), "voucher")
    assert (cell.verdict, cell.reason, cell.version) == (Verdict.FORBIDDEN, "law_forbids", 1)
    with pytest.raises(ChannelRefused, match="decided"):
        channel_changes.confirm(house["security"], change_id)
    actions = set(db.session.scalars(select(Event.action).where(Event.chain == "house")))
    assert {"channel_change_proposed", "channel_changed"} <= actions


NONSENSE = (
    (Word(("russia", "bank_transfer", ANY), Verdict.DISCOURAGED, "bank_records"), "below_floor"),
    (Word(("russia", "bank_transfer", ANY), Verdict.ALLOWED), "below_floor"),
    (Word(("atlantis", "voucher", ANY), Verdict.ALLOWED), "unknown_cell"),
    (Word(("russia", "voucher", ANY), Verdict.FORBIDDEN), "reason_missing"),
    (Word(("russia", "voucher", ANY), Verdict.ALLOWED, "law_forbids"), "reason_missing"),
    (Word(("russia", "voucher", ANY), Verdict.ALLOWED), "says_so_already"),
)


def test_word_that_makes_no_sense_is_refused(house: House) -> None:
    for word, code in NONSENSE:
        with pytest.raises(ChannelRefused, match=code):
            channel_changes.propose(house["treasurer"], word)


def test_freeze_stops_the_way_there_holds_what_has_not_left_and_tells_the_leads(
    house: House,
) -> None:
    """Scenario 10: three payments go to held, also one signed by two; elsewhere nothing stops."""
    first, ready, checked, released = (accept(house, "partner_payout") for _ in range(4))
    check(house, checked)
    release(house, released)
    elsewhere = accept(house, "partner_payout", receipt_country="GE")
    other_way = accept(house, "voucher")
    db.session.execute(text("DELETE FROM job"))
    db.session.commit()
    frozen(house, first)
    assert [payment(each).state for each in (ready, checked, released)] == ["held"] * 3
    assert [payment(each).state for each in (elsewhere, other_way)] == ["ready", "ready"]
    reasons = db.session.scalars(
        select(Event.reason_code).where(Event.action.in_(("safety_block", "recall")))
    )
    assert set(reasons) == {"way_unsafe"}
    notices = db.session.scalars(select(Job).where(Job.kind == "send_notice"))
    told = {json.dumps(job.payload) for job in notices}
    assert any(house["anna"].ref in each for each in told)
    assert {frozenset(json.loads(each)) for each in told} == {NEUTRAL}
    stop = db.session.scalars(select(ChannelStop)).one()
    assert (stop.region, stop.channel, stop.held) == ("russia", "partner_payout", 3)
    with pytest.raises(Refused) as refused:
        accept(house, "partner_payout")
    assert refused.value.codes == ("channel_forbidden",)


def test_payment_planned_on_a_stopped_way_does_not_begin(house: House) -> None:
    payment_id = accept(house, "partner_payout")
    with unit_of_work() as session:
        session.get_one(Disbursement, payment_id).state = "planned"
        stop_id = channel_stops.stop(session, house["anna"], "russia", "partner_payout").id
    with pytest.raises(Refused) as refused:
        disbursements.take_up(house["fin1"], payment_id, press())
    assert refused.value.codes == ("channel_forbidden",)
    channel_stops.propose_lift(house["fin1"], stop_id)
    channel_stops.lift(house["security"], stop_id)
    disbursements.take_up(house["fin1"], payment_id, press())
    assert payment(payment_id).state == "ready"


def test_stop_is_lifted_by_two_and_what_was_held_stays_held(house: House) -> None:
    held = accept(house, "partner_payout")
    with unit_of_work() as session:
        stop_id = channel_stops.stop(session, house["anna"], "russia", "partner_payout").id
    with pytest.raises(ChannelRefused, match="not_proposed"):
        channel_stops.lift(house["security"], stop_id)
    channel_stops.propose_lift(house["treasurer"], stop_id)
    for person, code in (("treasurer", "same_person"), ("fin1", "other_side")):
        with pytest.raises(ChannelRefused, match=code):
            channel_stops.lift(house[person], stop_id)
    channel_stops.lift(house["security"], stop_id)
    assert channels.is_allowed(db.session(), Receipt("russia"), "partner_payout")
    assert payment(held).state == "held"
    with pytest.raises(ChannelRefused, match="lifted"):
        channel_stops.propose_lift(house["treasurer"], stop_id)


def test_way_forbidden_after_both_signatures_does_not_leave(house: House) -> None:
    """Also past the services: the database keeps a released payment off a stopped way."""
    payment_id = accept(house, "voucher")
    release(house, payment_id)
    with unit_of_work() as session:
        session.add(ChannelStop(region="russia", channel="voucher", stopped_by_id=house["anna"].ref,
                                stopped_on=house.clock.now().date()))  # fmt: skip
    with pytest.raises(Refused) as refused:
        disbursements.send(house["fin1"], payment_id, Sending(), press())
    assert refused.value.codes == ("channel_forbidden",)
    with pytest.raises(REFUSED, match="stopped there"):
        _run("UPDATE disbursement SET state = 'sent' WHERE state = 'authorised'")


CONFIRMED_ALONE = (
    "UPDATE channel_change SET state = 'confirmed', version = 9, decided_by_id = proposed_by_id"
    " WHERE state = 'proposed'"
)
LIFTED_ALONE = (
    "UPDATE channel_stop SET state = 'lifted', lifted_by_id = stopped_by_id,"
    " lifted_on = stopped_on, proposed_by_id = stopped_by_id"
)
STATEMENTS = (
    "UPDATE channel_change SET verdict = 'allowed', reason_code = NULL",
    CONFIRMED_ALONE,
    "DELETE FROM channel_change",
    "UPDATE channel_stop SET state = 'lifted', lifted_by_id = stopped_by_id",
    LIFTED_ALONE,
    "DELETE FROM channel_stop",
)


def test_database_keeps_words_and_stops_as_they_were_signed(house: House) -> None:
    change(house, VOUCHER)
    in_georgia = Word(("GE", "voucher", ANY), Verdict.FORBIDDEN, "law_forbids")
    channel_changes.propose(house["fin1"], in_georgia)
    with unit_of_work() as session:
        channel_stops.stop(session, house["anna"], "russia", "partner_payout")
    for statement in STATEMENTS:
        with pytest.raises(REFUSED):
            _run(statement)


def _run(statement: str) -> None:
    with unit_of_work() as session:
        session.execute(text(statement))


def test_reference_of_every_way_names_neither_fund_nor_programme(house: House) -> None:
    """The reference is all the words a payment carries; it is asked again at the check."""
    for channel in CHANNELS:
        payment_id = accept(house, channel, receipt_country="GE")
        assert is_neutral(payment(payment_id).reference)
        with unit_of_work() as session:
            session.get_one(Disbursement, payment_id).reference = f"SOLIDARITY {channel}"[:24]
        with pytest.raises(Refused) as refused:
            check(house, payment_id)
        assert refused.value.codes == ("reference_not_neutral",)
        with unit_of_work() as session:
            session.get_one(Disbursement, payment_id).reference = f"INV {payment_id[:8]}"
        check(house, payment_id)
        assert payment(payment_id).state == "payee_checked"
