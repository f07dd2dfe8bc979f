"""Screening: lists imported once, payees looked for offline, a hit decided by two, all recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, InternalError, ProgrammingError
from sqlalchemy.exc import OperationalError as EngineError

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import Base, db
from fund_app.models.disbursements import Disbursement
from fund_app.models.events import Event
from fund_app.models.screenings import OfficialList, Screening
from fund_app.services import (
    applications,
    demo_lists,
    disbursement_changes,
    disbursements,
    offers,
    official_lists,
    screening_decisions,
    screenings,
)
from fund_app.services.disbursements import Sending
from fund_app.services.intake import AnswerText
from fund_app.services.official_lists import ListRefused
from fund_app.services.screening_decisions import DecisionRefused
from fund_app.services.unit import unit_of_work
from tests.support.house import House, build, press
from workflows.engine import Refused
from workflows.roles import SYSTEM, Actor, Role

pytestmark = pytest.mark.both_stores

LINES = (("legal", 100_000),)
LISTED = "Arkady Morozko-Test"
REFUSED = (IntegrityError, InternalError, ProgrammingError, EngineError)


@pytest.fixture
def house(app: Flask, clock: ManualClock) -> Iterator[House]:
    with app.app_context():
        yield build(app, clock)


def accepted(house: House, name: str, **more: str) -> str:
    """Return the payment of a case whose offer was accepted for this payee."""
    applicant, case_id = house.approved(LINES)
    house.write_letter(case_id)
    applications.offer(house["anna"], case_id, press())
    told = {
        "payout_channel": "voucher",
        "payee_name": name,
        "payee_account": "Pick-up point 3",
        "confirmation_word": "heron",
        **more,
    }
    answers = [AnswerText(key, 0, "payout", value) for key, value in told.items()]
    offers.accept(applicant, answers, press())
    return house.payment_of(case_id).id


def check(house: House, payment_id: str) -> bool:
    return disbursements.safety_check(
        house["fin1"], payment_id, payee_verified=True, request=press()
    )


def state(payment_id: str) -> str:
    db.session.rollback()
    return db.session.get_one(Disbursement, payment_id).state


def test_same_file_imported_twice_does_nothing_and_a_newer_one_replaces_the_names(
    house: House,
) -> None:
    again = official_lists.import_file(house["fin1"], demo_lists.eu("2026-05-01"))
    assert (again.is_new, again.entries, again.names) == (False, 2, 3)
    newer = official_lists.import_file(house["fin1"], demo_lists.eu("2026-05-02", more=True))
    assert (newer.is_new, newer.entries) == (True, 3)
    rows = db.session.scalars(select(OfficialList).order_by(OfficialList.published_on)).all()
    assert [(row.is_newest, row.content is None) for row in rows] == [(False, True), (True, False)]
    with pytest.raises(ListRefused) as refused:
        official_lists.import_file(house["fin1"], demo_lists.eu("2026-04-30", "5"))
    assert refused.value.code == "older"
    with pytest.raises(PermissionError):
        official_lists.import_file(house["anna"], demo_lists.UN.encode())


def test_clean_payee_is_recorded_by_digest_lists_and_day_only(
    house: House, clock: ManualClock
) -> None:
    payment_id = accepted(house, "Somebody Quite Different")
    assert check(house, payment_id)
    row = screenings.latest(db.session(), payment_id)
    assert row is not None
    assert (row.result, row.number, row.match_hash) == ("clean", 1, None)
    assert row.screened_on == clock.now().date()
    assert [each.code for each in row.lists] == ["eu"]
    assert len(row.result_hash) == 64


def test_hit_is_a_hold_and_names_stand_nowhere_beside_the_payment(house: House) -> None:
    payment_id = accepted(house, LISTED)
    assert check(house, payment_id) is False
    assert state(payment_id) == "held"
    for table in Base.metadata.tables.values():
        if table.name == "official_list":
            continue
        for row in db.session.execute(select(table)):
            assert "Morozko" not in repr(tuple(row)), table.name
            assert "EU.90001" not in repr(tuple(row)), table.name
    assert [hit.entry.reference for hit in screening_decisions.look(house["fin1"], payment_id)] == [
        "EU.90001.1"
    ]
    assert screening_decisions.look(house["security"], payment_id) == ()


def test_date_of_birth_tells_two_people_of_one_name_apart(house: House) -> None:
    assert check(house, accepted(house, LISTED, payee_born="1994-07-01"))


def test_false_alarm_takes_finance_and_security_and_is_remembered(house: House) -> None:
    payment_id = accepted(house, LISTED)
    check(house, payment_id)
    fin1, fin2, security = house["fin1"], house["fin2"], house["security"]
    with pytest.raises(DecisionRefused, match="reason_missing"):
        screening_decisions.propose(fin1, payment_id, "false_alarm", None)
    screening_decisions.propose(fin1, payment_id, "false_alarm", "other_birth")
    for person, code in ((fin1, "same_person"), (fin2, "other_side"), (house["anna"], "signer")):
        with pytest.raises(DecisionRefused, match=code):
            screening_decisions.confirm(person, payment_id, press())
    assert screening_decisions.confirm(security, payment_id, press()) == "false_alarm"
    assert state(payment_id) == "ready"
    assert check(house, payment_id)
    official_lists.import_file(SYSTEM, demo_lists.eu("2026-05-09", more=True))
    assert screening_decisions.screen_again(fin1, payment_id, press()) is True
    disbursements.authorise_first(fin2, payment_id, press())
    assert state(payment_id) == "part_authorised"


def test_true_hit_ends_the_payment_and_the_next_attempt_is_held_too(house: House) -> None:
    payment_id = accepted(house, LISTED)
    check(house, payment_id)
    screening_decisions.propose(house["security"], payment_id, "true_hit", None)
    assert screening_decisions.confirm(house["fin1"], payment_id, press()) == "true_hit"
    assert state(payment_id) == "cancelled"
    with pytest.raises(DecisionRefused, match="no_hit"):
        screening_decisions.propose(house["fin1"], payment_id, "false_alarm", "name_only")
    other = accepted(house, LISTED)
    assert check(house, other) is False


def test_proposal_about_a_hit_and_its_end_stand_in_the_trail(house: House) -> None:
    payment_id = accepted(house, LISTED)
    assert not check(house, payment_id)
    screening_decisions.propose(house["fin1"], payment_id, "true_hit", None)
    screening_decisions.take_back(house["security"], payment_id)
    statement = select(Event.action, Event.actor_ref).where(Event.action.like("hit_decision_%"))
    assert [tuple(row) for row in db.session.execute(statement.order_by(Event.step))] == [
        ("hit_decision_proposed", house["fin1"].ref),
        ("hit_decision_withdrawn", house["security"].ref),
    ]


def test_release_of_a_hold_alone_does_not_get_past_the_lists(house: House) -> None:
    payment_id = accepted(house, LISTED)
    check(house, payment_id)
    disbursements.sign_first(house["fin1"], payment_id, "release_hold", press())
    disbursements.release_hold(house["security"], payment_id, press())
    assert state(payment_id) == "ready"
    assert check(house, payment_id) is False
    assert state(payment_id) == "held"


@pytest.mark.parametrize(
    ("name", "is_clean"), [("Somebody Quite Different", True), (LISTED, False)]
)
def test_same_check_sent_twice_is_recorded_once_and_answered_alike(
    house: House, name: str, is_clean: bool
) -> None:
    payment_id, pressed = accepted(house, name), press()
    for _ in range(2):
        passed = disbursements.safety_check(
            house["fin1"], payment_id, payee_verified=True, request=pressed
        )
        assert passed is is_clean
    assert _screenings(payment_id) == 1


def test_changed_payee_is_not_told_apart_by_the_birth_of_who_stood_there_before(
    house: House,
) -> None:
    payment_id = accepted(house, "Somebody Quite Different", payee_born="1999-01-01")
    assert check(house, payment_id)
    disbursement_changes.change_payee(
        house["anna"], payment_id, house.payee(payee_name=LISTED), press()
    )
    with pytest.raises(Refused) as refused:  # an earlier key does not open the new payee
        check(house, payment_id)
    assert refused.value.codes == ("screening_not_clean",)
    finance = house.fresh("fin1")
    is_clean = disbursements.safety_check(finance, payment_id, payee_verified=True, request=press())
    assert (is_clean, state(payment_id)) == (False, "held")


def test_new_list_stops_signatures_until_the_payee_is_screened_anew(house: House) -> None:
    payment_id = accepted(house, "Olga Nebylova-Test")
    assert check(house, payment_id)
    official_lists.import_file(house["fin1"], demo_lists.eu("2026-05-02", more=True))
    with pytest.raises(Refused) as refused:
        disbursements.authorise_first(house["fin2"], payment_id, press())
    assert refused.value.codes == ("screening_not_clean",)
    assert screening_decisions.screen_again(house["fin1"], payment_id, press()) is False
    assert state(payment_id) == "held"


def test_payment_signed_by_two_is_screened_once_more_when_it_leaves(house: House) -> None:
    _, case_id = house.released(LINES)
    payment_id = house.payment_of(case_id).id
    before = _screenings(payment_id)
    official_lists.import_file(house["fin1"], demo_lists.UN.encode())
    disbursements.send(house["fin1"], payment_id, Sending(), press())
    assert _screenings(payment_id) == before + 1
    latest = screenings.latest(db.session(), payment_id)
    assert latest is not None
    assert [each.code for each in latest.lists] == ["eu", "un"]


def test_payment_signed_by_two_is_called_back_when_a_new_list_names_the_payee(
    house: House,
) -> None:
    payment_id = accepted(house, "Olga Nebylova-Test")
    check(house, payment_id)
    disbursements.authorise_first(house["fin2"], payment_id, press())
    disbursements.authorise_second(house["treasurer"], payment_id, press())
    official_lists.import_file(house["fin1"], demo_lists.eu("2026-05-02", more=True))
    with pytest.raises(Refused) as refused:
        disbursements.send(house["fin1"], payment_id, Sending(), press())
    assert refused.value.codes == ("screening_not_clean",)
    assert state(payment_id) == "authorised"
    assert screening_decisions.screen_again(house["fin1"], payment_id, press()) is False
    assert state(payment_id) == "held"


def test_screening_counts_for_the_days_of_the_rules(house: House, clock: ManualClock) -> None:
    payment_id = accepted(house, "Somebody Quite Different")
    check(house, payment_id)
    clock.set(clock.now() + timedelta(days=31))
    with pytest.raises(Refused) as refused:
        disbursements.authorise_first(house["fin2"], payment_id, press())
    assert refused.value.codes == ("screening_not_clean",)
    screening_decisions.screen_again(house["fin1"], payment_id, press())
    disbursements.authorise_first(house["fin2"], payment_id, press())


def test_without_a_list_or_a_key_nothing_counts_as_screened(app: Flask, house: House) -> None:
    payment_id = accepted(house, "Somebody Quite Different")
    stranger = house.add("late", Role.FINANCE_OFFICER)
    with pytest.raises(Refused) as refused:
        disbursements.safety_check(stranger, payment_id, payee_verified=True, request=press())
    assert refused.value.codes == ("screening_not_clean",)
    assert _screenings(payment_id) == 0


def _screenings(payment_id: str) -> int:
    statement = select(func.count()).where(Screening.disbursement_id == payment_id)
    return db.session.scalar(statement) or 0


def test_database_refuses_a_signature_without_a_screening_of_the_newest_lists(
    house: House,
) -> None:
    payment_id = accepted(house, "Somebody Quite Different")
    check(house, payment_id)
    official_lists.import_file(house["fin1"], demo_lists.UN.encode())
    with pytest.raises(REFUSED, match="newest lists"):
        _sign(house["fin2"], payment_id)


def _sign(person: Actor, payment_id: str) -> None:
    with unit_of_work() as session:
        payment = session.get_one(Disbursement, payment_id)
        disbursements.sign(session, payment, person, "first", "finance_officer")


STATEMENTS = (
    "UPDATE screening SET result = 'clean'",
    "DELETE FROM screening_list",
    "UPDATE official_list SET entries = 1, names = 1",
    "DELETE FROM official_list",
    "UPDATE screening_decision SET outcome = 'true_hit', reason_code = NULL",
    "UPDATE screening_decision SET state = 'confirmed', decided_by_id = proposed_by_id",
)


def test_database_keeps_what_was_screened_and_decided(house: House) -> None:
    payment_id = accepted(house, LISTED)
    check(house, payment_id)
    screening_decisions.propose(house["fin1"], payment_id, "false_alarm", "name_only")
    for statement in STATEMENTS:
        with pytest.raises(REFUSED):
            _run(statement)


def _run(statement: str) -> None:
    with unit_of_work() as session:
        session.execute(text(statement))


def test_who_holds_no_key_screens_nothing_and_who_has_no_part_decides_nothing(
    house: House,
) -> None:
    payment_id = accepted(house, "Somebody Quite Different")
    assert screening_decisions.screen_again(house["security"], payment_id, press()) is None
    with pytest.raises(DecisionRefused, match="not_a_signer"):
        screening_decisions.propose(Actor("x", frozenset()), payment_id, "true_hit", None)
