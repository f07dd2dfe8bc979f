"""Payments of the demonstration on their rails: files at every stage, an advance half proven."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from fund_app.adapters.sepa import Account
from fund_app.services import batch_answers, batches
from fund_app.services import demo_texts as texts
from fund_app.services.demo_cases import line, plan
from fund_app.services.demo_house import House, press
from fund_app.services.demo_plans import Case, Plan
from fund_app.services.demo_roads import release, to_acceptance
from fund_app.services.demo_timeline import Story

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
    yield from _in_a_file(house, chosen)


def _released(house: House, chosen: Plan) -> Story[None]:
    yield from _let_go(house, chosen)


def _unknown(house: House, chosen: Plan) -> Story[None]:
    """Hand a file over and hear nothing from the bank for more than a day."""
    _case, batch_id = yield from _let_go(house, chosen)
    yield 1.0
    batches.hand_over(house["finance-1"], batch_id)
    yield timedelta(hours=25)
    batch_answers.look_up_due(house.clock.now())


def _partly_settled(house: House, chosen: Plan) -> Story[None]:
    case = yield from to_acceptance(house, chosen)
    yield from release(house, case)
    yield 1.0
    house.send(case)
    yield 22.0
    house.see_at_bank(case)
    yield timedelta(days=1)
    house.account_for(case, house.payment(case).amount // 3)
