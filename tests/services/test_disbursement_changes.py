"""A payee changed before anything has left: by the person, or by who leads the case for them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.disbursements import Disbursement
from fund_app.models.events import Event
from fund_app.models.subjects import SUBJECTS
from fund_app.models.types import new_ref
from fund_app.queries import applicant as reads
from fund_app.queries import ledger_check
from fund_app.services import (
    applications,
    audit,
    disbursement_changes,
    disbursement_facts,
    disbursement_troubles,
    disbursements,
    holds,
    intake,
    ledger_grants,
    offers,
    payee_details,
    person_events,
)
from fund_app.services.channels import Way
from fund_app.services.disbursements import Sending
from fund_app.services.intake import AnswerText
from fund_app.services.ledger_facts import Origin
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from tests.support.house import House, press
from workflows.engine import Refused
from workflows.roles import SYSTEM

pytestmark = pytest.mark.both_stores

LINES = (("legal", 100_000),)
NEW = {
    "payout_channel": "partner_payout",
    "payee_name": "Test Person B-0018",
    "payee_born": "1991-02-03",
    "payee_account": "Pick-up point 9",
    "confirmation_word": "crane",
    "receipt_country": "GE",
    "receipt_status": "abroad",
}


def second_payment(house: House, case_id: str) -> str:
    """Promise the case a second instalment and plan its payment."""
    before = {each.id for each in payments(case_id)}
    with unit_of_work() as session:
        origin = Origin(new_ref(), house.clock.now().date(), ("application", case_id), SYSTEM.ref)
        ledger_grants.approve_grant(session, origin, "EMG", [ledger_grants.Part(20_000)], "EUR")
        way = Way("voucher", "0" * 64, "russia")
        disbursements.plan(session, session.get_one(Application, case_id), way)
    (found,) = {each.id for each in payments(case_id)} - before
    return found


def payments(case_id: str) -> list[Disbursement]:
    db.session.rollback()
    statement = select(Disbursement).where(Disbursement.application_id == case_id)
    return list(db.session.scalars(statement))


def change(applicant: SignedIn, **other: str) -> None:
    disbursement_changes.change_own_payee(applicant, House.payee(**{**NEW, **other}), press())


def send_with_a_further_person(house: House, payment_id: str) -> None:
    """Check, sign and send, which takes a further person for a day after a change."""
    finance = house.fresh("fin1")
    disbursements.safety_check(finance, payment_id, payee_verified=True, request=press())
    disbursements.authorise_first(house.fresh("fin2"), payment_id, press())
    for later in (timedelta(), timedelta(hours=23)):
        house.at(house.clock.now() + later)
        with pytest.raises(Refused) as refused:
            disbursements.authorise_second(house.fresh("treasurer"), payment_id, press())
        assert refused.value.codes == ("payee_details_new",)
    disbursements.sign_first(house["board"], payment_id, "authorise_second", press())
    disbursements.authorise_second(house.fresh("treasurer"), payment_id, press())
    disbursements.send(finance, payment_id, Sending("P-07"), press())


def test_person_changes_where_it_goes_and_everything_is_checked_and_signed_anew(
    house: House,
) -> None:
    applicant, case_id = house.released(LINES)
    first = house.payment_of(case_id).id
    second = second_payment(house, case_id)
    wish = press()
    payee = House.payee(**NEW)
    disbursement_changes.change_own_payee(applicant, payee, wish)
    disbursement_changes.change_own_payee(applicant, payee, wish)
    for payment in payments(case_id):
        assert (payment.channel, payment.receipt_region) == ("partner_payout", "caucasus")
        assert payment.payee_hash == payee_details.digest(NEW)
        for kind in ("safety_check", "first", "second"):
            assert disbursement_facts.signer(payment, kind) is None
    assert {each.id: each.state for each in payments(case_id)}[first] == "ready"
    assert payee_details.opened(db.session(), house.fresh("fin1"), case_id) == NEW
    assert payee_details.opened(db.session(), house.fresh("anna"), case_id) == {}
    events = db.session.execute(
        select(Event.subject_id, Event.actor_role).where(Event.action == "change_payee")
    ).all()
    assert sorted(events) == sorted([(first, "applicant"), (second, "applicant")])

    send_with_a_further_person(house, first)
    assert not reads.case_view(db.session(), house.case(case_id)).can_change_payee
    with pytest.raises(Refused) as refused:
        change(applicant, payee_account="Pick-up point 11")
    assert refused.value.codes == ("money_on_its_way",)
    assert payee_details.opened(db.session(), house.fresh("fin1"), case_id) == NEW
    assert list(audit.verify(db.session(), SUBJECTS)) == []
    assert ledger_check.recompute_check() == ()


def test_lead_changes_every_payment_of_the_case_and_none_while_one_may_be_out(
    house: House,
) -> None:
    _, case_id = house.released(LINES)
    first = house.payment_of(case_id).id
    second = second_payment(house, case_id)
    new = [each for each in House.payee(**NEW) if each.question != "confirmation_word"]
    disbursement_changes.change_payee(house["anna"], second, new, press())
    assert len({each.payee_hash for each in payments(case_id)}) == 1
    assert {each.id: each.state for each in payments(case_id)}[first] == "ready"
    with unit_of_work() as session:
        session.get_one(Disbursement, first).state = "exported"
    with pytest.raises(Refused) as refused:
        disbursement_changes.change_payee(house["anna"], second, new, press())
    assert refused.value.codes == ("money_on_its_way",)
    with pytest.raises(Refused) as refused:
        disbursement_changes.change_payee(house["boris"], second, new, press())
    assert refused.value.codes[0] == "not_lead_or_holder"


def test_wish_for_the_worst_day_moves_every_payment_and_none_while_one_may_be_out(
    house: House,
) -> None:
    applicant, case_id = house.released(LINES)
    first = house.payment_of(case_id).id
    second = second_payment(house, case_id)
    intake.save(applicant, [AnswerText("will_pay", 0, "identity", "My lawyer.")])
    lawyer = [each for each in House.payee(**NEW) if each.question != "confirmation_word"]
    person_events.record(house["anna"], case_id, sources=2, request=press())
    with unit_of_work() as session:
        session.get_one(Disbursement, first).state = "sent"
    applications.sign_first(house["r1"], case_id, "directive_continue", press())
    with pytest.raises(Refused) as refused:
        person_events.continue_as_wished(house["anna"], case_id, lawyer, press())
    assert refused.value.codes == ("money_on_its_way",)
    assert holds.active(db.session(), case_id) == ("person_event_hold",)
    with unit_of_work() as session:
        session.get_one(Disbursement, first).state = "authorised"
    wish = press()
    person_events.continue_as_wished(house["anna"], case_id, lawyer, wish)
    person_events.continue_as_wished(house["anna"], case_id, lawyer, wish)
    assert {(each.id, each.state, each.channel) for each in payments(case_id)} == {
        (first, "ready", "partner_payout"),
        (second, "ready", "partner_payout"),
    }
    assert len({each.payee_hash for each in payments(case_id)}) == 1
    assert holds.active(db.session(), case_id) == ()
    assert ledger_check.recompute_check() == ()


def test_nobody_changes_the_payee_of_another_and_none_is_sent_a_forbidden_way(
    house: House,
) -> None:
    applicant, case_id = house.accepted(LINES)
    before = house.payment_of(case_id).payee_hash
    with pytest.raises(Refused) as refused:
        change(applicant, payout_channel="bank_transfer", receipt_country="RU")
    assert refused.value.codes == ("channel_forbidden",)
    person_events.record(house["anna"], case_id, sources=2, request=press())
    with pytest.raises(Refused) as refused:
        change(applicant)
    assert refused.value.codes == ("on_hold",)
    assert house.payment_of(case_id).payee_hash == before
    stranger, _ = house.submitted()
    with pytest.raises(Refused) as refused:
        change(stranger)
    assert refused.value.codes == ("money_on_its_way",)


def test_persons_word_counts_where_nobody_knows_whether_it_left(house: House) -> None:
    applicant, case_id = house.released(LINES)
    payment_id = house.payment_of(case_id).id
    disbursements.send(house["fin1"], payment_id, Sending(), press())
    person_events.record(house["anna"], case_id, sources=2, request=press())
    disbursement_troubles.recall(house["fin1"], payment_id, press())
    assert house.payment_of(case_id).state == "unknown"
    with pytest.raises(Refused) as refused:
        offers.confirm_receipt(applicant, payment_id, "sparrow", press())
    assert refused.value.codes == ("proof_missing",)
    offers.confirm_receipt(applicant, payment_id, "heron", press())
    assert house.payment_of(case_id).state == "received"
