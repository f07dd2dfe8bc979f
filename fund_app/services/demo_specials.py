"""The special records of the demonstration, one for each way a case can go that has a name.

Each carries its name in Application.demo_tag, where tests and guides find it (DOMAIN.md 4.5).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from fund_app.services import applications, ballots, board_votes, offers
from fund_app.services import demo_texts as texts
from fund_app.services.applications import FileLine
from fund_app.services.demo_cases import at, line, plan
from fund_app.services.demo_house import House, press
from fund_app.services.demo_plans import Case, Plan, proxy
from fund_app.services.demo_roads import (
    ABSTAIN,
    FULL,
    YES,
    accept,
    apply,
    decide,
    declare,
    no,
    part,
    pay,
    refused,
    release,
    report_and_close,
    review,
    soon,
    to_acceptance,
    to_decision,
    triage,
    verify,
    vote,
    whole,
)
from fund_app.services.demo_timeline import Story
from fund_app.services.disbursements import BankLine, bounce, retry, sign_first
from fund_app.services.votes import Cast

Telling = tuple[Plan, Story[object]]


def stories(house: House) -> Iterator[tuple[datetime, Story[object]]]:
    """Yield every special case with the moment it begins."""
    parts = (_dates(house), _panels(house), _payments(house))
    for group in parts:
        for chosen, story in group:
            yield chosen.start, story


def _dates(house: House) -> Iterator[Telling]:
    one = plan(1, "2024-02-29 10:30", texts.SEARCH, "ru", "RU", line("legal", 700),
               line("equipment", 450), tag="leap-day")  # fmt: skip
    yield one, whole(house, one)
    one = plan(5, "2024-10-27 01:10", texts.SPYWARE, "ru", "UA", line("digital_security", 820),
               tag="repeated-hour")  # fmt: skip
    yield one, refused(house, one, "no_acute_risk")
    one = plan(17, "2025-12-02 12:15", texts.THREATS, "ru", "RU", line("stay", 600),
               tag="info-timeout")  # fmt: skip
    yield one, _never_answered(house, one)
    one = plan(30, "2026-03-24 09:30", texts.DETENTION, "de", "RS", line("legal", 780),
               tag="reopened-prefilled")  # fmt: skip
    yield one, _reopened(house, one)
    contact = {"channel": "signal", "handle": "@test-person-a-0029"}
    one = plan(29, "2026-05-19 08:00", texts.FINE, "en", "AZ", line("legal", 410),
               tag="duplicate-survivor")  # fmt: skip
    other = plan(31, "2026-05-20 19:25", texts.FINE, "en", "AZ", line("legal", 410),
                 tag="duplicate-merged")  # fmt: skip
    told: list[Case] = []
    yield (one := replace(one, more=contact)), _surviving(house, one, told)
    yield (other := replace(other, more=contact)), _merged(house, other, told)


def _never_answered(house: House, chosen: Plan) -> Story[None]:
    case = yield from apply(house, chosen)
    yield from triage(house, case)
    yield soon(case, 20, 40)
    house.ask(case, *texts.QUESTIONS[chosen.language])


def _reopened(house: House, chosen: Plan) -> Story[None]:
    case = yield from apply(house, chosen)
    yield from triage(house, case)
    yield timedelta(hours=5)
    offers.withdraw(house.applicant(case), press())
    yield at("2026-06-29 09:10") - house.clock.now()
    applications.reopen(house.lead(case), case.id, new_facts=True, request=press())


def _surviving(house: House, chosen: Plan, told: list[Case]) -> Story[None]:
    case = yield from apply(house, chosen)
    told.append(case)
    yield from triage(house, case)
    yield timedelta(days=2)
    applications.clear_duplicates(house.lead(case), case.id, press())
    yield from verify(house, case)
    yield from decide(house, case)
    yield from accept(house, case)
    yield from pay(house, case)
    yield from report_and_close(house, case)


def _merged(house: House, chosen: Plan, told: list[Case]) -> Story[None]:
    case = yield from apply(house, chosen)
    yield from triage(house, case)
    yield 1.0
    applications.merge_duplicate(house.lead(case), case.id, told[0].id, press())


def _panels(house: House) -> Iterator[Telling]:
    one = plan(8, "2025-03-04 10:05", texts.BORDER, "en", "GE", line("stay", 640),
               line("legal", 500), tag="tie-chair", lead="coordinator-2")  # fmt: skip
    yield one, _tied(house, one)
    one = plan(10, "2025-05-20 07:50", texts.MONITOR, "ru", "BY", line("relocation_inside", 720),
               tag="recused-late")  # fmt: skip
    yield one, _recused_late(house, one)
    one = plan(14, "2025-09-16 13:00", texts.THREATS, "de", "DE", line("physical_security", 430),
               tag="no-quorum-substitute")  # fmt: skip
    yield one, _short_then_substitute(house, one)
    one = plan(15, "2025-10-14 09:45", texts.LISTED, "en", "MD", line("legal", 900),
               tag="no-quorum-board")  # fmt: skip
    yield one, _short_then_board(house, one)
    one = plan(24, "2026-03-13 21:35", texts.DETENTION, "ru", "RU", line("legal", 1400),
               line("medical", 500), line("equipment", 900), line("secure_transport", 300),
               tag="partial-median")  # fmt: skip
    yield replace(one, more=proxy("sister")), _median(house, replace(one, more=proxy("sister")))
    one = plan(38, "2026-05-26 11:15", texts.ARCHIVE, "en", "AM",
               FileLine("equipment", 99_999_999, "A whole archive, as the supplier wrote it"),
               FileLine("communications", 1, "Transfer of one cent to test the account"),
               tag="smallest-and-largest-amount")  # fmt: skip
    yield one, _extremes(house, one)


def _tied(house: House, chosen: Plan) -> Story[None]:
    case = yield from apply(house, chosen)
    yield from triage(house, case)
    yield from verify(house, case)
    against = no("other_measure_better")
    yield from review(house, case)
    yield from declare(house, case)
    yield from vote(house, case, (YES, against, ABSTAIN, YES, against))
    yield timedelta(hours=3)
    word = part(64000, 30000, reason="Both sides are right in part.")
    ballots.chair_decides(house["reviewer-3"], house.ballot_id(case), word, press())
    yield from _after_the_letter(house, case)


def _after_the_letter(house: House, case: Case) -> Story[None]:
    yield timedelta(minutes=2)
    house.letter(case)
    yield from accept(house, case)
    yield from pay(house, case)
    yield from report_and_close(house, case)


def _recused_late(house: House, chosen: Plan) -> Story[None]:
    """Step back after voting: the vote is void, the others decide."""
    case = yield from apply(house, chosen)
    yield from triage(house, case)
    yield from verify(house, case)
    yield from review(house, case)
    yield from declare(house, case)
    panel = house.seated(case)
    yield timedelta(minutes=50)
    house.cast(case, panel[0], YES)
    yield timedelta(minutes=40)
    house.declare_conflict(case, panel[0])
    yield from vote(house, case, FULL)
    yield from _after_the_letter(house, case)


def _vote_short(house: House, case: Case, votes: Sequence[Cast]) -> Story[None]:
    """Let fewer vote than the quorum asks for, until the time is over."""
    yield from declare(house, case)
    yield from vote(house, case, votes)
    yield timedelta(hours=26)


def _short_then_substitute(house: House, chosen: Plan) -> Story[None]:
    case = yield from apply(house, chosen)
    yield from triage(house, case)
    yield from verify(house, case)
    yield from review(house, case)
    yield from _vote_short(house, case, (YES, YES))
    before = {who.ref for who in house.seated(case)}
    ballots.substitutes(house.lead(case), house.ballot_id(case), press())
    yield timedelta(hours=2)
    for who in house.seated(case):
        if who.ref not in before:
            house.declare_free(case, who)
            house.cast(case, who, YES)
    yield timedelta(hours=13)
    yield from _after_the_letter(house, case)


def _short_then_board(house: House, chosen: Plan) -> Story[None]:
    """Everybody but two knows the person; two members of the board decide in writing."""
    case = yield from apply(house, chosen)
    yield from triage(house, case)
    yield from verify(house, case)
    yield from review(house, case)
    stay = house.seated(case)[:2]
    while True:
        leaving = [who for who in house.seated(case) if who.ref not in {one.ref for one in stay}]
        if len(leaving) <= 1 and not _somebody_left(house, case):
            break
        yield soon(case, 10, 40)
        house.declare_conflict(case, leaving[0])
    for who in house.seated(case):
        yield soon(case, 5, 20)
        house.declare_free(case, who)
    for who in stay:
        yield soon(case, 20, 60)
        house.cast(case, who, YES)
    yield timedelta(hours=26)
    with_reason = Cast(YES.choice, reason="In writing, after two votes in favour.")
    yield from _in_writing(house, case, with_reason)
    yield from _after_the_letter(house, case)


def _in_writing(house: House, case: Case, word: Cast) -> Story[None]:
    board_votes.hand_over(house.lead(case), house.ballot_id(case), press())
    yield timedelta(hours=1)
    board_votes.sign_first(house["board"], house.ballot_id(case), press())
    yield timedelta(hours=3)
    ballots.written_board(house["board-2"], house.ballot_id(case), word, press())


def _somebody_left(house: House, case: Case) -> bool:
    return house.known_to(case) < house.reviewers


def _median(house: House, chosen: Plan) -> Story[None]:
    """Take the normal path at its exact times: asked on Saturday, answered after 30 hours."""
    case = house.draft(chosen)
    yield at("2026-03-13 21:40") - house.clock.now()
    house.submit(case)
    yield at("2026-03-14 09:00") - house.clock.now()
    house.acknowledge(case)
    house.set_band(case)
    house.ask(case, *texts.QUESTIONS["ru"])
    yield at("2026-03-15 15:00") - house.clock.now()
    house.answer(case, texts.ANSWERS["ru"])
    yield from verify(house, case)
    votes = (YES, part(140000, 50000, 30000, 20000), part(140000, 50000, 0, 0))
    yield from decide(house, case, votes)
    yield from accept(house, case)
    yield from pay(house, case)
    yield from report_and_close(house, case)


def _extremes(house: House, chosen: Plan) -> Story[None]:
    case = yield from to_decision(house, chosen, (part(120000, 1), part(110000, 1), part(60000, 1)))
    yield from accept(house, case)
    yield from pay(house, case)
    yield timedelta(days=12)
    house.report(case, texts.REPORTS["en"])


def _payments(house: House) -> Iterator[Telling]:
    one = plan(11, "2025-07-08 16:20", texts.BEATEN, "en", "AM", line("medical", 750),
               tag="payment-returned-reissued", channel="bank_transfer")  # fmt: skip
    yield one, _returned(house, one)
    one = plan(18, "2025-12-09 08:55", texts.FINE, "ru", "KG", line("legal", 260),
               tag="report-waived", lead="coordinator-2")  # fmt: skip
    yield one, _report_waived(house, one)
    one = plan(25, "2026-03-30 14:00", texts.EXHAUSTED, "en", "UA", line("psychosocial", 620),
               tag="report-oral", channel="direct_to_supplier")  # fmt: skip
    yield one, _report_oral(house, one)


def _returned(house: House, chosen: Plan) -> Story[None]:
    case = yield from to_acceptance(house, chosen)
    yield from release(house, case)
    yield 1.0
    house.send(case)
    yield 30.0
    house.see_at_bank(case)
    yield timedelta(days=2)
    first = house.payment(case)
    back = BankLine(first.amount, first.reference, fee=500)
    bounce(house["finance-1"], first.id, back, press())
    yield 2.0
    sign_first(house.lead(case), first.id, "retry", press())
    yield 1.0
    retry(house["finance-1"], first.id, "partner_payout", press())
    yield from pay(house, case)
    yield from report_and_close(house, case)


def _report_waived(house: House, chosen: Plan) -> Story[None]:
    case = yield from to_acceptance(house, chosen)
    yield from pay(house, case)
    yield timedelta(days=20)
    house.close(case)


def _report_oral(house: House, chosen: Plan) -> Story[None]:
    case = yield from to_acceptance(house, chosen)
    yield from pay(house, case)
    yield timedelta(days=14)
    applications.submit_report(house.lead(case), case.id, given=True, request=press())
    yield 20.0
    house.close(case)
