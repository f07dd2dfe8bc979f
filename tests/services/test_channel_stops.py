"""A way that is stopped: what may be out is called back, and files here give up what goes there."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.clocks import Clock
from fund_app.models.events import Event
from fund_app.services import (
    batch_answers,
    batches,
    channel_stops,
    disbursement_troubles,
    disbursements,
)
from fund_app.services.batch_answers import Verdict
from fund_app.services.disbursements import BankLine, Sending
from fund_app.services.unit import unit_of_work
from tests.services.test_batches import PAYER, due, let_go
from tests.services.test_channels import accept, payment, release
from tests.services.test_status_reports import handed_over
from tests.support.house import House, press
from workflows.engine import Refused

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
    batches.refuse(house["treasurer"], made.batch_id)
    assert payment(elsewhere).state == "authorised"
    batch_answers.answer(house["fin1"], batch_id, Verdict.ACCEPTED, {})
    assert payment(gone).state == "sent"


def test_partner_called_back_and_sent_again_accounts_for_one_advance(house: House) -> None:
    payment_id = accept(house, "partner_payout")
    release(house, payment_id)
    disbursements.send(house["fin1"], payment_id, Sending("P-07"), press())
    with unit_of_work() as session:
        stop_id = channel_stops.stop(session, house["anna"], "russia", "partner_payout").id
    disbursements.sign_first(house["treasurer"], payment_id, "found_not_sent", press())
    disbursement_troubles.found_not_sent(house["fin1"], payment_id, press())
    with pytest.raises(Refused) as refused:
        disbursements.send(house["fin1"], payment_id, Sending("P-07"), press())
    assert refused.value.codes == ("channel_forbidden",)
    channel_stops.propose_lift(house["fin1"], stop_id)
    channel_stops.lift(house["security"], stop_id)
    with pytest.raises(Refused) as refused:
        disbursements.send(house["fin1"], payment_id, Sending("P-08"), press())
    assert refused.value.codes == ("other_partner",)
    disbursements.send(house["fin1"], payment_id, Sending("P-07"), press())
    assert payment(payment_id).state == "sent"
