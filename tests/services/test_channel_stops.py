"""A way that is stopped: what may be out is called back, and files here give up what goes there."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import monotonic, sleep

import pytest
from sqlalchemy import Select, select, text, update
from sqlalchemy.exc import DatabaseError

from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.batches import PayoutBatch
from fund_app.models.clocks import Clock
from fund_app.models.events import HOUSE, ChainHead, Event
from fund_app.services import (
    batch_answers,
    batches,
    channel_stops,
    disbursement_troubles,
    disbursements,
    status_reports,
)
from fund_app.services.batch_answers import Verdict
from fund_app.services.channel_changes import confirm, propose
from fund_app.services.disbursements import BankLine, Sending
from fund_app.services.transition import INTERNAL, take
from fund_app.services.unit import unit_of_work
from tests.services.test_batches import PAYER, batch_of, due, let_go
from tests.services.test_channels import VOUCHER, accept, payment, release
from tests.services.test_status_reports import handed_over
from tests.support.house import House, press
from tests.support.threads import PATIENCE
from workflows.engine import Refused
from workflows.status_reports import StatusReport

pytestmark = pytest.mark.both_stores


def test_freeze_calls_back_what_may_be_out_and_empties_files_that_have_not_left(
    house: House,
) -> None:
    sent, seen = (accept(house, "voucher", receipt_country="GE") for _ in range(2))
    for payment_id in (sent, seen):
        release(house, payment_id)
        disbursements.send(house["fin1"], payment_id, Sending(), press())
    line = BankLine(60_000, payment(seen).reference)
    disbursements.bank_ok(house["fin1"], seen, line, press())
    with unit_of_work() as session:
        channel_stops.stop(session, house["anna"], "caucasus", "voucher")
    assert (payment(sent).state, payment(seen).state) == ("unknown", "confirmed")
    clocks = select(Clock.name).where(Clock.subject_id == sent, Clock.state == "running")
    assert list(db.session.scalars(clocks)) == ["look_up"]
    reasons = select(Event.reason_code).where(
        Event.subject_id == sent, Event.action == "recall", Event.dest == "unknown"
    )
    assert list(db.session.scalars(reasons)) == ["way_unsafe"]

    (_, here), (_, gone), (_, elsewhere) = (
        due(house, amount, receipt_country=country)
        for amount, country in ((60_000, "GE"), (50_000, "GE"), (40_000, "DE"))
    )
    batch_id = handed_over(house, [gone])
    made = batches.prepare(house.fresh("fin1"), PAYER, [here, elsewhere], press())
    assert made.batch_id is not None
    let_go(house, made.batch_id)
    with unit_of_work() as session:
        stop = channel_stops.stop(session, house["anna"], "caucasus", "bank_transfer")
        assert stop.held == 1
    states = [payment(each).state for each in (here, gone, elsewhere)]
    assert states == ["held", "unknown", "exported"]
    with pytest.raises(Refused) as refused:
        batches.hand_over(house.fresh("fin1"), made.batch_id)
    assert refused.value.codes == ("batch_line_moved_on",)
    _database_keeps_it_here(house, made.batch_id)
    batches.refuse(house["treasurer"], made.batch_id)
    assert payment(elsewhere).state == "authorised"
    batch_answers.answer(house["fin1"], batch_id, Verdict.ACCEPTED, {})
    assert payment(gone).state == "sent"


def _database_keeps_it_here(house: House, batch_id: str) -> None:
    leaving = update(PayoutBatch).where(PayoutBatch.id == batch_id)
    with pytest.raises(DatabaseError, match="taken out of the file"):
        db.session.execute(leaving.values(state="handed_over", handed_over_at=house.clock.now()))
    db.session.rollback()


def test_partner_called_back_is_held_and_once_safe_accounts_for_one_advance(house: House) -> None:
    payment_id = accept(house, "partner_payout")
    release(house, payment_id)
    disbursements.send(house["fin1"], payment_id, Sending("P-07"), press())
    with unit_of_work() as session:
        stop_id = channel_stops.stop(session, house["anna"], "russia", "partner_payout").id
    disbursements.sign_first(house["treasurer"], payment_id, "found_not_sent", press())
    disbursement_troubles.found_not_sent(house["fin1"], payment_id, press())
    assert payment(payment_id).state == "held"
    held = select(Event.reason_code).where(Event.subject_id == payment_id, Event.dest == "held")
    assert db.session.scalar(held) == "way_unsafe"
    channel_stops.propose_lift(house["fin1"], stop_id)
    channel_stops.lift(house["security"], stop_id)
    disbursements.sign_first(house["security"], payment_id, "release_hold", press())
    disbursements.release_hold(house["fin1"], payment_id, press())
    release(house, payment_id)
    with pytest.raises(Refused) as refused:
        disbursements.send(house["fin1"], payment_id, Sending("P-08"), press())
    assert refused.value.codes == ("other_partner",)
    disbursements.send(house["fin1"], payment_id, Sending("P-07"), press())
    assert payment(payment_id).state == "sent"


def test_cases_are_locked_by_id_and_before_the_files_they_stand_in(house: House) -> None:
    """Whoever waited for a case with a file or a later case in hand would meet a deadlock."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite lets one write at a time")
    payments = {due(house, receipt_country="GE") for _ in range(2)}
    (case_id, payment_id), (later, frozen_id) = sorted(payments)
    disbursements.send(house["fin1"], frozen_id, Sending(), press())
    line = BankLine(100_000, payment(frozen_id).reference)
    disbursements.bank_ok(house["fin1"], frozen_id, line, press())
    _waits_for(
        house,
        case_id,
        lambda: disbursement_troubles.frozen_at_recipient(house["anna"], frozen_id, press()),
        select(Application.id).where(Application.id == later),
    )
    assert payment(payment_id).state == "held"

    case_id, payment_id = due(house, receipt_country="DE")
    made = batches.prepare(house.fresh("fin1"), PAYER, [payment_id], press()).batch_id
    assert made is not None
    refuse = partial(batches.refuse, house["treasurer"], made)
    _waits_for(house, case_id, refuse, select(PayoutBatch.id).where(PayoutBatch.id == made))
    batch_id = handed_over(house, [payment_id])
    report = StatusReport(batch_of(batch_id).number, "ACCP")
    take_in = partial(status_reports.take_in, house["fin1"], report)
    _waits_for(house, case_id, take_in, select(PayoutBatch.id).where(PayoutBatch.id == batch_id))
    assert payment(payment_id).state == "sent"


def test_stop_locks_what_it_holds_and_what_it_calls_back_in_one_order(house: House) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite lets one write at a time")
    payments = sorted(due(house, receipt_country="GE") for _ in range(2))
    (case_id, sent_id), (later, held_id) = payments
    disbursements.send(house["fin1"], sent_id, Sending(), press())

    def stop() -> None:
        with unit_of_work() as session:
            channel_stops.stop(session, house["anna"], "caucasus", "bank_transfer")

    _waits_for(house, case_id, stop, select(Application.id).where(Application.id == later))
    assert (payment(sent_id).state, payment(held_id).state) == ("unknown", "held")


def test_change_of_the_matrix_locks_cases_before_the_chain_of_the_house(house: House) -> None:
    """Whoever decides a hit holds its case and then writes into the house's chain."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite lets one write at a time")
    payment_id = accept(house, "voucher")
    release(house, payment_id)
    case_id, change_id = payment(payment_id).application_id, propose(house["fin1"], VOUCHER)
    free = select(ChainHead.subject_id).where(ChainHead.chain == HOUSE)
    _waits_for(house, case_id, partial(confirm, house["security"], change_id), free)
    assert payment(payment_id).state == "held"


def _waits_for(house: House, case_id: str, act: Callable[[], object], free: Select[str]) -> None:
    """Let somebody act while a case is locked here: meanwhile what `free` names stays free."""

    def run() -> None:
        with house.app.app_context():
            act()
            db.session.remove()

    db.session.rollback()
    take(db.session(), Application, case_id, INTERNAL)
    with ThreadPoolExecutor(1) as pool:
        try:
            running = pool.submit(run)
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            deadline = monotonic() + PATIENCE
            while not db.session.scalar(waiting):
                assert monotonic() < deadline
                assert not running.done()
                sleep(0.01)
            db.session.execute(free.with_for_update(nowait=True))
        finally:
            db.session.rollback()
        running.result(PATIENCE)
