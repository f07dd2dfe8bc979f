"""Decisions out of the ordinary: help within hours, money that is short, second looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from fund_app.services import appeals, applications, fast_track
from fund_app.services import demo_texts as texts
from fund_app.services.demo_cases import at, line, plan
from fund_app.services.demo_house import CHECKED, House, press
from fund_app.services.demo_plans import Case, Plan
from fund_app.services.demo_roads import (
    ABSTAIN,
    FULL,
    YES,
    accept,
    apply,
    decide,
    declare,
    no,
    pay,
    report_and_close,
    review,
    soon,
    triage,
    verify,
    vote,
)
from fund_app.services.demo_timeline import Story
from fund_app.services.fast_track import Grant
from fund_app.services.votes import Cast

Telling = tuple[Plan, Story[object]]
AGAINST = no("other_measure_better", "A safe room would have been the better help.")


def stories(house: House) -> Iterator[tuple[datetime, Story[object]]]:
    """Yield every case of this kind with the moment it begins."""
    for group in (_fast(house), _short_of_money(house), _appeals(house)):
        for chosen, story in group:
            yield chosen.start, story


def _fast(house: House) -> Iterator[Telling]:
    one = plan(16, "2025-11-05 05:10", texts.DETENTION, "de", "RS", line("legal", 1000),
               band="life_threat", tag="fast-track-ratified")  # fmt: skip
    yield one, _ratified(house, one)
    one = plan(23, "2026-02-04 02:04", texts.BEATEN, "ru", "BY", line("medical", 1500),
               band="life_threat", tag="fast-track-refused", channel="voucher")  # fmt: skip
    yield one, _not_ratified(house, one)
    one = plan(56, "2026-06-29 14:10", texts.DETENTION, "ru", "RU", line("legal", 1200),
               line("prison_support", 240), band="life_threat", tag="fast-track-now",
               channel="direct_to_supplier")  # fmt: skip
    yield one, _waiting_for_the_panel(house, one)


def _two_officers(house: House, case: Case, minutes: Sequence[int]) -> Story[None]:
    """Be helped within hours: a sign that supports the account, two signatures, the payment."""
    answered, looked_at, proposed, decided = (timedelta(minutes=each) for each in minutes)
    yield answered
    house.acknowledge(case)
    house.set_band(case)
    yield looked_at
    kind, level = CHECKED[1]
    house.verify(case, kind, level)
    house.redact(case)
    yield proposed
    total = case.plan.total
    fast_track.propose(house["coordinator-2"], case.id, total, press())
    yield decided
    payee = house.payee(case, receipt_country=case.plan.country)
    grant = Grant(tuple(each.amount for each in case.plan.lines), payee)
    fast_track.decide(house.lead(case), case.id, grant, press())


def _hand_over(house: House, case: Case) -> Story[None]:
    """Be paid at once."""
    yield timedelta(minutes=20)
    house.check_payee(case)
    yield timedelta(minutes=10)
    house.sign_first(case)
    yield timedelta(minutes=15)
    house.sign_second(case)
    yield timedelta(minutes=5)
    house.send(case)


def _ratified(house: House, chosen: Plan) -> Story[None]:
    case = yield from apply(house, chosen)
    yield from _two_officers(house, case, (12, 20, 15, 25))
    yield from _hand_over(house, case)
    yield 26.0
    house.see_at_bank(case)
    yield from declare(house, case)
    yield from vote(house, case, FULL)
    yield timedelta(hours=30)
    house.received(case)
    yield 8.0
    house.reconcile(case)
    yield from report_and_close(house, case)


def _not_ratified(house: House, chosen: Plan) -> Story[None]:
    """Keep what was given although the panel says no; the case goes on to its checks."""
    case = house.draft(chosen)
    yield timedelta(minutes=6)
    house.submit(case)
    yield from _two_officers(house, case, (20, 30, 40, 60))
    yield from _hand_over(house, case)
    yield at("2026-02-04 06:05") - house.clock.now()
    house.received(case)
    yield from declare(house, case)
    yield from vote(house, case, (AGAINST, AGAINST, YES, AGAINST))
    yield timedelta(days=2)
    line_seen = house.bank_line(case)
    house.settle(case, line_seen)
    yield 4.0
    applications.refer_out(house.lead(case), case.id, consented=True, request=press())


def _waiting_for_the_panel(house: House, chosen: Plan) -> Story[None]:
    case = yield from apply(house, chosen)
    yield from _two_officers(house, case, (15, 25, 20, 30))
    yield from _hand_over(house, case)
    yield from declare(house, case)


def _short_of_money(house: House) -> Iterator[Telling]:
    one = plan(71, "2026-06-08 08:20", texts.ARCHIVE, "de", "AT", line("organisation", 9200),
               tag="no-money-referred", lead="coordinator-2")  # fmt: skip
    yield one, _referred_for_want(house, one)
    one = plan(32, "2026-06-09 07:10", texts.LISTED, "ru", "KZ", line("legal", 5200),
               line("subsistence", 2200), tag="money-found")  # fmt: skip
    yield one, _money_found(house, one)
    one = plan(33, "2026-06-22 06:40", texts.ARCHIVE, "ru", "KG", line("organisation", 8600),
               line("equipment", 1000), tag="waiting-for-money")  # fmt: skip
    yield one, _large(house, one)


def _large(house: House, chosen: Plan) -> Story[Case]:
    """Be granted more than a panel may grant alone, and more than the funds hold."""
    case = yield from apply(house, chosen)
    yield from triage(house, case)
    yield from verify(house, case)
    yield 1.0
    applications.board_consent(house["board"], case.id, press())
    yield from review(house, case)
    yield from declare(house, case)
    yield from vote(house, case, FULL)
    return case


def _referred_for_want(house: House, chosen: Plan) -> Story[None]:
    case = yield from _large(house, chosen)
    yield timedelta(days=3)
    applications.no_money(house.lead(case), case.id, prefers=True, request=press())


def _money_found(house: House, chosen: Plan) -> Story[None]:
    case = yield from _large(house, chosen)
    yield at("2026-06-19 09:30") - house.clock.now()
    applications.money_found(house["finance-1"], case.id, press())
    yield timedelta(minutes=3)
    house.letter(case)
    yield from accept(house, case)
    yield from pay(house, case)


def _appeals(house: House) -> Iterator[Telling]:
    one = plan(21, "2026-01-08 09:15", texts.THREATS, "de", "DE", line("stay", 3200),
               tag="appeal-late")  # fmt: skip
    yield one, _upheld(house, one)
    one = plan(22, "2025-10-20 18:05", texts.EXHAUSTED, "en", "RS", line("psychosocial", 900),
               tag="appeal-dismissed", lead="coordinator-2")  # fmt: skip
    yield one, _dismissed(house, one)
    one = plan(41, "2026-05-28 12:50", texts.MONITOR, "en", "KZ", line("relocation_inside", 1100),
               tag="appeal-open")  # fmt: skip
    yield one, _appealed(house, one)


def _read_and_appeal(house: House, chosen: Plan, *, read: int, appeal: int) -> Story[Case]:
    """Be refused, read the letter after some days, appeal some days later."""
    case = yield from apply(house, chosen)
    yield from triage(house, case)
    yield from verify(house, case)
    code = "other_measure_better"
    yield from decide(house, case, (no(code), no(code), ABSTAIN, no(code), YES))
    yield timedelta(days=read)
    applications.notice_reached(house.applicant(case), case.id, press())
    yield timedelta(days=appeal)
    applications.appeal(house.applicant(case), case.id, press())
    return case


def _board_says(house: House, case: Case, outcome: str) -> Story[None]:
    yield timedelta(days=6)
    appeals.sign(house["board-2"], case.id, outcome, press())
    yield 5.0
    appeals.sign(house["board-3"], case.id, outcome, press())
    yield 2.0
    appeals.decide(house.lead(case), case.id, outcome, press())


def _upheld(house: House, chosen: Plan) -> Story[None]:
    """Appeal seven weeks after the decision, which could not be read before, and be heard."""
    case = yield from _read_and_appeal(house, chosen, read=21, appeal=28)
    yield from _board_says(house, case, "upheld")
    yield from declare(house, case)
    votes: tuple[Cast, ...] = (YES, YES, YES)
    yield from vote(house, case, votes)
    yield soon(case, 2, 3)
    house.letter(case)
    yield from accept(house, case)
    yield from pay(house, case)
    yield from report_and_close(house, case)


def _dismissed(house: House, chosen: Plan) -> Story[None]:
    case = yield from _read_and_appeal(house, chosen, read=2, appeal=11)
    yield from _board_says(house, case, "dismissed")


def _appealed(house: House, chosen: Plan) -> Story[None]:
    yield from _read_and_appeal(house, chosen, read=3, appeal=22)
