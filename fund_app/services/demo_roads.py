"""The roads cases take in the demonstration: stretches that stories are put together from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from fund_app.services import applications
from fund_app.services.demo_house import CHECKED, House, press
from fund_app.services.demo_plans import Case, Plan
from fund_app.services.demo_texts import ANSWERS, QUESTIONS, REPORTS
from fund_app.services.demo_timeline import Pause, Story
from fund_app.services.votes import Cast
from workflows.counting import Choice

YES = Cast(Choice.APPROVE, reason="The danger is real and the help fits it.")
ABSTAIN = Cast(Choice.ABSTAIN, reason="I know too little about this kind of work.")
FULL = (YES, YES, YES, YES, YES)


def no(code: str, reason: str = "The rules do not cover this.") -> Cast:
    """Return a vote against, for a listed reason."""
    return Cast(Choice.REJECT, reason_code=code, reason=reason)


def part(*amounts: int, reason: str = "What cannot wait, in full; the rest in part.") -> Cast:
    """Return a vote for amounts per line, in minor units."""
    return Cast(Choice.PARTIAL, amounts, reason=reason)


def between(case: Case, least: float, most: float) -> Pause:
    """Return some hours of somebody at work, drawn by the case's own lot."""
    return round(case.chance.uniform(least, most), 2)


def soon(case: Case, least: int, most: int) -> timedelta:
    """Return some minutes, drawn by the case's own lot."""
    return timedelta(minutes=case.chance.randint(least, most))


def apply(house: House, plan: Plan) -> Story[Case]:
    """Write the first words, then send them."""
    case = house.draft(plan)
    yield soon(case, 4, 18)
    house.submit(case)
    return case


def triage(house: House, case: Case) -> Story[None]:
    """Be answered, and be told how urgent it is."""
    yield between(case, 0.4, 5) if case.plan.band != "life_threat" else soon(case, 5, 50)
    house.acknowledge(case)
    yield soon(case, 10, 50)
    house.set_band(case)


def verify(house: House, case: Case) -> Story[None]:
    """Be checked in the four tests."""
    yield soon(case, 5, 90)
    house.start_verification(case)
    for kind, level in CHECKED:
        yield between(case, 0.5, 5)
        house.verify(case, kind, level)


def ask_and_answer(house: House, case: Case, hours: float) -> Story[None]:
    """Be asked one bundle of questions and answer after some hours."""
    yield soon(case, 10, 60)
    house.ask(case, *QUESTIONS[case.plan.language])
    yield timedelta(hours=hours)
    house.answer(case, ANSWERS[case.plan.language])


def review(house: House, case: Case) -> Story[None]:
    """Come before a panel."""
    yield between(case, 0.5, 4)
    house.redact(case)
    yield soon(case, 5, 30)
    house.to_review(case)


def declare(house: House, case: Case) -> Story[None]:
    """Let everybody drawn say that they are free."""
    for who in house.seated(case):
        yield soon(case, 20, 100)
        house.declare_free(case, who)


def vote(house: House, case: Case, votes: Sequence[Cast]) -> Story[None]:
    """Let the panel vote in the order it was drawn, until the vote is closed."""
    for who, given in zip(house.seated(case), votes, strict=False):
        yield soon(case, 30, 140)
        ballot = house.ballot(case)
        if ballot is None or ballot.state != "open":
            return
        house.cast(case, who, given)


def decide(house: House, case: Case, votes: Sequence[Cast] = FULL) -> Story[None]:
    """Be decided, and have the letter made."""
    yield from review(house, case)
    yield from declare(house, case)
    yield from vote(house, case, votes)
    yield timedelta(minutes=2)
    house.letter(case)


def to_decision(house: House, plan: Plan, votes: Sequence[Cast] = FULL) -> Story[Case]:
    """Travel from the first words to the letter."""
    case = yield from apply(house, plan)
    yield from triage(house, case)
    yield from verify(house, case)
    yield from decide(house, case, votes)
    return case


def accept(house: House, case: Case) -> Story[None]:
    """Be offered the award and accept it."""
    yield between(case, 0.5, 4)
    house.offer(case)
    yield soon(case, 200, 2400)
    house.accept(case)


def to_acceptance(house: House, plan: Plan, votes: Sequence[Cast] = FULL) -> Story[Case]:
    """Travel from the first words to the accepted offer."""
    case = yield from to_decision(house, plan, votes)
    yield from accept(house, case)
    return case


def release(house: House, case: Case) -> Story[None]:
    """Have the payment checked and signed by two."""
    yield between(case, 1, 8)
    house.check_payee(case)
    yield between(case, 1, 8)
    house.sign_first(case)
    yield between(case, 1, 10)
    house.sign_second(case)


def pay(house: House, case: Case) -> Story[None]:
    """Be paid, confirm it, and have it tied to the bank's line."""
    yield from release(house, case)
    yield between(case, 0.5, 6)
    house.send(case)
    yield between(case, 14, 40)
    house.see_at_bank(case)
    yield soon(case, 60, 2000)
    house.received(case)
    yield between(case, 5, 60)
    house.reconcile(case)


def report_and_close(house: House, case: Case) -> Story[None]:
    """Tell how it went, and be closed."""
    yield timedelta(days=case.chance.randint(9, 24), hours=2)
    house.report(case, REPORTS[case.plan.language])
    yield between(case, 20, 90)
    house.close(case)


def whole(house: House, plan: Plan, votes: Sequence[Cast] = FULL) -> Story[Case]:
    """Travel the whole way from the first words to the closed case."""
    case = yield from to_acceptance(house, plan, votes)
    yield from pay(house, case)
    yield from report_and_close(house, case)
    return case


def asked(house: House, plan: Plan, votes: Sequence[Cast], hours: float) -> Story[Case]:
    """Travel the whole way, with questions on it."""
    case = yield from apply(house, plan)
    yield from triage(house, case)
    yield from verify(house, case)
    yield from ask_and_answer(house, case, hours)
    yield from decide(house, case, votes)
    yield from accept(house, case)
    yield from pay(house, case)
    yield from report_and_close(house, case)
    return case


def refused(house: House, plan: Plan, code: str) -> Story[Case]:
    """Be refused by the panel and read the letter a day later."""
    case = yield from to_decision(house, plan, (no(code), no(code), YES, no(code), no(code)))
    yield timedelta(hours=case.chance.randint(6, 40))
    applications.notice_reached(house.applicant(case), case.id, press())
    return case
