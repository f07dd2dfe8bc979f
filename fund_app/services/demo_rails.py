"""Payments of the demonstration on their rails: files at every stage, an advance half proven."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from fund_app.adapters.sepa import Account
from fund_app.models.batches import PayoutBatch
from fund_app.services import batch_answers, batches, disbursement_changes, status_reports
from fund_app.services import demo_texts as texts
from fund_app.services.demo_cases import line, plan
from fund_app.services.demo_house import House, press
from fund_app.services.demo_plans import Case, Plan
from fund_app.services.demo_roads import release, to_acceptance
from fund_app.services.demo_timeline import Story
from fund_app.services.unit import unit_of_work
from workflows.status_reports import StatusReport

PAYER = Account("Solidarity Fund (rehearsal)", "DE89370400440532013000")


def stories(house: House) -> Iterator[tuple[datetime, Story[object]]]:
    """Yield the cases whose payments stand in files, or with a partner."""
    for chosen, story in (
        (_plan(81, "2026-06-17 08:10", 610), _unknown),
        (_plan(82, "2026-06-20 09:40", 480), _released),
        (_plan(83, "2026-06-22 13:25", 530), _prepared),
        (_plan(84, "2026-06-15 10:05", 900, "partner_payout"), _partly_settled),
    ):
        yield chosen.start, story(house, chosen)


def _plan(number: int, start: str, euros: int, channel: str = "bank_transfer") -> Plan:
    return plan(number, start, texts.MONITOR, "en", "GE", line("legal", euros), channel=channel)


def _in_a_file(house: House, chosen: Plan) -> Story[tuple[Case, str]]:
    case = yield from to_acceptance(house, chosen)
    return (yield from _into_a_file(house, case))


def _into_a_file(house: House, case: Case) -> Story[tuple[Case, str]]:
    yield from release(house, case)
    yield 1.0
    wanted = [house.payment(case).id]
    made = batches.prepare(house["finance-1"], PAYER, wanted, press())
    if made.batch_id is None:
        raise RuntimeError("a made-up payment did not fit into a file")
    return case, made.batch_id


def _let_go(house: House, chosen: Plan) -> Story[tuple[Case, str]]:
    case, batch_id = yield from _in_a_file(house, chosen)
    yield 2.0
    batches.show(house["treasurer"], batch_id)
    batches.release(house["treasurer"], batch_id, batches.fingerprint(batch_id))
    return case, batch_id


def _prepared(house: House, chosen: Plan) -> Story[None]:
    """Pay somebody else than was named first: the person says so before anything has left."""
    case = yield from to_acceptance(house, chosen)
    yield 2.0
    other = house.payee(case, payee_name="Test Person L-0083")
    disbursement_changes.change_own_payee(house.applicant(case), other, press())
    yield timedelta(days=1, hours=1)
    yield from _into_a_file(house, case)


def _released(house: House, chosen: Plan) -> Story[None]:
    yield from _let_go(house, chosen)


def _unknown(house: House, chosen: Plan) -> Story[None]:
    """Hand a file over; for more than a day the bank tells only that the file is sound."""
    _case, batch_id = yield from _let_go(house, chosen)
    yield 1.0
    batches.hand_over(house["finance-1"], batch_id)
    yield timedelta(hours=25)
    batch_answers.look_up_due(house.clock.now())
    status_reports.take_in(house["finance-1"], StatusReport(_number_of(batch_id), "ACTC"))


def _number_of(batch_id: str) -> str:
    with unit_of_work() as session:
        return session.get_one(PayoutBatch, batch_id).number


def _partly_settled(house: House, chosen: Plan) -> Story[None]:
    case = yield from to_acceptance(house, chosen)
    yield from release(house, case)
    yield 1.0
    house.send(case)
    yield 22.0
    house.see_at_bank(case)
    yield timedelta(days=1)
    house.account_for(case, house.payment(case).amount // 3)
