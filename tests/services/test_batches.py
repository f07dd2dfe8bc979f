"""Payment files: frozen, released by another person, the same at every download, once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.exc import DatabaseError

from config import Settings
from fund_app.adapters import sepa
from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.batches import PayoutBatch
from fund_app.models.subjects import SUBJECTS
from fund_app.queries import ledger, ledger_check
from fund_app.services import (
    audit,
    batch_answers,
    batches,
    disbursement_changes,
    disbursement_troubles,
    disbursements,
    payees,
    vault,
)
from fund_app.services.batch_answers import Verdict
from fund_app.services.disbursements import BankLine, Sending
from fund_app.services.unit import unit_of_work
from tests.services import killed_handing_over
from tests.services.test_crash import break_everywhere
from tests.support import processes
from tests.support.house import House, build, press
from workflows.engine import Refused
from workflows.roles import Role

pytestmark = pytest.mark.both_stores

LINES = (("legal", 100_000),)
PAYER = sepa.Account("Konto Sieben", "DE89370400440532013000", "COBADEFFXXX")
GOOD = {"payout_channel": "bank_transfer", "payee_account": "IBAN NL91 ABNA 0417 1643 00"}
NAME = {"payee_name": "Мария Прóба А-0017"}
SPACE = {"p": sepa.NAMESPACE}


@pytest.fixture
def house(app: Flask, clock: ManualClock) -> Iterator[House]:
    with app.app_context():
        yield build(app, clock)


def due(house: House, amount: int = 100_000, **payee: str) -> tuple[str, str]:
    """Return a case with a released payment to a bank account, and the payment."""
    details = {**GOOD, **NAME, **payee}
    _, case_id = house.released((("legal", amount),), region="caucasus", **details)
    return case_id, house.payment_of(case_id).id


def batch_of(batch_id: str | None) -> PayoutBatch:
    db.session.rollback()
    return db.session.get_one(PayoutBatch, batch_id)


def let_go(house: House, batch_id: str, who: str = "treasurer") -> None:
    batches.show(house.fresh(who), batch_id)
    batches.release(house.fresh(who), batch_id, batches.fingerprint(batch_id))


def test_file_goes_from_prepared_to_sent_and_is_the_same_at_every_download(house: House) -> None:
    case_id, payment_id = due(house)
    other_case, other_id = due(house, 50_001)
    wish = press()
    made = batches.prepare(house.fresh("fin1"), PAYER, [payment_id, other_id], wish)
    again = batches.prepare(house.fresh("fin1"), PAYER, [payment_id, other_id], wish)
    assert made.batch_id == again.batch_id
    assert made.left_out == ()
    batch = batch_of(made.batch_id)
    assert (batch.state, batch.count, batch.control_sum) == ("prepared", 2, 150_001)
    assert house.payment_of(case_id).state == house.payment_of(other_case).state == "exported"

    shown = batches.show(house.fresh("treasurer"), batch.id)
    assert {(line.written, line.name) for line in shown} == {
        ("Мария Прóба А-0017", "Mariya Proba A-0017")
    }
    batches.release(house.fresh("treasurer"), batch.id, batch.sha256)

    name, content = batches.hand_over(house.fresh("fin1"), batch.id)
    assert (name, content) == batches.hand_over(house.fresh("fin2"), batch.id)
    assert hashlib.sha256(content).hexdigest() == batch_of(batch.id).sha256
    root = fromstring(content)
    ends = {node.text for node in root.iterfind(".//p:EndToEndId", SPACE)}
    told = {node.text for node in root.iterfind(".//p:Ustrd", SPACE)}
    assert ends == told == {line.end_to_end_id for line in batch_of(batch.id).lines}
    assert root.findall(".//p:Cdtr/p:PstlAdr", SPACE) == []
    assert root.findtext(".//p:GrpHdr/p:CtrlSum", None, SPACE) == "1500.01"

    assert root.findtext(".//p:GrpHdr/p:NbOfTxs", None, SPACE) == "2"


def test_accepted_file_is_sent_and_seen_at_the_bank(house: House) -> None:
    case_id, payment_id = due(house)
    batch_id = batches.prepare(house.fresh("fin1"), PAYER, [payment_id], press()).batch_id
    assert batch_id is not None
    with pytest.raises(Refused) as refused:
        batches.hand_over(house.fresh("fin1"), batch_id)
    assert refused.value.codes == ("batch_moved_on",)
    with pytest.raises(Refused) as refused:
        batches.release(house.fresh("treasurer"), batch_id, batch_of(batch_id).sha256)
    assert refused.value.codes == ("batch_not_seen",)
    let_go(house, batch_id)
    batches.hand_over(house.fresh("fin1"), batch_id)
    batch_answers.answer(house["fin1"], batch_id, Verdict.ACCEPTED, {})
    payment = house.payment_of(case_id)
    assert payment.state == "sent"
    line = BankLine(100_000, payment.reference)
    disbursements.bank_ok(house["fin1"], payment.id, line, press())
    assert ledger_check.recompute_check() == ()
    assert list(audit.verify(db.session(), SUBJECTS)) == []


@pytest.mark.parametrize(
    ("payee", "code"),
    [
        ({"payee_account": "NL91 ABNA 0417 1643 01"}, "iban_wrong"),
        ({"payee_account": "Pick-up point 3"}, "iban_missing"),
        ({"payee_account": "NL91ABNA0417164300; DE89370400440532013000"}, "iban_unclear"),
        ({"payee_name": "_"}, "name_missing"),
        ({"payout_channel": "voucher"}, "other_way"),
    ],
)
def test_payment_that_cannot_stand_in_a_file_is_left_out_and_the_others_are_not_touched(
    house: House, payee: dict[str, str], code: str
) -> None:
    bad_case, bad = due(house, 20_000, **payee)
    good_case, good = due(house)
    made = batches.prepare(house.fresh("fin1"), PAYER, [bad, good], press())
    assert [each.code for each in made.left_out] == [code]
    assert house.payment_of(good_case).state == "exported"
    assert house.payment_of(bad_case).state == "authorised"


def test_what_is_not_euro_or_nothing_or_a_float_never_reaches_a_file() -> None:
    to = sepa.account_of("A Person", "NL91ABNA0417164300")
    with pytest.raises(sepa.FileRefused, match="not_euro"):
        sepa.require_payable(sepa.Transfer(to, 1, "AB2"), "USD")
    with pytest.raises(sepa.FileRefused, match="amount_not_positive"):
        sepa.require_payable(sepa.Transfer(to, 0, "AB2"), "EUR")
    with pytest.raises(TypeError):
        sepa.require_payable(sepa.Transfer(to, 1.5, "AB2"), "EUR")  # type: ignore[arg-type]


def test_details_changed_past_the_signatures_are_noticed(house: House) -> None:
    """The digest of what is sealed is compared, not only that of the payment's row."""
    case_id, payment_id = due(house)
    with unit_of_work() as session:
        application = house.case(case_id)
        other = {"payee_account": "DE89370400440532013000", "receipt_country": "GE"}
        details = house.payee(**{**GOOD, **other})
        payees.name_payee(session, application, details)
    made = batches.prepare(house.fresh("fin1"), PAYER, [payment_id], press())
    assert made.batch_id is None
    assert [each.code for each in made.left_out] == ["details_changed"]


def test_questions_left_empty_keep_nobody_out_of_a_file(house: House) -> None:
    _, payment_id = due(house, payee_born="", receipt_status="")
    made = batches.prepare(house.fresh("fin1"), PAYER, [payment_id], press())
    assert made.left_out == ()


def test_changed_payee_can_stand_in_a_file(house: House) -> None:
    case_id, payment_id = due(house, payee_born="1999-01-01")
    told = {**GOOD, "receipt_country": "GE", "receipt_status": ""}
    new = [each for each in house.payee(**told) if each.question != "confirmation_word"]
    disbursement_changes.change_payee(house["anna"], payment_id, new, press())
    finance = house.fresh("fin1")
    disbursements.safety_check(finance, payment_id, payee_verified=True, request=press())
    disbursements.authorise_first(house.fresh("fin2"), payment_id, press())
    disbursements.sign_first(house["board"], payment_id, "authorise_second", press())
    disbursements.authorise_second(house.fresh("treasurer"), payment_id, press())
    made = batches.prepare(finance, PAYER, [payment_id], press())
    assert (made.left_out, house.payment_of(case_id).state) == ((), "exported")


def test_who_made_the_file_does_not_release_it(house: House) -> None:
    _, payment_id = due(house)
    batch_id = batches.prepare(house.fresh("fin1"), PAYER, [payment_id], press()).batch_id
    assert batch_id is not None
    with pytest.raises(Refused) as refused:
        let_go(house, batch_id, "fin1")
    assert refused.value.codes == ("own_batch",)
    with pytest.raises(DatabaseError), unit_of_work() as session:
        session.execute(
            update(PayoutBatch).values(state="released", released_by_id=house["fin1"].ref)
        )


def test_database_keeps_a_frozen_file_as_it_is(house: House) -> None:
    _, payment_id = due(house)
    batch_id = batches.prepare(house.fresh("fin1"), PAYER, [payment_id], press()).batch_id
    for statement in (
        "UPDATE payout_batch SET control_sum = 1",
        "UPDATE payout_batch SET count = 2",
        "UPDATE payout_batch SET sha256 = replace(sha256, substr(sha256, 1, 1), 'x')",
        "UPDATE payout_batch SET state = 'answered'",
        "UPDATE payout_line SET amount = 1",
        "UPDATE payout_line SET payment_sealed = payment_sealed || payment_sealed",
        "DELETE FROM payout_line",
        "DELETE FROM payout_batch",
    ):
        with pytest.raises(DatabaseError), unit_of_work() as session:
            session.execute(text(statement))
    assert batch_of(batch_id).state == "prepared"


def test_payment_in_a_file_goes_out_with_it_or_not_at_all(house: House) -> None:
    case_id, payment_id = due(house)
    batch_id = batches.prepare(house.fresh("fin1"), PAYER, [payment_id], press()).batch_id
    assert batch_id is not None
    for act in (
        lambda: disbursements.send(house["fin1"], payment_id, Sending(), press()),
        lambda: disbursements.fail(house["fin1"], payment_id, press()),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.codes == ("file_not_handed_over",)
    made = batches.prepare(house.fresh("fin2"), PAYER, [payment_id], press())
    assert [each.code for each in made.left_out] == ["in_a_file"]
    batches.refuse(house["treasurer"], batch_id)
    assert house.payment_of(case_id).state == "authorised"
    made = batches.prepare(house.fresh("fin2"), PAYER, [payment_id], press())
    assert made.batch_id is not None


def test_rejected_file_lets_its_payments_wait_again_and_a_rejected_line_fails(
    house: House,
) -> None:
    case_id, payment_id = due(house)
    other_case, other_id = due(house, 50_000)
    wish = [payment_id, other_id]
    for verdict in (Verdict.FILE_REJECTED, Verdict.PARTLY):
        batch_id = batches.prepare(house.fresh("fin1"), PAYER, wish, press()).batch_id
        assert batch_id is not None
        let_go(house, batch_id)
        batches.hand_over(house.fresh("fin1"), batch_id)
        lines = {each.disbursement_id: each.id for each in batch_of(batch_id).lines}
        rejected = {lines[other_id]: "AC04"} if verdict is Verdict.PARTLY else {}
        batch_answers.answer(house["fin1"], batch_id, verdict, rejected)
        if verdict is Verdict.FILE_REJECTED:
            assert house.payment_of(case_id).state == "authorised"
    assert house.payment_of(case_id).state == "sent"
    assert house.payment_of(other_case).state == "failed"
    assert ledger.position("EMG", "EUR").in_transit == 150_000


def test_unanswered_file_becomes_unknown_and_is_never_paid_a_second_time(
    house: House, clock: ManualClock
) -> None:
    case_id, payment_id = due(house)
    batch_id = batches.prepare(house.fresh("fin1"), PAYER, [payment_id], press()).batch_id
    assert batch_id is not None
    let_go(house, batch_id)
    batches.hand_over(house.fresh("fin1"), batch_id)
    assert batch_answers.look_up_due(clock.now() + timedelta(hours=23)) == 0
    assert batch_answers.look_up_due(clock.now() + timedelta(hours=24)) == 1
    assert house.payment_of(case_id).state == "unknown"
    with pytest.raises(Refused) as refused:
        disbursements.send(house["fin1"], payment_id, Sending(), press())
    assert refused.value.codes == ("wrong_state",)
    with pytest.raises(Refused) as refused:
        disbursement_troubles.found_not_sent(house["fin1"], payment_id, press())
    assert refused.value.codes == ("second_person_missing",)
    with pytest.raises(Refused) as refused:
        disbursement_troubles.found_sent(house["fin1"], payment_id, "", press())
    assert refused.value.codes == ("second_person_missing",)
    reference = house.payment_of(case_id).reference
    disbursement_troubles.found_sent(house["fin1"], payment_id, reference, press())
    assert house.payment_of(case_id).state == "sent"


def test_two_people_may_say_that_it_never_left(house: House) -> None:
    case_id, payment_id = due(house)
    batch_id = batches.prepare(house.fresh("fin1"), PAYER, [payment_id], press()).batch_id
    assert batch_id is not None
    let_go(house, batch_id)
    batches.hand_over(house.fresh("fin1"), batch_id)
    disbursement_troubles.outcome_unknown(house["fin1"], payment_id, press())
    disbursements.sign_first(house["treasurer"], payment_id, "found_not_sent", press())
    disbursement_troubles.found_not_sent(house["fin1"], payment_id, press())
    assert house.payment_of(case_id).state == "authorised"
    made = batches.prepare(house.fresh("fin1"), PAYER, [payment_id], press())
    assert made.batch_id is not None


def test_preparing_a_file_happens_whole_or_not_at_all(house: House) -> None:
    case_id, payment_id = due(house)
    wish = press()
    seen = break_everywhere(
        lambda: _prepare(house, payment_id, wish),
    )
    assert seen[-1] == "COMMIT"
    assert house.payment_of(case_id).state == "exported"


def _prepare(house: House, payment_id: str, wish: object) -> None:
    batches.prepare(house.fresh("fin1"), PAYER, [payment_id], wish)  # type: ignore[arg-type]


def test_erased_payee_is_in_no_file_any_more(house: House) -> None:
    case_id, payment_id = due(house)
    batch_id = batches.prepare(house.fresh("fin1"), PAYER, [payment_id], press()).batch_id
    assert batch_id is not None
    let_go(house, batch_id)
    vault.erase_case(case_id)
    with pytest.raises(Refused) as refused:
        batches.hand_over(house.fresh("fin1"), batch_id)
    assert refused.value.codes == ("batch_not_open",)


def test_more_than_ten_are_refused(house: House) -> None:
    with pytest.raises(Refused) as refused:
        batches.prepare(house["fin1"], PAYER, [str(number) for number in range(11)], press())
    assert refused.value.codes == ("batch_too_long",)
    both = house.add("reader", Role.TREASURER)
    with pytest.raises(Refused) as refused:
        batches.prepare(both, PAYER, [], press())
    assert refused.value.codes == ("wrong_role",)


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 6])
def test_process_killed_while_it_hands_a_file_over_never_pays_twice(
    house: House, clock: ManualClock, settings: Settings, tmp_path: Path, number: int
) -> None:
    """MONEY.md 6, check 15: exported, killed before the answer is stored, started again."""
    case_id, payment_id = due(house)
    batch_id = batches.prepare(house.fresh("fin1"), PAYER, [payment_id], press()).batch_id
    assert batch_id is not None
    let_go(house, batch_id)
    db.session.rollback()
    arguments = (settings.database_url, settings.keystore_url, str(tmp_path))
    fin1 = house["fin1"].ref
    killed = processes.run(killed_handing_over.main, *arguments, fin1, batch_id, str(number))
    assert killed.code == -9, killed.complained
    assert batch_of(batch_id).state == ("released" if number else "handed_over")
    assert bool(killed.said) is not bool(number)

    made = batches.prepare(house.fresh("fin2"), PAYER, [payment_id], press())
    assert [each.code for each in made.left_out] == ["in_a_file"]
    assert house.payment_of(case_id).state == "exported"
    _name, content = batches.hand_over(house.fresh("fin2"), batch_id)
    assert content == killed.said or number
    batch_answers.look_up_due(clock.now() + timedelta(hours=25))
    assert house.payment_of(case_id).state == "unknown"
    batch_answers.answer(house["fin1"], batch_id, Verdict.ACCEPTED, {})
    assert house.payment_of(case_id).state == "sent"
